import { beforeEach, expect, test, vi } from "vitest";
import { freshBackend } from "@/test/render";
import type { FakeBackend } from "@/test/fake-backend";
import type { Run, RunEvent } from "./backend";
import { missingDeltas, onRunEnd, receiveRunEvent, useRuns } from "./runs";

let fake: FakeBackend;
beforeEach(() => {
  fake = freshBackend();
});

function answer(text: string, state = "running"): Run {
  return {
    runId: "r", kind: "answer", state, label: "", done: 0, total: 0, detail: "", findings: [], startedAt: "", endedAt: "",
    answer: {
      conversationId: "c", promptId: "p", messageId: "", text, sources: [], mode: "model", toolCalls: [], reasoning: "", promptTokens: 0, answerTokens: 0, contextTokens: 0, windowTokens: 0,
      costUsd: 0, waiting: "", egress: [], notes: [],
    },
  };
}

const delta = (seq: number, text: string): RunEvent => ({ runId: "r", seq, kind: "delta", delta: text });
const text = () => useRuns.getState().tracked.r?.run.answer?.text;

test("deltas in order are added to the text", () => {
  receiveRunEvent({ runId: "r", seq: 1, kind: "progress", delta: "", run: answer("") });
  receiveRunEvent(delta(2, "Two "));
  receiveRunEvent(delta(3, "databases"));
  expect(text()).toBe("Two databases");
});

test("an event that comes twice counts once", () => {
  receiveRunEvent({ runId: "r", seq: 1, kind: "progress", delta: "", run: answer("") });
  receiveRunEvent(delta(2, "Two "));
  receiveRunEvent(delta(2, "Two "));
  expect(text()).toBe("Two ");
});

test("a gap asks for the state, and deltas that come meanwhile are not lost", async () => {
  receiveRunEvent({ runId: "r", seq: 1, kind: "progress", delta: "", run: answer("") });
  fake.runs.set("r", answer("Two databases "));
  receiveRunEvent(delta(3, "databases "));
  receiveRunEvent(delta(4, "are open"));
  await vi.waitFor(() => expect(text()).toBe("Two databases are open"));
  receiveRunEvent(delta(5, "."));
  expect(text()).toBe("Two databases are open.");
});

test("a delta of an unknown run asks for the state", async () => {
  fake.runs.set("r", answer("So far"));
  receiveRunEvent(delta(7, " far"));
  await vi.waitFor(() => expect(text()).toBe("So far"));
});

test("the end of a run is told once", () => {
  const ended = vi.fn();
  const stop = onRunEnd(ended);
  receiveRunEvent({ runId: "r", seq: 1, kind: "progress", delta: "", run: answer("") });
  receiveRunEvent({ runId: "r", seq: 2, kind: "done", delta: "", run: answer("All", "done") });
  receiveRunEvent({ runId: "r", seq: 2, kind: "done", delta: "", run: answer("All", "done") });
  expect(ended).toHaveBeenCalledTimes(1);
  stop();
});

test("deltas that the text already holds are left out", () => {
  expect(missingDeltas("a b c", [" c", " d"])).toBe(" d");
  expect(missingDeltas("a b c d", [" c", " d"])).toBe("");
  expect(missingDeltas("a", [" b", " c"])).toBe(" b c");
});
