import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Button } from "@/components/ui/button";
import { ErrorPanel, Skeleton, Spinner } from "@/components/ui/feedback";
import { cn } from "@/lib/cn";
import { useNavigation } from "@/lib/navigation";
import { useMessages } from "../queries";
import { useChat } from "../state";
import { buildItems, estimateHeight, type Item } from "./items";
import { MessageView } from "./message-view";
import { PromptError, Unanswered } from "./prompt-error";
import { useAnswerRun } from "./use-answer-run";

export function MessageList({ conversationId }: { conversationId: string }) {
  const target = useNavigation((s) => s.target);
  const clearTarget = useNavigation((s) => s.clearTarget);
  const pending = useChat((s) => s.pending[conversationId]);
  const run = useAnswerRun(conversationId);
  const { query, messages } = useMessages(conversationId, target?.seq ?? 0);
  // Around a found message of long ago, what is on its way has no place.
  const anchored = (target?.seq ?? 0) > 0;
  const items = useMemo(
    () => (anchored ? buildItems(messages, undefined, undefined) : buildItems(messages, pending, run)),
    [anchored, messages, pending, run],
  );

  if (query.isError && messages.length === 0) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} className="flex-1" />;
  if (conversationId && query.isPending && items.length === 0) return <MessagesSkeleton />;
  return (
    <div className="relative min-h-0 flex-1">
      <Scroller key={`${conversationId}-${target?.messageId ?? ""}`} conversationId={conversationId} items={items} query={query} />
      {anchored && (
        <Button size="sm" className="absolute bottom-3 left-1/2 z-10 -translate-x-1/2 shadow-float" onClick={clearTarget}>
          <ArrowDown aria-hidden />
          Back to the newest
        </Button>
      )}
    </div>
  );
}

function MessagesSkeleton() {
  return (
    <div className="mx-auto w-full max-w-4xl flex-1 space-y-4 p-6" aria-busy="true">
      <Skeleton className="ml-auto h-9 w-1/2" />
      <Skeleton className="h-28 w-full" />
      <Skeleton className="ml-auto h-9 w-2/5" />
      <Skeleton className="h-20 w-4/5" />
    </div>
  );
}

interface ScrollerProps {
  conversationId: string;
  items: Item[];
  query: ReturnType<typeof useMessages>["query"];
}

function Scroller({ conversationId, items, query }: ScrollerProps) {
  const target = useNavigation((s) => s.target);
  const scroller = useRef<HTMLDivElement>(null);
  const [marked, setMarked] = useState(target?.messageId ?? "");
  const settled = useRef(false);
  const [arrived, setArrived] = useState(false);
  const sentAt = useChat((s) => s.pending[conversationId]?.sentAt);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => estimateHeight(items[i]),
    getItemKey: (i) => items[i]?.key ?? i,
    anchorTo: "end",
    followOnAppend: !target,
    scrollEndThreshold: 80,
    overscan: 6,
    paddingStart: 8,
    paddingEnd: 16,
    initialRect: { width: 800, height: 600 },
  });
  const visible = rows.getVirtualItems();
  const firstVisible = visible[0]?.index ?? 0;
  const lastVisible = visible.at(-1)?.index ?? 0;
  const targetIndex = target ? items.findIndex((item) => item.kind === "message" && item.message.id === target.messageId) : -1;
  const { hasNextPage, isFetchingNextPage, fetchNextPage, hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage } = query;

  // At first the newest message is in view, or the one that was asked for.
  useEffect(() => {
    if (settled.current || items.length === 0) return;
    if (!target) {
      rows.scrollToEnd();
      settled.current = true;
    } else if (targetIndex >= 0) {
      rows.scrollToIndex(targetIndex, { align: "center" });
      settled.current = true;
    } else if (hasNextPage && !isFetchingNextPage) {
      void fetchNextPage();
    }
    // A page that came in while the list still travels would move its goal: further pages wait until it is there.
    if (settled.current) window.setTimeout(() => setArrived(true), 300);
  }, [items.length, rows, target, targetIndex, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useEffect(() => {
    if (!marked || targetIndex < 0) return;
    const timer = window.setTimeout(() => setMarked(""), 2600);
    return () => window.clearTimeout(timer);
  }, [marked, targetIndex]);
  useEffect(() => {
    if (arrived && firstVisible < 6 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [arrived, firstVisible, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useEffect(() => {
    if (arrived && lastVisible > items.length - 4 && hasPreviousPage && !isFetchingPreviousPage) void fetchPreviousPage();
  }, [arrived, lastVisible, items.length, hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage]);

  // Whoever sends a prompt wants to see it, wherever the list was.
  useEffect(() => {
    if (sentAt && settled.current && !target) rows.scrollToEnd();
  }, [sentAt, rows, target]);
  const [away, setAway] = useState(false);
  const onScroll = () => {
    const at = scroller.current;
    setAway(!!at && at.scrollHeight - at.scrollTop - at.clientHeight > 600);
  };
  /** The next prompt upwards (-1) or downwards (1) from what is in view. */
  const jump = (step: 1 | -1) => {
    const top = scroller.current?.scrollTop ?? 0;
    const first = rows.getVirtualItems().find((row) => row.end > top + 12)?.index ?? 0;
    for (let i = step < 0 && (rows.getOffsetForIndex(first, "start")?.[0] ?? 0) < top - 8 ? first : first + step; i >= 0 && i < items.length; i += step) {
      const item = items[i];
      if (item?.kind === "message" && item.message.role === "user") {
        rows.scrollToIndex(i, { align: "start" });
        return;
      }
    }
    if (step > 0) rows.scrollToEnd();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) jump(event.key === "ArrowUp" ? -1 : 1);
    else if (event.key === "End" && event.target === scroller.current) rows.scrollToEnd();
    else return;
    event.preventDefault();
  };

  return (
    <>
    <div ref={scroller} tabIndex={0} role="log" onScroll={onScroll} onKeyDown={onKeyDown} aria-label="Messages" className="h-full overflow-y-auto focus-visible:outline-offset-[-2px]">
      {isFetchingNextPage && <div className="sticky top-0 z-10 flex h-0 justify-center"><Spinner className="mt-2" /></div>}
      <div className="relative" style={{ height: rows.getTotalSize() }}>
        {visible.map((row) => {
          const item = items[row.index];
          if (!item) return null;
          return (
            <div key={row.key} ref={rows.measureElement} data-index={row.index} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${row.start}px)` }}>
              <div className="mx-auto max-w-4xl px-6">
                <ItemView item={item} marked={item.kind === "message" && marked === item.message.id} conversationId={conversationId} />
              </div>
            </div>
          );
        })}
      </div>
    </div>
    {!target && (
      <Button
        size="icon"
        aria-label="To the newest message"
        title="To the newest message (End)"
        className={cn("absolute bottom-3 left-1/2 z-10 -translate-x-1/2 rounded-full shadow-float", !away && "hidden")}
        onClick={() => rows.scrollToEnd()}
      >
        <ArrowDown aria-hidden />
      </Button>
    )}
    </>
  );
}

function ItemView({ item, marked, conversationId }: { item: Item; marked: boolean; conversationId: string }) {
  if (item.kind === "error") return <PromptError conversationId={conversationId} error={item.error} />;
  if (item.kind === "unanswered") return <Unanswered conversationId={conversationId} promptId={item.promptId} />;
  return <MessageView conversationId={conversationId} message={item.message} streaming={item.streaming} waiting={item.waiting} marked={marked} last={item.last} />;
}
