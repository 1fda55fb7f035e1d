import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { hasKey, noKey, RecoveryKeyInput } from "@/components/recovery-key";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/feedback";
import { backend, type AppError, type RecoveryKeySource } from "@/lib/backend";

/** The errors of a start that the recovery key mends: no key here, or one that does not fit. */
const keyErrors = new Set(["wrong_key", "no_key", "keychain"]);
/** Those that a backup mends. */
const lost = new Set(["wrong_key", "no_key", "corrupt"]);

/** The ways back where a start failed for want of a key, or over damaged data. */
export function KeyLost({ error, onRestore }: { error: AppError; onRestore: () => void }) {
  return (
    <>
      {keyErrors.has(error.code) && <OpenWithKey />}
      {lost.has(error.code) && (
        <p className="mb-4 text-muted">
          Or bring everything back from a backup: what is in the data folder is kept aside. <Button variant="link" size="inline" onClick={onRestore}>Restore from a backup…</Button>
        </p>
      )}
    </>
  );
}

function OpenWithKey() {
  const [key, setKey] = useState<RecoveryKeySource>(noKey);
  const open = useMutation({ mutationFn: () => backend().openWithRecoveryKey(key), onSuccess: () => setKey(noKey) });
  return (
    <form
      aria-label="Open with the recovery key"
      className="mb-4 space-y-3 rounded-lg border bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault();
        open.mutate();
      }}
    >
      <RecoveryKeyInput value={key} onChange={(next) => { setKey(next); open.reset(); }} />
      {open.error && <ErrorNote error={open.error} />}
      <Button type="submit" variant="primary" disabled={!hasKey(key) || open.isPending}>{open.isPending ? "Opening…" : "Open with the recovery key"}</Button>
    </form>
  );
}
