import { useState } from "react";
import { Button } from "@/components/ui/button";
import type { FacetValue } from "@/lib/backend";
import { formatCount } from "@/lib/format";

interface BarChartProps {
  title: string;
  values: FacetValue[];
  limit?: number;
  onPick: (value: FacetValue) => void;
}

/** Counts as bars on one scale; each bar leads to its resources. */
export function BarChart({ title, values, limit = 7, onPick }: BarChartProps) {
  const [all, setAll] = useState(false);
  const most = Math.max(1, ...values.map((v) => v.count));
  const shown = all ? values : values.slice(0, limit);
  return (
    <section aria-label={title} className="mb-3 flex break-inside-avoid flex-col rounded-lg border bg-surface p-4">
      <h2 className="mb-2 flex items-baseline justify-between font-semibold">
        {title}
        <span className="text-xs font-normal text-muted">{formatCount(values.length)}</span>
      </h2>
      <ul className="-mx-1.5">
        {shown.map((value) => (
          <li key={value.value}>
            <button
              type="button"
              onClick={() => onPick(value)}
              className="grid h-7 w-full grid-cols-[minmax(0,9.5rem)_1fr_3.25rem] items-center gap-3 rounded px-1.5 text-left hover:bg-hover"
            >
              <span className="truncate" title={value.label || value.value}>{value.label || value.value || "none"}</span>
              <span aria-hidden className="h-2 rounded-sm bg-bar-track">
                <span className="block h-2 min-w-0.5 rounded-sm bg-bar" style={{ width: `${(value.count / most) * 100}%` }} />
              </span>
              <span className="text-right tabular-nums text-soft">{formatCount(value.count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {values.length > limit && (
        <Button variant="link" size="inline" className="mt-1.5 self-start text-xs" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${formatCount(values.length)}`}
        </Button>
      )}
    </section>
  );
}
