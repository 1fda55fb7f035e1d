import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import type { BackupPoint } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatBytes, formatDateTime, plural } from "@/lib/format";
import { coverage, ticks, timeScale, type Scale } from "./state";

interface PlotProps {
  points: readonly BackupPoint[];
  /** The id of the backup that is looked at. */
  chosen: string;
  onChoose: (id: string) => void;
  onOpen: (id: string) => void;
}

/** Steps through backups with the arrow keys, as one control: the marks themselves are far too small to be targets. */
export function usePlotKeys({ points, chosen, onChoose, onOpen }: PlotProps) {
  const index = points.findIndex((p) => p.id === chosen);
  return (event: KeyboardEvent) => {
    const last = points.length - 1;
    const from = index < 0 ? last : index;
    const to = { ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1, PageDown: from - 10, PageUp: from + 10, Home: 0, End: last }[event.key];
    if (to !== undefined) onChoose(points[Math.min(last, Math.max(0, to))]!.id);
    else if (event.key === "Enter" && index >= 0) onOpen(chosen);
    else return;
    event.preventDefault();
  };
}

export function describePoint(p: BackupPoint): string {
  return `${formatDateTime(p.createdAt)}, ${plural(p.records, "record")}, ${formatBytes(p.bytes)}`;
}

/** When backups were made, and which moments the log covers, on one scale of time. */
export function Timeline(props: PlotProps & { now: number }) {
  const { points, chosen, onChoose, onOpen, now } = props;
  const plot = useRef<HTMLDivElement>(null);
  const onKeyDown = usePlotKeys(props);
  const scale = timeScale(points, now);
  const index = points.findIndex((p) => p.id === chosen);
  const point = points[index];
  const choose = (event: PointerEvent) => {
    const box = plot.current!.getBoundingClientRect();
    const found = points[scale.nearest(points, (event.clientX - box.left) / box.width)];
    if (found && found.id !== chosen) onChoose(found.id);
  };
  return (
    <div className="px-4 pb-3 pt-2">
      <div
        ref={plot}
        role="slider"
        tabIndex={0}
        aria-label="Backups over time"
        aria-valuemin={1}
        aria-valuemax={points.length}
        aria-valuenow={index + 1}
        aria-valuetext={point ? describePoint(point) : "none chosen"}
        onKeyDown={onKeyDown}
        onPointerMove={choose}
        onClick={() => point && onOpen(point.id)}
        className="relative h-26 cursor-pointer rounded-md bg-sunken"
      >
        <Marks scale={scale} points={points} chosen={chosen} />
      </div>
      <Axis scale={scale} />
      <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs text-muted" aria-label="Legend">
        <li className="flex items-center gap-1.5"><span aria-hidden className="size-2 rounded-full bg-accent" />Backup</li>
        <li className="flex items-center gap-1.5"><span aria-hidden className="h-2 w-4 rounded-sm bg-bar/45" />Any second can be restored</li>
      </ul>
    </div>
  );
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

function Marks({ scale, points, chosen }: { scale: Scale; points: readonly BackupPoint[]; chosen: string }) {
  const point = points.find((p) => p.id === chosen);
  return (
    <div aria-hidden className="absolute inset-x-0 inset-y-0 overflow-hidden rounded-md">
      {ticks(scale.from, scale.to, 8).map((tick) => <span key={tick.time} className="absolute inset-y-0 w-px bg-line" style={{ left: percent(scale.at(tick.time)) }} />)}
      {coverage(points).map((span) => (
        <span key={span.from} className="absolute top-[47px] h-2.5 min-w-0.5 rounded-sm bg-bar/45" style={{ left: percent(scale.at(span.from)), width: percent(scale.at(span.to) - scale.at(span.from)) }} />
      ))}
      {point && <span className="absolute inset-y-0 w-px bg-accent" style={{ left: percent(scale.at(Date.parse(point.createdAt))) }} />}
      {points.map((p) => (
        <span
          key={p.id}
          className={cn("absolute top-[52px] -translate-x-1/2 -translate-y-1/2 rounded-full bg-accent ring-2 ring-sunken", p.id === chosen ? "z-10 size-3.5" : points.length > 60 ? "size-1.5 ring-1" : "size-2.5")}
          style={{ left: percent(scale.at(Date.parse(p.createdAt))) }}
        />
      ))}
    </div>
  );
}

function Axis({ scale }: { scale: Scale }) {
  return (
    <div aria-hidden className="relative mt-1 h-4 text-2xs text-muted">
      {ticks(scale.from, scale.to, 8).filter((t) => scale.at(t.time) > 0.02 && scale.at(t.time) < 0.97).map((tick) => (
        <span key={tick.time} className="absolute -translate-x-1/2 whitespace-nowrap tabular-nums" style={{ left: percent(scale.at(tick.time)) }}>{tick.label}</span>
      ))}
    </div>
  );
}
