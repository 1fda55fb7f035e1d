import { SearchX } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Empty, ErrorPanel, Spinner } from "@/components/ui/feedback";
import type { ChatHit, ChatResults } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatAgo, formatMs, plural } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { errorInPlace } from "@/lib/queries";
import { useChatSearch } from "../queries";
import { Snippet } from "./snippet";

/** One line on how the search went. */
export function searchNote({ tookMs, dense, pending }: Pick<ChatResults, "tookMs" | "dense" | "pending">): string {
  return [formatMs(tookMs), !dense && "by words alone", pending > 0 && `${pending} not searchable yet`].filter(Boolean).join(" · ");
}

/** Messages of all conversations that were found by what they mean, beside the conversation; each leads to its place. */
export function ChatHits({ text }: { text: string }) {
  const search = useChatSearch({ text }, 40);
  const searchChats = useNavigation((s) => s.searchChats);
  const error = errorInPlace(search);
  if (error) return <ErrorPanel error={error} onRetry={() => void search.refetch()} />;
  if (!search.data) return <div className="p-4"><Spinner label="Searching…" /></div>;
  const { groups } = search.data;
  if (groups.length === 0) return <Empty icon={SearchX} title="Nothing found" className="py-10">Try other words for what was said.</Empty>;
  const count = groups.reduce((sum, g) => sum + g.hits.length, 0);
  return (
    <>
      <p role="status" className="px-3.5 pb-1.5 text-xs text-muted">
        {plural(count, "message")} · {searchNote(search.data)}
      </p>
      <ul className="min-h-0 flex-1 space-y-0.5 overflow-y-auto px-1.5 pb-2">
        {groups.flatMap((group) =>
          group.hits.length > 0
            ? group.hits.map((hit) => <Hit key={hit.messageId} hit={hit} />)
            : [<TitleHit key={group.conversationId} id={group.conversationId} title={group.title} />],
        )}
      </ul>
      <div className="border-t p-1.5">
        <Button variant="ghost" size="sm" className="w-full" onClick={() => searchChats({ text })}>Filters and all results</Button>
      </div>
    </>
  );
}

function TitleHit({ id, title }: { id: string; title: string }) {
  const openConversation = useNavigation((s) => s.openConversation);
  return (
    <li>
      <button type="button" onClick={() => openConversation(id)} className="block w-full rounded-md px-2.5 py-1.5 text-left hover:bg-hover focus-visible:outline-offset-[-2px]">
        <span className="block truncate font-medium">{title || "Untitled conversation"}</span>
        <span className="text-xs text-muted">In the title</span>
      </button>
    </li>
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
          <Snippet text={hit.snippet} />
        </span>
      </button>
    </li>
  );
}
