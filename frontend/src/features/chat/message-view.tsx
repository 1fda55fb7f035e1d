import { Check, CircleAlert, Copy, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { sentence } from "@/components/ui/feedback";
import { backend, type AppError, type Message } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatAgo, formatDateTime } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { toastError } from "@/lib/toast";
import { Markdown } from "./markdown";
import { Sources } from "./sources";

interface MessageViewProps {
  message: Message;
  streaming: boolean;
  /** It was searched for: show it for a moment. */
  marked: boolean;
}

export function MessageView({ message, streaming, marked }: MessageViewProps) {
  return message.role === "user" ? <Prompt message={message} marked={marked} /> : <Answer message={message} streaming={streaming} marked={marked} />;
}

const mark = "shadow-[0_0_0_2px_var(--accent)]";

function Prompt({ message, marked }: { message: Message; marked: boolean }) {
  return (
    <article aria-label="You" className="flex justify-end pb-1 pt-4">
      <div
        title={formatDateTime(message.timestamp)}
        className={cn("selectable max-w-[85%] rounded-xl rounded-br-sm bg-accent-soft px-3.5 py-2 text-base whitespace-pre-wrap break-words [overflow-wrap:anywhere]", marked && mark)}
      >
        {message.text}
      </div>
    </article>
  );
}

function Answer({ message, streaming, marked }: MessageViewProps) {
  const thinking = streaming && message.text === "";
  return (
    <article aria-label="Answer" aria-busy={streaming} className={cn("-mx-3 rounded-lg px-3 py-2", marked && mark)}>
      {message.model === "retrieval" && <RetrievalLabel />}
      {thinking ? <Thinking /> : <Markdown text={message.text} />}
      <Sources sources={message.sources} />
      {!streaming && <AnswerFoot message={message} />}
    </article>
  );
}

function RetrievalLabel() {
  const openSettings = useNavigation((s) => s.openSettings);
  return (
    <p className="mb-1.5 text-xs text-muted">
      Answered from your estate and history — no model connected.{" "}
      <Button variant="link" size="inline" onClick={() => openSettings("model")}>Connect a model</Button>
    </p>
  );
}

function Thinking() {
  return (
    <p role="status" className="flex h-6 items-center gap-1.5 text-muted">
      <span className="sr-only">Looking through your estate and history</span>
      {[0, 1, 2].map((i) => (
        <span key={i} aria-hidden className="size-1.5 animate-[blink_1.2s_ease-in-out_infinite] rounded-full bg-muted" style={{ animationDelay: `${i * 180}ms` }} />
      ))}
    </p>
  );
}

function AnswerFoot({ message }: { message: Message }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await backend().copyText(message.text);
      setCopied(true);
      window.setTimeout(() => setCopied(false), 1500);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <footer className="mt-1.5 flex h-6 items-center gap-2 text-xs text-muted">
      <Button variant="ghost" size="icon-sm" className="-ml-1.5" aria-label={copied ? "Copied" : "Copy the answer"} onClick={() => void copy()}>
        {copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
      </Button>
      <time dateTime={message.timestamp} title={formatDateTime(message.timestamp)}>{formatAgo(message.timestamp)}</time>
      {message.model && message.model !== "retrieval" && <span>{message.model}</span>}
      {message.partial && <span className="text-warn">Stopped before its end</span>}
    </footer>
  );
}

interface PromptErrorProps {
  error: AppError;
  onRetry: () => void;
  onEdit: () => void;
}

/** Why there is no answer. The prompt is kept: it can be sent again as it was, or changed. */
export function PromptError({ error, onRetry, onEdit }: PromptErrorProps) {
  return (
    <div role="alert" className="my-2 flex items-start gap-2.5 rounded-lg border border-danger/40 bg-danger-soft px-3 py-2.5">
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-danger">{sentence(error.message)}</p>
        {error.hint && <p className="text-soft">{sentence(error.hint)}</p>}
      </div>
      <Button size="sm" onClick={onEdit}>Edit</Button>
      <Button size="sm" onClick={onRetry}><RotateCcw aria-hidden />Try again</Button>
    </div>
  );
}
