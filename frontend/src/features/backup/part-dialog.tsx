import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorUnlessStopped, WaitedRun } from "@/components/waited-run";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorNote } from "@/components/ui/feedback";
import { backend, type PartRequest, type PartResult } from "@/lib/backend";
import { plural } from "@/lib/format";
import { useNavigation, type RestorablePart } from "@/lib/navigation";
import { toast, toastError } from "@/lib/toast";
import { ChangeTable } from "./change-table";
import { MomentField, momentProblem } from "./moment-field";
import { readMoment, wholeSecond, writeMoment } from "./state";

const hour = 3_600_000;

/** Brings a conversation or the estate back to a moment, while everything else stays as it is. */
export function PartDialog() {
  const part = useNavigation((s) => s.restorePart);
  if (!part) return null;
  return <Ask key={part.conversationId} part={part} onClose={() => useNavigation.setState({ restorePart: null })} />;
}

function Ask({ part, onClose }: { part: RestorablePart; onClose: () => void }) {
  const client = useQueryClient();
  const [now] = useState(Date.now);
  const [text, setText] = useState(() => writeMoment(now - hour));
  const moment = readMoment(text);
  const problem = momentProblem(text, now);
  const request: PartRequest = { conversationId: part.conversationId, at: moment === null ? "" : wholeSecond(moment), fromBackups: false };
  const what = part.conversationId ? `“${part.title || "Untitled conversation"}”` : "the estate";
  const preview = useMutation({ mutationFn: () => backend().previewPart(request) });
  const restore = useMutation({
    mutationFn: () => backend().restorePart(request),
    onSuccess: (result) => {
      onClose();
      void client.invalidateQueries();
      toast("success", `Brought ${what} back to ${text}.`, said(result), result.before ? [{ label: "Undo", run: () => void undo({ ...request, at: result.before }).then(() => client.invalidateQueries()) }] : undefined);
    },
  });
  const change = (next: string) => {
    setText(next);
    preview.reset();
    restore.reset();
  };
  const error = errorUnlessStopped(restore.error ?? preview.error);
  const nothing = preview.data?.changes.length === 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Back to an earlier state: ${part.conversationId ? part.title || "untitled conversation" : "the estate"}`}
      description="Everything else stays as it is. What is there now stays in the log, so that this can be undone."
      className="w-[min(560px,calc(100vw-32px))]"
      actions={
        <>
          <Button onClick={onClose}>{nothing ? "Close" : "Cancel"}</Button>
          {preview.data
            ? <Button variant="danger" disabled={nothing || restore.isPending} onClick={() => restore.mutate()}>Bring it back</Button>
            : <Button variant="primary" disabled={problem !== "" || preview.isPending} onClick={() => preview.mutate()}>Preview</Button>}
        </>
      }
    >
      <div className="mt-4 space-y-4">
        <MomentField text={text} now={now} hint="The log of this machine reaches back 30 days unless it is set otherwise; the backups reach back further." onChange={change} />
        {preview.isPending && <WaitedRun kind="preview" label="Comparing that state with what is here" />}
        {restore.isPending && <WaitedRun kind="restore-part" label="Bringing it back" />}
        {preview.data && (
          <section aria-label="What would change" className="rounded-lg border">
            <p role="status" className="border-b px-3 py-2">
              <span className="font-medium">{plural(preview.data.records, "record")}</span> at that moment, {preview.data.backup ? "from a backup" : "from the log of this machine"}.
            </p>
            <ChangeTable changes={preview.data.changes} />
          </section>
        )}
        {Boolean(error) && <ErrorNote error={error} />}
      </div>
    </Dialog>
  );
}

const said = (r: PartResult): string => (r.unreadable > 0 ? `${plural(r.unreadable, "record")} did not open and stayed as they were.` : "");

async function undo(request: PartRequest): Promise<void> {
  try {
    await backend().restorePart(request);
    toast("success", "Undone.");
  } catch (error) {
    toastError(error);
  }
}
