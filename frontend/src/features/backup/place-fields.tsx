import { ChevronDown, ChevronRight, FolderOpen } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { backend, type BackupSettings } from "@/lib/backend";
import { toastError } from "@/lib/toast";

const places = [
  { value: "folder", label: "Folder" },
  { value: "s3", label: "S3 bucket" },
] as const;

export const isNamed = (place: BackupSettings) => (place.target === "s3" ? place.bucket : place.dir).trim() !== "";

/** A folder or a bucket. Without writing, what only matters to backups to come is left out. */
export function PlaceFields({ draft, change, writing }: PlaceProps & { writing: boolean }) {
  return (
    <div className="space-y-4">
      <Segmented label="Kind of place" value={draft.target === "s3" ? "s3" : "folder"} onChange={(target) => change({ target })} options={places} />
      {draft.target === "s3" ? <Bucket draft={draft} change={change} writing={writing} /> : <Folder draft={draft} change={change} writing={writing} />}
    </div>
  );
}

/** A place of backups, as it is being filled in. */
export interface PlaceProps {
  draft: BackupSettings;
  change: (part: Partial<BackupSettings>) => void;
}

function Folder({ draft, change, writing }: PlaceProps & { writing: boolean }) {
  const choose = async () => {
    try {
      const dir = await backend().chooseBackupFolder();
      if (dir) change({ dir });
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Field label="Folder" hint={writing ? "Of another disk, or of a share: a folder of this disk is lost with it." : "The one that the backups went to."}>
      {(ids) => (
        <div className="flex gap-2">
          <Input {...ids} className="font-mono text-xs" value={draft.dir} onChange={(e) => change({ dir: e.target.value })} placeholder="/media/backup-disk/cloudops" />
          <Button onClick={() => void choose()}><FolderOpen aria-hidden />Choose…</Button>
        </div>
      )}
    </Field>
  );
}

function Bucket({ draft, change, writing }: PlaceProps & { writing: boolean }) {
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
        {text("bucket", "Bucket", writing ? "It must exist. Object Lock and versions are fine." : "The one that the backups went to.", "my-backups")}
        {text("prefix", "Prefix", "The folder in the bucket; several vaults can share it.", "cloudops")}
        {text("region", "Region", "Empty: the profile's own.", "eu-central-1")}
        {text("profile", "Profile", "Of your AWS configuration. Empty: the default credentials.", "backup")}
      </div>
      <button type="button" aria-expanded={more} onClick={() => setMore(!more)} className="flex items-center gap-1 rounded text-xs font-medium text-accent-text"><Chevron className="size-3.5" aria-hidden />{writing ? "Another server, KMS, storage class" : "Another server"}</button>
      {more && (
        <div className="grid grid-cols-2 gap-4">
          {text("endpointUrl", "Endpoint", "Only for another S3 server. Empty: AWS.", "https://s3.example.com")}
          {writing && text("kmsKey", "KMS key", "Its id or ARN; aws/s3 is the account's own. Empty: the bucket's default.", "aws/s3")}
          {writing && text("storageClass", "Storage class", "Empty: STANDARD. Archives that must be thawed are refused.", "STANDARD_IA")}
          <Toggle label="Plain checksums" hint="For servers that do not know the newer checksums." checked={draft.plainChecksums} onChange={(plainChecksums) => change({ plainChecksums })} />
        </div>
      )}
    </div>
  );
}

export function Toggle({ label, hint, checked, onChange }: { label: string; hint: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="flex items-start gap-2.5">
      <Checkbox className="mt-0.5" checked={checked} onCheckedChange={(on) => onChange(on === true)} />
      <span><span className="block font-medium">{label}</span><span className="block text-xs text-muted">{hint}</span></span>
    </label>
  );
}
