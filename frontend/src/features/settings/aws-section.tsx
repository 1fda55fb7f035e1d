import { ProfileList, useProfiles } from "@/components/scan-form";
import { ErrorPanel, Spinner } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { TokenInput } from "@/components/ui/token-input";
import { Section, SettingsForm, Switch } from "./form";

export function AwsSection() {
  return (
    <Section title="AWS" about="What a scan reads. Every call is read-only; credentials stay in your own AWS configuration.">
      <SettingsForm>
        {(draft, change) => (
          <>
            <div>
              <h3 className="mb-1 font-medium">Profiles</h3>
              <Profiles chosen={draft.profiles} onChange={(profiles) => change({ profiles })} />
            </div>
            <Field label="Regions" hint="Empty: every region that is enabled in the account.">
              {(ids) => <TokenInput {...ids} label="regions" mono values={draft.regions} onChange={(regions) => change({ regions })} placeholder="eu-west-1, us-east-1" />}
            </Field>
            <Field label="Services" hint="Empty: all that can be read.">
              {(ids) => <TokenInput {...ids} label="services" mono values={draft.services} onChange={(services) => change({ services })} placeholder="ec2, rds, s3" />}
            </Field>
            <Field label="Roles to assume" hint="One ARN for each further account.">
              {(ids) => <TokenInput {...ids} label="roles" mono values={draft.roleArns} onChange={(roleArns) => change({ roleArns })} placeholder="arn:aws:iam::444455556666:role/ReadOnly" />}
            </Field>
            <Field label="Scan every so many hours" hint="While the window is open; a scan that was missed is made up. 0: only when you ask for it.">
              {(ids) => <Input {...ids} type="number" min={0} max={8760} className="w-32" value={String(draft.scanEveryHours)} onChange={(e) => change({ scanEveryHours: Math.max(0, Math.min(8760, Math.round(Number(e.target.value)))) })} />}
            </Field>
            <Switch label="Also ask Cloud Control" hint="For types without a collector of their own: many more calls, and rights that the policy in docs does not give." checked={draft.cloudControl} onChange={(cloudControl) => change({ cloudControl })} />
            <Switch label="Also ask Resource Explorer" hint="Where an index of it is turned on: types that nothing else names, by ARN, region and tags." checked={draft.resourceExplorer} onChange={(resourceExplorer) => change({ resourceExplorer })} />
            <Field label="Endpoint" hint="Only for another service that speaks the AWS API. Empty: AWS itself.">
              {(ids) => <Input {...ids} inputMode="url" className="font-mono text-xs" value={draft.endpointUrl} onChange={(e) => change({ endpointUrl: e.target.value.trim() })} placeholder="http://127.0.0.1:5000" />}
            </Field>
          </>
        )}
      </SettingsForm>
    </Section>
  );
}

function Profiles({ chosen, onChange }: { chosen: string[]; onChange: (profiles: string[]) => void }) {
  const profiles = useProfiles();
  if (profiles.isError) return <ErrorPanel error={profiles.error} onRetry={() => void profiles.refetch()} className="py-4" />;
  if (!profiles.data) return <Spinner label="Looking for profiles…" />;
  const gone = chosen.filter((name) => !profiles.data.some((p) => p.name === name)).map((name) => ({ name, region: "not in the configuration" }));
  const all = [...profiles.data, ...gone];
  if (all.length === 0) return <p className="rounded-md border border-dashed px-3 py-2.5 text-muted">No profile was found in your AWS configuration.</p>;
  return <ProfileList profiles={all} chosen={chosen} onChange={onChange} />;
}
