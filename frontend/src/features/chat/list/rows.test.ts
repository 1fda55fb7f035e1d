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

test("a long list is told apart by when its conversations were last used", () => {
  const now = new Date(2026, 10, 23, 12).getTime();
  const used = (id: string, year: number, month: number, day: number) => ({ ...conversation(id), lastActivity: new Date(year, month - 1, day, 9).toISOString() });
  const rest = [used("a", 2026, 11, 23), used("b", 2026, 11, 22), used("c", 2026, 11, 17), used("d", 2026, 11, 16), used("e", 2026, 11, 1), used("f", 2026, 3, 4), used("g", 2026, 3, 1)];
  const rows = buildRows({ pinned: [], rest, folders: [], inFolder: new Map() }, now);
  expect(rows.map((r) => (r.kind === "heading" ? r.label : r.key))).toEqual(
    ["Today", "a", "Yesterday", "b", "Previous 7 days", "c", "d", "Previous 30 days", "e", "March 2026", "f", "g"]);
  expect(new Set(rows.map((r) => r.key)).size).toBe(rows.length);
});
