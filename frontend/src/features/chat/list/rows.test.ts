import { expect, test } from "vitest";
import type { Conversation } from "@/lib/backend";
import { buildRows, shownIds } from "./rows";

const conversation = (id: string, folderId = ""): Conversation => ({
  id, title: id, createdAt: "", lastActivity: "", messageCount: 1, status: "active", pinned: false, folderId, tags: [], recall: "on", promptTokens: 0, answerTokens: 0, costUsd: 0,
});
const folder = { id: "f", name: "Audit", count: 1 };

test("without folders and pins there is nothing but the list", () => {
  expect(buildRows({ pinned: [], rest: [conversation("a")], folders: [], inFolder: new Map() }).map((r) => r.key)).toEqual(["a"]);
});

test("what is in a folder is shown there alone, and only while it is open", () => {
  const lists = { pinned: [conversation("p", "f")], rest: [conversation("in", "f"), conversation("out"), conversation("lost", "gone")], folders: [folder] };
  expect(buildRows({ ...lists, inFolder: new Map() }).map((r) => r.key)).toEqual(["heading-pinned", "p", "heading-folders", "f", "heading-rest", "out", "lost"]);
  const open = buildRows({ ...lists, inFolder: new Map([["f", [conversation("in", "f")]]]) });
  expect(shownIds(open)).toEqual(["p", "in", "out", "lost"]);
});
