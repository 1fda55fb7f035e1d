import { Copy } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { backend } from "@/lib/backend";
import { formatCount } from "@/lib/format";
import { useSettings, useStatus } from "@/lib/queries";
import { toastError } from "@/lib/toast";
import { Fact, Facts, Section, SettingsForm } from "./form";

export function DataSection() {
  const settings = useSettings();
  const status = useStatus();
  const folder = settings.data?.dataDir ?? "";
  return (
    <Section title="Data" about="Everything is in one folder on this machine.">
      <Facts>
        <Fact name="Folder" mono>
          {folder && (
            <span className="flex items-start gap-1">
              {folder}
              <Button variant="ghost" size="icon-sm" className="-my-0.5" aria-label="Copy the folder" onClick={() => void backend().copyText(folder).catch(toastError)}><Copy aria-hidden /></Button>
            </span>
          )}
        </Fact>
        <Fact name="Resources">{formatCount(status?.resources ?? 0)}</Fact>
        <Fact name="Not searchable yet">{formatCount(status?.pending ?? 0)}</Fact>
        <Fact name="Search model">{status?.embedder || "None: search goes by words alone"}</Fact>
        <Fact name="Search engine"><QdrantBadge state={status?.qdrant ?? "starting"} /></Fact>
        <Fact name="Version">{status?.version}</Fact>
      </Facts>
      <SettingsForm>
        {(draft, change) => (
          <Field label="Qdrant server" hint="Empty: the bundled one. Takes effect at the next start.">
            {(ids) => <Input {...ids} inputMode="url" className="font-mono text-xs" value={draft.qdrantUrl} onChange={(e) => change({ qdrantUrl: e.target.value.trim() })} placeholder="https://qdrant.example.com:6333" />}
          </Field>
        )}
      </SettingsForm>
    </Section>
  );
}

function QdrantBadge({ state }: { state: string }) {
  if (state === "running") return <Badge tone="ok">Qdrant is running</Badge>;
  return <Badge tone={state === "down" ? "danger" : "warn"}>{state === "down" ? "Qdrant is down" : "Qdrant is starting"}</Badge>;
}
