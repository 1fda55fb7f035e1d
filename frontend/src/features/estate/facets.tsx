import { ChevronDown, ChevronRight, Minus } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import type { EstateFilter, FacetGroup } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { hasValue, leavesOut, withChosen } from "./state";

const shownAtFirst = 8;
const searchFrom = 16;

interface FacetsProps {
  facets: FacetGroup[];
  filters: EstateFilter[];
  /** Ticks a value, or leaves it out; a second time takes that back. */
  onToggle: (group: FacetGroup, value: string, not: boolean) => void;
}

export function Facets({ facets, filters, onToggle }: FacetsProps) {
  return (
    <nav aria-label="Narrow the result" className="min-h-0 w-54 shrink-0 space-y-3 overflow-y-auto border-r bg-sunken px-3 py-3">
      {withChosen(facets, filters).map((group) =>
        group.values.length > 0 ? <Group key={group.field} group={group} filters={filters} onToggle={onToggle} /> : null,
      )}
    </nav>
  );
}

function Group({ group, filters, onToggle }: { group: FacetGroup; filters: EstateFilter[]; onToggle: FacetsProps["onToggle"] }) {
  const [open, setOpen] = useState(true);
  const [all, setAll] = useState(false);
  const [find, setFind] = useState("");
  const listId = useId();
  const Chevron = open ? ChevronDown : ChevronRight;
  const matching = group.values.filter((v) => (v.label || v.value).toLowerCase().includes(find.toLowerCase()));
  const shown = all ? matching : matching.slice(0, shownAtFirst);

  return (
    <section>
      <h2>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={listId}
          onClick={() => setOpen(!open)}
          className="flex h-6 w-full items-center gap-1 rounded text-xs font-semibold text-soft"
        >
          <Chevron className="size-3.5 text-muted" aria-hidden />
          {group.label || group.field}
        </button>
      </h2>
      {open && (
        <div id={listId}>
          {all && group.values.length >= searchFrom && (
            <Input
              aria-label={`Find in ${group.label}`}
              placeholder="Find…"
              className="mb-1 mt-1 h-7 text-xs"
              value={find}
              onChange={(event) => setFind(event.target.value)}
            />
          )}
          <ul>
            {shown.map((value) => (
              <Value key={value.value} value={value} chosen={hasValue(filters, group.field, value.value)} out={leavesOut(filters, group.field, value.value)} onToggle={(not) => onToggle(group, value.value, not)} />
            ))}
          </ul>
          {matching.length > shownAtFirst && (
            <Button variant="link" size="inline" className="ml-1 mt-0.5 text-xs" onClick={() => setAll(!all)} aria-expanded={all}>
              {all ? "Show fewer" : `Show all ${formatCount(matching.length)}`}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

interface ValueProps {
  value: FacetGroup["values"][number];
  chosen: boolean;
  out: boolean;
  onToggle: (not: boolean) => void;
}

function Value({ value, chosen, out, onToggle }: ValueProps) {
  const name = value.label || value.value || "none";
  return (
    <li className="group flex h-6.5 items-center rounded pr-1 hover:bg-hover">
      <label className="flex h-full min-w-0 flex-1 items-center gap-2 pl-1">
        <Checkbox className="size-3.5" checked={chosen} onCheckedChange={() => onToggle(false)} />
        <span className={cn("min-w-0 flex-1 truncate text-xs", out && "text-muted line-through")} title={name}>
          {name}
        </span>
      </label>
      <button
        type="button"
        aria-pressed={out}
        aria-label={`Leave out ${name}`}
        title={out ? "Left out: take that back" : "Leave out"}
        onClick={() => onToggle(true)}
        className={cn("grid size-5 shrink-0 place-items-center rounded text-muted hover:bg-fg/8 hover:text-fg focus-visible:opacity-100", out ? "opacity-100" : "opacity-0 group-hover:opacity-100")}
      >
        <Minus className="size-3" aria-hidden />
      </button>
      <span className="ml-1 text-xs tabular-nums text-muted">{formatCount(value.count)}</span>
    </li>
  );
}
