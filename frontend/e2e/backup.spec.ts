import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, expect, test } from "./app";

type Bound = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** Makes an empty conversation through the app's own method. */
async function converse(page: Page, title: string): Promise<void> {
  await page.evaluate((t) => (window as never as { go: { main: { App: Bound } } }).go.main.App.CreateConversation!(t), title);
}

/** Opens the list of conversations and says whether one is there. */
async function conversations(page: Page) {
  await page.keyboard.press("Control+1");
  const list = page.getByRole("complementary", { name: "Conversations" });
  await expect(list).toBeVisible();
  return list;
}

const rows = (page: Page) => page.getByRole("region", { name: "All backups" }).getByRole("row");

test("back up, verify with a drill, look at what would go, and come back to the first backup", async ({ page, app }) => {
  const place = path.join(app.home, "other-disk");
  await page.goto(app.url);
  await page.getByRole("button", { name: "Look around first" }).click({ timeout: 60_000 });
  await converse(page, "Before the backup");
  await expect(page.getByRole("list", { name: "Status" })).toContainText("No backups yet");

  await page.keyboard.press("Control+3");
  await expect(page.getByRole("heading", { name: "No backups yet" })).toBeVisible();
  await page.getByLabel("Folder", { exact: true }).fill(place);
  await page.getByRole("button", { name: "Save and back up" }).click();
  await expect(page.getByRole("alert")).toContainText("not there");
  mkdirSync(place);
  await page.getByRole("button", { name: "Test the connection" }).click();
  await expect(page.getByText("can be written, read and cleaned up")).toBeVisible();
  await page.getByRole("button", { name: "Save and back up" }).click();
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByRole("list", { name: "Status" })).toContainText("Backed up just now");
  const vault = readdirSync(place)[0]!;
  expect(readdirSync(path.join(place, vault, "backups"))).toHaveLength(1);
  expect(existsSync(path.join(place, vault, "try")) && readdirSync(path.join(place, vault, "try")).length > 0).toBe(false);

  await converse(page, "After the backup");
  await page.waitForTimeout(1100); // the names of backups have whole seconds
  await page.getByRole("button", { name: "Back up now" }).click();
  await expect(rows(page)).toHaveCount(3);
  await expect(rows(page).nth(1)).toContainText("Increment");

  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByRole("menuitem", { name: /With a drill/ }).click();
  await expect(page.getByText(/the drill brought back [1-9]\d* records?/)).toBeVisible({ timeout: 60_000 });
  await expect(rows(page).nth(1)).toContainText("Verified");

  const rules = page.getByRole("region", { name: "What stays" });
  for (const name of ["Hourly", "Daily", "Weekly", "Monthly"]) await rules.getByLabel(name).fill("0");
  await rules.getByLabel("Last").fill("1");
  await rules.getByRole("button", { name: "Preview" }).click();
  await expect(rules.getByText(/1 backup would go/)).toBeVisible();
  await expect(rows(page)).toHaveCount(3);

  await rows(page).nth(2).getByRole("button", { name: /^Restore/ }).click();
  const dialog = page.getByRole("dialog", { name: "Restore" });
  await dialog.getByRole("button", { name: "Preview" }).click();
  const changes = dialog.getByRole("region", { name: "What would change" });
  await expect(changes.getByRole("row", { name: /^Conversations 0 0 1$/ })).toBeVisible({ timeout: 60_000 });
  await dialog.getByRole("button", { name: /^Restore \d+ records? as of/ }).click();

  const restored = page.getByRole("region", { name: "Restored" });
  await expect(restored).toContainText("1 went", { timeout: 60_000 });
  const before = await restored.locator("code").innerText();
  expect(existsSync(path.join(before, "ledger.db")) || readdirSync(before).length > 0).toBe(true);
  await expect(rows(page)).toHaveCount(3);

  const list = await conversations(page);
  await expect(list.getByRole("button", { name: /^Before the backup/ })).toBeVisible();
  await expect(list.getByText("After the backup")).toHaveCount(0);

  // And forward again: the newest backup still has what the first one did not.
  await page.keyboard.press("Control+3");
  await rows(page).nth(1).getByRole("button", { name: /^Restore/ }).click();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("button", { name: /^Restore \d+ records? as of/ }).click({ timeout: 60_000 });
  await expect(restored).toContainText("1 came back", { timeout: 60_000 });
  await expect((await conversations(page)).getByRole("button", { name: /^After the backup/ })).toBeVisible();
});

test("a restore that cannot be carried out leaves everything as it was, and says so", async ({ page, app }) => {
  const place = path.join(app.home, "other-disk");
  mkdirSync(place);
  await page.goto(app.url);
  await page.getByRole("button", { name: "Look around first" }).click({ timeout: 60_000 });
  await converse(page, "Still here");
  await page.keyboard.press("Control+3");
  await page.getByLabel("Folder", { exact: true }).fill(place);
  await page.getByRole("button", { name: "Save and back up" }).click();
  await expect(rows(page)).toHaveCount(2);

  await page.getByRole("button", { name: "Restore…", exact: true }).click();
  await page.getByRole("menuitem", { name: "Everything…" }).click();
  const dialog = page.getByRole("dialog", { name: "Restore" });
  await dialog.getByRole("button", { name: "Preview" }).click();
  const go = dialog.getByRole("button", { name: /^Restore \d+ records? as of/ });
  await expect(go).toBeVisible({ timeout: 60_000 });
  // The disk is pulled out between the preview and the word.
  rmSync(place, { recursive: true });
  await go.click();
  await expect(page.getByRole("region", { name: "Not restored" })).toContainText("Everything is as it was before", { timeout: 60_000 });
  await expect((await conversations(page)).getByRole("button", { name: /^Still here/ })).toBeVisible();
});

test("a new machine takes everything over with the recovery key", async ({ page, app, scripted }) => {
  const place = path.join(app.home, "other-disk");
  const key = path.join(app.home, "recovery-key.txt");
  mkdirSync(place);
  app.answerDialogs(key);
  await page.goto(app.url);
  await page.getByRole("button", { name: "Look around first" }).click({ timeout: 60_000 });
  await converse(page, "From the old machine");
  await page.evaluate(() => (window as never as { go: { main: { App: Bound } } }).go.main.App.ExportRecoveryKey!());
  await page.keyboard.press("Control+3");
  await page.getByLabel("Folder", { exact: true }).fill(place);
  await page.getByRole("button", { name: "Save and back up" }).click();
  await expect(rows(page)).toHaveCount(2);
  await app.stop();

  const home = mkdtempSync(path.join(tmpdir(), "cloudops-e2e-"));
  const other = new App(home, { HTTP_PROXY: scripted.url, HTTPS_PROXY: scripted.url });
  await other.start();
  try {
    other.answerDialogs(key);
    await page.goto(other.url);
    await page.getByRole("button", { name: "Restore from a backup…" }).click({ timeout: 60_000 });
    const dialog = page.getByRole("dialog", { name: "Restore from a backup" });
    await dialog.getByLabel("Folder", { exact: true }).fill(path.join(app.home, "nowhere"));
    await dialog.getByRole("button", { name: "Choose…" }).last().click();
    await dialog.getByRole("button", { name: "Find the backups" }).click();
    await expect(dialog.getByRole("alert")).toBeVisible();
    await dialog.getByLabel("Folder", { exact: true }).fill(place);
    await dialog.getByRole("button", { name: "Find the backups" }).click();
    await expect(dialog.getByRole("status")).toContainText("1 backup of");
    await dialog.getByRole("button", { name: "Restore", exact: true }).click();
    await expect(page.getByRole("region", { name: "Restored" })).toBeVisible({ timeout: 60_000 });
    await expect((await conversations(page)).getByRole("button", { name: /^From the old machine/ })).toBeVisible();
  } finally {
    await other.stop();
    rmSync(home, { recursive: true, force: true });
  }
});

test("a purged conversation is found by its title and brought back, by keys alone", async ({ page, app }) => {
  const place = path.join(app.home, "other-disk");
  mkdirSync(place);
  await page.goto(app.url);
  await page.getByRole("button", { name: "Look around first" }).click({ timeout: 60_000 });
  await converse(page, "Storage of billing");
  await page.keyboard.press("Control+3");
  await page.getByLabel("Folder", { exact: true }).fill(place);
  await page.getByRole("button", { name: "Save and back up" }).click();
  await expect(rows(page)).toHaveCount(2);
  const moment = await page.evaluate(() => {
    const two = (n: number) => String(n).padStart(2, "0");
    const d = new Date();
    return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  });
  await page.waitForTimeout(1100); // a moment takes in all of its second
  const remains = await page.evaluate(async () => {
    const bound = (window as never as { go: { main: { App: Bound } } }).go.main.App;
    const all = (await bound.ListConversations!({ status: "active", folderId: "", tag: "", pinned: "", limit: 10, cursor: "" })) as { conversations: { id: string }[] };
    const ids = all.conversations.map((c) => c.id);
    await bound.DeleteConversations!(ids);
    await bound.PurgeDeleted!(ids);
    return ((await bound.ListDeleted!()) as unknown[]).length;
  });
  expect(remains).toBe(0);

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("bring back");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Bring back a conversation that is gone" });
  await dialog.getByLabel(/^Moment/).fill(moment);
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("status")).toContainText("1 conversation of that moment is gone now", { timeout: 60_000 });
  await dialog.getByRole("radio", { name: /^Storage of billing/ }).focus();
  await page.keyboard.press("Space");
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map((v) => v.id)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden({ timeout: 60_000 });
  await expect((await conversations(page)).getByRole("button", { name: /^Storage of billing/ })).toBeVisible();
});
