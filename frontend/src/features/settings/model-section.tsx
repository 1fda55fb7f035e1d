import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, RefreshCw } from "lucide-react";
import { useProfiles } from "@/components/scan-form";
import { Button } from "@/components/ui/button";
import { Spinner, sentence } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { backend, toBackendError, type ModelConfig, type ModelEndpoint, type ModelProvider, type Settings } from "@/lib/backend";
import { plural } from "@/lib/format";
import { Section, SettingsForm } from "./form";

type Change = (part: Partial<Settings>) => void;

const providers: readonly { value: "none" | "openai" | "bedrock" | "anthropic"; label: string }[] = [
  { value: "openai", label: "OpenAI-compatible" },
  { value: "bedrock", label: "Amazon Bedrock" },
  { value: "anthropic", label: "Anthropic" },
  { value: "none", label: "None" },
];

const about: Record<ModelProvider, string> = {
  openai: "Any server that speaks the OpenAI API: Ollama, llama.cpp, LM Studio or vLLM on this machine, or OpenAI and others elsewhere.",
  bedrock: "Models of your AWS account, with the credentials of a profile or of the default chain. Nothing but the prompt and its context goes there.",
  anthropic: "Claude, with an API key of your own.",
  "": "No model: you get the matching resources and earlier answers, with their sources.",
};

export function ModelSection() {
  return (
    <Section title="Model" about="Who writes the answers. What leaves this machine for it is shown under each answer.">
      <SettingsForm>
        {(draft, change) => (
          <>
            <div className="space-y-1.5">
              <h3 className="font-medium">Provider</h3>
              <Segmented label="Provider" value={draft.modelProvider || "none"} onChange={(next) => change({ modelProvider: next === "none" ? "" : next, ...(next === "none" ? {} : { modelBaseUrl: "", modelName: "" }) })} options={providers} />
              <p className="text-xs text-muted">{about[draft.modelProvider]}</p>
            </div>
            {draft.modelProvider === "openai" && <OpenAIFields draft={draft} change={change} />}
            {draft.modelProvider === "bedrock" && <BedrockFields draft={draft} change={change} />}
            {draft.modelProvider === "anthropic" && <AnthropicFields draft={draft} change={change} />}
            {draft.modelProvider !== "" && <><ModelChoice key={draft.modelProvider} draft={draft} change={change} /><Numbers draft={draft} change={change} /></>}
          </>
        )}
      </SettingsForm>
    </Section>
  );
}

interface FieldsProps {
  draft: Settings;
  change: Change;
}

function OpenAIFields({ draft, change }: FieldsProps) {
  return (
    <>
      <Detected current={draft.modelBaseUrl} onChoose={(endpoint) => change({ modelBaseUrl: endpoint.baseUrl, modelName: endpoint.models[0] ?? "" })} />
      <Field label="Base URL" hint="For example http://127.0.0.1:11434/v1">
        {(ids) => <Input {...ids} inputMode="url" className="font-mono text-xs" value={draft.modelBaseUrl} onChange={(e) => change({ modelBaseUrl: e.target.value.trim() })} />}
      </Field>
      <ApiKey draft={draft} change={change} />
    </>
  );
}

const defaultChain = "Default credential chain";

function BedrockFields({ draft, change }: FieldsProps) {
  const profiles = useProfiles().data ?? [];
  const names = [defaultChain, ...new Set([...profiles.map((p) => p.name), ...(draft.modelProfile ? [draft.modelProfile] : [])])];
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Region" hint="Where the models are enabled.">
          {(ids) => <Input {...ids} className="font-mono text-xs" placeholder="eu-west-1" value={draft.modelRegion} onChange={(e) => change({ modelRegion: e.target.value.trim() })} />}
        </Field>
        <Field label="Credentials" hint="A profile of your AWS configuration.">
          {() => <Select label="Credentials" value={draft.modelProfile || defaultChain} onChange={(name) => change({ modelProfile: name === defaultChain ? "" : name })} options={names} />}
        </Field>
      </div>
      <Field label="Endpoint" hint="Only for a private endpoint. Empty: that of the region.">
        {(ids) => <Input {...ids} inputMode="url" className="font-mono text-xs" value={draft.modelEndpoint} onChange={(e) => change({ modelEndpoint: e.target.value.trim() })} />}
      </Field>
    </>
  );
}

function AnthropicFields({ draft, change }: FieldsProps) {
  return (
    <>
      <ApiKey draft={draft} change={change} />
      <Field label="Base URL" hint="Only for a gateway of your own. Empty: Anthropic itself.">
        {(ids) => <Input {...ids} inputMode="url" className="font-mono text-xs" value={draft.modelBaseUrl} onChange={(e) => change({ modelBaseUrl: e.target.value.trim() })} />}
      </Field>
    </>
  );
}

/** What the model costs and holds, where the built-in table does not know it. */
function Numbers({ draft, change }: FieldsProps) {
  const field = (label: string, hint: string, key: "priceIn" | "priceOut" | "windowTokens") => (
    <Field label={label} hint={hint}>
      {(ids) => <Input {...ids} type="number" min={0} step={key === "windowTokens" ? 1024 : 0.01} value={draft[key] === 0 ? "" : String(draft[key])} placeholder="Known by the model" onChange={(e) => change({ [key]: Math.max(0, Number(e.target.value) || 0) })} />}
    </Field>
  );
  return (
    <div className="grid gap-4 border-t pt-4 sm:grid-cols-3">
      {field("Price, read", "USD per million tokens.", "priceIn")}
      {field("Price, written", "USD per million tokens.", "priceOut")}
      {field("Context window", "Tokens that it can hold.", "windowTokens")}
    </div>
  );
}

function Detected({ current, onChoose }: { current: string; onChoose: (endpoint: ModelEndpoint) => void }) {
  const detected = useQuery({ queryKey: ["models"], queryFn: () => backend().detectModels(), staleTime: 60_000, retry: false });
  const found = (detected.data ?? []).filter((e) => e.ok);
  return (
    <div>
      <div className="mb-1 flex items-center justify-between">
        <h3 className="font-medium">Found on this machine</h3>
        <Button variant="ghost" size="sm" disabled={detected.isFetching} onClick={() => void detected.refetch()}><RefreshCw aria-hidden />Look again</Button>
      </div>
      {detected.isFetching ? <Spinner label="Looking for model servers…" /> : found.length === 0 ? (
        <p className="rounded-md border border-dashed px-3 py-2.5 text-muted">No model server answers at its usual address. Start Ollama, LM Studio or llama.cpp, or enter an address.</p>
      ) : (
        <ul className="divide-y rounded-md border bg-surface">
          {found.map((endpoint) => (
            <li key={endpoint.baseUrl} className="flex items-center gap-3 px-2.5 py-1.5">
              <span className="min-w-0 flex-1 truncate font-mono text-xs">{endpoint.baseUrl}</span>
              <span className="text-xs text-muted">{plural(endpoint.models.length, "model")}</span>
              <Button size="sm" disabled={endpoint.baseUrl === current} onClick={() => onChoose(endpoint)}>{endpoint.baseUrl === current ? "In use" : "Use"}</Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function ApiKey({ draft, change }: { draft: Settings; change: Change }) {
  const removing = draft.modelApiKey === "-";
  const hint = draft.modelApiKeySet ? "A key is stored, sealed. Enter another to replace it." : "Only if the endpoint asks for one. It is stored sealed.";
  return (
    <Field label="API key" hint={removing ? "The stored key will be removed when you save." : hint}>
      {(ids) => (
        <div className="flex gap-2">
          <Input {...ids} type="password" disabled={removing} value={removing ? "" : draft.modelApiKey} placeholder={draft.modelApiKeySet ? "••••••••" : ""} onChange={(e) => change({ modelApiKey: e.target.value.trim() })} />
          {draft.modelApiKeySet && <Button onClick={() => change({ modelApiKey: removing ? "" : "-" })}>{removing ? "Keep" : "Remove"}</Button>}
        </div>
      )}
    </Field>
  );
}

function ModelChoice({ draft, change }: { draft: Settings; change: Change }) {
  const test = useMutation({ mutationFn: () => backend().testModel(configOf(draft)) });
  const complete = draft.modelProvider !== "openai" || draft.modelBaseUrl !== "";
  const models = test.data?.models ?? [];
  return (
    <>
      <Field label="Model" hint="Test the connection to choose from what the endpoint offers.">
        {(ids) =>
          models.length > 0 ? (
            <Select label="Model" value={draft.modelName} onChange={(modelName) => change({ modelName })} options={models.includes(draft.modelName) || !draft.modelName ? models : [draft.modelName, ...models]} placeholder="Choose a model" />
          ) : (
            <Input {...ids} className="font-mono text-xs" value={draft.modelName} onChange={(e) => change({ modelName: e.target.value.trim() })} />
          )
        }
      </Field>
      <div className="flex min-h-8 items-center gap-3">
        <Button disabled={!complete || test.isPending} onClick={() => test.mutate()}>Test the connection</Button>
        {test.isPending && <Spinner label="Asking…" />}
        {test.isError && <Outcome ok={false} text={toBackendError(test.error).message} hint={toBackendError(test.error).hint} />}
        {test.data && !test.isPending && <Outcome ok={test.data.ok} text={test.data.detail || (test.data.ok ? `It answers and offers ${plural(models.length, "model")}.` : "It does not answer.")} hint={test.data.ok ? "" : test.data.hint} />}
      </div>
    </>
  );
}

/** What the connection test needs of the form; an empty key stands for the one that is stored. */
export function configOf(draft: Settings): ModelConfig {
  return {
    provider: draft.modelProvider, baseUrl: draft.modelBaseUrl, region: draft.modelRegion, profile: draft.modelProfile, endpoint: draft.modelEndpoint, name: draft.modelName,
    apiKey: draft.modelApiKey === "-" ? "" : draft.modelApiKey,
  };
}

function Outcome({ ok, text, hint }: { ok: boolean; text: string; hint: string }) {
  const Icon = ok ? CircleCheck : CircleAlert;
  return (
    <p role="status" className="flex min-w-0 items-start gap-1.5">
      <Icon className={ok ? "mt-0.5 size-4 shrink-0 text-ok" : "mt-0.5 size-4 shrink-0 text-danger"} aria-hidden />
      <span className="selectable min-w-0 break-words">{sentence(text)} {hint && <span className="text-muted">{sentence(hint)}</span>}</span>
    </p>
  );
}
