import type { Page } from "@playwright/test";
import type { useNavigation } from "@/lib/navigation";
import type { FakeBackend, FakeOptions } from "../fake-backend";

export const dev = "http://127.0.0.1:5393";
export const built = "http://127.0.0.1:5394";

declare global {
  interface Window {
    fake: FakeBackend;
    nav: typeof useNavigation;
    /** A payload that ran sets it. */
    ran?: unknown;
  }
}

/** Opens the page with a backend in memory. */
export async function openFake(page: Page, base: string, options: FakeOptions = {}): Promise<void> {
  await page.goto(`${base}/src/test/fake.html?${encodeURIComponent(JSON.stringify(options))}`);
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

/** Puts answers into a conversation of their own and opens it. */
export async function showAnswers(page: Page, id: string, texts: readonly string[]): Promise<void> {
  await page.evaluate(
    async ({ id, texts }) => {
      const { fake, nav } = window;
      const created = await fake.createConversation(texts[0] ?? id);
      const blank = fake.messages.get("c-1")![0]!;
      const call = (text: string) => ({ id: "t", name: text, label: text, input: text, output: text, state: "running", tookMs: 1, resources: [{ kind: "resource", arn: text, title: text, subtitle: text, conversationId: "", messageId: "", seq: 0 }] });
      const messages = texts.flatMap((text, i) => [
        { ...blank, id: `${id}-q${i}`, parentId: i === 0 ? "" : `${id}-a${i - 1}`, seq: i * 2 + 1, text },
        {
          ...blank, id: `${id}-a${i}`, parentId: `${id}-q${i}`, seq: i * 2 + 2, role: "assistant", text, model: text.slice(0, 40), reasoning: text, notes: [text], toolCalls: [call(text)],
          egress: [{ host: text, at: text, what: [text], bytes: 1 }], sources: call(text).resources,
        },
      ]);
      fake.messages.set(created.id, messages);
      fake.leaves.set(created.id, messages.at(-1)!.id);
      nav.getState().openConversation(created.id);
    },
    { id, texts },
  );
  await page.getByRole("article", { name: "Answer" }).nth(texts.length - 1).waitFor();
}
