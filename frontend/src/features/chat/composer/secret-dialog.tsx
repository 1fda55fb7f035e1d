import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { sentence } from "@/components/ui/feedback";
import { backend, type SecretFinding } from "@/lib/backend";
import { useStatus } from "@/lib/queries";
import { toastError } from "@/lib/toast";

const around = 40;

/** The line about a finding: some words before it, what it is cut down to, some words after it. */
export function surroundings(text: string, finding: SecretFinding): { before: string; after: string } {
  const before = text.slice(Math.max(0, finding.start - around), finding.start);
  const after = text.slice(finding.end, finding.end + around);
  return { before: before.slice(before.lastIndexOf("\n") + 1), after: after.split("\n")[0] ?? "" };
}

interface SecretDialogProps {
  text: string;
  secrets: readonly SecretFinding[];
  onCancel: () => void;
  onSend: () => void;
  onRedacted: (text: string) => void;
}

/** Asks before text that looks like a credential goes to a model on another machine. */
export function SecretDialog({ text, secrets, onCancel, onSend, onRedacted }: SecretDialogProps) {
  const host = useStatus()?.modelHost ?? "";
  const [busy, setBusy] = useState(false);
  const redact = async () => {
    setBusy(true);
    try {
      onRedacted(await backend().redactSecrets(text));
    } catch (error) {
      toastError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onCancel()}
      className="w-[min(560px,calc(100vw-32px))]"
      title="This looks like a credential"
      description={<>The prompt would leave this machine{host && <> for <span className="font-mono text-xs">{host}</span></>}. Found in it:</>}
      actions={
        <>
          <Button onClick={onCancel}>Cancel</Button>
          <Button variant="danger" onClick={onSend}>Send anyway</Button>
          <Button variant="primary" autoFocus disabled={busy} onClick={() => void redact()}>Redact and send</Button>
        </>
      }
    >
      <ul className="selectable mt-3 max-h-56 divide-y overflow-y-auto rounded-lg border">
        {secrets.map((finding, i) => {
          const { before, after } = surroundings(text, finding);
          return (
            <li key={i} className="px-3 py-2">
              <p className="flex items-center gap-1.5 font-medium"><KeyRound className="size-3.5 text-warn" aria-hidden />{sentence(finding.description || finding.rule)}</p>
              <p className="break-all font-mono text-xs text-muted">…{before}<mark className="rounded bg-warn-soft px-0.5 text-warn">{finding.preview}</mark>{after}…</p>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
