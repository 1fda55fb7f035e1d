import { Copy } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { backend, type BackupSettings } from "@/lib/backend";
import { toast, toastError } from "@/lib/toast";
import policy from "../../../../docs/iam-backup-policy.json?raw";
import { SetupForm } from "./setup-form";

/** What backups are for, before there is a place for them. */
export function Intro({ settings }: { settings: BackupSettings }) {
  return (
    <div className="mx-auto max-w-5xl px-8 py-8">
      <h1 className="text-xl font-semibold">No backups yet</h1>
      <p className="mt-1 max-w-2xl text-muted">
        After the loss of this disk, this machine or its keychain, your recovery key and the place you choose here bring everything back, to any second.
      </p>
      <div className="mt-6 grid items-start gap-4 lg:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)]">
        <section aria-label="Set up backups" className="rounded-lg border bg-surface p-5">
          <SetupForm settings={settings} first />
        </section>
        <dl className="space-y-4 px-1 py-2">
          <Point name="Sealed here">Messages, resources, settings and wrapped keys are sealed with age on this machine, to your recovery key. The place sees sizes and times, nothing else.</Point>
          <Point name="Only what is new">The first backup holds everything; each later one sends what changed since. In between, the log goes out each minute while there are changes.</Point>
          <Point name="What it costs">100,000 messages take about 0.1 GB. In S3 Standard, with a backup a day and the log each minute, that is about 7 cents a month; a folder costs its space.</Point>
          <Point name="Least rights">
            The bucket's user needs no more than docs/iam-backup-policy.json.
            <Button size="sm" className="mt-1.5 flex" onClick={() => void copyPolicy()}><Copy aria-hidden />Copy the IAM policy</Button>
          </Point>
          <Point name="An open format">docs/backup-format.md describes every file. The age program opens each without CloudOps.</Point>
        </dl>
      </div>
    </div>
  );
}

async function copyPolicy(): Promise<void> {
  try {
    await backend().copyText(policy);
    toast("success", "The policy was copied.", "Put your bucket, prefix and region in.");
  } catch (error) {
    toastError(error);
  }
}

function Point({ name, children }: { name: string; children: ReactNode }) {
  return <div><dt className="font-medium">{name}</dt><dd className="mt-0.5 text-muted">{children}</dd></div>;
}
