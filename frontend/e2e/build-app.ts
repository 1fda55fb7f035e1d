import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");
export const dist = path.join(root, "frontend/dist");

/** The app built with Wails's `dev` tag: the same Go code, its window's page also served to a browser. */
export const appBinary = process.env.CLOUDOPS_E2E_APP ?? path.join(root, "build/test/cloudops-dev");

/** The model server of the tests. */
export const scriptedBinary = path.join(root, "build/test/scripted");

export default function buildApp(): void {
  if (!existsSync(path.join(dist, "index.html"))) throw new Error("frontend/dist is empty: run `npm run build` first");
  mkdirSync(path.dirname(scriptedBinary), { recursive: true });
  execFileSync("go", ["build", "-o", scriptedBinary, "./test/scripted"], { cwd: root, stdio: "inherit" });
  if (process.env.CLOUDOPS_E2E_APP) return;
  mkdirSync(path.dirname(appBinary), { recursive: true });
  const tags = ["dev", process.env.CLOUDOPS_TAGS ?? "webkit2_41"].join(",");
  execFileSync("go", ["build", "-tags", tags, "-o", appBinary, "."], { cwd: root, stdio: "inherit" });
}
