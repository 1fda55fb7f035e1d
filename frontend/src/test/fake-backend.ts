import { BackendError, type Backend, type ModelConfig, type RecoveryKeySource, type Run, type RunEvent, type Settings, type Status } from "@/lib/backend";
import { iso, type FakeChatOptions } from "./fake-chats";
import { FakeEstate, makeResource } from "./fake-estate";

/**
 * A backend in memory, for component tests and for looking at screens without the Go side. It is never part of the
 * built window, and end-to-end tests run against the real one.
 */
export interface FakeOptions extends FakeChatOptions {
  resources?: number;
  firstLaunch?: boolean;
  /** The model is on another machine. */
  remote?: boolean;
  qdrant?: string;
  phase?: string;
  recoveryKeySaved?: boolean;
  recoveryDeclined?: boolean;
}

export const fakeRecoveryKey = "AGE-SECRET-KEY-1QYPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQYPZRY9X8GF2TVDW0S3";

export class FakeBackend extends FakeEstate implements Backend {
  status: Status;
  settings: Settings = {
    profiles: ["prod-readonly"], regions: ["eu-west-1"], services: [], roleArns: [], endpointUrl: "", modelBaseUrl: "http://127.0.0.1:11434/v1", modelName: "qwen3:8b",
    modelApiKeySet: false, modelApiKey: "", theme: "system", qdrantUrl: "", dataDir: "/home/ada/.local/share/cloudops",
    modelProvider: "openai", modelRegion: "", modelProfile: "", modelEndpoint: "", priceIn: 0, priceOut: 0, windowTokens: 0, recallMode: "on", titlesByModel: true,
    scanEveryHours: 0, cloudControl: false, resourceExplorer: false, idleLockMinutes: 0, lockPassphraseSet: false, lockPassphrase: "",
  };
  runs = new Map<string, Run>();
  opened: string[] = [];
  copied: string[] = [];
  private statusHandlers = new Set<(status: Status) => void>();
  private runHandlers = new Set<(event: RunEvent) => void>();
  private seqs = new Map<string, number>();

  constructor(options: FakeOptions = {}) {
    super();
    this.resources = Array.from({ length: options.resources ?? 200 }, (_, i) => makeResource(i));
    const model = options.model ?? "";
    const starting = options.phase && options.phase !== "ready";
    this.status = {
      phase: options.phase ?? "ready", version: "0.1.0", firstLaunch: options.firstLaunch ?? false, qdrant: options.qdrant ?? "running", embedder: "all-MiniLM-L6-v2 int8", pending: 0, model,
      resources: this.resources.length, passphraseNew: false, lockAsks: true, modelRemote: options.remote ?? false, modelHost: options.remote ? "bedrock-runtime.eu-west-1.amazonaws.com" : "127.0.0.1", recoveryKeySaved: options.recoveryKeySaved ?? true, recoveryDeclined: options.recoveryDeclined ?? false, notices: [],
      steps: [
        { name: "keys", state: options.phase === "needs_passphrase" ? "running" : options.phase === "failed" ? "failed" : "done", detail: "", done: 0, total: 0 },
        { name: "ledger", state: options.phase === "starting" || !starting ? "done" : "waiting", detail: "", done: 0, total: 0 },
        { name: "qdrant", state: options.phase === "starting" || !starting ? "done" : "waiting", detail: "", done: 0, total: 0 },
        { name: "model", state: options.phase === "starting" || !starting ? "done" : "waiting", detail: "", done: 0, total: 0 },
        { name: "mending", state: options.phase === "starting" ? "running" : starting ? "waiting" : "done", detail: options.phase === "starting" ? "rebuilding 1,200 of 10,000" : "", done: 1200, total: 10000 },
      ],
      error: options.phase === "failed" ? { code: "wrong_key", message: "open keys: the master key does not match the data", hint: "Use the folder's own keychain, or import the recovery key: cloudops key import --in FILE", retryable: false } : undefined,
    };
    this.fill(options);
  }

  emitStatus(part: Partial<Status>) {
    this.status = { ...this.status, ...part };
    this.statusHandlers.forEach((h) => h(this.status));
  }

  emitRun(kind: string, run: Run, delta = "") {
    const seq = (this.seqs.get(run.runId) ?? 0) + 1;
    this.seqs.set(run.runId, seq);
    this.runs.set(run.runId, run);
    this.runHandlers.forEach((h) => h({ runId: run.runId, seq, kind, delta, run: kind === "delta" ? undefined : run }));
  }

  getStatus = () => Promise.resolve(this.status);
  unlock = (passphrase: string) => {
    if (passphrase !== "correct") return Promise.reject(new BackendError({ code: "wrong_passphrase", message: "the passphrase is not the right one", hint: "Type the passphrase of this data folder again.", retryable: true }));
    this.emitStatus({ phase: "ready" });
    return Promise.resolve();
  };
  retry = () => {
    this.emitStatus({ phase: "ready", error: undefined });
    return Promise.resolve();
  };
  lockNow = () => {
    this.emitStatus({ phase: "locked" });
    return Promise.resolve();
  };
  unlockWindow = (passphrase: string) => this.unlock(passphrase);
  restartIndex = () => {
    this.emitStatus({ qdrant: "running" });
    return Promise.resolve();
  };
  runDoctor = () => Promise.resolve([
    { name: "keys", ok: true, detail: "master key in the keychain (Secret Service)", hint: "" },
    { name: "ledger", ok: true, detail: "12,480 records, integrity ok", hint: "" },
    { name: "qdrant", ok: true, detail: "1.16.3 on 127.0.0.1:41873, 4 collections", hint: "" },
    { name: "embedding", ok: false, detail: "onnxruntime 1.30.0 is missing", hint: "run make setup" },
  ]);
  keyBackend = "keychain";
  getKeyStatus = () => Promise.resolve({ backend: this.keyBackend, vaultId: "0199f2c1-6f6e-7a51", masterKeyId: "mk-4f1c2a", dataKeyId: "dk-000003", dataKeys: 3, recoveryRecipient: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", recoveryKeySaved: this.status.recoveryKeySaved, createdAt: iso(90_000) });
  exportRecoveryKey = () => {
    this.emitStatus({ recoveryKeySaved: true });
    return Promise.resolve("/home/ada/recovery-key.txt");
  };
  kept = 0;
  getRecoveryKey = () => Promise.resolve(`# CloudOps recovery key: it opens the data and the backups of this vault on any machine.\n# vault: 0199f2c1-6f6e-7a51\n${fakeRecoveryKey}\n`);
  keepRecoveryKey = () => {
    this.kept++;
    this.emitStatus({ recoveryKeySaved: true });
    return Promise.resolve();
  };
  declineRecoveryKey = () => {
    this.emitStatus({ recoveryDeclined: true });
    return Promise.resolve();
  };
  chooseRecoveryKey = () => Promise.resolve("/media/ada/stick/cloudops-recovery-key.txt");
  checkRecoveryKey = (key: RecoveryKeySource) => (key.file || key.text.includes(fakeRecoveryKey) ? Promise.resolve() : Promise.reject(new BackendError({ code: "wrong_key", message: "check recovery key: it opens another vault's key", hint: "Use the recovery key of this vault (age1ql3…).", retryable: false })));
  openWithRecoveryKey = (key: RecoveryKeySource) => this.checkRecoveryKey(key).then(() => this.emitStatus({ phase: "ready", error: undefined }));
  passphrases: string[] = [];
  setPassphrase = (passphrase: string) => {
    if (passphrase.length < 8) return Promise.reject(new BackendError({ code: "weak_passphrase", message: "the passphrase is too short", hint: "Take at least 8 characters.", retryable: true }));
    this.passphrases.push(passphrase);
    this.keyBackend = "passphrase";
    return this.getKeyStatus();
  };
  useKeychain = () => {
    this.keyBackend = "keychain";
    return this.getKeyStatus();
  };
  rotations = 0;
  rotateKeys = () => {
    this.rotations++;
    return this.getKeyStatus();
  };
  printed = 0;
  printWindow = () => {
    this.printed++;
    return Promise.resolve();
  };
  getSettings = () => Promise.resolve(this.settings);
  saveSettings = (settings: Settings) => {
    this.settings = { ...settings, modelApiKeySet: settings.modelApiKey === "-" ? false : settings.modelApiKeySet || settings.modelApiKey !== "", modelApiKey: "", lockPassphraseSet: settings.lockPassphrase === "-" ? false : settings.lockPassphraseSet || settings.lockPassphrase !== "", lockPassphrase: "" };
    return Promise.resolve(this.settings);
  };
  detectModels = () => Promise.resolve([{ baseUrl: "http://127.0.0.1:11434/v1", models: ["qwen3:8b", "llama3.2"], ok: true, detail: "", hint: "" }]);
  testModel = (config: ModelConfig) =>
    Promise.resolve(config.provider === "anthropic" && !config.apiKey
      ? { baseUrl: config.baseUrl, models: [], ok: false, detail: "the provider answered 401: invalid x-api-key", hint: "Enter an API key of your Anthropic account." }
      : { baseUrl: config.baseUrl, models: config.provider === "bedrock" ? ["anthropic.claude-sonnet-4-v1:0", "amazon.nova-pro-v1:0"] : ["qwen3:8b", "llama3.2"], ok: true, detail: "", hint: "" });
  listProfiles = () => Promise.resolve([{ name: "prod-readonly", region: "eu-west-1" }, { name: "sandbox", region: "us-east-1" }]);
  startScan = () => Promise.resolve(this.longRun("scan", "Scanning prod-readonly"));
  loadSample = (count: number) => {
    this.resources = Array.from({ length: Math.min(count, 2000) }, (_, i) => makeResource(i));
    return Promise.resolve(this.longRun("sample", "Loading the sample estate"));
  };

  private longRun(kind: string, label: string) {
    const runId = `run-${this.nextId++}`;
    const base: Run = { runId, kind, state: "running", label, done: 0, total: 2000, detail: "", findings: [], startedAt: new Date().toISOString(), endedAt: "" };
    this.emitRun("progress", base);
    const end = () => {
      this.emitRun("partial", { ...base, state: "partial", done: 2000, detail: "1,980 resources", endedAt: new Date().toISOString(), findings: [{ code: "denied", where: "444455556666 eu-west-1 rds", message: "not allowed to call rds:DescribeDBInstances", hint: "add rds:Describe* to the role" }] });
      this.emitStatus({ firstLaunch: false, resources: this.resources.length });
    };
    window.setTimeout(() => this.emitRun("progress", { ...base, done: 840, detail: "444455556666 eu-west-1 rds" }), this.pace);
    window.setTimeout(end, this.pace * 40);
    return { runId };
  }

  getRun = (id: string) => {
    const run = this.runs.get(id);
    return run ? Promise.resolve(run) : Promise.reject(new BackendError({ code: "not_found", message: "no such run", hint: "", retryable: false }));
  };
  listRuns = () => Promise.resolve([...this.runs.values()]);
  cancelRun = (id: string) => {
    const run = this.runs.get(id);
    if (run?.state === "running") this.emitRun("cancelled", { ...run, state: "cancelled", endedAt: new Date().toISOString() });
    return Promise.resolve();
  };

  copyText = (text: string) => {
    this.copied.push(text);
    return Promise.resolve();
  };
  openExternal = (url: string) => {
    this.opened.push(url);
    return Promise.resolve();
  };
  onStatus = (handler: (status: Status) => void) => {
    this.statusHandlers.add(handler);
    return () => void this.statusHandlers.delete(handler);
  };
  onConversation = () => () => undefined;
  onRun = (handler: (event: RunEvent) => void) => {
    this.runHandlers.add(handler);
    return () => void this.runHandlers.delete(handler);
  };
}
