import { History, X } from "lucide-react";
import { useState } from "react";
import type { AskRequest, RecalledPair, RecallMode } from "@/lib/backend";
import { formatAgo } from "@/lib/format";
import { useDebounced } from "@/lib/hooks";
import { useNavigation } from "@/lib/navigation";
import { useRecall } from "../queries";

const longestQuery = 4000;

export interface Recalled {
  /** Pairs that go along unless they are taken out. */
  pairs: readonly RecalledPair[];
  remove: (answerId: string) => void;
  /** What the user decided, as the backend wants to know it. */
  choice: () => Pick<AskRequest, "recallChosen" | "recallIds">;
  reset: () => void;
}

/**
 * Earlier pairs for what is being typed. Where they are not there yet when the prompt is sent, the backend recalls by
 * itself; what was taken out stays out.
 */
export function useRecalled(text: string, conversationId: string, mode: RecallMode): Recalled {
  const [removed, setRemoved] = useState<readonly string[]>([]);
  const query = text.slice(0, longestQuery).trim();
  const settled = useDebounced(query, 500);
  const recall = useRecall(settled, conversationId, mode !== "off");
  const current = mode !== "off" && query.length >= 12 && settled.length >= 12;
  const all = current ? (recall.data ?? []) : [];
  const pairs = all.filter((p) => !removed.includes(p.answerId));
  const shown = settled === query && recall.data !== undefined && mode !== "off";
  return {
    pairs,
    remove: (answerId) => setRemoved((r) => [...r, answerId]),
    choice: () => (mode === "off" ? { recallChosen: true, recallIds: [] } : { recallChosen: shown || removed.length > 0, recallIds: pairs.map((p) => p.answerId) }),
    reset: () => setRemoved([]),
  };
}

/** The pairs as chips over the prompt: they open their source, and those taken out are not sent. */
export function RecalledChips({ recalled }: { recalled: Recalled }) {
  const openConversation = useNavigation((s) => s.openConversation);
  const { pairs, remove } = recalled;
  if (pairs.length === 0) return null;
  return (
    <section aria-label="Earlier answers that go along" className="mb-1.5 flex flex-wrap items-center gap-1.5 text-xs">
      <span className="inline-flex items-center gap-1 text-muted"><History className="size-3.5" aria-hidden />Goes along:</span>
      {pairs.map((pair) => (
        <span key={pair.answerId} className="inline-flex h-6.5 max-w-64 items-center rounded-md border bg-surface">
          <button
            type="button"
            className="flex h-full min-w-0 items-center gap-1.5 rounded-md pl-2 hover:underline"
            title={`${pair.prompt}\n\n${pair.answer}`}
            onClick={() => openConversation(pair.conversationId, { messageId: pair.promptId, seq: pair.seq })}
          >
            <span className="truncate">{pair.prompt || pair.title}</span>
            <span className="shrink-0 text-muted">{formatAgo(pair.timestamp)}</span>
          </button>
          <button type="button" aria-label={`Leave out: ${pair.prompt || pair.title}`} onClick={() => remove(pair.answerId)} className="grid size-6 shrink-0 place-items-center rounded-md text-muted hover:text-fg">
            <X className="size-3" aria-hidden />
          </button>
        </span>
      ))}
    </section>
  );
}
