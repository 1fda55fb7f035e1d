import { CircleAlert, RotateCcw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { sentence } from "@/components/ui/feedback";
import { backend, type AppError, type AskRequest } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { toastError } from "@/lib/toast";
import { asDraft, setDraft } from "../drafts";
import { regenerate, sendPrompt, useChat } from "../state";

/** Why there is no answer. The prompt is kept: it can be sent again as it was, or changed. */
export function PromptError({ conversationId, error }: { conversationId: string; error: AppError }) {
  const pending = useChat((s) => s.pending[conversationId]);
  const openSettings = useNavigation((s) => s.openSettings);
  const edit = () => {
    const { setPending } = useChat.getState();
    setPending(conversationId, null);
    if (pending?.request.editOf) useChat.setState({ editing: pending.request.editOf });
    else setDraft(conversationId, asDraft(pending?.request.text ?? ""));
    useNavigation.setState((s) => ({ focusComposer: s.focusComposer + 1 }));
  };
  // A prompt that was taken is stored: it is asked again, not sent a second time.
  const retry = () => pending && void sendPrompt({ ...pending.request, promptId: pending.promptId });
  const again = (part: Partial<AskRequest>) => pending && void sendPrompt({ ...pending.request, promptId: pending.promptId, ...part });
  const secret = error.code === "secret_found";
  const redact = async () => {
    try {
      again({ text: await backend().redactSecrets(pending?.request.text ?? ""), recallChosen: true, recallIds: [] });
    } catch (reason) {
      toastError(reason);
    }
  };
  return (
    <div role="alert" className="my-2 flex items-start gap-2.5 rounded-lg border border-danger/40 bg-danger-soft px-3 py-2.5">
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden />
      <div className="selectable min-w-0 flex-1">
        <p className="font-medium text-danger">{sentence(error.message)}</p>
        {error.hint && <p className="text-soft">{sentence(error.hint)}</p>}
      </div>
      {(error.code === "model_auth" || error.code === "credentials") && <Button size="sm" onClick={() => openSettings("model")}>Settings</Button>}
      {!pending?.request.regenerate && <Button size="sm" onClick={edit}>Edit</Button>}
      {secret ? (
        <>
          <Button size="sm" variant="danger" onClick={() => again({ secretsAllowed: true })}>Send anyway</Button>
          <Button size="sm" variant="primary" onClick={() => void redact()}>Redact and send</Button>
        </>
      ) : (
        <Button size="sm" onClick={retry}><RotateCcw aria-hidden />Try again</Button>
      )}
    </div>
  );
}

/** A prompt of long ago whose answer never began. */
export function Unanswered({ conversationId, promptId }: { conversationId: string; promptId: string }) {
  return (
    <div role="note" className="my-2 flex items-center gap-2.5 text-xs text-muted">
      This prompt has no answer.
      <Button size="sm" onClick={() => regenerate(conversationId, promptId)}><RotateCcw aria-hidden />Answer it</Button>
    </div>
  );
}
