import { ArrowUp, ChevronDown, ChevronRight, Paperclip, Square, X } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import { backend, type ChatHit, type Run } from "@/lib/backend";
import { formatAgo, plainWords, plural } from "@/lib/format";
import { useDebounced } from "@/lib/hooks";
import { useNavigation } from "@/lib/navigation";
import { isRunning } from "@/lib/runs";
import { toastError } from "@/lib/toast";
import { useRecall } from "./queries";
import { sendPrompt, useChat } from "./state";

const longestPrompt = 100_000;
const tallest = 220;

export function Composer({ conversationId, run }: { conversationId: string; run: Run | undefined }) {
  const draft = useChat((s) => s.drafts[conversationId] ?? "");
  const setDraft = useChat((s) => s.setDraft);
  const sending = useChat((s) => {
    const pending = s.pending[conversationId];
    return !!pending && !pending.error && pending.runId === "";
  });
  const { attachments, setAttachments, clearTarget, focusComposer } = useNavigation();
  const input = useRef<HTMLTextAreaElement>(null);
  const busy = sending || isRunning(run);

  useEffect(() => input.current?.focus(), [conversationId, focusComposer]);
  useLayoutEffect(() => {
    const area = input.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, tallest)}px`;
  }, [draft]);

  const send = () => {
    const text = draft.trim();
    if (!text || busy) return;
    clearTarget();
    setDraft(conversationId, "");
    setAttachments([]);
    void sendPrompt(conversationId, text, attachments.map((a) => a.arn));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends an input method's composition; that one must not send.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const stop = () => run && void backend().cancelRun(run.runId).catch(toastError);

  return (
    <div className="mx-auto w-full max-w-4xl px-6 pb-4">
      <Recalled text={busy ? "" : draft} conversationId={conversationId} />
      <div className="rounded-xl border border-line-strong/60 bg-surface p-1.5 shadow-sm has-[textarea:focus-visible]:border-accent has-[textarea:focus-visible]:outline-1 has-[textarea:focus-visible]:outline-accent">
        {attachments.length > 0 && (
          <ul aria-label="About" className="flex flex-wrap gap-1.5 px-1.5 pb-1 pt-1">
            {attachments.map((attachment) => (
              <li key={attachment.arn} className="inline-flex h-6.5 max-w-full items-center gap-1.5 rounded-md bg-accent-soft pl-2 text-xs text-accent-text" title={attachment.arn}>
                <Paperclip className="size-3 shrink-0" aria-hidden />
                <span className="truncate">{attachment.typeLabel} {attachment.name}</span>
                <button
                  type="button"
                  aria-label={`Remove ${attachment.name} from the prompt`}
                  onClick={() => setAttachments(attachments.filter((a) => a.arn !== attachment.arn))}
                  className="grid size-6.5 shrink-0 place-items-center rounded-md hover:bg-fg/8"
                >
                  <X className="size-3" aria-hidden />
                </button>
              </li>
            ))}
          </ul>
        )}
        <div className="flex items-end gap-1.5">
          <textarea
            ref={input}
            rows={1}
            aria-label="Your prompt"
            placeholder="Ask about your estate"
            autoComplete="off"
            maxLength={longestPrompt}
            value={draft}
            onChange={(event) => setDraft(conversationId, event.target.value)}
            onKeyDown={onKeyDown}
            className="min-h-8 flex-1 resize-none bg-transparent px-2 py-1.5 text-base leading-[22px] focus-visible:outline-none"
          />
          {isRunning(run) ? (
            <Tooltip content="Stop the answer">
              <Button variant="secondary" size="icon" aria-label="Stop the answer" onClick={stop}><Square className="fill-current" aria-hidden /></Button>
            </Tooltip>
          ) : (
            <Button variant="primary" size="icon" aria-label="Send" disabled={!draft.trim() || busy} onClick={send}><ArrowUp aria-hidden /></Button>
          )}
        </div>
      </div>
    </div>
  );
}

/** Earlier answers that bear on what is being typed, before it is asked again. */
function Recalled({ text, conversationId }: { text: string; conversationId: string }) {
  const settled = useDebounced(text.trim(), 500);
  const recall = useRecall(settled, conversationId);
  const [open, setOpen] = useState(false);
  const hits = text.trim().length >= 12 && settled ? (recall.data ?? []).slice(0, 5) : [];
  if (hits.length === 0) return null;
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <section aria-label="Earlier answers" className="mb-1.5 text-xs">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex h-6 items-center gap-1 rounded text-muted hover:text-fg">
        <Chevron className="size-3.5" aria-hidden />
        {plural(hits.length, "earlier message")} on this
      </button>
      {open && (
        <ul className="divide-y rounded-lg border bg-surface">
          {hits.map((hit) => <RecalledHit key={hit.messageId} hit={hit} />)}
        </ul>
      )}
    </section>
  );
}

function RecalledHit({ hit }: { hit: ChatHit }) {
  const openConversation = useNavigation((s) => s.openConversation);
  return (
    <li>
      <button
        type="button"
        onClick={() => openConversation(hit.conversationId, { messageId: hit.messageId, seq: hit.seq })}
        className="block w-full px-2.5 py-1.5 text-left hover:bg-hover focus-visible:outline-offset-[-2px]"
      >
        <span className="flex gap-2">
          <span className="truncate font-medium">{hit.title}</span>
          <span className="ml-auto shrink-0 text-muted">{formatAgo(hit.timestamp)}</span>
        </span>
        <span className="line-clamp-2 text-muted">{plainWords(hit.snippet)}</span>
      </button>
    </li>
  );
}
