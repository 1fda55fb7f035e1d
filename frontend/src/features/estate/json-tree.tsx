import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { cn } from "@/lib/cn";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Reads JSON; undefined where the text is none. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function entriesOf(value: Json): [string, Json][] {
  if (Array.isArray(value)) return value.map((v, i) => [String(i), v]);
  if (typeof value === "object" && value !== null) return Object.entries(value);
  return [];
}

function isBranch(value: Json): value is Json[] | { [key: string]: Json } {
  return typeof value === "object" && value !== null && entriesOf(value).length > 0;
}

function summary(value: Json): string {
  const n = entriesOf(value).length;
  if (Array.isArray(value)) return n === 1 ? "1 item" : `${n} items`;
  return n === 1 ? "1 field" : `${n} fields`;
}

/** A JSON value as a tree that opens and closes; the first level is open. */
export function JsonTree({ value }: { value: Json }) {
  const entries = entriesOf(value);
  if (entries.length === 0) return <p className="text-muted">Nothing was recorded.</p>;
  return (
    <ul className="selectable font-mono text-xs leading-5">
      {entries.map(([name, child]) => (
        <Node key={name} name={name} value={child} depth={0} />
      ))}
    </ul>
  );
}

function Node({ name, value, depth }: { name: string; value: Json; depth: number }) {
  const [open, setOpen] = useState(depth < 1);
  if (!isBranch(value)) {
    return (
      <li className="flex gap-2 py-0.5 pl-4.5">
        <span className="shrink-0 text-muted">{name}</span>
        <Leaf value={value} />
      </li>
    );
  }
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <li>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex min-h-6 items-center gap-1 rounded">
        <Chevron className="size-3.5 text-muted" aria-hidden />
        <span>{name}</span>
        <span className="text-muted">{summary(value)}</span>
      </button>
      {open && (
        <ul className="ml-1.5 border-l pl-2">
          {entriesOf(value).map(([key, child]) => (
            <Node key={key} name={key} value={child} depth={depth + 1} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Leaf({ value }: { value: Json }) {
  const text = typeof value === "string" ? value : value === null ? "null" : typeof value === "object" ? (Array.isArray(value) ? "[]" : "{}") : String(value);
  return (
    <span className={cn("min-w-0 break-all", typeof value === "boolean" || typeof value === "number" ? "text-accent-text" : "text-fg", value === null && "text-muted")}>
      {text || <span className="text-muted">empty</span>}
    </span>
  );
}
