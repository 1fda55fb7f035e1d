import { SearchX } from "lucide-react";
import { Empty, ErrorPanel, Spinner } from "@/components/ui/feedback";
import type { ChatHit } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatAgo, formatMs, plainWords, plural } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { errorInPlace } from "@/lib/queries";
import { useChatSearch } from "./queries";

/** Messages of all conversations that were found by what they mean; each leads to its place. */
export function ChatHits({ text }: { text: string }) {
  const search = useChatSearch(text);
  const error = errorInPlace(search);
  if (error) return <ErrorPanel error={error} onRetry={() => void search.refetch()} />;
  if (!search.data) return <div className="p-4"><Spinner label="Searching…" /></div>;
  const { hits, tookMs, pending, dense } = search.data;
  if (hits.length === 0) return <Empty icon={SearchX} title="Nothing found" className="py-10">Try other words for what was said.</Empty>;
  return (
    <>
      <p role="status" className="px-3.5 pb-1.5 text-xs text-muted">
        {plural(hits.length, "message")} · {formatMs(tookMs)}
        {!dense && " · by words alone"}
        {pending > 0 && ` · ${pending} not searchable yet`}
      </p>
      <ul className="min-h-0 flex-1 space-y-0.5 overflow-y-auto px-1.5 pb-2">
        {hits.map((hit) => <Hit key={hit.messageId} hit={hit} />)}
      </ul>
    </>
  );
}

function Hit({ hit }: { hit: ChatHit }) {
  const { target, openConversation } = useNavigation();
  const selected = target?.messageId === hit.messageId;
  return (
    <li>
      <button
        type="button"
        aria-current={selected ? "true" : undefined}
        onClick={() => openConversation(hit.conversationId, { messageId: hit.messageId, seq: hit.seq })}
        className={cn("block w-full rounded-md px-2.5 py-1.5 text-left hover:bg-hover focus-visible:outline-offset-[-2px]", selected && "bg-selected hover:bg-selected")}
      >
        <span className="flex gap-2">
          <span className="truncate font-medium">{hit.title || "Untitled conversation"}</span>
          <span className="ml-auto shrink-0 text-xs text-muted">{formatAgo(hit.timestamp)}</span>
        </span>
        <span className="line-clamp-3 text-xs text-soft">
          <span className="text-muted">{hit.role === "user" ? "You: " : ""}</span>
          {plainWords(hit.snippet)}
        </span>
      </button>
    </li>
  );
}
