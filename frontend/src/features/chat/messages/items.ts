import type { AppError, Message, Run } from "@/lib/backend";
import { isRunning } from "@/lib/runs";
import type { PendingPrompt } from "../state";

export type Item =
  | { kind: "message"; key: string; message: Message; streaming: boolean; waiting: string; last: boolean }
  | { kind: "error"; key: string; error: AppError }
  /** A stored prompt that nothing answers: the app ended before an answer began. */
  | { kind: "unanswered"; key: string; promptId: string };

export function blankMessage(part: Partial<Message> & Pick<Message, "id" | "role" | "text">): Message {
  const blank: Message = {
    id: "", role: "", text: "", timestamp: "", seq: Number.MAX_SAFE_INTEGER, model: "", partial: false, sources: [], parentId: "", siblings: [], toolCalls: [], reasoning: "",
    promptTokens: 0, answerTokens: 0, costUsd: 0, contextTokens: 0, windowTokens: 0, error: undefined, egress: [], notes: [],
  };
  return { ...blank, ...part };
}

/** An answer is known by its prompt, so that it stays the same item when it is stored and gets an id of its own. */
function answerKey(promptId: string): string {
  return `${promptId}:answer`;
}

function itemKey(messages: readonly Message[], i: number): string {
  const before = messages[i - 1];
  const own = messages[i]!;
  return own.role === "assistant" && before?.role === "user" ? answerKey(before.id) : own.id;
}

function messageItem(key: string, message: Message, streaming = false, waiting = ""): Item {
  return { kind: "message", key, message, streaming, waiting, last: false };
}

/** Of the stored messages, those that the prompt on its way builds on: an edited prompt replaces what follows. */
function kept(stored: readonly Message[], pending: PendingPrompt | undefined, run: Run | undefined): readonly Message[] {
  if (!pending) return stored;
  const { editOf, regenerate } = pending.request;
  if (run?.answer?.messageId && stored.some((m) => m.id === run.answer?.messageId)) return stored;
  const at = stored.findIndex((m) => m.id === (editOf || regenerate));
  if (at < 0) return stored;
  return stored.slice(0, editOf ? at : at + 1);
}

function liveAnswer(run: Run | undefined): Message {
  const answer = run?.answer;
  return blankMessage({
    id: "answer", role: "assistant", text: answer?.text ?? "", sources: answer?.sources ?? [], model: answer?.mode === "retrieval" ? "retrieval" : "", partial: run?.state === "cancelled",
    toolCalls: answer?.toolCalls ?? [], reasoning: answer?.reasoning ?? "", promptTokens: answer?.promptTokens ?? 0, answerTokens: answer?.answerTokens ?? 0, costUsd: answer?.costUsd ?? 0,
    contextTokens: answer?.contextTokens ?? 0, windowTokens: answer?.windowTokens ?? 0, egress: answer?.egress ?? [], notes: answer?.notes ?? [],
  });
}

/** The stored messages, then what is on its way: the prompt, the answer so far, or why there is none. */
export function buildItems(stored: readonly Message[], pending: PendingPrompt | undefined, run: Run | undefined): Item[] {
  const shown = kept(stored, pending, run);
  const ids = new Set(shown.map((m) => m.id));
  const items = shown.map((m, i) => messageItem(itemKey(shown, i), m));
  if (pending && !pending.request.regenerate && !ids.has(pending.promptId)) {
    const key = pending.promptId || "prompt";
    items.push(messageItem(key, blankMessage({ id: key, role: "user", text: pending.request.text, timestamp: pending.sentAt })));
  }
  const answer = run?.answer;
  const running = isRunning(run);
  const isStored = !!answer?.messageId && ids.has(answer.messageId);
  const saidSomething = !!answer && (answer.text !== "" || answer.toolCalls.length > 0 || answer.reasoning !== "");
  if (!isStored && (running || saidSomething || (pending && !run && !pending.error))) {
    items.push(messageItem(answerKey(answer?.promptId || pending?.promptId || "prompt"), liveAnswer(run), running || !run, answer?.waiting ?? ""));
  }
  const error = pending?.error ?? (pending && run?.state === "failed" && !isStored ? run.error : undefined);
  if (error) items.push({ kind: "error", key: "error", error });
  return closeItems(items, !!pending || running);
}

function closeItems(items: Item[], busy: boolean): Item[] {
  const last = items.at(-1);
  if (last?.kind !== "message") return items;
  items[items.length - 1] = { ...last, last: true };
  if (!busy && last.message.role === "user") items.push({ kind: "unanswered", key: "unanswered", promptId: last.message.id });
  return items;
}

/** Near enough that the scrollbar hardly moves when the true height is known. */
export function estimateHeight(item: Item | undefined): number {
  if (item?.kind !== "message") return 72;
  const { message } = item;
  const length = Math.min(message.text.length, 40_000);
  const lines = Math.ceil(length / 95) + (message.text.slice(0, length).match(/\n/g)?.length ?? 0);
  if (message.role === "user") return 60 + Math.min(lines, 30) * 22;
  return 80 + lines * 19 + (message.sources.length > 0 ? 90 : 0) + (message.toolCalls.length > 0 ? 34 : 0) + message.notes.length * 18;
}
