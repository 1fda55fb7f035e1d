import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { readMoment, writeMoment } from "./state";

const hour = 3_600_000;
const steps: readonly { label: string; back: number }[] = [
  { label: "1 hour ago", back: hour }, { label: "1 day ago", back: 24 * hour }, { label: "1 week ago", back: 7 * 24 * hour }, { label: "30 days ago", back: 30 * 24 * hour },
];

/** Why a moment cannot be asked for; empty: it can. */
export function momentProblem(text: string, now: number): string {
  const moment = readMoment(text);
  return moment === null ? "Write it like 2026-11-23 14:05:09." : moment > now ? "That is yet to come." : "";
}

interface MomentFieldProps {
  text: string;
  now: number;
  hint: string;
  onChange: (text: string) => void;
}

/** A moment of the past, typed or a round time ago. */
export function MomentField({ text, now, hint, onChange }: MomentFieldProps) {
  const problem = momentProblem(text, now);
  return (
    <>
      <Field label="Moment, in this machine’s time" hint={<span className={problem ? "text-danger" : undefined}>{problem || hint}</span>}>
        {(ids) => <Input {...ids} className="w-56 font-mono" aria-invalid={problem !== ""} value={text} onChange={(event) => onChange(event.target.value)} />}
      </Field>
      <div className="flex flex-wrap gap-2">
        {steps.map((step) => <Button key={step.label} size="sm" onClick={() => onChange(writeMoment(now - step.back))}>{step.label}</Button>)}
      </div>
    </>
  );
}
