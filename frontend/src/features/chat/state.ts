import { create } from "zustand";
import { backend, toBackendError, type AskRequest, type BackendError, type RecallMode } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { onLock } from "@/lib/queries";
import { followRun, isRunning, useRuns } from "@/lib/runs";
import { toast } from "@/lib/toast";
import { forgetDraft } from "./drafts";

/** A prompt that was sent from this window, until its answer is stored. */
export interface PendingPrompt {
  /** Empty until the backend took it. */
  runId: string;
  promptId: string;
  request: AskRequest;
  sentAt: string;
  error: BackendError | null;
}

interface ChatState {
  pending: Record<string, PendingPrompt>;
  /** The message whose text is being changed in place. */
  editing: string;
  /** How a conversation that is not stored yet is to recall; null: as the settings say. */
  newRecall: RecallMode | null;
  setPending: (conversationId: string, prompt: PendingPrompt | null) => void;
}

export const useChat = create<ChatState>((set) => ({
  pending: {},
  editing: "",
  newRecall: null,
  setPending: (id, prompt) =>
    set((s) => {
      const pending = { ...s.pending };
      if (prompt) pending[id] = prompt;
      else delete pending[id];
      return { pending };
    }),
}));

onLock(() => useChat.setState({ pending: {}, editing: "", newRecall: null }));

export function askRequest(part: Partial<AskRequest> & Pick<AskRequest, "conversationId">): AskRequest {
  return {
    promptId: "", text: "", attachArns: [], editOf: "", regenerate: "", recallIds: [], recallChosen: false, secretsAllowed: false, folderId: "", ...part,
  };
}

/** Sends a prompt. If the backend does not take it, the prompt stays in sight with the reason, to be tried again. */
export async function sendPrompt(request: AskRequest): Promise<void> {
  const { conversationId } = request;
  const { setPending, newRecall } = useChat.getState();
  const prompt: PendingPrompt = { runId: "", promptId: request.promptId, request, sentAt: new Date().toISOString(), error: null };
  setPending(conversationId, prompt);
  try {
    const started = await backend().ask(request);
    setPending(started.conversationId, { ...prompt, runId: started.runId, promptId: started.promptId });
    if (!request.editOf && !request.regenerate) forgetDraft(conversationId);
    if (conversationId !== started.conversationId) {
      setPending(conversationId, null);
      followNewConversation(conversationId, started.conversationId);
      if (newRecall) await backend().setRecall(started.conversationId, newRecall);
      useChat.setState({ newRecall: null });
    }
    await followRun(started.runId);
  } catch (error) {
    setPending(conversationId, { ...prompt, error: toBackendError(error) });
  }
}

/** True while an answer of this conversation is on its way. */
export function isAnswering(conversationId: string): boolean {
  const pending = useChat.getState().pending[conversationId];
  const runs = Object.values(useRuns.getState().tracked);
  return (!!pending && !pending.error && pending.runId === "") || runs.some(({ run }) => run.kind === "answer" && isRunning(run) && run.answer?.conversationId === conversationId);
}

/** One answer at a time in a conversation: says so where a second is asked for. */
export function mayAsk(conversationId: string): boolean {
  if (!isAnswering(conversationId)) return true;
  toast("info", "An answer is still on its way.", "Stop it with Esc, or wait for its end.");
  return false;
}

/** What is on its way gives way to what is stored, once it has ended. */
export function dropEnded(conversationId: string): void {
  if (!isAnswering(conversationId)) useChat.getState().setPending(conversationId, null);
}

/** Asks for another answer to a prompt that is stored. */
export function regenerate(conversationId: string, promptId: string): void {
  if (!mayAsk(conversationId)) return;
  void sendPrompt(askRequest({ conversationId, regenerate: promptId, promptId }));
}

/** Asks the model to go on with an answer that broke off. */
export function continueAnswer(conversationId: string): void {
  if (!mayAsk(conversationId)) return;
  void sendPrompt(askRequest({ conversationId, text: "Continue exactly where you stopped, without repeating what you said." }));
}

/** The new conversation has an id now; whoever still looks at it goes on looking at it. */
function followNewConversation(before: string, now: string): void {
  const { conversationId, screen } = useNavigation.getState();
  if (conversationId === before && screen === "chat") useNavigation.setState({ conversationId: now, target: null });
}
