import { useMutation } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorNote } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { backend, type BackupSettings, type BackupTest } from "@/lib/backend";
import { plural } from "@/lib/format";
import { toast, toastError } from "@/lib/toast";
import { isNamed, PlaceFields, Toggle, type PlaceProps } from "./place-fields";
import { startBackup, useSaveBackupSettings } from "./queries";
import { RulesFields } from "./rules-fields";
import { bounded } from "./state";

interface SetupFormProps {
  settings: BackupSettings;
  /** Nothing is set yet: saving also makes the first backup. */
  first: boolean;
  onDone?: () => void;
}

/** Where backups go, when, and how long they stay. */
export function SetupForm({ settings, first, onDone }: SetupFormProps) {
  const [draft, setDraft] = useState<BackupSettings>({ ...settings, target: settings.target || "folder" });
  const save = useSaveBackupSettings();
  const test = useMutation({ mutationFn: () => backend().testBackupTarget(draft), onError: toastError });
  const change = (part: Partial<BackupSettings>) => {
    setDraft((d) => ({ ...d, ...part }));
    test.reset();
  };
  const named = isNamed(draft);
  const submit = async () => {
    const tried = await test.mutateAsync();
    if (tried.error) return;
    await save.mutateAsync(draft);
    toast("success", "Saved.");
    onDone?.();
    if (first) await startBackup();
  };
  return (
    <form
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        void submit().catch(() => undefined); // what went wrong is shown where it happened
      }}
    >
      <PlaceFields draft={draft} change={change} writing />
      {test.data && <TestResult test={test.data} />}
      {test.error !== null && <ErrorNote error={test.error} />}
      <Schedule draft={draft} change={change} />
      {first && (
        <div>
          <h3 className="mb-1.5 font-medium">What stays</h3>
          <RulesFields rules={draft.keep} onChange={(keep) => change({ keep })} />
        </div>
      )}
      <div className="flex flex-wrap gap-2 border-t pt-4">
        <Button type="submit" variant="primary" disabled={!named || test.isPending || save.isPending}>{save.isPending ? "Saving…" : first ? "Save and back up" : "Save"}</Button>
        <Button disabled={!named || test.isPending} onClick={() => test.mutate()}>{test.isPending ? "Connecting…" : "Test the connection"}</Button>
        {onDone && <Button variant="ghost" onClick={onDone}>Cancel</Button>}
      </div>
    </form>
  );
}

function Schedule({ draft, change }: PlaceProps) {
  const number = (name: "everyHours" | "logDays" | "limitKb", label: string, hint: string, least: number, most: number) => (
    <Field label={label} hint={hint}>
      {(ids) => <Input {...ids} type="number" min={least} max={most} value={String(draft[name])} onChange={(e) => change({ [name]: bounded(e.target.value, least, most) })} />}
    </Field>
  );
  return (
    <div className="space-y-4">
      <div className="grid grid-cols-3 gap-4">
        {number("everyHours", "Every hours", "0: only when asked for. A missed run is made up.", 0, 8760)}
        {number("logDays", "Days of log", "For as long any second can be restored.", 1, 3650)}
        {number("limitKb", "Limit, KiB a second", "0: no limit.", 0, 2 ** 30)}
      </div>
      <Toggle label="Ship the log every minute" hint="While there are changes, so that at most a minute is lost. Otherwise what came after the newest backup is." checked={draft.shipLog} onChange={(shipLog) => change({ shipLog })} />
    </div>
  );
}

function TestResult({ test }: { test: Pick<BackupTest, "target" | "backups" | "held" | "error"> }) {
  if (test.error) return <ErrorNote error={test.error} />;
  return (
    <div role="status" className="flex items-start gap-2.5 rounded-lg border border-ok/40 bg-ok-soft p-3">
      <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden />
      <p className="min-w-0 break-words">
        {test.target} can be written, read and cleaned up. {test.backups > 0 ? `${plural(test.backups, "backup")} of this vault are there already.` : ""}
        {test.held ? " An Object Lock keeps what is written there: retention removes it when the lock ends." : ""}
      </p>
    </div>
  );
}
