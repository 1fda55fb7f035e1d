import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { hasKey, KeptQuestion, noKey, RecoveryKeyInput, RecoveryWays, type Way } from "@/components/recovery-key";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ErrorNote } from "@/components/ui/feedback";
import { backend, type RecoveryKeySource } from "@/lib/backend";
import { toast } from "@/lib/toast";

/** The recovery key: whether it is saved, the ways to save it, and whether what was saved fits. */
export function RecoveryPanel({ saved }: { saved: boolean }) {
  const [way, setWay] = useState<Way | null>(null);
  const [checking, setChecking] = useState(false);
  return (
    <section aria-label="Recovery key" className="flex items-start gap-4 rounded-lg border bg-surface p-4">
      <KeyRound className="mt-0.5 size-5 shrink-0 text-muted" aria-hidden />
      <div className="min-w-0 flex-1">
        <h3 className="flex items-center gap-2 font-medium">
          Recovery key <Badge tone={saved ? "ok" : "warn"}>{saved ? "Saved" : "Not saved yet"}</Badge>
        </h3>
        <p className="mb-3 mt-0.5 text-muted">
          Opens everything on a new machine if this one or its keychain is lost. Whoever has it can read your data: keep it offline, or in a password manager.
        </p>
        <div className="flex flex-wrap gap-2">
          <RecoveryWays primary={!saved} onDone={setWay} />
          <Button variant="ghost" onClick={() => setChecking(true)}>Check a saved one…</Button>
        </div>
        {way && way !== "file" && <div className="mt-3"><KeptQuestion key={way} way={way} onKept={() => setWay(null)} /></div>}
      </div>
      {checking && <CheckDialog onClose={() => setChecking(false)} />}
    </section>
  );
}

function CheckDialog({ onClose }: { onClose: () => void }) {
  const [key, setKey] = useState<RecoveryKeySource>(noKey);
  const check = useMutation({
    mutationFn: () => backend().checkRecoveryKey(key),
    onSuccess: () => {
      toast("success", "This recovery key opens your data.");
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Check a saved recovery key" description="It is tried on this vault, as another machine would. Nothing is changed.">
      <form
        className="mt-4 space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          check.mutate();
        }}
      >
        <RecoveryKeyInput value={key} autoFocus onChange={(next) => { setKey(next); check.reset(); }} />
        {check.error && <ErrorNote error={check.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!hasKey(key) || check.isPending}>Check</Button>
        </div>
      </form>
    </Dialog>
  );
}
