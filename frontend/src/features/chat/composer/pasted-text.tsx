import { FileText, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { formatBytes } from "@/lib/format";

const previewed = 4000;

/** A long text that was pasted: it goes along whole, but is not laid out line by line while one types. */
export function PastedText({ text, onRemove }: { text: string; onRemove: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="m-1 rounded-md border bg-bg text-xs">
      <div className="flex h-8 items-center gap-2 pl-2.5 pr-1">
        <FileText className="size-3.5 shrink-0 text-muted" aria-hidden />
        <span className="font-medium">Pasted text</span>
        <span className="min-w-0 flex-1 truncate text-muted">{formatBytes(text.length)} · {text.slice(0, 120)}</span>
        <Button variant="ghost" size="sm" className="h-6" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? "Hide" : "Show"}</Button>
        <Button variant="ghost" size="icon-sm" aria-label="Remove the pasted text" onClick={onRemove}><X aria-hidden /></Button>
      </div>
      {open && <pre tabIndex={0} aria-label="Pasted text" className="selectable max-h-40 overflow-auto border-t p-2.5 font-mono whitespace-pre-wrap">{text.slice(0, previewed)}{text.length > previewed && "\n…"}</pre>}
    </div>
  );
}
