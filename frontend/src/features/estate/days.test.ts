import { expect, test } from "vitest";
import { addDays, dayOf, lastDay, rangeOf, rangeSpan, readDay } from "./days";

const now = new Date(2026, 10, 23, 15, 30).getTime();
const begins = (year: number, month: number, day: number) => new Date(year, month - 1, day).toISOString();

test("a day is typed as a date, in words, or as so many days ago", () => {
  expect(readDay("2026-11-03", now)).toBe(begins(2026, 11, 3));
  expect(readDay(" 2026-3-9 ", now)).toBe(begins(2026, 3, 9));
  expect(readDay("today", now)).toBe(begins(2026, 11, 23));
  expect(readDay("Yesterday", now)).toBe(begins(2026, 11, 22));
  expect(readDay("7d", now)).toBe(begins(2026, 11, 16));
  expect(readDay("30 days ago", now)).toBe(begins(2026, 10, 24));
  expect(readDay("", now)).toBe("");
  for (const wrong of ["2026-02-30", "2026-11", "23.11.2026", "soon"]) expect(readDay(wrong, now)).toBeNull();
});

test("the last day of a span is in it", () => {
  const until = addDays(begins(2026, 11, 5), 1);
  expect(until).toBe(begins(2026, 11, 6));
  expect(lastDay(until)).toBe("2026-11-05");
  expect(lastDay("")).toBe("");
  expect(dayOf(begins(2026, 3, 9))).toBe("2026-03-09");
});

test("ranges are known by their spans", () => {
  expect(rangeSpan("yesterday", now)).toEqual({ since: begins(2026, 11, 22), until: begins(2026, 11, 23) });
  for (const name of ["today", "yesterday", "7", "30", "all"] as const) expect(rangeOf(rangeSpan(name, now), now)).toBe(name);
  expect(rangeOf({ since: begins(2026, 11, 1), until: "" }, now)).toBe("");
});
