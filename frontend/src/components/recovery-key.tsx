import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Copy, FileDown, FolderOpen, Printer } from "lucide-react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { backend, type RecoveryKeySource } from "@/lib/backend";
import { keys } from "@/lib/queries";
import { toast, toastError } from "@/lib/toast";

export type Way = "file" | "copy" | "print";

/** The ways to put the recovery key somewhere else. A file counts as kept; the user says so of the others. */
export function RecoveryWays({ primary, onDone }: { primary: boolean; onDone: (way: Way) => void }) {
  const client = useQueryClient();
  const [sheet, setSheet] = useState("");
  const save = useMutation({
    mutationFn: () => backend().exportRecoveryKey(),
    onError: toastError,
    onSuccess: (path) => {
      if (!path) return;
      toast("success", "The recovery key was saved.", path);
      void client.invalidateQueries({ queryKey: keys.keyStatus });
      void client.invalidateQueries({ queryKey: keys.status });
      onDone("file");
    },
  });
  const copy = useMutation({
    mutationFn: async () => backend().copyText(await backend().getRecoveryKey()),
    onError: toastError,
    onSuccess: () => onDone("copy"),
  });
  const print = useMutation({
    mutationFn: () => backend().getRecoveryKey(),
    onError: toastError,
    onSuccess: (text) => {
      setSheet(text);
      onDone("print");
    },
  });
  return (
    <div className="flex flex-wrap gap-2">
      <Button variant={primary ? "primary" : "secondary"} disabled={save.isPending} onClick={() => save.mutate()}><FileDown aria-hidden />Save to a file…</Button>
      <Button disabled={copy.isPending} onClick={() => copy.mutate()}><Copy aria-hidden />Copy</Button>
      <Button disabled={print.isPending} onClick={() => print.mutate()}><Printer aria-hidden />Print…</Button>
      {sheet && <PrintSheet text={sheet} onPrinted={() => setSheet("")} />}
    </div>
  );
}

/** All that is on the paper; the key is in the window's memory for as long as the dialog of the system is open. */
function PrintSheet({ text, onPrinted }: { text: string; onPrinted: () => void }) {
  // Once for each sheet, however often what holds it is drawn.
  useEffect(() => void backend().printWindow().catch(toastError), []);
  useEffect(() => {
    window.addEventListener("afterprint", onPrinted);
    return () => window.removeEventListener("afterprint", onPrinted);
  }, [onPrinted]);
  return createPortal(
    <div className="print-sheet" aria-hidden>
      <h1>CloudOps recovery key</h1>
      <p>With this key and a backup, or the data folder, everything opens on any machine. Keep the paper where nobody else can read it.</p>
      <pre>{text}</pre>
      <p>In the app: “Restore from a backup”. On a command line: type the last line into a file, then cloudops backup restore --recovery-key FILE.</p>
    </div>,
    document.body,
  );
}

/** Whether the way that was taken leads somewhere: the user says so. */
export function KeptQuestion({ way, onKept }: { way: Way; onKept: () => void }) {
  const client = useQueryClient();
  const keep = useMutation({
    mutationFn: () => backend().keepRecoveryKey(),
    onError: toastError,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.keyStatus });
      onKept();
    },
  });
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-lg bg-accent-soft px-3 py-2" role="status">
      <p className="min-w-0 flex-1 text-accent-text">{way === "copy" ? "It is on the clipboard: paste it into your password manager." : "When it has come out of the printer, put it where nobody else can read it."}</p>
      <Button variant="primary" disabled={keep.isPending} onClick={() => keep.mutate()}>I have put it away</Button>
    </div>
  );
}

export const noKey: RecoveryKeySource = { file: "", text: "" };
export const hasKey = (key: RecoveryKeySource) => key.file !== "" || key.text.trim() !== "";

interface RecoveryKeyInputProps {
  value: RecoveryKeySource;
  onChange: (value: RecoveryKeySource) => void;
  autoFocus?: boolean;
}

/** Where the user has the recovery key: pasted, or in a file. */
export function RecoveryKeyInput({ value, onChange, autoFocus }: RecoveryKeyInputProps) {
  const choose = async () => {
    try {
      const file = await backend().chooseRecoveryKey();
      if (file) onChange({ file, text: "" });
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Field label="Recovery key" hint={value.file ? "It is read from this file." : "Paste the line that begins with AGE-SECRET-KEY-1, or choose the file."}>
      {(ids) => (
        <div className="flex gap-2">
          {value.file
            ? <Input {...ids} readOnly className="font-mono text-xs" value={value.file} />
            : <Input {...ids} type="password" autoComplete="off" autoFocus={autoFocus} maxLength={4096} className="font-mono text-xs" value={value.text} onChange={(event) => onChange({ file: "", text: event.target.value })} />}
          {value.file && <Button variant="ghost" onClick={() => onChange(noKey)}>Paste instead</Button>}
          <Button onClick={() => void choose()}><FolderOpen aria-hidden />Choose…</Button>
        </div>
      )}
    </Field>
  );
}
