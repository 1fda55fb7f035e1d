import { ArrowUp, Square } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import { backend, type AskRequest, type RecallMode, type Run, type SecretFinding } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { useStatus } from "@/lib/queries";
import { isRunning } from "@/lib/runs";
import { toastError } from "@/lib/toast";
import { clearField, emptyDraft, loadDraft, longText, saver, setDraft, useDrafts, wholeDraft } from "../drafts";
import { askRequest, sendPrompt, useChat } from "../state";
import { Attachments } from "./attachments";
import { ComposerFoot } from "./composer-foot";
import { PastedText } from "./pasted-text";
import { RecalledChips, useRecalled } from "./recalled";
import { SecretDialog } from "./secret-dialog";

/** What the backend takes as one prompt, in characters. */
const longestPrompt = 1_048_576;
const tallest = 240;

interface ComposerProps {
  conversationId: string;
  run: Run | undefined;
  recallMode: RecallMode;
}

export function Composer({ conversationId, run, recallMode }: ComposerProps) {
  const draft = useDrafts((s) => s.drafts[conversationId] ?? emptyDraft);
  const sending = useChat((s) => {
    const pending = s.pending[conversationId];
    return !!pending && !pending.error && pending.runId === "";
  });
  const { attachments, setAttachments, clearTarget, focusComposer, newFolderId } = useNavigation();
  const remote = useStatus()?.modelRemote ?? false;
  const [found, setFound] = useState<{ request: AskRequest; secrets: SecretFinding[] } | null>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const busy = sending || isRunning(run);
  const text = wholeDraft(draft);
  const recalled = useRecalled(busy ? "" : text, conversationId, recallMode);
  const tooLong = text.length > longestPrompt;

  useDraftKeeping(conversationId);
  useEffect(() => input.current?.focus(), [conversationId, focusComposer]);
  useLayoutEffect(() => {
    const area = input.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, tallest)}px`;
  }, [draft.text]);

  const dispatch = (request: AskRequest) => {
    setFound(null);
    clearTarget();
    clearField(conversationId);
    setAttachments([]);
    recalled.reset();
    void sendPrompt(request);
  };
  const send = async () => {
    if (!text || busy || tooLong) return;
    const request = askRequest({ conversationId, text, attachArns: attachments.map((a) => a.arn), folderId: conversationId ? "" : newFolderId, ...recalled.choice() });
    try {
      // To a model on this machine nothing leaves, so nothing needs to be asked.
      const secrets = remote ? await backend().findSecrets(text) : [];
      if (secrets.length > 0) setFound({ request, secrets });
      else dispatch(request);
    } catch (error) {
      toastError(error);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends an input method's composition; that one must not send.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData("text");
    if (pasted.length <= longText) return;
    event.preventDefault();
    setDraft(conversationId, { ...draft, pasted: [draft.pasted, pasted].filter(Boolean).join("\n\n") });
  };
  const stop = () => run && void backend().cancelRun(run.runId).catch(toastError);

  return (
    <div className="mx-auto w-full max-w-4xl px-6 pb-2.5">
      <RecalledChips recalled={recalled} />
      <div className="rounded-xl border border-line-strong/60 bg-surface p-1.5 shadow-sm has-[textarea:focus-visible]:border-accent has-[textarea:focus-visible]:outline-1 has-[textarea:focus-visible]:outline-accent">
        <Attachments />
        {draft.pasted && <PastedText text={draft.pasted} onRemove={() => setDraft(conversationId, { ...draft, pasted: "" })} />}
        <div className="flex items-end gap-1.5">
          <textarea
            ref={input}
            rows={1}
            aria-label="Your prompt"
            placeholder="Ask about your estate"
            autoComplete="off"
            value={draft.text}
            onChange={(event) => setDraft(conversationId, { ...draft, text: event.target.value })}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onBlur={() => void saver.flush(conversationId)}
            className="min-h-8 flex-1 resize-none bg-transparent px-2 py-1.5 text-base leading-[22px] focus-visible:outline-none"
          />
          {isRunning(run) ? (
            <Tooltip content="Stop the answer (Esc)">
              <Button variant="secondary" size="icon" aria-label="Stop the answer" onClick={stop}><Square className="fill-current" aria-hidden /></Button>
            </Tooltip>
          ) : (
            <Button variant="primary" size="icon" aria-label="Send" disabled={!text || busy || tooLong} onClick={() => void send()}><ArrowUp aria-hidden /></Button>
          )}
        </div>
      </div>
      <ComposerFoot conversationId={conversationId} text={text} tooLong={tooLong} recallMode={recallMode} />
      {found && (
        <SecretDialog
          text={found.request.text}
          secrets={found.secrets}
          onCancel={() => setFound(null)}
          onSend={() => dispatch({ ...found.request, secretsAllowed: true })}
          onRedacted={(redacted) => dispatch({ ...found.request, text: redacted })}
        />
      )}
    </div>
  );
}

/** Brings back the draft of the conversation, and has what waits saved when the window goes. */
function useDraftKeeping(conversationId: string): void {
  useEffect(() => {
    void loadDraft(conversationId);
    return () => void saver.flush(conversationId);
  }, [conversationId]);
  useEffect(() => {
    const flush = () => saver.flushAll();
    window.addEventListener("blur", flush);
    window.addEventListener("pagehide", flush);
    window.addEventListener("beforeunload", flush);
    return () => {
      window.removeEventListener("blur", flush);
      window.removeEventListener("pagehide", flush);
      window.removeEventListener("beforeunload", flush);
    };
  }, []);
}
