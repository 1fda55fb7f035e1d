import { expect, test, type Page } from "@playwright/test";
import { dev, openFake, showAnswers } from "./page";
import { payloads } from "./xss-payloads";

const batch = 12;

/** Everything in the messages that no text of a model may make. */
function suspicious(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const log = document.querySelector("[role=log]")!;
    const found: string[] = [];
    for (const element of log.querySelectorAll("*")) {
      const name = element.localName;
      if (["script", "iframe", "object", "embed", "form", "base", "link", "meta", "style", "video", "audio", "a", "area", "frame", "image", "use", "animate", "foreignobject", "mglyph", "template", "portal"].includes(name)) found.push(element.outerHTML.slice(0, 200));
      for (const { name: attribute, value } of element.attributes) {
        if (/^on/i.test(attribute) || /^(srcdoc|formaction|ping|srcset|background|poster|xlink:href|href|action)$/i.test(attribute)) found.push(`${name} ${attribute}=${value.slice(0, 120)}`);
        if (attribute === "src" && !(name === "img" && value.startsWith("data:image/svg+xml;charset=utf-8,"))) found.push(`${name} src=${value.slice(0, 120)}`);
        if (attribute === "style" && /url\s*\(|expression|position\s*:\s*fixed/i.test(value)) found.push(`${name} style=${value.slice(0, 120)}`);
        if (attribute === "name" || (attribute === "id" && !/^(radix-|_r_|«|:r|user-content-)/.test(value))) found.push(`${name} ${attribute}=${value.slice(0, 120)}`);
      }
    }
    return found;
  });
}

test(`${payloads.length} payloads in Markdown run nothing and request nothing`, async ({ page }) => {
  expect(new Set(payloads).size).toBeGreaterThanOrEqual(200);
  await page.setViewportSize({ width: 1280, height: 8000 });
  const events: string[] = [];
  page.on("dialog", (dialog) => {
    events.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("popup", (popup) => events.push(`popup ${popup.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${dev}/`) && !url.startsWith("data:image/svg+xml") && !url.startsWith("ws://127.0.0.1:5393")) events.push(`request ${url}`);
    if (/evil|passwd|\/x$/.test(url) && !url.startsWith("data:")) events.push(`request ${url}`);
  });
  page.on("framenavigated", (frame) => frame.url().startsWith(`${dev}/src/test/fake.html`) || events.push(`navigation ${frame.url()}`));
  await openFake(page, dev, { model: "m", remote: true });

  for (let from = 0; from < payloads.length; from += batch) {
    const texts = payloads.slice(from, from + batch);
    await showAnswers(page, `x${from}`, texts);
    // Diagrams are drawn one after the other; each is a picture or its source in the end.
    await expect(page.getByRole("log").getByText("Drawing…")).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Reasoning" })).toHaveCount(texts.length);
    expect(await suspicious(page), texts.join("\n———\n")).toEqual([]);
    expect(await page.evaluate(() => window.ran), texts.join("\n———\n")).toBeUndefined();
    expect(events, texts.join("\n———\n")).toEqual([]);
  }
});

test("a payload that comes in piece by piece does nothing either", async ({ page }) => {
  const events: string[] = [];
  page.on("request", (request) => !request.url().startsWith(dev) && !request.url().startsWith("data:image/svg+xml") && events.push(request.url()));
  await openFake(page, dev, { model: "m" });
  const text = payloads.filter((_, i) => i % 12 === 0).join("\n\n");
  await page.evaluate((answer) => {
    window.fake.answer = answer;
    window.fake.pace = 4;
    window.nav.getState().newConversation();
  }, text);
  await page.getByLabel("Your prompt").fill("Go on");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Copy the answer" })).toBeVisible({ timeout: 60_000 });
  expect(await suspicious(page)).toEqual([]);
  expect(await page.evaluate(() => window.ran)).toBeUndefined();
  expect(events).toEqual([]);
});
