import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import type { Freshness } from "@/lib/backend";
import { formatAgo, formatCount, formatDateTime } from "@/lib/format";
import { useFreshness } from "./queries";

const shownAtFirst = 8;
const staleAfter = 7 * 24 * 60 * 60_000;

/** How old what is known is, by account and region, the oldest first. What was only imported was never looked at. */
export function FreshnessPanel() {
  const all = useFreshness().data ?? [];
  const [whole, setWhole] = useState(false);
  if (all.length === 0) return null;
  return (
    <section aria-label="Freshness" className="mb-3 flex break-inside-avoid flex-col rounded-lg border bg-surface p-4">
      <h2 className="mb-2 flex items-baseline justify-between font-semibold">
        Freshness
        <span className="text-xs font-normal text-muted">last complete look</span>
      </h2>
      <ul>{(whole ? all : all.slice(0, shownAtFirst)).map((place) => <Place key={`${place.accountId} ${place.region}`} place={place} />)}</ul>
      {all.length > shownAtFirst && (
        <Button variant="link" size="inline" className="mt-1.5 self-start text-xs" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "Show fewer" : `Show all ${formatCount(all.length)}`}
        </Button>
      )}
    </section>
  );
}

function Place({ place }: { place: Freshness }) {
  const stale = isStale(place.oldest);
  const unread = place.unread.map((cell) => `${cell.service} (${cell.complete ? `as of ${formatDateTime(cell.complete)}` : "never read"})`).join(", ");
  return (
    <li className="py-1">
      <p className="grid grid-cols-[minmax(0,1fr)_auto] gap-3">
        <span className="truncate" title={place.accountId}>{place.accountName || place.accountId} <span className="text-muted">{place.region}</span></span>
        <span className={stale ? "text-warn" : "text-soft"} title={formatDateTime(place.oldest)}>{formatAgo(place.oldest) || "never"}</span>
      </p>
      {place.unread.length > 0 && (
        <p className="flex items-start gap-1 text-xs text-warn" title={unread}>
          <TriangleAlert className="mt-0.5 size-3 shrink-0" aria-hidden />
          <span>{formatCount(place.unread.length)} of {formatCount(place.services)} services could not be read in full: {place.unread.slice(0, 4).map((cell) => cell.service).join(", ")}{place.unread.length > 4 && " …"}</span>
        </p>
      )}
    </li>
  );
}

function isStale(iso: string): boolean {
  return !iso || Date.now() - Date.parse(iso) > staleAfter;
}
