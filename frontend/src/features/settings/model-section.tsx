import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, RefreshCw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Spinner, sentence } from "@/components/ui/feedback";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { backend, toBackendError, type ModelEndpoint, type Settings } from "@/lib/backend";
import { plural } from "@/lib/format";
import { Section, SettingsForm } from "./form";

type Change = (part: Partial<Settings>) => void;

export function ModelSection() {
  return (
    <Section title="Model" about="Answers come from any endpoint that speaks the OpenAI API. Without one, you get the matching resources and earlier answers.">
      <SettingsForm>
        {(draft, change) => (
          <>
            <Detected current={draft.modelBaseUrl} onChoose={(endpoint) => change({ modelBaseUrl: endpoint.baseUrl, modelName: endpoint.models[0] ?? "" })} />
            <Field label="Base URL" hint="For example http://127.0.0.1:11434/v1">
              {(ids) => <Input {...ids} inputMode="url" className="font-mono text-xs" value={draft.modelBaseUrl} onChange={(e) => change({ modelBaseUrl: e.target.value.trim() })} />}
            </Field>
            <ApiKey draft={draft} change={change} />
            <ModelChoice draft={draft} change={change} />
          </>
        )}
      </SettingsForm>
    </Section>
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
  const test = useMutation({ mutationFn: () => backend().testModel(draft.modelBaseUrl, draft.modelApiKey === "-" ? "" : draft.modelApiKey) });
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
        <Button disabled={!draft.modelBaseUrl || test.isPending} onClick={() => test.mutate()}>Test the connection</Button>
        {test.isPending && <Spinner label="Asking…" />}
        {test.isError && <Outcome ok={false} text={toBackendError(test.error).message} />}
        {test.data && !test.isPending && <Outcome ok={test.data.ok} text={test.data.detail || (test.data.ok ? `It answers and offers ${plural(models.length, "model")}.` : "It does not answer.")} />}
      </div>
    </>
  );
}

function Outcome({ ok, text }: { ok: boolean; text: string }) {
  const Icon = ok ? CircleCheck : CircleAlert;
  return (
    <p role="status" className="flex min-w-0 items-start gap-1.5">
      <Icon className={ok ? "mt-0.5 size-4 shrink-0 text-ok" : "mt-0.5 size-4 shrink-0 text-danger"} aria-hidden />
      <span className="selectable min-w-0 break-words">{sentence(text)}</span>
    </p>
  );
}
