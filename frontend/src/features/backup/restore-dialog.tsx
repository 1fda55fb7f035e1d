import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { errorUnlessStopped, WaitedRun } from "@/components/waited-run";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorNote } from "@/components/ui/feedback";
import { backend, type BackupPoint, type RestoreRequest, type RestoreResult } from "@/lib/backend";
import { plural } from "@/lib/format";
import { ChangeTable } from "./change-table";
import { asked, ChooseRestore, firstChoice, formatMoment, type RestoreChoice } from "./restore-choice";

interface RestoreDialogProps {
  points: readonly BackupPoint[];
  /** The backup to begin with; empty: the latest state. */
  from: string;
  onClose: () => void;
}

/** Chooses what comes back, shows what that changes, and asks in so many words. */
export function RestoreDialog({ points, from, onClose }: RestoreDialogProps) {
  const [choice, setChoice] = useState(() => firstChoice(points, from));
  const preview = useMutation({ mutationFn: (request: RestoreRequest) => backend().previewRestore(request) });
  const restore = useMutation({ mutationFn: (request: RestoreRequest) => backend().restoreBackup(request), onSuccess: onClose });

  const { request, problem } = asked(choice, points);
  const change = (next: RestoreChoice) => {
    setChoice(next);
    preview.reset();
    restore.reset();
  };
  const error = errorUnlessStopped(restore.error ?? preview.error);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Restore"
      description="It is built beside your data and checked, then it takes its place. What is here now is kept in a folder beside the data folder."
      className="top-[8%] flex max-h-[84vh] w-[min(620px,calc(100vw-32px))] flex-col"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {preview.data
            ? <Button variant="danger" disabled={restore.isPending} onClick={() => restore.mutate(request)}>{restoreLabel(preview.data)}</Button>
            : <Button variant="primary" disabled={preview.isPending || problem !== "" || points.length === 0} onClick={() => preview.mutate(request)}>Preview</Button>}
        </>
      }
    >
      <div className="mt-4 min-h-0 flex-1 space-y-4 overflow-y-auto p-0.5">
        <ChooseRestore points={points} choice={choice} onChange={change} />
        {preview.isPending && <WaitedRun kind="preview" label="Comparing the backup with what is here" />}
        {preview.data && <Preview result={preview.data} />}
        {Boolean(error) && <ErrorNote error={error} />}
      </div>
    </Dialog>
  );
}

const restoreLabel = (r: RestoreResult) => `Restore ${plural(r.records, "record")} as of ${formatMoment(r.moment || r.madeAt)}`;

function Preview({ result }: { result: RestoreResult }) {
  return (
    <section aria-label="What would change" className="rounded-lg border">
      <p className="border-b px-3 py-2" role="status">
        <span className="font-medium">{plural(result.records, "record")}</span> as of {formatMoment(result.moment || result.madeAt)}. {result.checked ? "Compared with the sums of the backup." : "Every object was compared with its name."}
      </p>
      <ChangeTable changes={result.changes} />
    </section>
  );
}
