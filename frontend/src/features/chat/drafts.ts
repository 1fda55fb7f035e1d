import { create } from "zustand";
import { backend, type Draft } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { onLock } from "@/lib/queries";

/** What was typed and not sent. */
export interface DraftText {
  text: string;
  /** A text too long for the field, pasted in one piece; it is sent after the text. */
  pasted: string;
}

export const emptyDraft: DraftText = { text: "", pasted: "" };

/** From here on a text is kept beside the field: a field of a megabyte is slow at every key. */
export const longText = 20_000;

interface DraftState {
  /** By conversation; "" is the new one. */
  drafts: Record<string, DraftText>;
}

export const useDrafts = create<DraftState>(() => ({ drafts: {} }));

/** The whole prompt of a draft. */
export function wholeDraft(draft: DraftText): string {
  return [draft.text.trim(), draft.pasted].filter(Boolean).join("\n\n");
}

/** Puts a stored text back to where it was typed, or beside the field if it is too long for it. */
export function asDraft(text: string): DraftText {
  return text.length > longText ? { text: "", pasted: text } : { text, pasted: "" };
}

/**
 * Saves what was typed a moment after the last key, each conversation on its own, and never two saves of one
 * conversation out of order.
 */
export class DraftSaver {
  private waiting = new Map<string, { draft: Draft; timer: number }>();
  private running = new Map<string, Promise<void>>();

  constructor(
    private readonly save: (id: string, draft: Draft) => Promise<void>,
    private readonly delay = 600,
  ) {}

  change(id: string, draft: Draft): void {
    window.clearTimeout(this.waiting.get(id)?.timer);
    this.waiting.set(id, { draft, timer: window.setTimeout(() => void this.flush(id), this.delay) });
  }

  /** Drops what waits to be saved: the draft became a prompt, or the backend cannot be asked. */
  drop(id: string): void {
    window.clearTimeout(this.waiting.get(id)?.timer);
    this.waiting.delete(id);
  }

  async flush(id: string): Promise<void> {
    const next = this.waiting.get(id);
    if (!next) return;
    this.drop(id);
    const turn = (this.running.get(id) ?? Promise.resolve()).then(() => this.save(id, next.draft)).catch(() => undefined);
    this.running.set(id, turn);
    await turn;
    if (this.running.get(id) === turn) this.running.delete(id);
  }

  flushAll(): void {
    for (const id of [...this.waiting.keys()]) void this.flush(id);
  }
}

export const saver = new DraftSaver((id, draft) => backend().saveDraft(id, draft.text, draft.attachArns));

const loaded = new Set<string>();

onLock(() => {
  saver.flushAll();
  loaded.clear();
  useDrafts.setState({ drafts: {} });
});

function put(id: string, draft: DraftText): void {
  useDrafts.setState((s) => ({ drafts: { ...s.drafts, [id]: draft } }));
}

function attachedArns(id: string): string[] {
  const { conversationId, attachments } = useNavigation.getState();
  return conversationId === id ? attachments.map((a) => a.arn) : [];
}

/** Takes in what was typed, and has it saved. */
export function setDraft(id: string, draft: DraftText): void {
  loaded.add(id);
  put(id, draft);
  saver.change(id, { text: wholeDraft(draft), attachArns: attachedArns(id) });
}

/** Empties the field; what is stored stays until the prompt was taken. */
export function clearField(id: string): void {
  saver.drop(id);
  put(id, emptyDraft);
}

/** The prompt was taken: its draft is history. */
export function forgetDraft(id: string): void {
  saver.change(id, { text: "", attachArns: [] });
  void saver.flush(id);
}

/** Brings back what was typed before the window was closed. What was typed since then wins. */
export async function loadDraft(id: string): Promise<void> {
  if (loaded.has(id)) return;
  loaded.add(id);
  try {
    const draft = await backend().getDraft(id);
    if (useDrafts.getState().drafts[id]?.text) return;
    if (draft.text) put(id, asDraft(draft.text));
    const nav = useNavigation.getState();
    if (draft.attachArns.length > 0 && nav.conversationId === id && nav.attachments.length === 0) {
      nav.setAttachments(draft.attachArns.map((arn) => ({ arn, name: arn.split(/[:/]/).at(-1) ?? arn, typeLabel: "" })));
    }
  } catch {
    loaded.delete(id);
  }
}

/** For tests: a window that was just opened. */
export function forgetLoadedDrafts(): void {
  loaded.clear();
  useDrafts.setState({ drafts: {} });
}
