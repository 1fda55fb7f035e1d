import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test as base } from "@playwright/test";
import { App, expect, pastKey } from "./app";
import { head, quiet, report, scroll, wordsAlone } from "./bench";
import { appBinary } from "./build-app";

// The table of resources at the size of a large organization, in Chromium over the real backend.

const resources = 100_000;

base(`a table of ${resources} resources`, async ({ page }) => {
  base.setTimeout(900_000);
  const home = mkdtempSync(path.join(tmpdir(), "cloudops-scale-"));
  for (const file of ["aws-config", "aws-credentials"]) writeFileSync(path.join(home, file), "");
  pastKey(home);
  const CLOUDOPS_RESOURCES_DIR = wordsAlone(home);
  execFileSync(appBinary, ["estate", "sample", "--count", String(resources)], { env: { ...process.env, CLOUDOPS_DATA_DIR: path.join(home, "data"), CLOUDOPS_RESOURCES_DIR }, stdio: ["ignore", "inherit", "inherit"] });
  const app = new App(home, { CLOUDOPS_RESOURCES_DIR });
  await app.start();
  await page.goto(app.url);
  await expect(page.getByRole("searchbox", { name: "Search the estate" })).toBeVisible({ timeout: 120_000 });
  await quiet(page);
  await page.getByRole("tab", { name: "Resources" }).click();
  const grid = page.getByRole("grid", { name: "Resources" });
  await expect(grid).toHaveAttribute("aria-rowcount", String(resources + 1), { timeout: 60_000 });
  await expect(grid.getByRole("row").nth(5)).not.toHaveAttribute("aria-busy");
  console.log("");
  head();
  const slow = await scroll(page, "Resources", 60, 1 / 8);
  report("frame while scrolling down 60 screens", slow.frames);
  const fast = await scroll(page, "Resources", 600, 2);
  report("frame while two screens pass with each frame", fast.frames);
  const up = await scroll(page, "Resources", 60, -1 / 8);
  report("frame while scrolling up 60 screens", up.frames);

  const jumps: number[] = [];
  for (let i = 0; i < 30; i++) {
    jumps.push(await page.evaluate((part) => new Promise<number>((resolve, reject) => {
      const list = document.querySelector<HTMLElement>('[aria-label="Resources"][role=grid]')!;
      const start = performance.now();
      list.scrollTop = list.scrollHeight * part;
      const look = () => {
        const rows = [...list.querySelectorAll("[role=row][id]")];
        const middle = rows[Math.floor(rows.length / 2)];
        const near = middle !== undefined && Math.abs(Number(middle.id.slice(4)) * 34 - list.scrollTop) < 4 * list.clientHeight;
        if (near && !list.querySelector("[aria-busy]")) resolve(performance.now() - start);
        else if (performance.now() - start > 20_000) reject(new Error("the rows did not come"));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }), ((i * 37) % 97) / 97));
  }
  report("from a jump anywhere to its rows", jumps);
  const tasks = [...slow.tasks, ...fast.tasks, ...up.tasks].toSorted((a, b) => b - a);
  console.log(`\ntasks over 50 ms while scrolling: ${tasks.length}${tasks.length ? `, the longest ${tasks[0]!.toFixed(0)} ms` : ""}`);
  await app.stop();
  rmSync(home, { recursive: true, force: true });
});
