import { test as base, expect, type Page } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { appBinary, dist, root } from "./build-app";

/** The app with its real backend: Qdrant, ledger, keychain and embedding model, over a data folder of its own. */
export class App {
  url = "";
  private process: ChildProcess | null = null;
  private output = "";

  constructor(readonly home: string) {}

  async start(): Promise<void> {
    const port = await freePort();
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      CLOUDOPS_DATA_DIR: path.join(this.home, "data"),
      CLOUDOPS_RESOURCES_DIR: process.env.CLOUDOPS_RESOURCES_DIR ?? path.join(root, "build/bin/resources"),
      AWS_CONFIG_FILE: path.join(this.home, "aws-config"),
      AWS_SHARED_CREDENTIALS_FILE: path.join(this.home, "aws-credentials"),
      AWS_EC2_METADATA_DISABLED: "true",
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

  private async answers(): Promise<void> {
    for (let i = 0; i < 300; i++) {
      if (this.process?.exitCode !== null) throw new Error(`the app ended before its window was there:\n${this.output}`);
      const response = await fetch(this.url).catch(() => null);
      if (response?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the app does not answer at ${this.url}:\n${this.output}`);
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

export const test = base.extend<{ app: App; complaints: string[] }>({
  app: async ({}, provide) => {
    const home = mkdtempSync(path.join(tmpdir(), "cloudops-e2e-"));
    writeFileSync(path.join(home, "aws-config"), "[profile prod-readonly]\nregion = eu-west-1\n\n[profile sandbox]\nregion = us-east-1\n");
    const app = new App(home);
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
