import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { built, openFake } from "./page";

for (const theme of ["light", "dark"] as const) {
  test(`diagram, formula and colours show under the content policy, readable by all, ${theme}`, async ({ page }) => {
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && !message.location().url.endsWith("/favicon.ico") && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await openFake(page, built, { rich: true, conversations: 12, messages: 6, model: "claude-sonnet-4", remote: true });
    await page.evaluate(() => window.nav.getState().openConversation("c-1"));
    const answer = page.getByRole("article", { name: "Answer" }).last();
    await expect(answer.locator(".hljs-keyword").first()).toBeVisible();
    await answer.getByRole("button", { name: /look-ups/ }).click();
    await answer.getByRole("button", { name: "Reasoning" }).click();
    await answer.getByRole("button", { name: /left this machine/ }).click();
    const diagram = answer.getByRole("img", { name: /^Diagram/ });
    await diagram.scrollIntoViewIfNeeded();
    expect(await diagram.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(100);
    const formula = answer.locator(".katex-display .katex-html");
    await expect(formula).toBeVisible();
    expect(await formula.evaluate((e) => getComputedStyle(e).fontFamily)).toContain("KaTeX");
    // Its parts are placed by styles of their own, which the policy lets through only where no markup set them.
    expect(await formula.locator("[style]").count()).toBeGreaterThan(3);

    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.failureSummary ?? ""}`).join(" | ")}`)).toEqual([]);
    expect(complaints).toEqual([]);
  });
}
