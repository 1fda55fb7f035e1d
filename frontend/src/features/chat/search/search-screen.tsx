import { MessageSquareText, Search, SearchX, X } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { Button } from "@/components/ui/button";
import { Empty, ErrorPanel, Spinner } from "@/components/ui/feedback";
import { Input } from "@/components/ui/input";
import type { ChatGroup } from "@/lib/backend";
import { formatAgo, formatDateTime, plural } from "@/lib/format";
import { useDebounced } from "@/lib/hooks";
import { useNavigation } from "@/lib/navigation";
import { errorInPlace } from "@/lib/queries";
import { useChatSearch } from "../queries";
import { searchNote } from "./chat-hits";
import { Filters, hasFilters, noFilters } from "./filters";
import { Snippet } from "./snippet";

const hitsAsked = 100;

/** Search over every message and title, with filters; results by conversation. */
export function SearchScreen() {
  const { chatQuery, setChatQuery, focusSearch } = useNavigation();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [focusSearch]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [...(list.current?.querySelectorAll<HTMLElement>("[data-hit]") ?? [])];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const next = at + step < 0 ? input.current : stops[Math.min(stops.length - 1, at + step)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <div className="flex h-full flex-col" onKeyDown={onKeyDown}>
      <header className="border-b px-6 pb-3 pt-4">
        <h1 className="sr-only">Search</h1>
        <div className="relative mx-auto max-w-4xl">
          <Search className="pointer-events-none absolute left-3 top-2.5 size-4 text-muted" aria-hidden />
          <Input
            ref={input}
            role="searchbox"
            aria-label="Search messages and titles"
            placeholder="What was said, in your own words or in theirs"
            className="h-9 pl-9 pr-9 text-base"
            maxLength={2000}
            value={chatQuery.text}
            onChange={(event) => setChatQuery({ text: event.target.value })}
          />
          {chatQuery.text && (
            <button type="button" aria-label="Clear the search" onClick={() => setChatQuery({ text: "" })} className="absolute right-1.5 top-1.5 grid size-6 place-items-center rounded text-muted hover:text-fg"><X className="size-3.5" aria-hidden /></button>
          )}
          <Filters />
        </div>
      </header>
      <div ref={list} className="min-h-0 flex-1 overflow-y-auto px-6 py-3"><div className="mx-auto max-w-4xl"><Results /></div></div>
    </div>
  );
}

function Results() {
  const { chatQuery, setChatQuery } = useNavigation();
  const text = useDebounced(chatQuery.text.trim(), 180);
  const search = useChatSearch({ ...chatQuery, text }, hitsAsked);
  const error = errorInPlace(search);
  if (text.length < 2) {
    return <Empty icon={Search} title="Search everything that was said" className="py-16">It finds by meaning and by exact words, in messages and titles of every conversation, also of the archive.</Empty>;
  }
  if (error) return <ErrorPanel error={error} onRetry={() => void search.refetch()} />;
  if (!search.data) return <Spinner label="Searching…" />;
  const { groups } = search.data;
  if (groups.length === 0) {
    return (
      <Empty icon={SearchX} title="Nothing found" className="py-16" actions={hasFilters(chatQuery) && <Button onClick={() => setChatQuery(noFilters)}>Search without filters</Button>}>
        {hasFilters(chatQuery) ? "The filters may be too narrow." : "Try other words for what was said."}
      </Empty>
    );
  }
  const count = groups.reduce((sum, g) => sum + g.hits.length, 0);
  return (
    <div aria-busy={search.isFetching}>
      <p role="status" className="pb-2 text-xs text-muted">{plural(count, "message")} in {plural(groups.length, "conversation")} · {searchNote(search.data)}</p>
      <div className="space-y-3">{groups.map((group) => <Group key={group.conversationId} group={group} />)}</div>
    </div>
  );
}

function Group({ group }: { group: ChatGroup }) {
  const openConversation = useNavigation((s) => s.openConversation);
  const title = group.title || "Untitled conversation";
  return (
    <section aria-label={title} className="overflow-hidden rounded-lg border bg-surface">
      <h2>
        <button type="button" data-hit onClick={() => openConversation(group.conversationId)} className="flex h-9 w-full items-center gap-2 px-3 text-left hover:bg-hover focus-visible:outline-offset-[-2px]">
          <MessageSquareText className="size-4 shrink-0 text-muted" aria-hidden />
          <span className="truncate font-semibold">{group.titleHit && group.titleMarked ? <Snippet text={group.titleMarked} /> : title}</span>
          {group.status === "archived" && <span className="shrink-0 text-xs text-muted">archived</span>}
          <span className="ml-auto shrink-0 text-xs text-muted">{formatAgo(group.lastActivity)}</span>
        </button>
      </h2>
      {group.hits.length > 0 && (
        <ul className="divide-y border-t">
          {group.hits.map((hit) => (
            <li key={hit.messageId}>
              <button
                type="button"
                data-hit
                onClick={() => openConversation(hit.conversationId, { messageId: hit.messageId, seq: hit.seq })}
                className="grid w-full grid-cols-[64px_1fr_auto] gap-3 px-3 py-1.5 text-left hover:bg-hover focus-visible:outline-offset-[-2px]"
              >
                <span className="text-xs leading-5 text-muted">{hit.role === "user" ? "You" : hit.role === "assistant" ? "Answer" : hit.role}</span>
                <span className="line-clamp-3 text-soft"><Snippet text={hit.snippet} /></span>
                <time dateTime={hit.timestamp} title={formatDateTime(hit.timestamp)} className="text-xs leading-5 text-muted">{formatAgo(hit.timestamp)}</time>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
