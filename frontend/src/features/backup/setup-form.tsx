import { useMutation } from "@tanstack/react-query";
import { ChevronDown, ChevronRight, CircleAlert, CircleCheck, FolderOpen } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { sentence } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { backend, toBackendError, type BackupSettings, type BackupTest } from "@/lib/backend";
import { plural } from "@/lib/format";
import { toast, toastError } from "@/lib/toast";
import { startBackup, useSaveBackupSettings } from "./queries";
import { RulesFields } from "./rules-fields";
import { bounded } from "./state";

const places = [
  { value: "folder", label: "Folder" },
  { value: "s3", label: "S3 bucket" },
] as const;

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
  const named = draft.target === "s3" ? draft.bucket.trim() !== "" : draft.dir.trim() !== "";
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
      <Segmented label="Kind of place" value={draft.target === "s3" ? "s3" : "folder"} onChange={(target) => change({ target })} options={places} />
      {draft.target === "s3" ? <Bucket draft={draft} change={change} /> : <Folder draft={draft} change={change} />}
      {test.data && <TestResult test={test.data} />}
      {test.error !== null && <TestResult test={{ target: "", backups: 0, held: false, error: toBackendError(test.error) }} />}
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

interface PartProps {
  draft: BackupSettings;
  change: (part: Partial<BackupSettings>) => void;
}

function Folder({ draft, change }: PartProps) {
  const choose = async () => {
    try {
      const dir = await backend().chooseBackupFolder();
      if (dir) change({ dir });
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Field label="Folder" hint="Of another disk, or of a share: a folder of this disk is lost with it.">
      {(ids) => (
        <div className="flex gap-2">
          <Input {...ids} className="font-mono text-xs" value={draft.dir} onChange={(e) => change({ dir: e.target.value })} placeholder="/media/backup-disk/cloudops" />
          <Button onClick={() => void choose()}><FolderOpen aria-hidden />Choose…</Button>
        </div>
      )}
    </Field>
  );
}

function Bucket({ draft, change }: PartProps) {
  const [more, setMore] = useState(draft.endpointUrl !== "" || draft.kmsKey !== "" || draft.storageClass !== "" || draft.plainChecksums);
  const text = (name: "bucket" | "prefix" | "region" | "profile" | "endpointUrl" | "kmsKey" | "storageClass", label: string, hint: string, placeholder: string) => (
    <Field label={label} hint={hint}>
      {(ids) => <Input {...ids} className="font-mono text-xs" value={draft[name]} onChange={(e) => change({ [name]: e.target.value.trim() })} placeholder={placeholder} />}
    </Field>
  );
  const Chevron = more ? ChevronDown : ChevronRight;
  return (
    <div className="space-y-4">
      <div className="grid grid-cols-2 gap-4">
        {text("bucket", "Bucket", "It must exist. Object Lock and versions are fine.", "my-backups")}
        {text("prefix", "Prefix", "The folder in the bucket; several vaults can share it.", "cloudops")}
        {text("region", "Region", "Empty: the profile's own.", "eu-central-1")}
        {text("profile", "Profile", "Of your AWS configuration. Empty: the default credentials.", "backup")}
      </div>
      <button type="button" aria-expanded={more} onClick={() => setMore(!more)} className="flex items-center gap-1 rounded text-xs font-medium text-accent-text"><Chevron className="size-3.5" aria-hidden />Another server, KMS, storage class</button>
      {more && (
        <div className="grid grid-cols-2 gap-4">
          {text("endpointUrl", "Endpoint", "Only for another S3 server. Empty: AWS.", "https://s3.example.com")}
          {text("kmsKey", "KMS key", "Its id or ARN; aws/s3 is the account's own. Empty: the bucket's default.", "aws/s3")}
          {text("storageClass", "Storage class", "Empty: STANDARD. Archives that must be thawed are refused.", "STANDARD_IA")}
          <Toggle label="Plain checksums" hint="For servers that do not know the newer checksums." checked={draft.plainChecksums} onChange={(plainChecksums) => change({ plainChecksums })} />
        </div>
      )}
    </div>
  );
}

function Schedule({ draft, change }: PartProps) {
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

function Toggle({ label, hint, checked, onChange }: { label: string; hint: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="flex items-start gap-2.5">
      <Checkbox className="mt-0.5" checked={checked} onCheckedChange={(on) => onChange(on === true)} />
      <span><span className="block font-medium">{label}</span><span className="block text-xs text-muted">{hint}</span></span>
    </label>
  );
}

function TestResult({ test }: { test: Pick<BackupTest, "target" | "backups" | "held" | "error"> }) {
  if (test.error) {
    return (
      <div role="alert" className="flex items-start gap-2.5 rounded-lg border border-danger/40 bg-danger-soft p-3">
        <CircleAlert className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden />
        <div className="selectable min-w-0"><p className="break-words font-medium text-danger">{sentence(test.error.message)}</p><p className="mt-0.5 text-soft">{sentence(test.error.hint)}</p></div>
      </div>
    );
  }
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
