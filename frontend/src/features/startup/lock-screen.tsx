import { Lock } from "lucide-react";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { backend } from "@/lib/backend";
import { useUnlock } from "./use-unlock";

/** Nothing but the way back in: what was shown is out of the window's memory. */
export function LockScreen({ asks }: { asks: boolean }) {
  const { passphrase, setPassphrase, busy, error, unlock } = useUnlock((text) => backend().unlockWindow(text));
  return (
    <main className="grid h-full place-items-center p-6">
      <form
        aria-labelledby="lock-title"
        className="w-full max-w-sm"
        onSubmit={(event) => {
          event.preventDefault();
          void unlock();
        }}
      >
        <div className="mb-3 grid size-10 place-items-center rounded-xl bg-accent-soft text-accent-text"><Lock className="size-5" aria-hidden /></div>
        <h1 id="lock-title" className="text-xl font-semibold">CloudOps is locked</h1>
        <p className="mb-5 mt-1 text-muted">Its data is closed, and the keys are out of the memory.{!asks && " No passphrase is set for the lock: it opens at a click."}</p>
        <div className="space-y-3">
          {asks && (
            <Field label="Passphrase">
              {(ids) => <Input {...ids} type="password" autoFocus maxLength={1024} value={passphrase} aria-invalid={error !== null} onChange={(event) => setPassphrase(event.target.value)} />}
            </Field>
          )}
          {error && <ErrorNote error={error} />}
          <Button type="submit" variant="primary" autoFocus={!asks} disabled={busy}>{busy ? "Unlocking…" : "Unlock"}</Button>
        </div>
      </form>
    </main>
  );
}
