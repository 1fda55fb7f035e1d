import { ShieldCheck, Upload } from "lucide-react";
import type { Egress } from "@/lib/backend";
import { formatBytes, formatDateTime, plural } from "@/lib/format";

/** One line: whether anything left the machine for this answer. */
export function egressSummary(egress: readonly Egress[]): string {
  if (egress.length === 0) return "Nothing left this machine";
  const bytes = egress.reduce((sum, e) => sum + e.bytes, 0);
  return `${formatBytes(bytes)} left this machine`;
}

export function EgressSign({ egress }: { egress: readonly Egress[] }) {
  return egress.length === 0 ? <ShieldCheck aria-hidden /> : <Upload aria-hidden />;
}

/** What left this machine for an answer, request by request. */
export function EgressPanel({ egress }: { egress: readonly Egress[] }) {
  return (
    <section aria-label="What left this machine" className="selectable mt-2 rounded-lg border bg-surface p-2.5 text-xs">
      <h3 className="font-medium">What left this machine</h3>
      {egress.length === 0 ? (
        <p className="mt-0.5 text-muted">Nothing: this answer was made here, from what is stored here.</p>
      ) : (
        <>
          <p className="mt-0.5 text-muted">{plural(egress.length, "request")}. Nothing else was sent for this answer.</p>
          <ul className="mt-1.5 divide-y">
            {egress.map((e, i) => (
              <li key={i} className="py-1.5">
                <p className="flex flex-wrap gap-x-3">
                  <span className="font-mono">{e.host}</span>
                  <span className="tabular-nums text-muted">{formatBytes(e.bytes)}</span>
                  <time dateTime={e.at} className="text-muted">{formatDateTime(e.at)}</time>
                </p>
                <p className="text-soft">{e.what.join(" · ")}</p>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
