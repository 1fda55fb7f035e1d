import { create } from "zustand";
import { backend, toBackendError, type AskRequest, type BackendError, type RecallMode } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { onLock } from "@/lib/queries";
import { followRun } from "@/lib/runs";
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

/** Asks for another answer to a prompt that is stored. */
export function regenerate(conversationId: string, promptId: string): void {
  void sendPrompt(askRequest({ conversationId, regenerate: promptId, promptId }));
}

/** Asks the model to go on with an answer that broke off. */
export function continueAnswer(conversationId: string): void {
  void sendPrompt(askRequest({ conversationId, text: "Continue exactly where you stopped, without repeating what you said." }));
}

/** The new conversation has an id now; whoever still looks at it goes on looking at it. */
function followNewConversation(before: string, now: string): void {
  const { conversationId, screen } = useNavigation.getState();
  if (conversationId === before && screen === "chat") useNavigation.setState({ conversationId: now, target: null });
}
