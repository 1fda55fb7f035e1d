import { expect, type Page } from "@playwright/test";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { root } from "./build-app";

// What the benchmarks of the window share. They print and assert no times.

const width = 58;

export const head = (): void => console.log(`| ${"ms".padEnd(width)} |    p50 |    p95 |\n|---|--:|--:|`);

/** A row of the table that head begins. */
export function report(what: string, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (p: number) => (sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? 0).toFixed(0);
  console.log(`| ${what.padEnd(width)} | ${at(50).padStart(6)} | ${at(95).padStart(6)} |`);
}

/** A folder of resources without the embedding model: lists and tables need no vectors. */
export function wordsAlone(home: string): string {
  const resources = path.join(home, "resources");
  mkdirSync(resources);
  symlinkSync(path.join(root, "build/bin/resources/qdrant"), path.join(resources, "qdrant"));
  return resources;
}

/** Waits until nothing is left to be indexed. */
export async function quiet(page: Page): Promise<void> {
  type Bound = Record<string, () => Promise<{ pending: number; qdrant: string }>>;
  await expect.poll(() => page.evaluate(async () => {
    const status = await (window as never as { go: { main: { App: Bound } } }).go.main.App.GetStatus!();
    return `${status.qdrant} ${status.pending}`;
  }), { timeout: 300_000 }).toBe("running 0");
}

/** Scrolls by a part of a screen each frame (below 0: up). How long each frame took, and each task over 50 ms. */
export function scroll(page: Page, label: string, screens: number, step: number): Promise<{ frames: number[]; tasks: number[] }> {
  return page.evaluate(
    ([name, count, part]) =>
      new Promise<{ frames: number[]; tasks: number[] }>((resolve) => {
        const list = document.querySelector<HTMLElement>(`[aria-label="${name}"]`)!;
        const frames: number[] = [];
        const tasks: number[] = [];
        const observer = new PerformanceObserver((found) => tasks.push(...found.getEntries().map((e) => e.duration)));
        observer.observe({ type: "longtask" });
        let last = performance.now();
        const next = (now: number) => {
          frames.push(now - last);
          last = now;
          list.scrollTop = Math.max(0, list.scrollTop + list.clientHeight * part);
          if (frames.length < count / Math.abs(part)) requestAnimationFrame(next);
          else {
            observer.disconnect();
            resolve({ frames: frames.slice(1), tasks });
          }
        };
        requestAnimationFrame(next);
      }),
    [label, screens, step] as const,
  );
}
