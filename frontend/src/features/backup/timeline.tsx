import type { BackupPoint } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatBytes, formatDateTime, plural } from "@/lib/format";
import { PlotSlider, type PlotProps } from "./plot-slider";
import { coverage, ticks, timeScale, type Scale } from "./state";

export function describePoint(p: BackupPoint): string {
  return `${formatDateTime(p.createdAt)}, ${plural(p.records, "record")}, ${formatBytes(p.bytes)}`;
}

/** When backups were made, and which moments the log covers, on one scale of time. */
export function Timeline(props: PlotProps & { now: number }) {
  const { points, chosen, now } = props;
  const scale = timeScale(points, now);
  return (
    <div className="px-4 pb-3 pt-2">
      <PlotSlider {...props} label="Backups over time" describe={describePoint} at={(share) => scale.nearest(points, share)} className="relative">
        <Marks scale={scale} points={points} chosen={chosen} />
      </PlotSlider>
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
