import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorPanel, Skeleton, Spinner } from "@/components/ui/feedback";
import type { AppError, Message, Run } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { isRunning, useRun, useRuns } from "@/lib/runs";
import { MessageView, PromptError } from "./message-view";
import { useMessages } from "./queries";
import { sendPrompt, useChat, type PendingPrompt } from "./state";

type Item =
  | { kind: "message"; key: string; message: Message; streaming: boolean }
  | { kind: "error"; key: string; error: AppError };

/** The run that answers in this conversation, also one that was started before the window was loaded. */
export function useAnswerRun(conversationId: string): Run | undefined {
  const pending = useChat((s) => s.pending[conversationId]);
  const own = useRun(pending?.runId ?? "");
  const found = useRuns((s) =>
    Object.values(s.tracked).find(({ run }) => run.kind === "answer" && isRunning(run) && run.answer?.conversationId === conversationId),
  );
  return own ?? (conversationId ? found?.run : undefined);
}

function message(part: Partial<Message> & Pick<Message, "id" | "role" | "text">): Message {
  return { timestamp: "", seq: Number.MAX_SAFE_INTEGER, model: "", partial: false, sources: [], ...part };
}

/** An answer is known by its prompt, so that it stays the same item when it is stored and gets an id of its own. */
function itemKey(messages: Message[], i: number): string {
  const before = messages[i - 1];
  const own = messages[i]!;
  return own.role === "assistant" && before?.role === "user" ? answerKey(before.id) : own.id;
}

function answerKey(promptId: string): string {
  return `${promptId}:answer`;
}

/** The stored messages, then what is on its way: the prompt, the answer so far, or why there is none. */
export function buildItems(stored: Message[], pending: PendingPrompt | undefined, run: Run | undefined): Item[] {
  const items: Item[] = stored.map((m, i) => ({ kind: "message", key: itemKey(stored, i), message: m, streaming: false }));
  const has = (id: string | undefined) => !!id && stored.some((m) => m.id === id);
  if (pending && !has(pending.promptId)) {
    const key = pending.promptId || "prompt";
    items.push({ kind: "message", key, streaming: false, message: message({ id: key, role: "user", text: pending.text, timestamp: pending.sentAt }) });
  }
  const answer = run?.answer;
  const running = isRunning(run);
  if (running || (answer?.text && !has(answer.messageId) && run?.state !== "failed") || (pending && !run && !pending.error)) {
    items.push({ kind: "message", key: answerKey(answer?.promptId || pending?.promptId || "prompt"), streaming: running || !run, message: message({
      id: "answer", role: "assistant", text: answer?.text ?? "", sources: answer?.sources ?? [],
      model: answer?.mode === "retrieval" ? "retrieval" : "", partial: run?.state === "cancelled",
    }) });
  }
  const error = pending?.error ?? (pending && run?.state === "failed" ? run.error : undefined);
  if (error) items.push({ kind: "error", key: "error", error });
  return items;
}

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
        <Button size="sm" className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-float" onClick={clearTarget}>
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
      rows.scrollToIndex(items.length - 1, { align: "end" });
      settled.current = true;
    } else if (targetIndex >= 0) {
      rows.scrollToIndex(targetIndex, { align: "center" });
      settled.current = true;
    } else if (hasNextPage && !isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [items.length, rows, target, targetIndex, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useEffect(() => {
    if (!marked || targetIndex < 0) return;
    const timer = window.setTimeout(() => setMarked(""), 2600);
    return () => window.clearTimeout(timer);
  }, [marked, targetIndex]);
  useEffect(() => {
    if (settled.current && firstVisible < 6 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [firstVisible, hasNextPage, isFetchingNextPage, fetchNextPage]);
  useEffect(() => {
    if (settled.current && lastVisible > items.length - 4 && hasPreviousPage && !isFetchingPreviousPage) void fetchPreviousPage();
  }, [lastVisible, items.length, hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage]);

  return (
    <div ref={scroller} tabIndex={0} role="log" aria-label="Messages" className="h-full overflow-y-auto focus-visible:outline-offset-[-2px]">
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
  );
}

/** Near enough that the scrollbar hardly moves when the true height is known. */
function estimateHeight(item: Item | undefined): number {
  if (!item || item.kind === "error") return 72;
  const lines = Math.ceil(item.message.text.length / 90) + item.message.text.split("\n").length;
  return item.message.role === "user" ? 36 + lines * 20 : 60 + lines * 20 + (item.message.sources.length > 0 ? 60 : 0);
}

function ItemView({ item, marked, conversationId }: { item: Item; marked: boolean; conversationId: string }) {
  const pending = useChat((s) => s.pending[conversationId]);
  const { setPending, setDraft } = useChat.getState();
  if (item.kind === "message") return <MessageView message={item.message} streaming={item.streaming} marked={marked} />;
  const edit = () => {
    setDraft(conversationId, pending?.text ?? "");
    setPending(conversationId, null);
    useNavigation.setState((s) => ({ focusComposer: s.focusComposer + 1 }));
  };
  const retry = () => pending && void sendPrompt(conversationId, pending.text, pending.attachArns, pending.promptId);
  return <PromptError error={item.error} onRetry={retry} onEdit={edit} />;
}
