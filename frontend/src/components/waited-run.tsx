import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { backend, toBackendError } from "@/lib/backend";
import { formatCount } from "@/lib/format";
import { phaseWords } from "@/lib/phases";
import { useActiveRun } from "@/lib/runs";
import { toastError } from "@/lib/toast";

interface WaitedRunProps {
  /** The kind of the run that the call under way is carried out in. */
  kind: "preview" | "prune" | "restore-part";
  /** What is waited for, also before the run is known. */
  label: string;
}

/** How far a call is that is waited for, with a way to stop it. A preview that nobody looks at any more is stopped. */
export function WaitedRun({ kind, label }: WaitedRunProps) {
  const run = useActiveRun([kind]);
  const id = useRef("");
  useEffect(() => {
    if (run) id.current = run.runId;
  }, [run]);
  useEffect(() => () => {
    if (kind === "preview" && id.current) void backend().cancelRun(id.current).catch(() => undefined);
  }, [kind]);
  return (
    <section aria-label={label} className="rounded-lg border p-3">
      <div className="flex min-h-6.5 items-center gap-3">
        <p className="min-w-0 flex-1 truncate" role="status">{phaseWords(run?.detail ?? "") || label}</p>
        {run && run.total > 0 && <p className="tabular-nums text-muted">{formatCount(run.done)} of {formatCount(run.total)}</p>}
        {run && <Button size="sm" onClick={() => void backend().cancelRun(run.runId).catch(toastError)}>Stop</Button>}
      </div>
      <Progress className="mt-2" label={label} done={run?.done ?? 0} total={run?.total ?? 0} />
    </section>
  );
}

/** An error that is one: not that the user stopped it. */
export function errorUnlessStopped(error: unknown): unknown {
  return error && toBackendError(error).code === "cancelled" ? null : error;
}
