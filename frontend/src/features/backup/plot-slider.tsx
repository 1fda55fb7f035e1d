import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import type { BackupPoint } from "@/lib/backend";
import { cn } from "@/lib/cn";

export interface PlotProps {
  points: readonly BackupPoint[];
  /** The id of the backup that is looked at. */
  chosen: string;
  onChoose: (id: string) => void;
  onOpen: (id: string) => void;
}

interface PlotSliderProps extends PlotProps {
  label: string;
  describe: (point: BackupPoint) => string;
  /** The index of the backup at a share of the plot's width, 0 … 1. */
  at: (share: number) => number;
  className?: string;
  children: ReactNode;
}

/** A plot of backups as one control, stepped through with keys or the pointer: the marks themselves are far too small to be targets. */
export function PlotSlider({ points, chosen, onChoose, onOpen, label, describe, at, className, children }: PlotSliderProps) {
  const plot = useRef<HTMLDivElement>(null);
  const index = points.findIndex((p) => p.id === chosen);
  const point = points[index];
  const onKeyDown = (event: KeyboardEvent) => {
    const last = points.length - 1;
    const from = index < 0 ? last : index;
    const to = { ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1, PageDown: from - 10, PageUp: from + 10, Home: 0, End: last }[event.key];
    if (to !== undefined) onChoose(points[Math.min(last, Math.max(0, to))]!.id);
    else if (event.key === "Enter" && index >= 0) onOpen(chosen);
    else return;
    event.preventDefault();
  };
  const choose = (event: PointerEvent) => {
    const box = plot.current!.getBoundingClientRect();
    const found = points[at((event.clientX - box.left) / box.width)];
    if (found && found.id !== chosen) onChoose(found.id);
  };
  return (
    <div
      ref={plot}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={1}
      aria-valuemax={points.length}
      aria-valuenow={index + 1}
      aria-valuetext={point ? describe(point) : "none chosen"}
      onKeyDown={onKeyDown}
      onPointerMove={choose}
      onClick={() => point && onOpen(point.id)}
      className={cn("h-26 cursor-pointer rounded-md bg-sunken", className)}
    >
      {children}
    </div>
  );
}
