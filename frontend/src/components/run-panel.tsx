import { ChevronDown, ChevronRight, CircleAlert, CircleCheck, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { sentence } from "@/components/ui/feedback";
import { Progress } from "@/components/ui/progress";
import { backend, type Run, type RunFinding } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatCount, plural } from "@/lib/format";
import { phaseWords } from "@/lib/phases";
import { isRunning } from "@/lib/runs";
import { toastError } from "@/lib/toast";

interface RunPanelProps {
  run: Run;
  onDismiss?: () => void;
  className?: string;
}

const outcomes: Record<string, { word: string; icon: typeof CircleCheck; colour: string }> = {
  done: { word: "finished", icon: CircleCheck, colour: "text-ok" },
  partial: { word: "finished with findings", icon: TriangleAlert, colour: "text-warn" },
  failed: { word: "stopped with an error", icon: CircleAlert, colour: "text-danger" },
  cancelled: { word: "cancelled", icon: CircleAlert, colour: "text-muted" },
};

/** Progress of long work while it runs, its outcome and findings once it ended. */
export function RunPanel({ run, onDismiss, className }: RunPanelProps) {
  return (
    <section aria-label={run.label} className={cn("rounded-lg border bg-surface p-3", className)}>
      {isRunning(run) ? <RunningRun run={run} /> : <EndedRun run={run} onDismiss={onDismiss} />}
      <Findings findings={run.findings} verb={run.kind === "import-chats" ? "skipped" : "not read"} />
    </section>
  );
}

function RunningRun({ run }: { run: Run }) {
  const cancel = () => void backend().cancelRun(run.runId).catch(toastError);
  return (
    <>
      <div className="flex items-center gap-3">
        <span className="font-medium">{run.label}</span>
        <span className="min-w-0 flex-1 truncate text-muted">{phaseWords(run.detail)}</span>
        {run.total > 0 && (
          <span className="tabular-nums text-muted">
            {formatCount(run.done)} of {formatCount(run.total)}
          </span>
        )}
        <Button size="sm" onClick={cancel}>Cancel</Button>
      </div>
      <Progress className="mt-2" label={run.label} done={run.done} total={run.total} />
    </>
  );
}

function EndedRun({ run, onDismiss }: { run: Run; onDismiss?: () => void }) {
  const outcome = outcomes[run.state] ?? outcomes.done!;
  const Icon = outcome.icon;
  return (
    <div className="flex items-start gap-2.5" role="status">
      <Icon className={cn("mt-0.5 size-4 shrink-0", outcome.colour)} aria-hidden />
      <div className="min-w-0 flex-1">
        <p>
          <span className="font-medium">{run.label}</span> <span className="text-muted">{outcome.word}{run.detail ? ` · ${run.detail}` : ""}</span>
        </p>
        {run.error && (
          <p className="mt-0.5 text-danger">
            {sentence(run.error.message)} {run.error.hint && <span className="text-muted">{sentence(run.error.hint)}</span>}
          </p>
        )}
      </div>
      {onDismiss && (
        <Button variant="ghost" size="icon-sm" aria-label={`Dismiss the outcome of ${run.label}`} onClick={onDismiss}>
          <X aria-hidden />
        </Button>
      )}
    </div>
  );
}

function Findings({ findings, verb }: { findings: RunFinding[]; verb: "skipped" | "not read" }) {
  const [open, setOpen] = useState(false);
  if (findings.length === 0) return null;
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <div className="mt-2">
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="flex items-center gap-1 rounded text-xs font-medium text-warn">
        <Chevron className="size-3.5" aria-hidden />
        {verb === "skipped" ? `${plural(findings.length, "item")} skipped` : `${plural(findings.length, "part")} could not be read`}
      </button>
      {open && (
        <ul className="selectable mt-1.5 max-h-56 divide-y overflow-y-auto rounded-md border">
          {findings.map((finding, i) => (
            <li key={i} className="px-2.5 py-1.5">
              <p>
                <span className="font-mono text-xs">{finding.where}</span> <span className="text-soft">{sentence(finding.message)}</span>
              </p>
              {finding.hint && <p className="text-xs text-muted">{sentence(finding.hint)}</p>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
