import { useRef, type PointerEvent } from "react";
import type { BackupListing, BackupPoint } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatBytes, formatDateTime } from "@/lib/format";
import { sizeBars } from "./state";
import { usePlotKeys } from "./timeline";

interface SizeChartProps {
  listing: BackupListing;
  chosen: string;
  onChoose: (id: string) => void;
  onOpen: (id: string) => void;
}

const mostBars = 60;

/** The size of each backup, and how much of it was new. */
export function SizeChart({ listing, chosen, onChoose, onOpen }: SizeChartProps) {
  const plot = useRef<HTMLDivElement>(null);
  const { points, max } = sizeBars(listing, mostBars);
  const onKeyDown = usePlotKeys({ points, chosen, onChoose, onOpen });
  const index = points.findIndex((p) => p.id === chosen);
  const point = points[index];
  const choose = (event: PointerEvent) => {
    const box = plot.current!.getBoundingClientRect();
    const found = points[Math.min(points.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * points.length)))];
    if (found && found.id !== chosen) onChoose(found.id);
  };
  return (
    <div className="px-4 pb-3 pt-2">
      <div className="flex gap-2">
        <div aria-hidden className="flex h-26 w-12 flex-col justify-between text-right text-2xs tabular-nums text-muted"><span>{formatBytes(max)}</span><span>0</span></div>
        <div
          ref={plot}
          role="slider"
          tabIndex={0}
          aria-label="Size of the backups"
          aria-valuemin={1}
          aria-valuemax={points.length}
          aria-valuenow={index + 1}
          aria-valuetext={point ? describe(point) : "none chosen"}
          onKeyDown={onKeyDown}
          onPointerMove={choose}
          onClick={() => point && onOpen(point.id)}
          className="flex h-26 min-w-0 flex-1 cursor-pointer items-end rounded-md bg-sunken"
        >
          {points.map((p) => <Bar key={p.id} point={p} max={max} chosen={p.id === chosen} />)}
        </div>
      </div>
      <div aria-hidden className="ml-14 mt-1 flex h-4 justify-between text-2xs text-muted">
        <span>{day(points[0])}</span>{points.length > 1 && <span>{day(points.at(-1))}</span>}
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs text-muted" aria-label="Legend">
        <li className="flex items-center gap-1.5"><span aria-hidden className="size-2.5 rounded-sm bg-accent" />New in it</li>
        <li className="flex items-center gap-1.5"><span aria-hidden className="size-2.5 rounded-sm bg-bar/45" />Shared with earlier ones</li>
      </ul>
    </div>
  );
}

function Bar({ point, max, chosen }: { point: BackupPoint; max: number; chosen: boolean }) {
  const share = (bytes: number) => `${Math.min(100, (bytes / max) * 100)}%`;
  return (
    <span aria-hidden className={cn("flex h-full min-w-0 flex-1 items-end justify-center px-px", chosen && "bg-selected")}>
      <span className="flex w-full max-w-5 flex-col justify-end overflow-hidden rounded-t-sm bg-bar/45" style={{ height: share(point.bytes) }}>
        <span className="min-h-0.5 w-full bg-accent" style={{ height: `${Math.min(100, (point.newBytes / Math.max(1, point.bytes)) * 100)}%` }} />
      </span>
    </span>
  );
}

const describe = (p: BackupPoint) => `${formatDateTime(p.createdAt)}, ${formatBytes(p.bytes)}, ${formatBytes(p.newBytes)} of it new`;
const day = (p: BackupPoint | undefined) => (p ? new Date(p.createdAt).toLocaleDateString("en-GB", { day: "numeric", month: "short" }) : "");
