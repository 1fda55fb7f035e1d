import { expect, test } from "@playwright/test";
import { dev, openFake } from "./page";

test("a prompt is changed, both versions stay, and the walker goes between them", async ({ page }) => {
  await openFake(page, dev, { model: "m", messages: 2 });
  await page.evaluate(() => window.nav.getState().openConversation("c-1"));
  const prompt = page.getByRole("article", { name: "You" });
  await prompt.hover();
  await page.getByRole("button", { name: "Edit the prompt" }).click();
  await page.getByRole("textbox", { name: "Edit the prompt" }).fill("And in staging?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("group", { name: "Version 2 of 2" })).toBeVisible();
  await expect(prompt).toHaveText(/And in staging\?/);
  await page.getByRole("button", { name: "Previous version" }).click();
  await expect(prompt).toHaveText(/Which production databases/);
  await page.getByRole("button", { name: "Copy the prompt" }).focus();
  await page.keyboard.press("Alt+ArrowRight");
  await expect(prompt).toHaveText(/And in staging\?/);

  await page.getByRole("button", { name: "Answer again" }).click();
  await expect(page.getByRole("group", { name: "Answer 2 of 2" })).toBeVisible();
});

test("Escape stops an answer, what there is of it stays, and it can go on", async ({ page }) => {
  await openFake(page, dev, { model: "m" });
  await page.evaluate(() => (window.fake.pace = 60));
  await page.keyboard.press("Control+n");
  await page.getByLabel("Your prompt").fill("Which databases are open?");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/Two databases/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("Stopped before its end")).toBeVisible();
  await expect(page.getByText(/Two databases/)).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("article", { name: "You" }).last()).toHaveText(/Continue exactly/);
});

test("a found message is shown in its place among 20,000, and the list scrolls both ways from there", async ({ page }) => {
  await openFake(page, dev, { model: "m", messages: 20_000, conversations: 1 });
  const start = await page.evaluate(() => performance.now());
  await page.evaluate(() => window.nav.getState().openConversation("c-1"));
  await expect(page.getByRole("article", { name: "Answer" }).last()).toBeVisible();
  test.info().annotations.push({ type: "opened in ms", description: String(Math.round((await page.evaluate(() => performance.now())) - start)) });
  await page.evaluate(() => window.nav.getState().openConversation("c-1", { messageId: "c-1-m-9001", seq: 9001 }));
  await expect(page.locator("[data-index]").filter({ hasText: "What would it cost" }).first()).toBeVisible();
  const log = page.getByRole("log");
  for (let i = 0; i < 12; i++) await log.evaluate((e) => e.scrollBy(0, -4000));
  await log.evaluate((e) => e.scrollTo(0, 1e7));
  await page.getByRole("button", { name: "Back to the newest" }).click();
  await expect.poll(() => log.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight)).toBeLessThan(80);
  expect(await page.locator("[data-index]").count()).toBeLessThan(60);
});

test("conversations are chosen, moved, deleted and brought back", async ({ page }) => {
  await openFake(page, dev, { rich: true, conversations: 5000 });
  await page.keyboard.press("Control+1");
  const list = page.getByRole("complementary", { name: "Conversations" });
  const rows = list.locator("[data-row]");
  await rows.nth(3).click({ modifiers: ["Control"] });
  await rows.nth(5).click({ modifiers: ["Shift"] });
  await expect(list.getByText("3 selected")).toBeVisible();
  await rows.nth(5).focus();
  await page.keyboard.press("Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "What remains…" }).click();
  await expect(page.getByRole("dialog", { name: "What remains" })).toContainText("Backups in s3://acme-cloudops");
  await page.getByRole("button", { name: "Undo the deletion" }).click();
  await expect(page.getByText("3 conversations restored.", { exact: true })).toBeVisible();
  expect(await page.evaluate(() => window.fake.conversations.length)).toBe(5000);
  await rows.nth(3).focus();
  await page.keyboard.press("Control+a");
  await expect(list.getByText("5,000 selected")).toBeVisible();
});

test("a megabyte is pasted without a pause, kept over a restart and sent whole", async ({ page }) => {
  await openFake(page, dev, { model: "m" });
  await page.keyboard.press("Control+n");
  const input = page.getByLabel("Your prompt");
  await input.fill("Explain: ");
  const took = await input.evaluate((area) => {
    const data = new DataTransfer();
    data.setData("text", "line of a log file\n".repeat(55_000));
    const before = performance.now();
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    return performance.now() - before;
  });
  test.info().annotations.push({ type: "paste in ms", description: String(Math.round(took)) });
  await expect(page.getByText("Pasted text", { exact: true })).toBeVisible();
  await expect.poll(() => page.evaluate(() => window.fake.drafts.get("")?.text.length ?? 0)).toBeGreaterThan(1_000_000);
  await input.press("Enter");
  await expect.poll(() => page.evaluate(() => window.fake.asked.at(-1)?.text.length ?? 0)).toBeGreaterThan(1_000_000);
  await expect(page.getByRole("button", { name: /Show more/ })).toBeVisible();
});

test("what looks like a credential is shown before it leaves, and can be cut out", async ({ page }) => {
  await openFake(page, dev, { model: "m", remote: true });
  await page.keyboard.press("Control+n");
  await page.getByLabel("Your prompt").fill("Why is AKIAIOSFODNN7EXAMPLE denied?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "This looks like a credential" })).toBeVisible();
  expect(await page.evaluate(() => window.fake.asked.length)).toBe(0);
  await page.getByRole("button", { name: "Redact and send" }).click();
  await expect.poll(() => page.evaluate(() => window.fake.asked.at(-1)?.text)).toBe("Why is [redacted: aws-access-token] denied?");
});

test("recalled pairs go along unless they are taken out", async ({ page }) => {
  await openFake(page, dev, { model: "m", conversations: 4 });
  await page.keyboard.press("Control+n");
  await page.getByLabel("Your prompt").fill("Which production databases are open?");
  const chips = page.getByRole("region", { name: "Earlier answers that go along" });
  await chips.getByRole("button", { name: /^Leave out/ }).first().click();
  await page.getByLabel("Your prompt").press("Enter");
  await expect.poll(() => page.evaluate(() => window.fake.asked.at(-1)?.recallIds)).toEqual(["c-2-m-2", "c-3-m-2"]);
  expect(await page.evaluate(() => window.fake.asked.at(-1)?.recallChosen)).toBe(true);
});

test("a locked window holds nothing of what it showed", async ({ page }) => {
  await openFake(page, dev, { model: "m" });
  await page.evaluate(() => window.nav.getState().openConversation("c-1"));
  await expect(page.getByRole("article", { name: "Answer" }).last()).toBeVisible();
  await page.keyboard.press("Control+Shift+L");
  await expect(page.getByRole("heading", { name: "CloudOps is locked" })).toBeVisible();
  expect(await page.content()).not.toContain("databases");
  await page.getByLabel("Passphrase").fill("correct");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article", { name: "Answer" }).last()).toBeVisible();
});
