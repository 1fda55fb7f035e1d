import { Brain, ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";

const shownAtMost = 60_000;

/** What the model thought aloud, folded away. */
export function Reasoning({ text, thinking }: { text: string; thinking: boolean }) {
  const [open, setOpen] = useState(false);
  if (!text) return null;
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <section aria-label="Reasoning" className="mb-2 text-xs">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex h-6 items-center gap-1.5 rounded text-muted hover:text-fg">
        <Chevron className="size-3.5" aria-hidden />
        <Brain className="size-3.5" aria-hidden />
        {thinking ? "Thinking…" : "Reasoning"}
      </button>
      {open && <div className="selectable mt-1 max-h-96 overflow-y-auto border-l-2 pl-3 leading-5 whitespace-pre-wrap text-muted [overflow-wrap:anywhere]">{text.slice(0, shownAtMost)}</div>}
    </section>
  );
}
