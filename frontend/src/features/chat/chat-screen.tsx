import { useQueryClient } from "@tanstack/react-query";
import { MessageSquareText } from "lucide-react";
import { useEffect } from "react";
import { useNavigation } from "@/lib/navigation";
import { keys, useStatus } from "@/lib/queries";
import { isRunning } from "@/lib/runs";
import { backend, type Run } from "@/lib/backend";
import { toastError } from "@/lib/toast";
import { Composer } from "./composer/composer";
import { ConversationHeader, useNewRecall } from "./conversation-header";
import { setDraft } from "./drafts";
import { ConversationPanel } from "./list/conversation-panel";
import { MessageList } from "./messages/message-list";
import { useAnswerRun } from "./messages/use-answer-run";
import { useConversation } from "./queries";
import { useChat } from "./state";

const suggestions = [
  "Which production databases are open to the public?",
  "Which volumes are not attached to anything?",
  "What runs in our production account, by service?",
  "Which resources have no owner tag?",
];

const suggestionsAboutOne = [
  "What depends on this?",
  "Who owns this, and what is it for?",
  "What is unusual about its configuration?",
  "What else is like it?",
];

export function ChatScreen() {
  const conversationId = useNavigation((s) => s.conversationId);
  const pending = useChat((s) => s.pending[conversationId]);
  const run = useAnswerRun(conversationId);
  const fresh = conversationId === "" && !pending;
  useForgetAnswered(conversationId);
  useListWithNew(run?.runId);
  useStopWithEscape(run);
  const conversation = useConversation(conversationId).data;
  const newRecall = useNewRecall();

  return (
    <div className="flex h-full min-h-0">
      <ConversationPanel />
      <section aria-label="Conversation" className="flex min-w-0 flex-1 flex-col">
        <h1 className="sr-only">Chat</h1>
        {conversationId !== "" && <ConversationHeader conversationId={conversationId} />}
        {fresh ? <Start /> : <MessageList conversationId={conversationId} />}
        <Composer conversationId={conversationId} run={run} recallMode={conversation?.recall || newRecall} />
      </section>
    </div>
  );
}

/** Escape stops the answer, unless something else is open that it closes. What there is of the answer is kept. */
function useStopWithEscape(run: Run | undefined): void {
  const runId = isRunning(run) ? (run?.runId ?? "") : "";
  useEffect(() => {
    if (!runId) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("[role=dialog], [role=menu]")) return;
      event.preventDefault();
      void backend().cancelRun(runId).catch(toastError);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [runId]);
}

/** An answered prompt is history: it comes from the backend from then on. */
function useForgetAnswered(conversationId: string): void {
  const run = useAnswerRun(conversationId);
  const setPending = useChat((s) => s.setPending);
  const stored = !isRunning(run) && !!run?.answer?.messageId && run.state !== "failed";
  useEffect(() => {
    if (!stored) return;
    // The messages are being asked for anew; the answer stays in sight until they are there.
    const timer = window.setTimeout(() => setPending(conversationId, null), 3000);
    return () => window.clearTimeout(timer);
  }, [stored, conversationId, setPending]);
}

/** A prompt makes or moves a conversation, so the list is asked for anew. */
function useListWithNew(runId: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (runId) void client.invalidateQueries({ queryKey: keys.conversations });
  }, [runId, client]);
}

function Start() {
  const status = useStatus();
  const about = useNavigation((s) => s.attachments.length > 0);
  const choose = (text: string) => {
    setDraft("", { text, pasted: "" });
    useNavigation.setState((s) => ({ focusComposer: s.focusComposer + 1 }));
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center justify-center overflow-y-auto px-6">
      <div className="w-full max-w-xl">
        <div className="mb-3 grid size-10 place-items-center rounded-xl bg-accent-soft text-accent-text"><MessageSquareText className="size-5" aria-hidden /></div>
        <h2 className="text-xl font-semibold">What do you want to know about your estate?</h2>
        <p className="mt-1 text-muted">
          {status?.model
            ? `${status.model} answers with what is in your inventory and in your earlier conversations.`
            : "No model is connected: you get the matching resources and earlier answers, with their sources."}
        </p>
        <ul className="mt-5 grid gap-2 sm:grid-cols-2" aria-label="Suggestions">
          {(about ? suggestionsAboutOne : suggestions).map((text) => (
            <li key={text}>
              <button type="button" onClick={() => choose(text)} className="h-full w-full rounded-lg border bg-surface px-3 py-2.5 text-left text-soft hover:bg-hover hover:text-fg">
                {text}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
