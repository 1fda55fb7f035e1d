import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, loadSample, openApp, test } from "./app";

type Bound = Record<string, (...args: unknown[]) => Promise<unknown>>;

async function accessible(page: Page, where: string): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity).map((a) => a.finished)));
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.failureSummary ?? ""}`).join(" | ")}`), where).toEqual([]);
}

const drawer = (page: Page) => page.getByRole("dialog", { name: "Resource" });

test("relations are walked as a graph, by mouse and by keys, and back", async ({ page, app }) => {
  await loadSample(page, app);
  await page.getByRole("searchbox", { name: "Search the estate" }).fill("load balancer");
  const grid = page.getByRole("grid", { name: "Resources" });
  await grid.getByRole("row").nth(1).click();
  await drawer(page).getByRole("tab", { name: /Relations/ }).click();
  const graph = drawer(page).getByRole("group", { name: /Relations as a graph/ });
  const start = await drawer(page).getByRole("heading", { level: 2 }).nth(1).innerText();
  await expect(graph.getByRole("button", { name: /the resource that is shown/ })).toBeVisible();
  await accessible(page, "graph");

  const next = graph.getByRole("button", { name: /^refers to, vpc: / });
  const name = /^refers to, vpc: (.*), [^,]*$/.exec((await next.getAttribute("aria-label")) ?? "")![1]!;
  await next.click();
  await expect(drawer(page).getByRole("heading", { level: 2 }).nth(1)).toHaveText(name);
  // A VPC has hundreds of neighbours: they are folded, and one click shows them.
  const folded = graph.getByRole("button", { name: /is referred to by, vpc: \d+ .*, folded/ }).first();
  await folded.click();
  await expect(graph.getByRole("button", { name: /is referred to by, vpc: / }).nth(6)).toBeVisible();

  await graph.getByRole("button", { name: /the resource that is shown/ }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(graph.locator(":focus")).toHaveAccessibleName(/^is referred to by/);
  await page.keyboard.press("ArrowRight");
  await expect(graph.locator(":focus")).toHaveAccessibleName(/the resource that is shown/);
  await drawer(page).getByRole("button", { name: /^Back/ }).click();
  await expect(drawer(page).getByRole("heading", { level: 2 }).nth(1)).toHaveText(start);

  await drawer(page).getByText("List", { exact: true }).click();
  await drawer(page).getByRole("button", { name, exact: false }).first().click();
  await expect(drawer(page).getByRole("heading", { level: 2 }).nth(1)).toHaveText(name);
});

test("changes are listed, plotted, narrowed, and lead to a resource's history", async ({ page, app }) => {
  await loadSample(page, app);
  // The sample of another size has other resources, and some of the same ones with other attributes.
  const run = await page.evaluate(() => (window as never as { go: { main: { App: Bound } } }).go.main.App.LoadSample!(2100));
  const { runId } = run as { runId: string };
  await expect.poll(() => page.evaluate((id) => (window as never as { go: { main: { App: Bound } } }).go.main.App.GetRun!(id).then((r) => (r as { state: string }).state), runId), { timeout: 60_000 }).toBe("done");

  const search = page.getByRole("searchbox", { name: "Search the estate" });
  await search.fill("what changed since Tuesday");
  await page.getByRole("button", { name: "Show the changes" }).click();
  await expect(page.getByRole("tab", { name: "Changes" })).toHaveAttribute("aria-selected", "true");
  const list = page.getByRole("list", { name: "Changes", exact: true });
  await expect(list.getByRole("listitem").first()).toContainText("added");
  await expect(page.getByRole("region", { name: "Changes over time" })).toContainText(/[\d,]+ added/);
  await accessible(page, "changes");

  await page.getByRole("button", { name: "Type" }).click();
  await page.getByRole("menuitemcheckbox").first().click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("list", { name: "Active filters" })).toContainText("Type:");
  await list.getByRole("button").first().click();
  await expect(drawer(page).getByRole("tab", { name: "History" })).toHaveAttribute("aria-selected", "true");
  await expect(drawer(page).getByRole("list", { name: "History" })).toContainText("added");
  await accessible(page, "history");
});

test("a result is counted by a field and by a tag, and a group narrows it", async ({ page, app }) => {
  await loadSample(page, app);
  await page.getByRole("searchbox", { name: "Search the estate" }).fill("production");
  await page.getByRole("button", { name: "Group by" }).click();
  await page.getByRole("menuitem", { name: "Account" }).click();
  const groups = page.getByRole("list", { name: "Resources by account" });
  const first = groups.getByRole("button").first();
  // The sample's organization names its accounts.
  await expect(first).toHaveAttribute("title", /^[a-z][\w-]+ \(\d{12}\)$/);
  await accessible(page, "groups");
  const count = /([\d,]+)\s*[\d.]+%/.exec(await first.innerText())![1]!;
  await first.click();
  await expect(page.getByText(new RegExp(`^${count} resources?`))).toBeVisible();
  await expect(page.getByRole("list", { name: "Active filters" })).toContainText("Account:");
});

test("a search is saved with its filters and columns, found in the palette after a restart, renamed and deleted", async ({ page, app }) => {
  await loadSample(page, app);
  const search = page.getByRole("searchbox", { name: "Search the estate" });
  await search.fill("production database");
  await page.getByRole("button", { name: /Remove the filter .*production/ }).click();
  await expect(page.getByRole("list", { name: "Filters that were removed" })).toContainText("production");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Engine" }).click();
  await page.getByLabel("Key of a tag").fill("team");
  await page.keyboard.press("Enter");
  await accessible(page, "columns");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("columnheader", { name: "Engine" }).getByRole("button").click();
  await page.getByRole("button", { name: "Saved" }).click();
  await page.getByRole("menuitem", { name: "Save this search…" }).click();
  await page.getByLabel("Name of the search").fill("Our databases");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();

  await app.restart();
  await openApp(page, app);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("our data");
  await page.getByRole("option", { name: "Our databases" }).click();
  await expect(search).toHaveValue("production database");
  await expect(page.getByRole("columnheader", { name: "Engine" })).toHaveAttribute("aria-sort", "ascending");
  await expect(page.getByRole("columnheader", { name: "team", exact: true })).toBeVisible();
  await expect(page.getByRole("list", { name: "Active filters" })).not.toContainText("production");

  await page.getByRole("button", { name: "Saved" }).click();
  await page.getByRole("menuitem", { name: "Rename or delete…" }).click();
  await page.getByRole("button", { name: "Rename Our databases" }).click();
  await page.getByLabel("New name of Our databases").fill("All databases");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Delete All databases" }).click();
  await expect(page.getByText("None are left.")).toBeVisible();
});
