import { Copy, X } from "lucide-react";
import { useEffect } from "react";
import { Button } from "@/components/ui/button";
import { sentence } from "@/components/ui/feedback";
import { Progress } from "@/components/ui/progress";
import { backend, type RestoreState } from "@/lib/backend";
import { formatCount, plural } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { phaseWords } from "@/lib/phases";
import { toastError } from "@/lib/toast";
import { useRestore } from "./queries";
import { collectionName, writeMoment } from "./state";

/** What the window shows while its services are closed for a restore. */
export function RestoreScreen() {
  const restore = useRestore(400).data;
  useEffect(() => {
    // What was open may be gone when the window comes back.
    useNavigation.setState({ screen: "backup", conversationId: "", target: null, resourceArn: "", attachments: [] });
  }, []);
  return (
    <div className="grid h-full place-items-center overflow-y-auto p-6">
      <section aria-labelledby="restoring" className="w-full max-w-md">
        <h1 id="restoring" className="text-xl font-semibold">Restoring</h1>
        <p className="mb-5 mt-1 text-muted">Until it is whole and checked, nothing of your data is touched. What is here now is kept.</p>
        <div className="rounded-lg border bg-surface p-4">
          <div className="flex items-baseline gap-3">
            <p className="flex-1 font-medium" role="status">{phaseWords(restore?.phase ?? "") || "Working"}</p>
            {restore && restore.total > 0 && <p className="tabular-nums text-muted">{formatCount(restore.done)} of {formatCount(restore.total)}</p>}
          </div>
          <Progress className="mt-2.5" label="Restore" done={restore?.done ?? 0} total={restore?.total ?? 0} />
        </div>
        <Button className="mt-4" onClick={() => void backend().cancelRestore().catch(toastError)}>Cancel</Button>
      </section>
    </div>
  );
}

/** How the last restore ended, with where the state before is. */
export function RestoreOutcome({ restore, onDismiss }: { restore: RestoreState; onDismiss: () => void }) {
  const { state, result, error } = restore;
  const dismiss = <Button variant="ghost" size="icon-sm" aria-label="Dismiss the outcome of the restore" onClick={onDismiss}><X aria-hidden /></Button>;
  if (state === "done" && result) {
    return (
      <section aria-label="Restored" className="rounded-lg border border-ok/40 bg-ok-soft p-3.5">
        <div className="flex items-start gap-3">
          <div className="min-w-0 flex-1" role="status">
            <p className="font-medium text-ok">Restored {plural(result.records, "record")} as of {writeMoment(Date.parse(result.moment || result.madeAt))}.</p>
            <p className="mt-0.5 text-soft">
              {result.changes.length === 0 ? "Nothing differed from what was here." : result.changes.map((c) => `${collectionName(c.collection)}: ${formatCount(c.added)} came back, ${formatCount(c.changed)} changed, ${formatCount(c.removed)} went`).join(". ") + "."}
            </p>
            {result.before && <p className="selectable mt-1.5 break-all text-soft">The state before is kept in <code className="font-mono text-xs text-fg">{result.before}</code>. Delete the folder when you no longer need it.</p>}
          </div>
          {result.before && <Button size="sm" onClick={() => void backend().copyText(result.before).catch(toastError)}><Copy aria-hidden />Copy the path</Button>}
          {dismiss}
        </div>
      </section>
    );
  }
  if (state !== "failed" && state !== "cancelled") return null;
  return (
    <section aria-label="Not restored" className="flex items-start gap-3 rounded-lg border border-danger/40 bg-danger-soft p-3.5">
      <div className="min-w-0 flex-1" role="alert">
        <p className="font-medium text-danger">{state === "cancelled" ? "The restore was cancelled." : sentence(error?.message ?? "The restore did not work.")}</p>
        <p className="mt-0.5 text-soft">{state === "failed" && error?.hint ? `${sentence(error.hint)} ` : ""}Everything is as it was before.</p>
      </div>
      {dismiss}
    </section>
  );
}
