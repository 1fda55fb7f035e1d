import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { sentence, Spinner } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { backend, toBackendError, type BackupPoint, type RestoreRequest, type RestoreResult } from "@/lib/backend";
import { formatBytes, formatCount, formatDateTime, plural } from "@/lib/format";
import { collectionName, coverage, covers, readMoment, shippedUpTo, writeMoment, type Span } from "./state";

type Way = "latest" | "backup" | "moment";

const ways: readonly { value: Way; label: string }[] = [
  { value: "latest", label: "Latest state" },
  { value: "backup", label: "A backup" },
  { value: "moment", label: "Any moment" },
];

interface RestoreDialogProps {
  points: readonly BackupPoint[];
  /** The backup to begin with; empty: the latest state. */
  from: string;
  onClose: () => void;
}

/** Chooses what comes back, shows what that changes, and asks in so many words. */
export function RestoreDialog({ points, from, onClose }: RestoreDialogProps) {
  const [way, setWay] = useState<Way>(from ? "backup" : "latest");
  const [backup, setBackup] = useState(from || points.at(-1)?.id || "");
  const [text, setText] = useState(writeMoment(Date.parse(shippedUpTo(points))));
  const preview = useMutation({ mutationFn: (request: RestoreRequest) => backend().previewRestore(request) });
  const restore = useMutation({ mutationFn: (request: RestoreRequest) => backend().restoreBackup(request), onSuccess: onClose });

  const spans = coverage(points);
  const moment = readMoment(text);
  const problem = way === "moment" ? momentProblem(moment, spans) : "";
  const request: RestoreRequest = { backup: way === "backup" ? backup : "", at: way === "moment" && moment !== null ? wholeSecond(moment) : "" };
  const change = (apply: () => void) => {
    apply();
    preview.reset();
    restore.reset();
  };
  const error = restore.error ?? preview.error;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Restore"
      description="It is built beside your data and checked, then it takes its place. What is here now is kept in a folder beside the data folder."
      className="top-[8%] flex max-h-[84vh] w-[min(620px,calc(100vw-32px))] flex-col"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {preview.data
            ? <Button variant="danger" disabled={restore.isPending} onClick={() => restore.mutate(request)}>{restoreLabel(preview.data)}</Button>
            : <Button variant="primary" disabled={preview.isPending || problem !== "" || points.length === 0} onClick={() => preview.mutate(request)}>Preview</Button>}
        </>
      }
    >
      <div className="mt-4 min-h-0 flex-1 space-y-4 overflow-y-auto p-0.5">
        <Segmented label="What to restore" value={way} onChange={(next) => change(() => setWay(next))} options={ways} />
        {way === "latest" && <p className="text-soft">Everything that was shipped, up to {formatMoment(shippedUpTo(points))}.</p>}
        {way === "backup" && <ChooseBackup points={points} chosen={backup} onChoose={(id) => change(() => setBackup(id))} />}
        {way === "moment" && <ChooseMoment text={text} problem={problem} spans={spans} onChange={(next) => change(() => setText(next))} />}
        {preview.isPending && <Spinner label="Reading the backup and comparing it with what is here…" />}
        {preview.data && <Preview result={preview.data} />}
        {error && (
          <div role="alert" className="rounded-lg border border-danger/40 bg-danger-soft p-3">
            <p className="selectable font-medium text-danger">{sentence(toBackendError(error).message)}</p>
            <p className="selectable mt-1 text-soft">{sentence(toBackendError(error).hint)}</p>
          </div>
        )}
      </div>
    </Dialog>
  );
}

const wholeSecond = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
const formatMoment = (iso: string) => (iso ? writeMoment(Date.parse(iso)) : "");
const restoreLabel = (r: RestoreResult) => `Restore ${plural(r.records, "record")} as of ${formatMoment(r.moment || r.madeAt)}`;

function momentProblem(moment: number | null, spans: readonly Span[]): string {
  if (moment === null) return "Write it like 2026-11-23 14:05:09.";
  return covers(spans, moment) ? "" : "No backup reaches to this moment.";
}

function ChooseBackup({ points, chosen, onChoose }: { points: readonly BackupPoint[]; chosen: string; onChoose: (id: string) => void }) {
  return (
    <fieldset>
      <legend className="sr-only">Backup</legend>
      <ul className="max-h-52 divide-y overflow-y-auto rounded-md border" tabIndex={0} aria-label="Backups">
        {[...points].reverse().map((p) => (
          <li key={p.id}>
            <label className="flex h-8 items-center gap-3 px-3 tabular-nums hover:bg-hover has-checked:bg-selected">
              <input type="radio" name="backup" className="accent-accent" checked={p.id === chosen} onChange={() => onChoose(p.id)} />
              <span className="flex-1">{formatDateTime(p.createdAt)}</span>
              <span className="text-muted">{plural(p.records, "record")}</span>
              <span className="w-16 text-right text-muted">{formatBytes(p.bytes)}</span>
            </label>
          </li>
        ))}
      </ul>
      <p className="mt-1.5 text-xs text-muted">As it was when the backup was made, without the log after it.</p>
    </fieldset>
  );
}

function ChooseMoment({ text, problem, spans, onChange }: { text: string; problem: string; spans: readonly Span[]; onChange: (text: string) => void }) {
  return (
    <div>
      <Field label="Moment, in this machine's time" hint={<span className={problem ? "text-danger" : undefined}>{problem || "That second is included, and nothing after it."}</span>}>
        {(ids) => <Input {...ids} className="w-56 font-mono" aria-invalid={problem !== ""} value={text} onChange={(e) => onChange(e.target.value)} />}
      </Field>
      <h3 className="mb-1 mt-3 text-xs text-muted">Any second can be restored</h3>
      <ul className="selectable max-h-28 space-y-0.5 overflow-y-auto font-mono text-xs text-soft">
        {[...spans].reverse().map((s) => <li key={s.from}>{writeMoment(s.from)} – {writeMoment(s.to)}</li>)}
      </ul>
    </div>
  );
}

function Preview({ result }: { result: RestoreResult }) {
  return (
    <section aria-label="What would change" className="rounded-lg border">
      <p className="border-b px-3 py-2" role="status">
        <span className="font-medium">{plural(result.records, "record")}</span> as of {formatMoment(result.moment || result.madeAt)}. {result.checked ? "Compared with the sums of the backup." : "Every object was compared with its name."}
      </p>
      {result.changes.length === 0 ? <p className="px-3 py-2 text-muted">Nothing differs from what is here now.</p> : (
        <table className="w-full tabular-nums">
          <thead className="text-xs text-muted"><tr className="h-7 [&_th]:px-3 [&_th]:font-normal"><th scope="col" className="text-left">Against now</th><th scope="col" className="text-right">Come back</th><th scope="col" className="text-right">Change</th><th scope="col" className="text-right">Go</th></tr></thead>
          <tbody>
            {result.changes.map((c) => (
              <tr key={c.collection} className="h-8 border-t [&_td]:px-3">
                <td>{collectionName(c.collection)}</td>
                <td className="text-right">{formatCount(c.added)}</td>
                <td className="text-right">{formatCount(c.changed)}</td>
                <td className={c.removed > 0 ? "text-right font-medium text-danger" : "text-right"}>{formatCount(c.removed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
