import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Spinner } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { TokenInput } from "@/components/ui/token-input";
import { backend, type AWSProfile } from "@/lib/backend";
import { useSettings } from "@/lib/queries";
import { followRun } from "@/lib/runs";
import { toastError } from "@/lib/toast";

export function useProfiles() {
  return useQuery({ queryKey: ["profiles"], queryFn: () => backend().listProfiles(), staleTime: 30_000 });
}

interface ProfileListProps {
  profiles: AWSProfile[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

/** The profiles of the shared AWS configuration, to be ticked. */
export function ProfileList({ profiles, chosen, onChange }: ProfileListProps) {
  const toggle = (name: string, on: boolean) => onChange(on ? [...chosen, name] : chosen.filter((c) => c !== name));
  return (
    <ul className="max-h-48 divide-y overflow-y-auto rounded-md border bg-surface" aria-label="AWS profiles">
      {profiles.map((profile) => (
        <li key={profile.name}>
          <label className="flex h-8 items-center gap-2.5 px-2.5 hover:bg-hover">
            <Checkbox checked={chosen.includes(profile.name)} onCheckedChange={(on) => toggle(profile.name, on === true)} />
            <span className="truncate font-medium">{profile.name}</span>
            <span className="ml-auto text-xs text-muted">{profile.region}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}

function NoProfiles() {
  return (
    <p className="rounded-md border border-dashed px-3 py-2.5 text-muted">
      No profile was found in your AWS configuration. Add one with <code className="font-mono text-xs text-fg">aws configure sso</code> or{" "}
      <code className="font-mono text-xs text-fg">aws configure</code>, or name another endpoint in the settings.
    </p>
  );
}

/** Chooses profiles and regions and starts a scan. */
export function ScanForm({ onStarted }: { onStarted?: () => void }) {
  const profiles = useProfiles();
  const settings = useSettings();
  const [picked, setPicked] = useState<string[] | null>(null);
  const [regions, setRegions] = useState<string[] | null>(null);
  const [busy, setBusy] = useState(false);

  const known = profiles.data ?? [];
  const preset = settings.data?.profiles ?? [];
  const chosen = picked ?? (preset.length > 0 ? preset : known.slice(0, 1).map((p) => p.name));
  const chosenRegions = regions ?? settings.data?.regions ?? [];
  const endpoint = settings.data?.endpointUrl ?? "";

  const start = async () => {
    setBusy(true);
    try {
      const run = await backend().startScan({ profiles: chosen, regions: chosenRegions, services: [] });
      await followRun(run.runId);
      onStarted?.();
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      {profiles.isPending ? <Spinner label="Looking for profiles…" /> : known.length === 0 ? <NoProfiles /> : (
        <ProfileList profiles={known} chosen={chosen} onChange={setPicked} />
      )}
      <Field label="Regions" hint="Leave empty to scan every region that is enabled.">
        {(ids) => <TokenInput {...ids} label="regions" values={chosenRegions} onChange={setRegions} placeholder="eu-west-1, us-east-1" mono />}
      </Field>
      {endpoint && <p className="text-xs text-muted">Endpoint: <span className="font-mono">{endpoint}</span></p>}
      <Button type="submit" variant="primary" disabled={busy || (chosen.length === 0 && !endpoint)}>
        {busy ? "Starting…" : "Scan"}
      </Button>
    </form>
  );
}
