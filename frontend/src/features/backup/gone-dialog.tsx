import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { errorUnlessStopped, WaitedRun } from "@/components/waited-run";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorNote } from "@/components/ui/feedback";
import { Input } from "@/components/ui/input";
import { backend, type GoneConversation, type GoneConversations } from "@/lib/backend";
import { formatCount, formatDateTime, plural } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { toast } from "@/lib/toast";
import { MomentField, momentProblem } from "./moment-field";
import { readMoment, wholeSecond, writeMoment } from "./state";

const day = 86_400_000;
const untitled = "Untitled conversation";
/** With more than these, a field narrows the list. */
const narrowFrom = 8;

/** Brings back a conversation that was deleted or purged, out of the backups, by its title. */
export function GoneDialog() {
  const open = useNavigation((s) => s.restoreGone);
  return open ? <Ask onClose={() => useNavigation.setState({ restoreGone: false })} /> : null;
}

function Ask({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [now] = useState(Date.now);
  const [text, setText] = useState(() => writeMoment(now - day));
  const [chosen, setChosen] = useState("");
  const problem = momentProblem(text, now);
  const at = problem ? "" : wholeSecond(readMoment(text) ?? now);
  const look = useMutation({ mutationFn: () => backend().listGoneConversations(at) });
  const conversation = look.data?.conversations.find((c) => c.id === chosen);
  const restore = useMutation({
    mutationFn: (gone: GoneConversation) => backend().restorePart({ conversationId: gone.id, at, fromBackups: true }),
    onSuccess: (result, gone) => {
      onClose();
      void client.invalidateQueries();
      toast("success", `“${gone.title || untitled}” is back.`, result.unreadable > 0 ? `${plural(result.unreadable, "record")} did not open.` : undefined, [{ label: "Open it", run: () => useNavigation.getState().openConversation(gone.id) }]);
    },
  });
  const change = (next: string) => {
    setText(next);
    setChosen("");
    look.reset();
    restore.reset();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (conversation) restore.mutate(conversation);
    else if (!problem && !look.isPending && !look.data) look.mutate();
  };
  const error = errorUnlessStopped(restore.error ?? look.error);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Bring back a conversation that is gone"
      description="Deleted or purged here, but still in the backups as of a moment when it was there. Everything else stays as it is."
      className="top-[8%] flex max-h-[84vh] w-[min(620px,calc(100vw-32px))] flex-col"
    >
      <form className="mt-4 flex min-h-0 flex-1 flex-col gap-4 p-0.5" onSubmit={submit}>
        <MomentField text={text} now={now} hint="A time before it was deleted." onChange={change} />
        {look.isPending && <WaitedRun kind="preview" label="Reading what was there at that moment" />}
        {look.data && <Found found={look.data} chosen={chosen} onChoose={setChosen} />}
        {restore.isPending && <WaitedRun kind="restore-part" label="Bringing it back" />}
        {Boolean(error) && <ErrorNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{look.data?.conversations.length === 0 ? "Close" : "Cancel"}</Button>
          {look.data
            ? <Button type="submit" variant="primary" disabled={!conversation || restore.isPending}>Bring it back</Button>
            : <Button type="submit" variant="primary" disabled={problem !== "" || look.isPending}>Show what is gone</Button>}
        </div>
      </form>
    </Dialog>
  );
}

function Found({ found, chosen, onChoose }: { found: GoneConversations; chosen: string; onChoose: (id: string) => void }) {
  const [words, setWords] = useState("");
  const all = found.conversations;
  const wanted = words.trim().toLowerCase();
  const shown = wanted ? all.filter((c) => (c.title || untitled).toLowerCase().includes(wanted)) : all;
  return (
    <fieldset className="flex min-h-0 flex-1 flex-col gap-2">
      <legend className="sr-only">Conversation</legend>
      <p role="status">
        {all.length === 0 ? "Nothing that was there at that moment is gone now. Try an earlier one." : `${plural(all.length, "conversation")} of that moment ${all.length === 1 ? "is" : "are"} gone now.`}
        {found.damaged > 0 && <span className="text-warn"> {plural(found.damaged, "more", "more")} cannot be opened.</span>}
      </p>
      {all.length > narrowFrom && <Input aria-label="Narrow by title" placeholder="Part of the title" value={words} onChange={(event) => setWords(event.target.value)} />}
      {all.length > 0 && (
        <ul className="min-h-0 flex-1 divide-y overflow-y-auto rounded-md border" tabIndex={0} aria-label="Conversations that are gone">
          {shown.map((c) => (
            <li key={c.id}>
              <label className="flex h-8 items-center gap-3 px-3 hover:bg-hover has-checked:bg-selected">
                <input type="radio" name="gone" className="accent-accent" checked={c.id === chosen} onChange={() => onChoose(c.id)} />
                <span className="min-w-0 flex-1 truncate" title={c.title}>{c.title || untitled}</span>
                <span className="text-xs tabular-nums text-muted">{formatCount(c.messageCount)} {c.messageCount === 1 ? "message" : "messages"}</span>
                <time dateTime={c.lastActivity} className="text-xs tabular-nums text-muted">{formatDateTime(c.lastActivity)}</time>
              </label>
            </li>
          ))}
          {shown.length === 0 && <li className="px-3 py-2 text-muted">No title has these words.</li>}
        </ul>
      )}
    </fieldset>
  );
}
