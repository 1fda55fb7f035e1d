import { useMemo, type KeyboardEvent, type ReactNode } from "react";
import type { Message } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { useNavigation } from "@/lib/navigation";
import { Button } from "@/components/ui/button";
import { AnswerText } from "../markdown/answer-text";
import { splitReasoning } from "../markdown/prepare";
import { KnownResources } from "../markdown/resources";
import { useSelectBranch } from "../queries";
import { AnswerFoot } from "./answer-foot";
import { neighbour } from "./branch-walker";
import { Incomplete } from "./incomplete";
import { markStyle, type MessageViewProps } from "./message-props";
import { Prompt } from "./prompt";
import { Reasoning } from "./reasoning";
import { Sources } from "./sources";
import { ToolCalls } from "./tool-calls";

export function MessageView(props: MessageViewProps) {
  const { conversationId, message } = props;
  const select = useSelectBranch(conversationId);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] as 1 | -1 | undefined;
    if (!event.altKey || !step) return;
    const next = neighbour(message, step);
    if (!next) return;
    event.preventDefault();
    select.mutate(next);
  };
  return (
    <div onKeyDown={onKeyDown}>
      {message.role === "user" ? <Prompt {...props} onSelectBranch={select.mutate} /> : <Answer {...props} onSelectBranch={select.mutate} />}
    </div>
  );
}

interface AnswerProps extends MessageViewProps {
  onSelectBranch: (messageId: string) => void;
}

function Answer({ conversationId, message, streaming, waiting, marked, last, onSelectBranch }: AnswerProps) {
  const said = splitReasoning(message.text);
  const reasoning = [message.reasoning, said.reasoning].filter(Boolean).join("\n\n");
  const silent = streaming && said.answer === "";
  const tools = message.toolCalls;
  const toolRuns = tools.some((t) => t.state === "running");
  return (
    <article aria-label="Answer" aria-busy={streaming} className={cn("group/message -mx-3 rounded-lg px-3 py-2", marked && markStyle)}>
      {message.model === "retrieval" && <RetrievalLabel />}
      <Reasoning text={reasoning} thinking={streaming && said.answer === ""} />
      <ToolCalls calls={tools} streaming={streaming} />
      {silent && !toolRuns && <Thinking waiting={waiting} />}
      {said.answer !== "" && (
        <KnownSources message={message}>
          <AnswerText text={said.answer} streaming={streaming} />
        </KnownSources>
      )}
      {!silent && waiting && <Waiting text={waiting} />}
      {!streaming && <Incomplete conversationId={conversationId} message={message} last={last} />}
      <Notes notes={message.notes} />
      <Sources sources={message.sources} />
      {!streaming && <AnswerFoot conversationId={conversationId} message={message} onSelectBranch={onSelectBranch} />}
    </article>
  );
}

/** The resources that the answer rests on or looked up. Which they are changes seldom, so the chips stay as they are. */
function KnownSources({ message, children }: { message: Message; children: ReactNode }) {
  const { sources, toolCalls } = message;
  const known = useMemo(() => [...sources, ...toolCalls.flatMap((t) => t.resources)], [sources, toolCalls]);
  return <KnownResources sources={known}>{children}</KnownResources>;
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

function Thinking({ waiting }: { waiting: string }) {
  return (
    <p role="status" className="flex h-6 items-center gap-1.5 text-muted">
      {!waiting && <span className="sr-only">Looking through your estate and history</span>}
      {[0, 1, 2].map((i) => (
        <span key={i} aria-hidden className="size-1.5 animate-[blink_1.2s_ease-in-out_infinite] rounded-full bg-muted" style={{ animationDelay: `${i * 180}ms` }} />
      ))}
      {waiting && <span className="ml-1 text-xs">{waiting}</span>}
    </p>
  );
}

function Waiting({ text }: { text: string }) {
  return <p role="status" className="mt-2 text-xs text-warn">{text}</p>;
}

/** What a reader should know of the ground the answer stands on. */
function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul aria-label="About this answer" className="selectable mt-3 space-y-0.5 border-l-2 border-line pl-3 text-xs text-muted">
      {notes.map((note) => <li key={note}>{note}</li>)}
    </ul>
  );
}
