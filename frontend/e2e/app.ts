import { test as base, expect, type Page } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { appBinary, dist, root, scriptedBinary } from "./build-app";

/** The app with its real backend: Qdrant, ledger, keychain and embedding model, over a data folder of its own. */
export class App {
  url = "";
  private process: ChildProcess | null = null;
  private output = "";

  private get dialogFile(): string {
    return path.join(this.home, "dialog-answer");
  }

  /** What every native dialog answers with from now on. */
  answerDialogs(file: string): void {
    writeFileSync(this.dialogFile, file);
  }

  constructor(readonly home: string, private readonly env: NodeJS.ProcessEnv = {}) {}

  async start(): Promise<void> {
    const port = await freePort();
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      CLOUDOPS_DATA_DIR: path.join(this.home, "data"),
      CLOUDOPS_RESOURCES_DIR: process.env.CLOUDOPS_RESOURCES_DIR ?? path.join(root, "build/bin/resources"),
      AWS_CONFIG_FILE: path.join(this.home, "aws-config"),
      AWS_SHARED_CREDENTIALS_FILE: path.join(this.home, "aws-credentials"),
      AWS_EC2_METADATA_DISABLED: "true",
      CLOUDOPS_DEV_DIALOG_ANSWER: this.dialogFile,
      ...this.env,
      assetdir: dist,
      devserver: `127.0.0.1:${port}`,
    };
    this.output = "";
    this.process = spawn(appBinary, [], { env, stdio: ["ignore", "pipe", "pipe"] });
    this.process.stdout?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.process.stderr?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.url = `http://127.0.0.1:${port}/`;
    await this.answers();
  }

  /** All that the app wrote to its output and its logs. */
  logs(): string {
    const dir = path.join(this.home, "data/logs");
    const files = existsSync(dir) ? readdirSync(dir) : [];
    return [this.output, ...files.map((file) => readFileSync(path.join(dir, file), "utf8"))].join("\n");
  }

  private async answers(): Promise<void> {
    for (let i = 0; i < 300; i++) {
      if (this.process?.exitCode !== null) throw new Error(`the app ended before its window was there:\n${this.output}`);
      const response = await fetch(this.url).catch(() => null);
      if (response?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the app does not answer at ${this.url}:\n${this.output}`);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends the app as a crash would. */
  async kill(): Promise<void> {
    this.process?.kill("SIGKILL");
    await this.stop();
    this.process = null;
  }

  async stop(): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGTERM");
    const timer = setTimeout(() => running.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(timer);
    this.process = null;
  }
}

/** What the model server was asked, as it wrote it down. */
export interface ModelRequest {
  protocol: string;
  model: string;
  prompt: string;
  step: number;
  body: string;
}

/** A model server that answers as a word in the prompt says: test/scripted. */
export class Scripted {
  url = "";
  private process: ChildProcess | null = null;

  constructor(private readonly logFile: string) {}

  async start(): Promise<void> {
    const started = spawn(scriptedBinary, ["-addr", "127.0.0.1:0", "-log", this.logFile, "-stdin"], { stdio: ["pipe", "pipe", "inherit"] });
    this.process = started;
    this.url = await new Promise<string>((resolve, reject) => {
      started.once("exit", (code) => reject(new Error(`the model server ended with ${code}`)));
      started.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    });
  }

  stop(): void {
    this.process?.stdin?.end();
  }

  log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, "utf8") : "";
  }

  requests(): ModelRequest[] {
    return this.log().split("\n").filter(Boolean).map((line) => JSON.parse(line) as ModelRequest);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/**
 * A page that may not complain: an error in the console, one of the content policy too, fails the test. Left out are
 * the scripts that only the development build of Wails adds, and the icon that a browser asks for and a window does not.
 */
function watched(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    const { url } = message.location();
    if (message.type() === "error" && !/\/wails\/|\/favicon\.ico$/.test(url)) complaints.push(`${message.text()} (${url})`);
  });
  page.on("pageerror", (error) => {
    if (!error.stack?.includes("/wails/")) complaints.push(error.stack ?? error.message);
  });
  return complaints;
}

/** A user who said no to the recovery key before. */
export function pastKey(home: string): void {
  mkdirSync(path.join(home, "data"), { mode: 0o700 });
  writeFileSync(path.join(home, "data/settings.json"), JSON.stringify({ version: 1, recovery_declined_at: "2026-01-01T00:00:00Z" }), { mode: 0o600 });
}

interface Fixtures {
  app: App;
  scripted: Scripted;
  complaints: string[];
  /** The first launch asks for the recovery key to be kept; elsewhere the user said no before. */
  keyAsked: boolean;
}

export const test = base.extend<Fixtures>({
  keyAsked: [false, { option: true }],
  scripted: async ({}, provide) => {
    const dir = mkdtempSync(path.join(tmpdir(), "cloudops-model-"));
    const scripted = new Scripted(path.join(dir, "requests.jsonl"));
    await scripted.start();
    await provide(scripted);
    scripted.stop();
    rmSync(dir, { recursive: true, force: true });
  },
  app: async ({ scripted, keyAsked }, provide) => {
    const home = mkdtempSync(path.join(tmpdir(), "cloudops-e2e-"));
    if (!keyAsked) pastKey(home);
    writeFileSync(path.join(home, "aws-config"), "[profile prod-readonly]\nregion = eu-west-1\n\n[profile sandbox]\nregion = us-east-1\n\n[profile scripted]\nregion = eu-west-1\n");
    writeFileSync(path.join(home, "aws-credentials"), "[scripted]\naws_access_key_id = test\naws_secret_access_key = test\n");
    // Whatever would leave this machine goes to the model server, which writes it down.
    const app = new App(home, { HTTP_PROXY: scripted.url, HTTPS_PROXY: scripted.url, http_proxy: scripted.url, https_proxy: scripted.url, NO_PROXY: "", no_proxy: "" });
    await app.start();
    await provide(app);
    await app.stop();
    rmSync(home, { recursive: true, force: true });
  },
  complaints: [
    async ({ page }, provide) => {
      const complaints = watched(page);
      await provide(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Goes through the first launch with the sample estate. */
export async function loadSample(page: Page, app: App): Promise<void> {
  await page.goto(app.url);
  await page.getByRole("button", { name: "Load the sample" }).click({ timeout: 60_000 });
  await expect(page.getByRole("searchbox", { name: "Search the estate" })).toBeVisible({ timeout: 120_000 });
}

/** An estate that is there at once, for tests of other things: embedding a large one keeps a small machine busy meanwhile. */
export async function smallSample(page: Page, app: App): Promise<void> {
  await page.goto(app.url);
  await page.getByRole("button", { name: "Load the sample" }).waitFor({ timeout: 60_000 });
  await page.evaluate(() => (window as never as { go: { main: { App: { LoadSample(count: number): Promise<unknown> } } } }).go.main.App.LoadSample(150));
  await expect(page.getByRole("searchbox", { name: "Search the estate" })).toBeVisible({ timeout: 60_000 });
}

/** Opens the window's page over data that is there already. */
export async function openApp(page: Page, app: App): Promise<void> {
  await page.goto(app.url);
  await expect(page.getByRole("searchbox", { name: "Search the estate" })).toBeVisible({ timeout: 60_000 });
}

type Bound = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** Changes settings through the app's own methods, as the settings page does. */
export async function connectModel(page: Page, change: Record<string, unknown>): Promise<void> {
  await page.evaluate(async (next) => {
    const app = (window as never as { go: { main: { App: Bound } } }).go.main.App;
    const settings = (await app.GetSettings!()) as Record<string, unknown>;
    await app.SaveSettings!({ ...settings, ...next });
  }, change);
  const name = change.modelName;
  if (typeof name === "string") await expect(page.getByRole("complementary").or(page.getByRole("navigation")).getByText(name).first()).toBeVisible();
}

/** Types a prompt and sends it. */
export async function ask(page: Page, text: string): Promise<void> {
  await page.getByLabel("Your prompt").fill(text);
  await page.getByLabel("Your prompt").press("Enter");
}
