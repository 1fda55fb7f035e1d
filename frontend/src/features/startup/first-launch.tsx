import { FileUp, FlaskConical, Radar, ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { RunPanel } from "@/components/run-panel";
import { ScanForm } from "@/components/scan-form";
import { Button } from "@/components/ui/button";
import type { Run } from "@/lib/backend";
import { importEstate, loadSample, sampleSize } from "@/lib/estate-source";
import { formatCount } from "@/lib/format";
import { isRunning, useLatestRun } from "@/lib/runs";
import { RecoveryStep } from "./recovery-step";

const kinds = ["scan", "sample", "import"] as const;

interface FirstLaunchProps {
  /** The recovery key is neither saved nor declined. */
  asksForKey: boolean;
  onSkip: () => void;
  onRestore: () => void;
}

/** The first thing a new user sees: the recovery key, then two ways to get an estate to look at. */
export function FirstLaunch({ asksForKey, onSkip, onRestore }: FirstLaunchProps) {
  const run = useLatestRun(kinds);
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex min-h-full max-w-4xl flex-col justify-center px-8 py-10">
        <h1 className="text-[26px] font-semibold leading-9 tracking-tight">Welcome to CloudOps</h1>
        <p className="mt-1 max-w-xl text-base text-muted">
          Your AWS estate and every conversation about it, searchable by meaning. All of it stays on this machine.
        </p>
        {asksForKey ? <RecoveryStep onRestore={onRestore} /> : run ? <Reading run={run} /> : <Offers />}
        <footer className="mt-6 flex flex-wrap items-center gap-x-6 gap-y-2 text-muted">
          <span className="flex items-center gap-2"><ShieldCheck className="size-4" aria-hidden />Read-only calls to AWS. Conversations are encrypted.</span>
          {!asksForKey && (
            <span className="ml-auto flex gap-5">
              <Button variant="link" size="inline" onClick={onRestore}>Restore from a backup…</Button>
              <Button variant="link" size="inline" onClick={onSkip}>Look around first</Button>
            </span>
          )}
        </footer>
      </div>
    </div>
  );
}

function Reading({ run }: { run: Run }) {
  return (
    <div className="mt-7">
      <RunPanel run={run} />
      {!isRunning(run) && run.state !== "done" && run.state !== "partial" && <div className="mt-4"><Offers /></div>}
    </div>
  );
}

function Offers() {
  return (
    <div className="mt-7 grid items-stretch gap-4 md:grid-cols-2">
      <Offer icon={<Radar aria-hidden />} title="Scan an AWS profile" about="Reads what your credentials may see.">
        <ScanForm />
      </Offer>
      <Offer icon={<FlaskConical aria-hidden />} title="Load the sample estate" about={`${formatCount(sampleSize)} made-up resources in several accounts and regions: enough to try everything.`}>
        <Button variant="primary" onClick={() => void loadSample()}>Load the sample</Button>
        <div className="mt-5 border-t pt-4">
          <h3 className="font-medium">Have an export already?</h3>
          <p className="mb-2.5 text-muted">JSON, JSON lines, or the output of <code className="font-mono text-xs">get-resources</code> of the AWS command line.</p>
          <Button onClick={() => void importEstate()}><FileUp aria-hidden />Import a file…</Button>
        </div>
      </Offer>
    </div>
  );
}

function Offer({ icon, title, about, children }: { icon: ReactNode; title: string; about: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="rounded-xl border bg-surface p-5">
      <div className="mb-3 grid size-9 place-items-center rounded-lg bg-accent-soft text-accent-text [&_svg]:size-5">{icon}</div>
      <h2 className="text-lg font-semibold">{title}</h2>
      <p className="mb-4 mt-0.5 text-muted">{about}</p>
      {children}
    </section>
  );
}
