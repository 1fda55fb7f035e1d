import { expect, test } from "vitest";
import { formatAgo, formatMs, plainWords, plural } from "./format";

const now = new Date(2026, 10, 23, 15, 0).getTime();
const before = (ms: number) => new Date(now - ms).toISOString();

test("times are said as one would", () => {
  expect(formatAgo(before(20_000), now)).toBe("now");
  expect(formatAgo(before(5 * 60_000), now)).toBe("5 min ago");
  expect(formatAgo(before(3 * 3_600_000), now)).toBe("3 h ago");
  expect(formatAgo(before(24 * 3_600_000), now)).toBe("yesterday");
  expect(formatAgo(new Date(2026, 2, 12).toISOString(), now)).toBe("12 Mar");
  expect(formatAgo(new Date(2024, 2, 12).toISOString(), now)).toBe("12 Mar 2024");
  expect(formatAgo("", now)).toBe("");
});

test("durations and counts", () => {
  expect(formatMs(0.44)).toBe("0.4 ms");
  expect(formatMs(48.2)).toBe("48 ms");
  expect(formatMs(1240)).toBe("1.2 s");
  expect(plural(1, "resource")).toBe("1 resource");
  expect(plural(2000, "resource")).toBe("2,000 resources");
});

test("a snippet loses its markup and keeps its words", () => {
  expect(plainWords("Two in **production**:\n\n| Name | Engine |\n| --- | --- |\n| `a-b` | pg |")).toBe("Two in production : Name Engine a-b pg");
  expect(plainWords("- see [the guide](https://x.y)")).toBe("see the guide");
});
