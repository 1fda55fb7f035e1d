import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { BackupRules } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { bounded, ruleNames, type RuleName } from "./state";

const labels: Record<RuleName, string> = { last: "Last", hourly: "Hourly", daily: "Daily", weekly: "Weekly", monthly: "Monthly", withinDays: "All of days" };

/** How many of each kind stay. */
export function RulesFields({ rules, onChange, className }: { rules: BackupRules; onChange: (rules: BackupRules) => void; className?: string }) {
  return (
    <div role="group" aria-label="How many backups stay" className={cn("grid grid-cols-3 gap-2.5", className)}>
      {ruleNames.map((name) => (
        <Field key={name} label={labels[name]}>
          {(ids) => <Input {...ids} type="number" min={0} max={name === "withinDays" ? 36_500 : 10_000} value={String(rules[name])} onChange={(e) => onChange({ ...rules, [name]: bounded(e.target.value, 0, name === "withinDays" ? 36_500 : 10_000) })} />}
        </Field>
      ))}
    </div>
  );
}
