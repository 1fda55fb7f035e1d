import { Check, Copy, GitFork, PencilLine } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";
import { useCopy } from "@/lib/copy";
import { formatAgo, formatBytes, formatDateTime } from "@/lib/format";
import { askRequest, mayAsk, sendPrompt, useChat } from "../state";
import { BranchWalker } from "./branch-walker";
import { useFork } from "./fork";
import { markStyle, type MessageViewProps } from "./message-props";

const shownAtFirst = 3000;
const shownAtMost = 100_000;

interface PromptProps extends MessageViewProps {
  onSelectBranch: (messageId: string) => void;
}

export function Prompt({ conversationId, message, marked, onSelectBranch }: PromptProps) {
  const editing = useChat((s) => s.editing === message.id);
  const stored = message.siblings.length > 0;
  if (editing && stored) return <PromptEditor {...{ conversationId, message }} />;
  return (
    <article aria-label="You" className="group/message flex flex-col items-end pb-1 pt-4">
      <div className={cn("selectable max-w-[85%] rounded-xl rounded-br-sm bg-accent-soft px-3.5 py-2 text-base whitespace-pre-wrap break-words [overflow-wrap:anywhere]", marked && markStyle)}>
        <PromptText text={message.text} />
      </div>
      {stored && <PromptFoot {...{ conversationId, message, onSelectBranch }} />}
    </article>
  );
}

/** A long prompt shows its beginning: a megabyte of text would be a page of its own. */
function PromptText({ text }: { text: string }) {
  const [all, setAll] = useState(false);
  if (text.length <= shownAtFirst) return text;
  const shown = all ? text.slice(0, shownAtMost) : text.slice(0, shownAtFirst);
  return (
    <>
      <span className={cn("block", all && "max-h-[60vh] overflow-y-auto")} tabIndex={all ? 0 : undefined}>{shown}{shown.length < text.length && "…"}</span>
      <span className="mt-1 flex items-center gap-2 text-xs text-muted">
        <Button variant="link" size="inline" aria-expanded={all} onClick={() => setAll(!all)}>{all ? "Show less" : `Show more (${formatBytes(text.length)})`}</Button>
        {all && text.length > shownAtMost && "The rest is kept and can be copied."}
      </span>
    </>
  );
}

function PromptFoot({ conversationId, message, onSelectBranch }: Pick<PromptProps, "conversationId" | "message" | "onSelectBranch">) {
  const { copied, copy } = useCopy();
  const fork = useFork(conversationId);
  const many = message.siblings.length > 1;
  return (
    <footer className={cn("mt-0.5 flex h-6 items-center text-xs text-muted", !many && "opacity-0 focus-within:opacity-100 group-hover/message:opacity-100")}>
      <time dateTime={message.timestamp} title={formatDateTime(message.timestamp)} className="mr-1.5">{formatAgo(message.timestamp)}</time>
      <Tooltip content="Change the prompt and ask again"><Button variant="ghost" size="icon-sm" aria-label="Edit the prompt" onClick={() => useChat.setState({ editing: message.id })}><PencilLine aria-hidden /></Button></Tooltip>
      <Tooltip content="Copy"><Button variant="ghost" size="icon-sm" aria-label={copied ? "Copied" : "Copy the prompt"} onClick={() => copy(message.text)}>{copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}</Button></Tooltip>
      <Tooltip content="New conversation from here"><Button variant="ghost" size="icon-sm" aria-label="Fork from this prompt" onClick={() => fork.mutate(message.id)}><GitFork aria-hidden /></Button></Tooltip>
      <BranchWalker message={message} what="Version" onSelect={onSelectBranch} />
    </footer>
  );
}

/** Changes a prompt in place: what is sent becomes a branch beside it, and nothing is lost. */
function PromptEditor({ conversationId, message }: Pick<PromptProps, "conversationId" | "message">) {
  const [text, setText] = useState(message.text);
  const done = () => useChat.setState({ editing: "" });
  const send = () => {
    if (!text.trim() || !mayAsk(conversationId)) return;
    done();
    void sendPrompt(askRequest({ conversationId, text: text.trim(), editOf: message.id }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      done();
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };
  return (
    <article aria-label="You" className="flex flex-col items-end pb-1 pt-4">
      <div className="w-[85%] rounded-xl border border-accent bg-surface p-1.5">
        <textarea
          autoFocus
          aria-label="Edit the prompt"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onFocus={(event) => event.target.setSelectionRange(text.length, text.length)}
          onKeyDown={onKeyDown}
          rows={Math.min(14, text.split("\n", 15).length + Math.floor(Math.min(text.length, 2000) / 90))}
          className="block w-full resize-none bg-transparent px-2 py-1 text-base leading-[22px] focus-visible:outline-none"
        />
        <div className="flex items-center justify-end gap-1.5">
          <span className="mr-auto pl-2 text-xs text-muted">The earlier version stays beside it.</span>
          <Button size="sm" variant="ghost" onClick={done}>Cancel</Button>
          <Button size="sm" variant="primary" disabled={!text.trim()} onClick={send}>Send</Button>
        </div>
      </div>
    </article>
  );
}
