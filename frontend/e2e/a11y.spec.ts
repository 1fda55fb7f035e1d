import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { mkdtempSync } from "node:fs";
import path from "node:path";
import { expect, loadSample, test } from "./app";

async function accessible(page: Page, where: string): Promise<void> {
  // Colours that still fade in would be measured in between.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity).map((a) => a.finished)));
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.failureSummary ?? ""}`).join(" | ")}`);
  expect(found, where).toEqual([]);
}

test.describe("a first launch", () => {
  test.use({ keyAsked: true });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`keeping the recovery key is accessible, ${colorScheme}`, async ({ page, app }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(app.url);
      await expect(page.getByRole("region", { name: "Keep your recovery key" })).toBeVisible({ timeout: 60_000 });
      await page.getByRole("button", { name: "Copy" }).click();
      await expect(page.getByRole("button", { name: "I have put it away" })).toBeVisible();
      await accessible(page, "recovery key");
      await page.getByRole("button", { name: "Go on without it…" }).click();
      await accessible(page, "declining");
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Restore from a backup…" }).click();
      await accessible(page, "restore from a backup");
      await page.getByRole("radio", { name: "S3 bucket" }).click();
      await accessible(page, "restore from a bucket");
    });
  }
});

for (const theme of ["light", "dark"] as const) {
  test(`every screen is accessible, ${theme}`, async ({ page, app }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.goto(app.url);
    await expect(page.getByRole("heading", { name: "Welcome to CloudOps" })).toBeVisible({ timeout: 60_000 });
    await accessible(page, "first launch");
    await loadSample(page, app);
    await expect(page.getByRole("region", { name: "By service" })).toBeVisible();
    await accessible(page, "overview");

    await page.getByRole("searchbox", { name: "Search the estate" }).fill("production database");
    await expect(page.getByRole("list", { name: "Active filters" })).toBeVisible();
    await accessible(page, "resources");
    await page.getByRole("row").nth(1).click();
    await expect(page.getByRole("dialog", { name: "Resource" }).getByRole("heading", { name: "Tags" })).toBeVisible();
    await accessible(page, "drawer");
    await page.getByRole("tab", { name: "Attributes" }).click();
    await accessible(page, "attributes");
    await page.keyboard.press("Escape");

    await page.keyboard.press("Control+n");
    await expect(page.getByLabel("Your prompt")).toBeVisible();
    await accessible(page, "new conversation");
    await page.getByLabel("Your prompt").fill("Which production databases do we have?");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Copy the answer" })).toBeVisible({ timeout: 60_000 });
    await accessible(page, "conversation");

    await page.keyboard.press("Control+3");
    await expect(page.getByRole("heading", { name: "No backups yet" })).toBeVisible();
    await accessible(page, "backup, not set up");
    await page.getByLabel("Folder", { exact: true }).fill(mkdtempSync(path.join(app.home, "backups-")));
    await page.getByRole("button", { name: "Save and back up" }).click();
    await expect(page.getByRole("region", { name: "All backups" }).getByRole("row")).toHaveCount(2, { timeout: 60_000 });
    await accessible(page, "backup");
    await page.getByRole("button", { name: "Restore…", exact: true }).click();
    await page.getByRole("menuitem", { name: "Everything…" }).click();
    await page.getByRole("radio", { name: "A backup" }).click();
    await accessible(page, "restore");
    await page.keyboard.press("Escape");

    await page.keyboard.press("Control+4");
    for (const section of ["AWS", "Model", "Conversations", "Keys and recovery", "Data", "Health", "Appearance", "Keyboard shortcuts"]) {
      await page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: section }).click();
      await expect(page.getByRole("heading", { name: section, level: 2 })).toBeVisible();
      await accessible(page, `settings, ${section}`);
    }
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("combobox")).toBeFocused();
    await accessible(page, "palette");
  });
}
