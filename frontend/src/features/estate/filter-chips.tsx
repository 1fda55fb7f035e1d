import { Plus, Sparkles, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { EstateFilter } from "@/lib/backend";
import { cn } from "@/lib/cn";

interface FilterChipsProps {
  understood: EstateFilter[];
  chosen: EstateFilter[];
  /** Understood filters that were taken away and can come back. */
  removed?: EstateFilter[];
  onRemoveUnderstood: (filter: EstateFilter) => void;
  onRestore?: (filter: EstateFilter) => void;
  onRemoveChosen: (filter: EstateFilter) => void;
  onClear: () => void;
}

/** What narrows the result: the filters that the words became, and those that were ticked. */
export function FilterChips({ understood, chosen, removed = [], onRemoveUnderstood, onRestore, onRemoveChosen, onClear }: FilterChipsProps) {
  if (understood.length + chosen.length + removed.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {understood.length + chosen.length > 0 && (
        <ul aria-label="Active filters" className="flex flex-wrap items-center gap-1.5">
          {understood.map((filter, i) => (
            <Chip key={`u-${filter.field}-${i}`} filter={filter} onRemove={() => onRemoveUnderstood(filter)} understood />
          ))}
          {chosen.map((filter, i) => (
            <Chip key={`c-${filter.field}-${i}`} filter={filter} onRemove={() => onRemoveChosen(filter)} />
          ))}
          {chosen.length > 1 && (
            <li>
              <Button variant="ghost" size="sm" onClick={onClear}>Clear all</Button>
            </li>
          )}
        </ul>
      )}
      {removed.length > 0 && <Removed filters={removed} onRestore={onRestore} />}
    </div>
  );
}

function Removed({ filters, onRestore }: { filters: EstateFilter[]; onRestore?: (filter: EstateFilter) => void }) {
  return (
    <ul aria-label="Filters that were removed" className="flex flex-wrap items-center gap-1.5">
      {filters.map((filter) => (
        <li key={filter.field}>
          <Button variant="ghost" size="sm" className="h-6.5 border border-dashed text-muted" aria-label={`Put the filter ${chipText(filter)} back`} onClick={() => onRestore?.(filter)}>
            <Plus aria-hidden />{chipText(filter)}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Chip({ filter, onRemove, understood }: { filter: EstateFilter; onRemove: () => void; understood?: boolean }) {
  const text = chipText(filter);
  return (
    <li
      className={cn("inline-flex h-6.5 max-w-80 items-center gap-1.5 rounded-md pl-2 text-xs", understood ? "bg-accent-soft text-accent-text" : "bg-hover")}
      title={filter.relaxed ? "Left out: nothing meets it together with the others" : understood ? "Understood from your words" : undefined}
    >
      {understood && <Sparkles className="size-3 shrink-0" aria-hidden />}
      <span className={cn("truncate", filter.relaxed && "line-through")}>{text}</span>
      {filter.relaxed && <span className="shrink-0 text-muted">left out</span>}
      <button
        type="button"
        aria-label={`Remove the filter ${text}`}
        onClick={onRemove}
        className="grid size-6.5 shrink-0 place-items-center rounded-md hover:bg-fg/8"
      >
        <X className="size-3" aria-hidden />
      </button>
    </li>
  );
}

/** "Environment: prod", or the label alone where it already says the values. */
export function chipText(filter: EstateFilter): string {
  const values = filter.values.slice(0, 3).join(", ") + (filter.values.length > 3 ? ` +${filter.values.length - 3}` : "");
  if (!filter.label) return `${filter.field}: ${filter.not ? "not " : ""}${values}`;
  if (filter.fromQuery || filter.min !== undefined || filter.max !== undefined) return filter.label;
  return `${filter.label}: ${filter.not ? "not " : ""}${values}`;
}
