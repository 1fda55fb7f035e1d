import { Check, ChevronDown, ChevronRight, CircleAlert, LoaderCircle, Wrench } from "lucide-react";
import { useState } from "react";
import type { ToolCall } from "@/lib/backend";
import { formatMs, plural } from "@/lib/format";
import { CodeBlock } from "../markdown/code-block";
import { SourceChips } from "./sources";

const shownAtMost = 20_000;

/** JSON as it reads best; anything else as it is. */
export function readable(text: string): { text: string; language: string } {
  const cut = text.length > shownAtMost ? `${text.slice(0, shownAtMost)}\n…` : text;
  try {
    return { text: JSON.stringify(JSON.parse(text), null, 2).slice(0, shownAtMost), language: "json" };
  } catch {
    return { text: cut, language: "text" };
  }
}

/** What the model looked up: one line each while it works, folded into one when it is done. */
export function ToolCalls({ calls, streaming }: { calls: readonly ToolCall[]; streaming: boolean }) {
  const [open, setOpen] = useState(false);
  if (calls.length === 0) return null;
  const failed = calls.filter((c) => c.state === "failed").length;
  const took = calls.reduce((sum, c) => sum + c.tookMs, 0);
  const shown = streaming || open;
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <section aria-label="What was looked up" className="mb-2 overflow-hidden rounded-lg border bg-surface text-xs">
      {!streaming && (
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex h-8 w-full items-center gap-1.5 px-2.5 text-left text-muted hover:bg-hover hover:text-fg focus-visible:outline-offset-[-2px]">
          <Chevron className="size-3.5" aria-hidden />
          <Wrench className="size-3.5" aria-hidden />
          {plural(calls.length, "look-up")}
          {failed > 0 && <span className="text-warn">· {failed} without a result</span>}
          <span className="ml-auto tabular-nums">{formatMs(took)}</span>
        </button>
      )}
      {shown && <ul className={streaming ? "divide-y" : "divide-y border-t"}>{calls.map((call) => <Call key={call.id} call={call} />)}</ul>}
    </section>
  );
}

function CallSign({ state }: { state: string }) {
  if (state === "running") return <LoaderCircle className="size-3.5 shrink-0 animate-spin text-accent-text" aria-label="running" />;
  if (state === "failed") return <CircleAlert className="size-3.5 shrink-0 text-warn" aria-label="failed" />;
  return <Check className="size-3.5 shrink-0 text-ok" aria-label="done" />;
}

function Call({ call }: { call: ToolCall }) {
  const [open, setOpen] = useState(false);
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <li>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex min-h-8 w-full items-center gap-2 px-2.5 py-1 text-left hover:bg-hover focus-visible:outline-offset-[-2px]">
        <CallSign state={call.state} />
        <span className="min-w-0 flex-1 truncate">{call.label || call.name}</span>
        <span className="font-mono text-2xs text-muted">{call.name}</span>
        {call.state !== "running" && <span className="w-14 text-right tabular-nums text-muted">{formatMs(call.tookMs)}</span>}
        <Chevron className="size-3.5 shrink-0 text-muted" aria-hidden />
      </button>
      {open && (
        <div className="space-y-2 border-t bg-bg p-2.5">
          <Part title="Asked for" text={call.input} />
          {call.output && <Part title="Result" text={call.output} />}
          <SourceChips sources={call.resources} />
        </div>
      )}
    </li>
  );
}

function Part({ title, text }: { title: string; text: string }) {
  const shown = readable(text);
  return (
    <div className="selectable">
      <p className="mb-1 text-muted">{title}</p>
      <div className="max-h-72 overflow-y-auto"><CodeBlock {...shown} /></div>
    </div>
  );
}
