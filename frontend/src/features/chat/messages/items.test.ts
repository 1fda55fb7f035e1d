import { expect, test } from "vitest";
import type { Message, Run } from "@/lib/backend";
import { newerThan } from "../queries";
import { askRequest, type PendingPrompt } from "../state";
import { neighbour } from "./branch-walker";
import { whyIncomplete } from "./incomplete";
import { blankMessage, buildItems } from "./items";

const stored: Message[] = ["u1", "a1", "u2", "a2"].map((id, i) => blankMessage({ id, role: id.startsWith("u") ? "user" : "assistant", text: id, seq: i + 1, siblings: [id] }));
const pending = (part: Parameters<typeof askRequest>[0]): PendingPrompt => ({ runId: "r", promptId: part.promptId ?? "", request: askRequest(part), sentAt: "", error: null });
const ids = (items: ReturnType<typeof buildItems>) => items.map((i) => (i.kind === "message" ? i.message.id : i.kind));

test("an edited prompt takes the place of the old one and of what followed it", () => {
  expect(ids(buildItems(stored, pending({ conversationId: "c", editOf: "u2", promptId: "u3", text: "x" }), undefined))).toEqual(["u1", "a1", "u3", "answer"]);
});

test("another answer takes the place of the last one, below the same prompt", () => {
  expect(ids(buildItems(stored, pending({ conversationId: "c", regenerate: "u2", promptId: "u2" }), undefined))).toEqual(["u1", "a1", "u2", "answer"]);
});

test("an answer that is stored is not shown a second time", () => {
  const run = { runId: "r", kind: "answer", state: "done", findings: [], answer: { messageId: "a2", promptId: "u2", text: "a2", toolCalls: [], reasoning: "", sources: [] } } as unknown as Run;
  expect(ids(buildItems(stored, pending({ conversationId: "c", regenerate: "u2", promptId: "u2" }), run))).toEqual(["u1", "a1", "u2", "a2"]);
});

test("a prompt whose answer never began offers one", () => {
  expect(ids(buildItems(stored.slice(0, 3), undefined, undefined))).toEqual(["u1", "a1", "u2", "unanswered"]);
});

test("the walker knows its neighbours and its ends", () => {
  const at = { id: "b", siblings: ["a", "b", "c"] };
  expect([neighbour(at, -1), neighbour(at, 1)]).toEqual(["a", "c"]);
  expect(neighbour({ ...at, id: "c" }, 1)).toBe("");
  expect(neighbour({ id: "x", siblings: [] }, 1)).toBe("");
});

test("an answer that broke off says why", () => {
  expect(whyIncomplete({ partial: false, error: undefined })).toBeNull();
  expect(whyIncomplete({ partial: true, error: undefined })?.message).toBe("Stopped before its end");
  expect(whyIncomplete({ partial: true, error: { code: "network", message: "broke off", hint: "", retryable: true } })?.message).toBe("broke off");
});

test("paging to newer messages goes over the gaps that other branches leave, and ends at the newest", () => {
  const page = (newest: number, end: number) => ({ messages: [{ ...stored[0]!, seq: newest }], hasOlder: false, fromLedger: false, end });
  expect(newerThan(page(70, 500), [page(70, 500)], { before: 71, limit: 50 })).toEqual({ before: 121, limit: 50 });
  // Nothing new in the last stretch: a wider one is asked for.
  expect(newerThan(page(70, 500), [page(70, 500), page(70, 500)], { before: 121, limit: 50 })).toEqual({ before: 321, limit: 200 });
  expect(newerThan(page(500, 500), [page(500, 500)], { before: 600, limit: 50 })).toBeUndefined();
});
