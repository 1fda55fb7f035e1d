import { expect, test } from "vitest";
import { extend, nothingSelected, toggle } from "./selection";

const order = ["a", "b", "c", "d", "e"];
const ids = (s: { ids: ReadonlySet<string> }) => [...s.ids].sort();

test("a range runs from the anchor in both directions and keeps what was chosen", () => {
  const one = toggle(nothingSelected, "c");
  expect(ids(extend(one, order, "e"))).toEqual(["c", "d", "e"]);
  expect(ids(extend(extend(one, order, "e"), order, "a"))).toEqual(order);
});

test("a second click takes a row out again", () => {
  expect(ids(toggle(toggle(nothingSelected, "a"), "a"))).toEqual([]);
});

test("without an anchor in sight a range is the row itself", () => {
  expect(ids(extend({ ids: new Set(), anchor: "gone" }, order, "b"))).toEqual(["b"]);
});
