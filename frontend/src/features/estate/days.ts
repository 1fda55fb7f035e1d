import { daysAgo } from "@/lib/format";

/** A stretch of time in RFC 3339: since is in it, until is not; empty ends are open. */
export interface Span {
  since: string;
  until: string;
}

/** The day of a moment where the user is: "2026-11-23". */
export function dayOf(iso: string): string {
  const date = new Date(iso);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The last day that a span with this end takes in; empty for an open end. */
export function lastDay(until: string): string {
  return until ? dayOf(new Date(Date.parse(until) - 1).toISOString()) : "";
}

/**
 * The beginning of the day that was typed: "2026-11-23", "today", "yesterday", or "7d" for seven days ago. Empty for
 * nothing, null for what is no day.
 */
export function readDay(text: string, now = Date.now()): string | null {
  const words = text.trim().toLowerCase();
  if (words === "") return "";
  if (words === "today") return daysAgo(0, now);
  if (words === "yesterday") return daysAgo(1, now);
  const back = /^-?(\d{1,4}) ?d(ays?)?( ago)?$/.exec(words);
  if (back) return daysAgo(Number(back[1]), now);
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(words);
  if (!parts) return null;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date.toISOString() : null;
}

/** The beginning of the day so many days after the one that begins there. */
export function addDays(iso: string, days: number): string {
  const date = new Date(iso);
  date.setDate(date.getDate() + days);
  return date.toISOString();
}

export const ranges = [
  { value: "today", label: "Today", days: 0, whole: false },
  { value: "yesterday", label: "Yesterday", days: 1, whole: true },
  { value: "7", label: "7 days", days: 7, whole: false },
  { value: "30", label: "30 days", days: 30, whole: false },
  { value: "all", label: "All", days: -1, whole: false },
] as const;

export type RangeName = (typeof ranges)[number]["value"];

/** The span that a range stands for now. */
export function rangeSpan(name: RangeName, now = Date.now()): Span {
  const range = ranges.find((r) => r.value === name)!;
  if (range.days < 0) return { since: "", until: "" };
  return { since: daysAgo(range.days, now), until: range.whole ? daysAgo(range.days - 1, now) : "" };
}

/** The range that a span is, or "" for another one. */
export function rangeOf(span: Span, now = Date.now()): RangeName | "" {
  return ranges.find((r) => {
    const known = rangeSpan(r.value, now);
    return known.since === span.since && known.until === span.until;
  })?.value ?? "";
}
