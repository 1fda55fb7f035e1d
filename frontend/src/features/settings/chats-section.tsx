import { Download, Lock, Upload } from "lucide-react";
import { RunPanel } from "@/components/run-panel";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { backend, type ChatFormat, type RecallMode, type Settings } from "@/lib/backend";
import { followRun, useLatestRun } from "@/lib/runs";
import { toast, toastError } from "@/lib/toast";
import { Section, SettingsForm, Switch } from "./form";

const modes: readonly { value: RecallMode; label: string }[] = [
  { value: "on", label: "By meaning" },
  { value: "plain", label: "Newest, by keyword" },
  { value: "off", label: "Off" },
];

export function ChatsSection() {
  return (
    <Section title="Conversations" about="How earlier answers are used, and the way in and out.">
      <InAndOut />
      <SettingsForm>
        {(draft, change) => (
          <>
            <div className="space-y-1">
              <h3 className="font-medium">Recall in new conversations</h3>
              <Segmented label="Recall in new conversations" value={draft.recallMode} onChange={(recallMode) => change({ recallMode })} options={modes} />
              <p className="text-xs text-muted">At most five earlier pairs that bear on a prompt go along with it. Each is shown before it is sent, and each conversation can be set differently.</p>
            </div>
            <Switch label="Have the model write titles" hint="In the background, after the first answer. Otherwise a title is the beginning of the first prompt." checked={draft.titlesByModel} onChange={(titlesByModel) => change({ titlesByModel })} />
            <IdleLock draft={draft} change={change} />
          </>
        )}
      </SettingsForm>
    </Section>
  );
}

function IdleLock({ draft, change }: { draft: Settings; change: (part: Partial<Settings>) => void }) {
  const removing = draft.lockPassphrase === "-";
  return (
    <div className="space-y-4 border-t pt-4">
      <div>
        <h3 className="font-medium">Lock</h3>
        <p className="text-xs text-muted">A locked window shows nothing and keeps neither text nor keys in its memory. It waits for what is still running.</p>
      </div>
      <Field label="Lock after minutes without use" hint="0: never by itself.">
        {(ids) => <Input {...ids} type="number" min={0} max={1440} className="w-32" value={String(draft.idleLockMinutes)} onChange={(e) => change({ idleLockMinutes: Math.max(0, Math.min(1440, Math.round(Number(e.target.value)))) })} />}
      </Field>
      <Field label="Passphrase of the lock" hint={removing ? "It will be removed when you save." : draft.lockPassphraseSet ? "One is set. Enter another to replace it." : "Without one, the window opens at a click. It guards the window; the data on disk are encrypted anyway."}>
        {(ids) => (
          <div className="flex gap-2">
            <Input {...ids} type="password" maxLength={1024} disabled={removing} value={removing ? "" : draft.lockPassphrase} placeholder={draft.lockPassphraseSet ? "••••••••" : ""} onChange={(e) => change({ lockPassphrase: e.target.value })} />
            {draft.lockPassphraseSet && <Button onClick={() => change({ lockPassphrase: removing ? "" : "-" })}>{removing ? "Keep" : "Remove"}</Button>}
          </div>
        )}
      </Field>
      <Button onClick={() => void backend().lockNow().catch(toastError)}><Lock aria-hidden />Lock now</Button>
    </div>
  );
}

function InAndOut() {
  const run = useLatestRun(["import-chats"]);
  const exportAll = async (format: ChatFormat) => {
    try {
      const path = await backend().exportChats([], format);
      if (path) toast("success", "All conversations were exported.", path);
    } catch (error) {
      toastError(error);
    }
  };
  const importFrom = async (folder: boolean) => {
    try {
      await followRun((await backend().importChats(folder)).runId);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <div className="space-y-4">
      <div className="divide-y rounded-lg border bg-surface">
        <div className="flex flex-wrap items-center gap-3 px-4 py-3">
          <div className="min-w-60 flex-1">
            <h3 className="font-medium">Export all</h3>
            <p className="text-xs text-muted">Markdown reads well; JSON lines lose nothing and can be imported again. Neither is encrypted.</p>
          </div>
          <Button onClick={() => void exportAll("md")}><Download aria-hidden />Markdown…</Button>
          <Button onClick={() => void exportAll("jsonl")}><Download aria-hidden />JSON lines…</Button>
        </div>
        <div className="flex flex-wrap items-center gap-3 px-4 py-3">
          <div className="min-w-60 flex-1">
            <h3 className="font-medium">Import</h3>
            <p className="text-xs text-muted">Our own JSON lines, the files of the earlier module (raw and contexts), and the export archives of ChatGPT and Claude. What is here already is not added twice.</p>
          </div>
          <Button onClick={() => void importFrom(false)}><Upload aria-hidden />File…</Button>
          <Button onClick={() => void importFrom(true)}><Upload aria-hidden />Folder…</Button>
        </div>
      </div>
      {run && <RunPanel run={run} />}
    </div>
  );
}
