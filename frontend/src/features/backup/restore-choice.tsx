import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import type { BackupPoint, RestoreRequest } from "@/lib/backend";
import { formatBytes, formatDateTime, plural } from "@/lib/format";
import { coverage, covers, readMoment, shippedUpTo, wholeSecond, writeMoment, type Span } from "./state";

type Way = "latest" | "backup" | "moment";

const ways: readonly { value: Way; label: string }[] = [
  { value: "latest", label: "Latest state" },
  { value: "backup", label: "A backup" },
  { value: "moment", label: "Any moment" },
];

/** What is to come back, as it is being chosen. */
export interface RestoreChoice {
  way: Way;
  backup: string;
  /** The moment, in this machine's time, as it was typed. */
  text: string;
}

/** from: the backup to begin with; empty: the latest state. */
export function firstChoice(points: readonly BackupPoint[], from: string): RestoreChoice {
  return { way: from ? "backup" : "latest", backup: from || points.at(-1)?.id || "", text: writeMoment(Date.parse(shippedUpTo(points))) };
}

/** The request that a choice stands for, and why it cannot be made. */
export function asked(choice: RestoreChoice, points: readonly BackupPoint[]): { request: RestoreRequest; problem: string } {
  const moment = readMoment(choice.text);
  return {
    request: { backup: choice.way === "backup" ? choice.backup : "", at: choice.way === "moment" && moment !== null ? wholeSecond(moment) : "" },
    problem: choice.way === "moment" ? momentProblem(moment, coverage(points)) : "",
  };
}

interface ChooseRestoreProps {
  points: readonly BackupPoint[];
  choice: RestoreChoice;
  onChange: (choice: RestoreChoice) => void;
}

/** The latest state, one of the backups, or any second. */
export function ChooseRestore({ points, choice, onChange }: ChooseRestoreProps) {
  const { way, backup, text } = choice;
  return (
    <>
      <Segmented label="What to restore" value={way} onChange={(next) => onChange({ ...choice, way: next })} options={ways} />
      {way === "latest" && <p className="text-soft">Everything that was shipped, up to {formatMoment(shippedUpTo(points))}.</p>}
      {way === "backup" && <ChooseBackup points={points} chosen={backup} onChoose={(id) => onChange({ ...choice, backup: id })} />}
      {way === "moment" && <ChooseMoment text={text} problem={asked(choice, points).problem} spans={coverage(points)} onChange={(next) => onChange({ ...choice, text: next })} />}
    </>
  );
}

export const formatMoment = (iso: string) => (iso ? writeMoment(Date.parse(iso)) : "");

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
