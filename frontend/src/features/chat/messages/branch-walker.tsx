import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { Message } from "@/lib/backend";

/** The alternative before (-1) or after (1) this message; empty where there is none. */
export function neighbour(message: Pick<Message, "id" | "siblings">, step: 1 | -1): string {
  const at = message.siblings.indexOf(message.id);
  return at < 0 ? "" : (message.siblings[at + step] ?? "");
}

interface BranchWalkerProps {
  message: Pick<Message, "id" | "siblings">;
  what: string;
  onSelect: (messageId: string) => void;
  disabled?: boolean;
}

/** "‹ 2/3 ›": the alternatives at a place, where there is more than one. */
export function BranchWalker({ message, what, onSelect, disabled }: BranchWalkerProps) {
  const at = message.siblings.indexOf(message.id);
  if (message.siblings.length < 2 || at < 0) return null;
  const step = (by: 1 | -1) => {
    const next = neighbour(message, by);
    if (next) onSelect(next);
  };
  return (
    <span role="group" aria-label={`${what} ${at + 1} of ${message.siblings.length}`} className="inline-flex items-center text-xs tabular-nums text-muted">
      <Button variant="ghost" size="icon-sm" aria-label={`Previous ${what.toLowerCase()}`} disabled={disabled || at === 0} onClick={() => step(-1)}><ChevronLeft aria-hidden /></Button>
      {at + 1}/{message.siblings.length}
      <Button variant="ghost" size="icon-sm" aria-label={`Next ${what.toLowerCase()}`} disabled={disabled || at === message.siblings.length - 1} onClick={() => step(1)}><ChevronRight aria-hidden /></Button>
    </span>
  );
}
