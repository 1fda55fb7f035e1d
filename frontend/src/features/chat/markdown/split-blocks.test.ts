import { expect, test } from "vitest";
import { splitBlocks } from "./split-blocks";

test("paragraphs stand alone", () => {
  expect(splitBlocks("One\ntwo\n\nThree")).toEqual(["One\ntwo", "Three"]);
});

test("fenced code stays whole, blank lines and all, also before it is closed", () => {
  expect(splitBlocks("```sh\na\n\nb\n```\n\nAfter")).toEqual(["```sh\na\n\nb\n```", "After"]);
  expect(splitBlocks("Before\n\n```sh\na\n\nb")).toEqual(["Before", "```sh\na\n\nb"]);
  expect(splitBlocks("~~~\n```\n\nx\n~~~\n\nAfter")).toEqual(["~~~\n```\n\nx\n~~~", "After"]);
});

test("a list with blank lines stays one list", () => {
  expect(splitBlocks("1. a\n\n2. b\n\n   more\n\nAfter")).toEqual(["1. a\n\n2. b\n\n   more", "After"]);
});

test("text with link definitions stays whole", () => {
  const text = "See [guide][1].\n\n[1]: https://example.com";
  expect(splitBlocks(text)).toEqual([text]);
});

test("only the last block changes while text is added", () => {
  const text = "# Title\n\nFirst paragraph.\n\n- one\n- two\n\nLast";
  const settled = splitBlocks(text).slice(0, -1);
  expect(splitBlocks(`${text} words of it`).slice(0, settled.length)).toEqual(settled);
});
