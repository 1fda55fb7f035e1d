import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useId, useState } from "react";
import { KeptQuestion, RecoveryWays, type Way } from "@/components/recovery-key";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { backend } from "@/lib/backend";
import { toastError } from "@/lib/toast";

/** Before anything is worth losing: the key that brings it back, or a no in so many words. */
export function RecoveryStep({ onRestore }: { onRestore: () => void }) {
  const [way, setWay] = useState<Way | null>(null);
  const [declining, setDeclining] = useState(false);
  return (
    <>
      <section aria-labelledby="recovery-title" className="mt-7 max-w-2xl rounded-xl border bg-surface p-5">
        <div className="mb-3 grid size-9 place-items-center rounded-lg bg-accent-soft text-accent-text"><KeyRound className="size-5" aria-hidden /></div>
        <h2 id="recovery-title" className="text-lg font-semibold">Keep your recovery key</h2>
        <p className="mb-4 mt-0.5 text-muted">
          Everything here is encrypted, with a key that this machine’s keychain holds. If the machine or its keychain is lost, this one opens your data and your backups on
          another. It is made for you alone: nobody can send you a second one.
        </p>
        <RecoveryWays primary={way === null} onDone={setWay} />
        {way && way !== "file" && <div className="mt-4"><KeptQuestion key={way} way={way} onKept={() => setWay(null)} /></div>}
        <div className="mt-5 flex flex-wrap items-center gap-x-4 gap-y-1 border-t pt-3 text-muted">
          <span>From another machine?</span>
          <Button variant="link" size="inline" onClick={onRestore}>Restore from a backup…</Button>
          <Button variant="link" size="inline" className="ml-auto" onClick={() => setDeclining(true)}>Go on without it…</Button>
        </div>
      </section>
      {declining && <Decline onClose={() => setDeclining(false)} />}
    </>
  );
}

function Decline({ onClose }: { onClose: () => void }) {
  const id = useId();
  const [understood, setUnderstood] = useState(false);
  const decline = useMutation({ mutationFn: () => backend().declineRecoveryKey(), onError: toastError, onSuccess: onClose });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Go on without a recovery key?"
      description="Without it, a lost disk, a new machine or an emptied keychain means that nobody can read your conversations and backups again. You can still save it later, in Settings › Keys."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" disabled={!understood || decline.isPending} onClick={() => decline.mutate()}>Go on without it</Button>
        </>
      }
    >
      <label htmlFor={id} className="mt-4 flex items-start gap-2.5">
        <Checkbox id={id} className="mt-0.5" checked={understood} onCheckedChange={(on) => setUnderstood(on === true)} />
        <span>I do not want it, and I know that what is lost then stays lost.</span>
      </label>
    </Dialog>
  );
}
