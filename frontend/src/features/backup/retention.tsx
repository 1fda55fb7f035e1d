import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorUnlessStopped, WaitedRun } from "@/components/waited-run";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/dialog";
import { ErrorPanel, sentence } from "@/components/ui/feedback";
import { backend, type BackupSettings, type PruneResult } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatBytes, formatDateTime, plural } from "@/lib/format";
import { keys } from "@/lib/queries";
import { toast, toastError } from "@/lib/toast";
import { useSaveBackupSettings } from "./queries";
import { RulesFields } from "./rules-fields";
import { describeRules, keepsAll } from "./state";

/** How long backups stay, with a look at what would go before anything does. */
export function Retention({ settings }: { settings: BackupSettings }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(settings.keep);
  const [saved, setSaved] = useState(settings.keep);
  const [asking, setAsking] = useState(false);
  const save = useSaveBackupSettings();
  const preview = useMutation({ mutationFn: () => backend().previewPrune(draft) });
  const prune = useMutation({
    mutationFn: () => backend().pruneBackups(draft),
    onError: (error) => (errorUnlessStopped(error) ? toastError(error) : toast("info", "Stopped. What was removed stays removed; the other backups are whole.")),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.backups }),
    onSuccess: (result) => {
      preview.reset();
      toast("success", `${plural(result.removed, "backup")} removed, ${formatBytes(result.bytes)} freed.`, result.held > 0 ? `${plural(result.held, "object")} stay for now: an Object Lock holds them.` : undefined);
    },
  });
  // What was saved elsewhere meanwhile is shown.
  if (saved !== settings.keep) {
    setSaved(settings.keep);
    setDraft(settings.keep);
  }
  const changed = JSON.stringify(draft) !== JSON.stringify(settings.keep);
  const change = (next: typeof draft) => {
    setDraft(next);
    preview.reset();
  };
  return (
    <div className="px-4 pb-4">
      <p className="mb-3 text-xs text-muted">Stays: {describeRules(draft)}. The newest whole backup always does.</p>
      <RulesFields rules={draft} onChange={change} className="lg:max-2xl:grid-cols-6" />
      <div className="mt-3 flex flex-wrap gap-2">
        <Button disabled={preview.isPending || keepsAll(draft)} onClick={() => preview.mutate()}>{preview.isPending ? "Looking…" : "Preview"}</Button>
        {changed && <Button variant="primary" disabled={save.isPending} onClick={() => save.mutate({ ...settings, keep: draft })}>Save the rules</Button>}
        {changed && <Button variant="ghost" onClick={() => change(settings.keep)}>Discard</Button>}
      </div>
      {preview.isPending && <div className="mt-3"><WaitedRun kind="preview" label="Looking at the backups" /></div>}
      {prune.isPending && <div className="mt-3"><WaitedRun kind="prune" label="Removing backups" /></div>}
      {Boolean(errorUnlessStopped(preview.error)) && <ErrorPanel error={preview.error} className="py-4" />}
      {preview.data && <Preview result={preview.data} busy={prune.isPending} onPrune={() => setAsking(true)} />}
      <Confirm
        open={asking}
        danger
        title={`Remove ${plural(preview.data?.removed ?? 0, "backup")}?`}
        description="They cannot be brought back. What another backup needs stays."
        confirmLabel="Remove"
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          prune.mutate();
        }}
      />
    </div>
  );
}

function Preview({ result, busy, onPrune }: { result: PruneResult; busy: boolean; onPrune: () => void }) {
  return (
    <div className="mt-3 border-t pt-3" role="region" aria-label="What would go">
      <div className="mb-2 flex items-center gap-3">
        <p className="flex-1" role="status">{result.removed === 0 ? "Nothing would go." : `${plural(result.removed, "backup")} would go, ${formatBytes(result.bytes)}.`}</p>
        {result.removed > 0 && <Button size="sm" variant="danger" disabled={busy} onClick={onPrune}>{busy ? "Removing…" : "Remove now…"}</Button>}
      </div>
      {result.warnings.map((w, i) => <p key={i} className="mb-2 text-xs text-warn">{sentence(w.message)} {w.hint}</p>)}
      <ul className="max-h-48 divide-y overflow-y-auto rounded-md border" tabIndex={0} aria-label="Decisions">
        {result.decisions.map((d) => (
          <li key={d.id} className="flex h-7 items-center gap-3 px-2.5 text-xs tabular-nums">
            <span className={cn("flex-1", !d.keep && "text-danger line-through")}>{formatDateTime(d.createdAt)}</span>
            <span className={d.keep ? "text-muted" : "text-danger"}>{d.keep ? d.reasons.join(", ") : "goes"}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
