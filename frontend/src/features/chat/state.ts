import { create } from "zustand";
import type { BackendError} from "@/lib/backend";
import { backend, toBackendError } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { followRun } from "@/lib/runs";

/** A prompt that was sent from this window, until its answer is stored. */
export interface PendingPrompt {
  /** Empty until the backend took it. */
  runId: string;
  promptId: string;
  text: string;
  attachArns: string[];
  sentAt: string;
  error: BackendError | null;
}

interface ChatState {
  /** What was typed and not sent, by conversation; "" is the new one. In memory alone: it is typed text. */
  drafts: Record<string, string>;
  pending: Record<string, PendingPrompt>;
  setDraft: (conversationId: string, text: string) => void;
  setPending: (conversationId: string, prompt: PendingPrompt | null) => void;
}

export const useChat = create<ChatState>((set) => ({
  drafts: {},
  pending: {},
  setDraft: (id, text) => set((s) => ({ drafts: { ...s.drafts, [id]: text } })),
  setPending: (id, prompt) =>
    set((s) => {
      const pending = { ...s.pending };
      if (prompt) pending[id] = prompt;
      else delete pending[id];
      return { pending };
    }),
}));

/** Sends a prompt. If the backend does not take it, the prompt stays in sight with the reason, to be tried again. */
export async function sendPrompt(conversationId: string, text: string, attachArns: string[], promptId = ""): Promise<void> {
  const { setPending } = useChat.getState();
  const prompt: PendingPrompt = { runId: "", promptId, text, attachArns, sentAt: new Date().toISOString(), error: null };
  setPending(conversationId, prompt);
  try {
    const started = await backend().ask({ conversationId, promptId, text, attachArns });
    setPending(started.conversationId, { ...prompt, runId: started.runId, promptId: started.promptId });
    if (conversationId !== started.conversationId) {
      setPending(conversationId, null);
      followNewConversation(conversationId, started.conversationId);
    }
    await followRun(started.runId);
  } catch (error) {
    setPending(conversationId, { ...prompt, error: toBackendError(error) });
  }
}

/** The new conversation has an id now; whoever still looks at it goes on looking at it. */
function followNewConversation(before: string, now: string): void {
  const { conversationId, screen } = useNavigation.getState();
  if (conversationId === before && screen === "chat") useNavigation.setState({ conversationId: now, target: null });
}
