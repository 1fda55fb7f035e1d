import { beforeEach, expect, test, vi } from "vitest";
import type { Draft } from "@/lib/backend";
import { freshBackend } from "@/test/render";
import { asDraft, DraftSaver, forgetLoadedDrafts, loadDraft, longText, setDraft, useDrafts, wholeDraft } from "./drafts";

beforeEach(() => forgetLoadedDrafts());

test("only the last of many keys is saved, and each conversation on its own", async () => {
  vi.useFakeTimers();
  const saved: string[] = [];
  const saver = new DraftSaver((id, draft) => Promise.resolve(void saved.push(`${id}:${draft.text}`)), 600);
  for (const text of ["a", "ab", "abc"]) saver.change("c-1", { text, attachArns: [] });
  saver.change("c-2", { text: "x", attachArns: [] });
  expect(saved).toEqual([]);
  await vi.advanceTimersByTimeAsync(700);
  expect(saved).toEqual(["c-1:abc", "c-2:x"]);
  vi.useRealTimers();
});

test("a slow save is not overtaken by the next", async () => {
  const order: string[] = [];
  let first = () => {};
  const save = (_id: string, draft: Draft) => new Promise<void>((resolve) => {
    const done = () => {
      order.push(draft.text);
      resolve();
    };
    if (draft.text === "old") first = done;
    else done();
  });
  const saver = new DraftSaver(save, 10_000);
  saver.change("c", { text: "old", attachArns: [] });
  const one = saver.flush("c");
  saver.change("c", { text: "new", attachArns: [] });
  const two = saver.flush("c");
  await Promise.resolve();
  first();
  await Promise.all([one, two]);
  expect(order).toEqual(["old", "new"]);
});

test("what was typed comes back after a restart, and does not write over what was typed since", async () => {
  const fake = freshBackend();
  fake.drafts.set("c-1", { text: "half a question", attachArns: [] });
  await loadDraft("c-1");
  expect(useDrafts.getState().drafts["c-1"]?.text).toBe("half a question");
  fake.drafts.set("c-2", { text: "old", attachArns: [] });
  setDraft("c-2", { text: "new", pasted: "" });
  await loadDraft("c-2");
  expect(useDrafts.getState().drafts["c-2"]?.text).toBe("new");
});

test("a text of a megabyte stays beside the field and is sent whole", () => {
  const long = "x".repeat(longText + 1);
  expect(asDraft(long)).toEqual({ text: "", pasted: long });
  expect(wholeDraft({ text: "Explain this: ", pasted: long })).toBe(`Explain this:\n\n${long}`);
});
