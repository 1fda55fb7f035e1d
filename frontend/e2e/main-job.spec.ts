import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, loadSample, smallSample, test } from "./app";

test.describe("a first launch", () => {
  test.use({ keyAsked: true });

  test("the recovery key is saved before anything else, and fits", async ({ page, app }) => {
    await page.goto(app.url);
    await expect(page.getByRole("region", { name: "Keep your recovery key" })).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole("button", { name: "Load the sample" })).toHaveCount(0);
    await page.reload();
    await expect(page.getByRole("region", { name: "Keep your recovery key" })).toBeVisible();
    const file = path.join(app.home, "key.txt");
    app.answerDialogs(file);
    await page.getByRole("button", { name: "Save to a file…" }).click();
    await expect(page.getByRole("button", { name: "Load the sample" })).toBeVisible();
    expect(readFileSync(file, "utf8")).toMatch(/^AGE-SECRET-KEY-1/m);
    expect(statSync(file).mode & 0o077).toBe(0);

    await page.getByRole("button", { name: "Look around first" }).click();
    await page.keyboard.press("Control+4");
    await page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Keys and recovery" }).click();
    await page.getByRole("button", { name: "Check a saved one…" }).click();
    const dialog = page.getByRole("dialog", { name: "Check a saved recovery key" });
    await dialog.getByRole("button", { name: "Choose…" }).click();
    await dialog.getByRole("button", { name: "Check", exact: true }).click();
    await expect(page.getByText("This recovery key opens your data.", { exact: true })).toBeVisible();
  });
});

test("first launch, sample, search, a resource, a question, and all of it after a restart", async ({ page, app }) => {
  await page.goto(app.url);
  await expect(page.getByRole("heading", { name: "Welcome to CloudOps" })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("checkbox", { name: /prod-readonly/ })).toBeVisible();
  await loadSample(page, app);

  const search = page.getByRole("searchbox", { name: "Search the estate" });
  await search.fill("production database");
  const grid = page.getByRole("grid", { name: "Resources" });
  await expect(page.getByRole("list", { name: "Active filters" })).toBeVisible();
  const first = grid.getByRole("row").nth(1);
  await expect(first).toContainText(/RDS|Aurora|DynamoDB|Redshift|database/i);
  await expect(first).toContainText(/prod/i);

  await search.press("Enter");
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog", { name: "Resource" });
  const name = await drawer.getByRole("heading", { level: 2 }).nth(1).innerText();
  await expect(drawer.getByText(/^arn:aws/)).toBeVisible();
  await drawer.getByRole("tab", { name: "Attributes" }).click();
  await drawer.getByRole("button", { name: "Ask about this" }).click();

  const question = "Which production databases do we have?";
  await expect(page.getByRole("list", { name: "About" })).toContainText(name);
  await page.getByLabel("Your prompt").fill(question);
  await page.keyboard.press("Enter");
  const answer = page.getByRole("article", { name: "Answer" });
  await expect(answer.getByRole("button", { name: "Copy the answer" })).toBeVisible({ timeout: 60_000 });
  await expect(answer).toContainText("no model connected");
  await expect(answer.getByRole("group", { name: "From your estate" })).toBeVisible();
  await expect(answer.getByRole("table")).toBeVisible();
  const said = await answer.locator(".prose-answer").innerText();

  await app.stop();
  await app.start();
  await page.goto(app.url);
  await expect(page.getByRole("searchbox", { name: "Search the estate" })).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press("Control+1");
  await page.getByRole("complementary", { name: "Conversations" }).getByRole("listitem").first().getByRole("button").first().click();
  await expect(page.getByRole("article", { name: "You" })).toContainText(question);
  // What reads Markdown is loaded a moment after the window: until then the answer stands there as it was written.
  await expect.poll(() => page.getByRole("article", { name: "Answer" }).locator(".prose-answer").innerText()).toBe(said);

  await page.getByRole("searchbox", { name: "Search all conversations" }).fill("databases in production");
  const hit = page.getByRole("complementary", { name: "Conversations" }).getByRole("listitem").first();
  await hit.getByRole("button").first().click();
  await expect(page.getByRole("article", { name: "You" })).toContainText(question);
});

test("a source of an answer opens the resource it names", async ({ page, app }) => {
  await loadSample(page, app);
  await page.keyboard.press("Control+n");
  await page.getByLabel("Your prompt").fill("public buckets");
  await page.keyboard.press("Enter");
  const sources = page.getByRole("group", { name: "From your estate" });
  await expect(sources).toBeVisible({ timeout: 60_000 });
  const chip = sources.getByRole("button").first();
  const arn = await chip.getAttribute("title");
  await chip.click();
  await expect(page.getByRole("dialog", { name: "Resource" }).getByText(arn ?? "", { exact: true })).toBeVisible();
});

test("a conversation is renamed and deleted", async ({ page, app }) => {
  await smallSample(page, app);
  await page.keyboard.press("Control+n");
  await page.getByLabel("Your prompt").fill("What runs in staging?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Copy the answer" })).toBeVisible({ timeout: 60_000 });
  const list = page.getByRole("complementary", { name: "Conversations" });
  await list.getByRole("listitem").first().getByRole("button").first().focus();
  await page.keyboard.press("F2");
  await page.getByLabel("Title").fill("Staging");
  await page.keyboard.press("Enter");
  await expect(list.getByText("Staging", { exact: true })).toBeVisible();
  await list.getByRole("listitem").first().getByRole("button").first().focus();
  await page.keyboard.press("Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(list.getByText("No conversations yet")).toBeVisible();
});
