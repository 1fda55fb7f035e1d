import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm, Dialog } from "@/components/ui/dialog";
import { ErrorNote } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { backend, type KeyStatus } from "@/lib/backend";
import { keys } from "@/lib/queries";
import { toast, toastError } from "@/lib/toast";

/** What can be done with the keys: a passphrase in place of the keychain or another one, back to the keychain, rotation. */
export function KeyActions({ status }: { status: KeyStatus }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState<"passphrase" | "rotate" | null>(null);
  const show = (said: string) => (next: KeyStatus) => {
    client.setQueryData(keys.keyStatus, next);
    toast("success", said);
    setAsking(null);
  };
  const keychain = useMutation({ mutationFn: () => backend().useKeychain(), onError: toastError, onSuccess: show("The master key is in the keychain.") });
  const rotate = useMutation({ mutationFn: () => backend().rotateKeys(), onError: toastError, onSuccess: show("The keys were rotated.") });
  const passphrase = status.backend === "passphrase";
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => setAsking("passphrase")}>{passphrase ? "Change the passphrase…" : "Use a passphrase instead…"}</Button>
      {passphrase && <Button disabled={keychain.isPending} onClick={() => keychain.mutate()}>Use the keychain instead</Button>}
      <Button onClick={() => setAsking("rotate")}>Rotate the keys…</Button>
      {asking === "passphrase" && <PassphraseDialog change={passphrase} onClose={() => setAsking(null)} onDone={show(passphrase ? "The passphrase was changed." : "A passphrase guards the master key from now on.")} />}
      <Confirm
        open={asking === "rotate"}
        title="Rotate the keys?"
        description="A new master key and a new data key are made. What is written stays readable, and the recovery key stays the same. Do it when somebody may have seen the old key."
        confirmLabel={rotate.isPending ? "Rotating…" : "Rotate"}
        onConfirm={() => rotate.mutate()}
        onCancel={() => setAsking(null)}
      />
    </div>
  );
}

function PassphraseDialog({ change, onClose, onDone }: { change: boolean; onClose: () => void; onDone: (status: KeyStatus) => void }) {
  const [text, setText] = useState("");
  const [again, setAgain] = useState("");
  const set = useMutation({ mutationFn: () => backend().setPassphrase(text), onSuccess: onDone });
  const differ = again !== "" && again !== text;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={change ? "Change the passphrase" : "Use a passphrase instead"}
      description={change ? "The new one is asked for at the next start." : "The keychain forgets the master key. The passphrase is asked for at each start and stored nowhere: without it, only the recovery key opens your data."}
    >
      <form
        className="mt-4 space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate();
        }}
      >
        <Field label="New passphrase" hint="At least 8 characters.">
          {(ids) => <Input {...ids} type="password" autoFocus autoComplete="new-password" maxLength={1024} value={text} onChange={(event) => { setText(event.target.value); set.reset(); }} />}
        </Field>
        <Field label="Again" hint={differ ? "The two differ." : ""}>
          {(ids) => <Input {...ids} type="password" autoComplete="new-password" maxLength={1024} value={again} onChange={(event) => setAgain(event.target.value)} />}
        </Field>
        {set.error && <ErrorNote error={set.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={text === "" || text !== again || set.isPending}>{set.isPending ? "Saving…" : "Save"}</Button>
        </div>
      </form>
    </Dialog>
  );
}
