import { execFileSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { once } from "node:events";
import { test as base } from "@playwright/test";
import type { Page } from "@playwright/test";
import { App, expect, pastKey } from "./app";
import { head, quiet, report, scroll, wordsAlone } from "./bench";
import { appBinary } from "./build-app";

// What a person feels at the size of years of use: 5,000 conversations, one of them of 20,000 messages. It prints what it
// measured and asserts no times.

const conversations = 5000;
const longOne = 20_000;

async function writeChats(file: string): Promise<void> {
  const out = createWriteStream(file);
  for (let c = 0; c < conversations; c++) {
    const id = `00000000-0000-4000-8000-${c.toString(16).padStart(12, "0")}`;
    const count = c === 2500 ? longOne : 4;
    for (let i = 0; i < count; i++) {
      const line = {
        conversation_id: id, seq: i + 1, role: i % 2 ? "assistant" : "user",
        content: `Message ${i} of conversation ${c}: the load balancer of billing needs a look.${i % 2 ? " It goes on **for a while**, with a list:\n\n- one\n- two\n\n```sh\naws elbv2 describe-load-balancers\n```\n" : ""}`,
        timestamp: new Date(Date.UTC(2026, 0, 1) + c * 3_600_000 + i * 1000).toISOString(),
        ...(i === 0 && { conversation: { title: c === 2500 ? "The long one" : `Conversation number ${c}`, created_at: "2026-01-01T00:00:00Z", status: "active", pinned: c === 2500 } }),
      };
      if (!out.write(JSON.stringify(line) + "\n")) await once(out, "drain");
    }
  }
  out.end();
  await once(out, "finish");
}

/** From the click to the first frame that shows what was asked for, measured in the page. */
function open(page: Page, title: string, shows: string): Promise<number> {
  return page.evaluate(
    ([row, text]) =>
      new Promise<number>((resolve, reject) => {
        const button = [...document.querySelectorAll<HTMLElement>("aside[aria-label=Conversations] button[data-row]")].find((b) => b.textContent.includes(row!));
        if (!button) return reject(new Error(`${row} is not in the list`));
        const start = performance.now();
        const look = () => {
          const seen = [...document.querySelectorAll("article")].some((a) => a.textContent.includes(text!));
          if (seen) requestAnimationFrame(() => resolve(performance.now() - start));
          else if (performance.now() - start > 20_000) reject(new Error(`${text} was not shown`));
          else requestAnimationFrame(look);
        };
        button.click();
        look();
      }),
    [title, shows],
  );
}

base("5,000 conversations and a conversation of 20,000 messages", async ({ page }) => {
  base.setTimeout(900_000);
  const home = mkdtempSync(path.join(tmpdir(), "cloudops-scale-"));
  for (const file of ["aws-config", "aws-credentials"]) writeFileSync(path.join(home, file), "");
  const file = path.join(home, "chats.jsonl");
  pastKey(home);
  await writeChats(file);
  // By words alone: embedding 40,000 messages would keep both cores busy for minutes, and lists and histories need no vectors.
  const resources = wordsAlone(home);
  execFileSync(appBinary, ["chats", "import", file], {
    env: { ...process.env, CLOUDOPS_DATA_DIR: path.join(home, "data"), CLOUDOPS_RESOURCES_DIR: resources }, stdio: ["ignore", "inherit", "inherit"],
  });
  const app = new App(home, { CLOUDOPS_RESOURCES_DIR: resources });
  await app.start();
  const started = Date.now();
  await page.goto(app.url);
  await page.getByRole("navigation").waitFor({ timeout: 120_000 });
  console.log(`\nwindow ready ${Date.now() - started} ms after its page was asked for`);
  await page.keyboard.press("Control+1");
  await expect(page.getByText("The long one")).toBeVisible({ timeout: 60_000 });
  await quiet(page);
  const small: number[] = [];
  const long: number[] = [];
  for (let i = 0; i < 20; i++) {
    long.push(await open(page, "The long one", `Message ${longOne - 1} of`));
    small.push(await open(page, `Conversation number ${4999 - i % 8}`, `Message 3 of conversation ${4999 - i % 8}:`));
  }
  await open(page, "The long one", `Message ${longOne - 1} of`);
  head();
  report(`open the conversation of ${longOne} messages, click to frame`, long);
  report("open one of 4 messages", small);
  report("frame while scrolling up 60 screens of messages", (await scroll(page, "Messages", 60, -1 / 8)).frames);
  await app.stop();
  rmSync(home, { recursive: true, force: true });
});
