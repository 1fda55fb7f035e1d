import { Check, CircleAlert, Circle, LoaderCircle } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Progress } from "@/components/ui/progress";
import { backend, type StartupStep, type Status } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { toastError } from "@/lib/toast";
import { KeyLost } from "./key-lost";
import { useUnlock } from "./use-unlock";

const names: Record<string, { title: string; about: string }> = {
  keys: { title: "Keys", about: "Unlock what is encrypted" },
  ledger: { title: "Ledger", about: "Open the record of everything acknowledged" },
  qdrant: { title: "Search engine", about: "Start Qdrant" },
  model: { title: "Language model", about: "Load the model that finds by meaning" },
  mending: { title: "Index", about: "Bring the index in step with the ledger" },
};

/** What the app is doing until it can be used, and what to do if it cannot. */
export function StartupScreen({ status, onRestore }: { status: Status | undefined; onRestore: () => void }) {
  const steps = status?.steps ?? [];
  return (
    <div className="grid h-full place-items-center overflow-y-auto p-6">
      <section aria-labelledby="startup-title" className="w-full max-w-md">
        <h1 id="startup-title" className="text-xl font-semibold">{title(status)}</h1>
        <p className="mb-5 mt-1 text-muted">{subtitle(status)}</p>
        {status?.error && <ErrorNote className="mb-4" error={status.error} />}
        {status?.phase === "failed" && (
          <Button variant="primary" className="mb-4" onClick={() => void backend().retry().catch(toastError)}>Try again</Button>
        )}
        {status?.phase === "failed" && status.error && <KeyLost error={status.error} onRestore={onRestore} />}
        {status?.phase === "needs_passphrase" && <PassphraseForm choose={status.passphraseNew} />}
        {steps.length > 0 && (
          <ol aria-label="Steps" className="divide-y rounded-lg border bg-surface">
            {steps.map((step) => <Step key={step.name} step={step} />)}
          </ol>
        )}
      </section>
    </div>
  );
}

function title(status: Status | undefined): string {
  if (status?.phase === "failed") return "CloudOps could not start";
  if (status?.phase === "needs_passphrase") return status.passphraseNew ? "Choose a passphrase" : "Your data is locked";
  return "Starting";
}

function subtitle(status: Status | undefined): string {
  if (status?.phase === "failed") return "Nothing was changed. What is stored stays as it is.";
  if (status?.phase === "needs_passphrase") return "This machine has no keychain that could hold the key, so a passphrase guards it.";
  return "Everything runs on this machine.";
}

function StepSign({ state }: { state: string }) {
  if (state === "done") return <Check className="size-4 text-ok" aria-hidden />;
  if (state === "failed") return <CircleAlert className="size-4 text-danger" aria-hidden />;
  if (state === "running") return <LoaderCircle className="size-4 animate-spin text-accent-text" aria-hidden />;
  return <Circle className="size-4 text-line-strong" aria-hidden />;
}

function Step({ step }: { step: StartupStep }) {
  const known = names[step.name] ?? { title: step.name, about: "" };
  return (
    <li className="flex items-start gap-3 px-3.5 py-2.5" aria-current={step.state === "running" ? "step" : undefined}>
      <span className="mt-0.5"><StepSign state={step.state} /></span>
      <div className="min-w-0 flex-1">
        <p className={cn("font-medium", step.state === "waiting" && "text-muted")}>
          {known.title} <span className="sr-only">({step.state})</span>
        </p>
        <p className="break-words text-xs text-muted">{step.detail || known.about}</p>
        {step.state === "running" && step.total > 0 && <Progress className="mt-1.5" label={known.title} done={step.done} total={step.total} />}
      </div>
    </li>
  );
}

function PassphraseForm({ choose }: { choose: boolean }) {
  const { passphrase, setPassphrase, busy, error, unlock } = useUnlock((text) => backend().unlock(text));
  const [again, setAgain] = useState("");
  const ready = passphrase !== "" && (!choose || passphrase === again);
  return (
    <form
      className="mb-4 space-y-3 rounded-lg border bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault();
        void unlock();
      }}
    >
      <Field
        label={choose ? "New passphrase" : "Passphrase"}
        hint={choose ? "At least 8 characters. It is never stored: without it, only the recovery key opens your data." : "The one that was chosen at the first start. The recovery key opens your data without it."}
      >
        {(ids) => (
          <Input {...ids} type="password" autoFocus maxLength={1024} value={passphrase} aria-invalid={error !== null} onChange={(event) => setPassphrase(event.target.value)} />
        )}
      </Field>
      {choose && (
        <Field label="Again" hint={again !== "" && again !== passphrase ? "The two differ." : ""}>
          {(ids) => <Input {...ids} type="password" maxLength={1024} value={again} onChange={(event) => setAgain(event.target.value)} />}
        </Field>
      )}
      {error && <ErrorNote error={error} />}
      <Button type="submit" variant="primary" disabled={busy || !ready}>{busy ? "Unlocking…" : choose ? "Protect and start" : "Unlock"}</Button>
    </form>
  );
}
