import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { ErrorPanel, Skeleton } from "@/components/ui/feedback";
import { backend, type Settings } from "@/lib/backend";
import { keys, useSettings } from "@/lib/queries";
import { toast, toastError } from "@/lib/toast";

export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (settings: Settings) => backend().saveSettings(settings),
    onSuccess: (saved) => client.setQueryData(keys.settings, saved),
    onError: toastError,
  });
}

interface SectionProps {
  title: string;
  about?: ReactNode;
  children: ReactNode;
}

export function Section({ title, about, children }: SectionProps) {
  return (
    <section aria-label={title} className="max-w-2xl">
      <h2 className="text-lg font-semibold">{title}</h2>
      {about && <p className="mt-0.5 text-muted">{about}</p>}
      <div className="mt-5 space-y-5">{children}</div>
    </section>
  );
}

interface SettingsFormProps {
  children: (draft: Settings, change: (part: Partial<Settings>) => void) => ReactNode;
}

/** Holds changes until they are saved, so that a half-typed address is never in force. */
export function SettingsForm({ children }: SettingsFormProps) {
  const settings = useSettings();
  const save = useSaveSettings();
  const [changes, setChanges] = useState<Partial<Settings>>({});
  if (settings.isError) return <ErrorPanel error={settings.error} onRetry={() => void settings.refetch()} />;
  if (!settings.data) return <div className="space-y-3" aria-busy="true"><Skeleton className="h-8" /><Skeleton className="h-8" /></div>;
  const saved = settings.data;
  const draft = { ...saved, ...changes };
  const changed = Object.keys(changes).length > 0;
  const submit = () =>
    save.mutate(draft, {
      onSuccess: () => {
        setChanges({});
        toast("success", "Saved.");
      },
    });

  return (
    <form
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {children(draft, (part) => setChanges((c) => ({ ...c, ...part })))}
      <div className="flex gap-2 border-t pt-4">
        <Button type="submit" variant="primary" disabled={!changed || save.isPending}>{save.isPending ? "Saving…" : "Save"}</Button>
        {changed && <Button variant="ghost" onClick={() => setChanges({})}>Discard changes</Button>}
      </div>
    </form>
  );
}

/** A table of facts. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="selectable divide-y rounded-lg border bg-surface">{children}</dl>;
}

export function Fact({ name, children, mono }: { name: string; children: ReactNode; mono?: boolean }) {
  return (
    <div className="grid grid-cols-[160px_1fr] gap-4 px-3.5 py-2">
      <dt className="text-muted">{name}</dt>
      <dd className={mono ? "break-all font-mono text-xs leading-5" : "break-words"}>{children || <span className="text-muted">–</span>}</dd>
    </div>
  );
}

interface SwitchProps {
  label: string;
  hint: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Something that is on or off, with what it means. */
export function Switch({ label, hint, checked, onChange }: SwitchProps) {
  return (
    <label className="flex items-start gap-2.5">
      <Checkbox className="mt-0.5" checked={checked} onCheckedChange={(on) => onChange(on === true)} />
      <span>
        <span className="block font-medium">{label}</span>
        <span className="block text-xs text-muted">{hint}</span>
      </span>
    </label>
  );
}
