import type { ChangeDay } from "@/lib/backend";
import { formatCount } from "@/lib/format";

const kinds = [
  { of: (d: ChangeDay) => d.added, name: "added", colour: "bg-ok" },
  { of: (d: ChangeDay) => d.changed, name: "changed", colour: "bg-bar" },
  { of: (d: ChangeDay) => d.removed, name: "removed", colour: "bg-danger" },
] as const;

/** Changes over time, as stacked bars on one scale. */
export function ChangePlot({ days, height = 72 }: { days: ChangeDay[]; height?: number }) {
  const most = Math.max(1, ...days.map(total));
  const sums = kinds.map((kind) => ({ ...kind, sum: days.reduce((n, d) => n + kind.of(d), 0) }));
  return (
    <figure>
      <ol aria-label="Changes by day" className="flex items-end gap-px border-b" style={{ height }}>
        {days.map((day) => (
          <li key={day.from} title={says(day)} className="group flex h-full min-w-0 flex-1 flex-col-reverse justify-start hover:bg-hover">
            <span className="sr-only">{says(day)}</span>
            {kinds.map((kind) => kind.of(day) > 0 && (
              <span key={kind.name} aria-hidden className={`${kind.colour} min-h-0.5 shrink-0`} style={{ height: `${(kind.of(day) / most) * 100}%` }} />
            ))}
          </li>
        ))}
      </ol>
      <figcaption className="mt-1 flex flex-wrap items-center justify-between gap-x-4 text-2xs text-muted">
        <span>{shortDay(days[0]?.from)}</span>
        <span className="flex gap-3">
          {sums.map((kind) => (
            <span key={kind.name} className="inline-flex items-center gap-1 tabular-nums">
              <span aria-hidden className={`size-2 rounded-[2px] ${kind.colour}`} />{formatCount(kind.sum)} {kind.name}
            </span>
          ))}
          {most > 1 && <span className="tabular-nums">highest bar: {formatCount(most)}</span>}
        </span>
        <span>{shortDay(days.at(-1)?.from)}</span>
      </figcaption>
    </figure>
  );
}

function total(day: ChangeDay): number {
  return day.added + day.changed + day.removed;
}

function shortDay(iso: string | undefined): string {
  return iso ? new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "short" }) : "";
}

function says(day: ChangeDay): string {
  const last = new Date(Date.parse(day.to) - 1).toISOString();
  const span = shortDay(day.from) === shortDay(last) ? shortDay(day.from) : `${shortDay(day.from)} to ${shortDay(last)}`;
  const parts = kinds.filter((k) => k.of(day) > 0).map((k) => `${formatCount(k.of(day))} ${k.name}`);
  return `${span}: ${parts.join(", ") || "nothing"}`;
}
