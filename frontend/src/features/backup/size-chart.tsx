import type { BackupListing, BackupPoint } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatBytes, formatDateTime } from "@/lib/format";
import { PlotSlider, type PlotProps } from "./plot-slider";
import { sizeBars } from "./state";

interface SizeChartProps extends Omit<PlotProps, "points"> {
  listing: BackupListing;
}

const mostBars = 60;

/** The size of each backup, and how much of it was new. */
export function SizeChart({ listing, chosen, onChoose, onOpen }: SizeChartProps) {
  const { points, max } = sizeBars(listing, mostBars);
  const at = (share: number) => Math.min(points.length - 1, Math.max(0, Math.floor(share * points.length)));
  return (
    <div className="px-4 pb-3 pt-2">
      <div className="flex gap-2">
        <div aria-hidden className="flex h-26 w-12 flex-col justify-between text-right text-2xs tabular-nums text-muted"><span>{formatBytes(max)}</span><span>0</span></div>
        <PlotSlider points={points} chosen={chosen} onChoose={onChoose} onOpen={onOpen} label="Size of the backups" describe={describe} at={at} className="flex min-w-0 flex-1 items-end">
          {points.map((p) => <Bar key={p.id} point={p} max={max} chosen={p.id === chosen} />)}
        </PlotSlider>
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
