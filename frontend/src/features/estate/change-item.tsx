import { ArrowRight } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import type { EstateChange, FieldChange } from "@/lib/backend";

const tones: Record<string, Tone> = { added: "ok", changed: "accent", removed: "danger" };

export function ChangeKind({ kind }: { kind: string }) {
  return <Badge tone={tones[kind] ?? "neutral"} className="w-17 justify-center">{kind}</Badge>;
}

/** What changed, field by field, before and after. */
export function FieldChanges({ change, limit = Infinity }: { change: EstateChange; limit?: number }) {
  if (change.fields.length === 0) return null;
  const more = change.fields.length - limit;
  return (
    <dl className="mt-1.5 space-y-1.5">
      {change.fields.slice(0, limit).map((field) => <FieldRow key={field.field} field={field} />)}
      {more > 0 && <p className="text-xs text-muted">and {more} more</p>}
    </dl>
  );
}

function FieldRow({ field }: { field: FieldChange }) {
  const long = isLong(field.before) || isLong(field.after);
  return (
    <div className={long ? "text-xs" : "grid grid-cols-[minmax(96px,34%)_1fr] gap-x-3 text-xs"}>
      <dt className="break-words text-muted">{fieldName(field.field)}</dt>
      <dd className={long ? "mt-1 grid gap-1" : "flex min-w-0 flex-wrap items-center gap-x-1.5"}>
        <Value text={field.before} long={long} was />
        {!long && <ArrowRight className="size-3 shrink-0 text-muted" aria-label="became" />}
        <Value text={field.after} long={long} />
      </dd>
    </div>
  );
}

function Value({ text, long, was }: { text: string; long: boolean; was?: boolean }) {
  const label = was ? "before" : "after";
  if (text === "") return <span className="text-muted">{long ? `${label}: ` : ""}not there</span>;
  if (!long) return <code className={`selectable font-mono break-all ${was ? "text-soft line-through decoration-line-strong" : ""}`}>{plain(text)}</code>;
  return (
    <pre
      tabIndex={0}
      aria-label={`${label} the change`}
      className={`selectable max-h-48 overflow-auto whitespace-pre-wrap break-all rounded-md px-2 py-1.5 font-mono leading-4 ${was ? "bg-danger-soft" : "bg-ok-soft"}`}
    >{text}</pre>
  );
}

/** Values come as JSON; a text is shown without its quotes. */
function plain(json: string): string {
  if (!json.startsWith('"')) return json;
  try {
    return String(JSON.parse(json));
  } catch {
    return json;
  }
}

function isLong(text: string): boolean {
  return text.length > 80 || text.includes("\n");
}

/** "attributes.InstanceType" is InstanceType, "tags.Team" the tag Team. */
export function fieldName(field: string): string {
  if (field.startsWith("attributes.")) return field.slice("attributes.".length);
  if (field.startsWith("tags.")) return `tag ${field.slice("tags.".length)}`;
  return field === "related" ? "relations" : field;
}
