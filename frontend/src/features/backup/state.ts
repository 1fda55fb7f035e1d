import type { BackupListing, BackupPoint, BackupRules, BackupState, Run } from "@/lib/backend";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "just now", "5 min ago", "3 h ago", "2 d ago": never rounded to a name of a day. */
export function exactAgo(iso: string, now = Date.now()): string {
  const age = now - Date.parse(iso);
  if (Number.isNaN(age)) return "";
  if (age < minute) return "just now";
  if (age < hour) return `${Math.floor(age / minute)} min ago`;
  if (age < 2 * day) return `${Math.floor(age / hour)} h ago`;
  return `${Math.floor(age / day)} d ago`;
}

/** "in 5 min", "in 21 h", "in 3 d", or "due" for a time that has passed. */
export function exactIn(iso: string, now = Date.now()): string {
  const left = Date.parse(iso) - now;
  if (Number.isNaN(left)) return "";
  if (left <= 0) return "due";
  if (left < hour) return `in ${Math.ceil(left / minute)} min`;
  if (left < 2 * day) return `in ${Math.round(left / hour)} h`;
  return `in ${Math.round(left / day)} d`;
}

/** "3 h", "2 d". */
function span(time: number): string {
  return time < 2 * day ? `${Math.floor(time / hour)} h` : `${Math.floor(time / day)} d`;
}

export interface Summary {
  light: "ok" | "warn" | "off";
  text: string;
}

/** How long a backup that is due may take to begin before it is called overdue. */
const grace = hour;

/** How backups stand, in a few words. */
export function summarize(state: BackupState | undefined, run: Run | undefined, now = Date.now()): Summary {
  if (!state) return { light: "off", text: "Backups" };
  if (!state.target && !state.error) return { light: "off", text: "No backups yet" };
  if (run?.state === "running") return { light: "ok", text: "Backing up" };
  if (state.error) return { light: "warn", text: "Backup not possible" };
  const failed = run?.state === "failed" && (!state.last || Date.parse(run.startedAt) >= Date.parse(state.last));
  if (failed) return { light: "warn", text: "Backup failed" };
  if (!state.last) return { light: "warn", text: "No backups yet" };
  const overdue = state.next !== "" && now > Date.parse(state.next) + grace;
  return { light: overdue ? "warn" : "ok", text: overdue ? `Backup overdue ${span(now - Date.parse(state.next))}` : `Backed up ${exactAgo(state.last, now)}` };
}

/** A stretch of time in which any moment can be restored, in milliseconds. */
export interface Span {
  from: number;
  to: number;
}

/** What the logs of all backups cover, in order, those that touch as one. */
export function coverage(points: readonly BackupPoint[]): Span[] {
  const spans = points.map((p) => ({ from: Date.parse(p.earliest || p.createdAt), to: Date.parse(p.latest || p.createdAt) })).filter((s) => s.to >= s.from);
  spans.sort((a, b) => a.from - b.from);
  const out: Span[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else out.push({ ...span });
  }
  return out;
}

/** A whole second counts as covered when any of it is. */
export function covers(spans: readonly Span[], at: number): boolean {
  return spans.some((s) => at + 999 >= s.from && at <= s.to);
}

/** The latest moment that can be restored. */
export function shippedUpTo(points: readonly BackupPoint[]): string {
  return points.reduce((latest, p) => (p.latest > latest ? p.latest : latest), "");
}

/** Where things stand between two times, from 0 to 1. */
export interface Scale {
  from: number;
  to: number;
  at: (time: number) => number;
  /** The nearest of the points to a place between 0 and 1; -1 for none. */
  nearest: (points: readonly BackupPoint[], place: number) => number;
}

/** A scale over all backups and what they cover; the coverage before the first backup is cut to a part of the width. */
export function timeScale(points: readonly BackupPoint[], now: number): Scale {
  const made = points.map((p) => Date.parse(p.createdAt));
  const last = Math.max(now, ...made);
  const first = Math.min(made[0] ?? last, last - hour);
  const width = last - first;
  const earliest = Math.min(first, ...points.map((p) => Date.parse(p.earliest || p.createdAt)));
  const from = Math.max(earliest, first - width / 4);
  const to = last + width / 100;
  const at = (time: number) => Math.min(1, Math.max(0, (time - from) / (to - from)));
  const nearest = (all: readonly BackupPoint[], place: number) =>
    all.reduce((best, p, i) => (best < 0 || Math.abs(at(Date.parse(p.createdAt)) - place) < Math.abs(at(Date.parse(all[best]!.createdAt)) - place) ? i : best), -1);
  return { from, to, at, nearest };
}

const steps = [5 * minute, 15 * minute, hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 30 * day, 91 * day, 365 * day];

export interface Tick {
  time: number;
  label: string;
}

/** At most so many marks of a scale, at round times of this machine's clock. */
export function ticks(from: number, to: number, most: number): Tick[] {
  const step = steps.find((s) => (to - from) / s <= most) ?? steps.at(-1)!;
  const start = new Date(from);
  start.setHours(0, 0, 0, 0);
  const out: Tick[] = [];
  for (let time = start.getTime(); time <= to; ) {
    if (time >= from) out.push({ time, label: tickLabel(time, step) });
    // By the calendar, so that midnight stays midnight when the clocks change.
    const next = new Date(time);
    if (step >= day) next.setDate(next.getDate() + step / day);
    else next.setTime(time + step);
    time = next.getTime();
  }
  return out;
}

function tickLabel(time: number, step: number): string {
  const date = new Date(time);
  if (step >= day || (date.getHours() === 0 && date.getMinutes() === 0)) return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: step >= 91 * day ? "2-digit" : undefined });
  return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** "2026-11-23 14:05:09" in this machine's time. */
export function writeMoment(time: number): string {
  const d = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** The time that was typed, or null where it is none. Seconds may be left out. */
export function readMoment(text: string): number | null {
  const parts = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$/.exec(text);
  if (!parts) return null;
  const [year, month, date, hours, minutes, seconds] = parts.slice(1).map((n) => Number(n ?? 0)) as [number, number, number, number, number, number];
  const time = new Date(year, month - 1, date, hours, minutes, seconds);
  const same = time.getMonth() === month - 1 && time.getDate() === date && time.getHours() === hours && time.getMinutes() === minutes && time.getSeconds() === seconds;
  return same ? time.getTime() : null;
}

export const ruleNames = ["last", "hourly", "daily", "weekly", "monthly", "withinDays"] as const;
export type RuleName = (typeof ruleNames)[number];

/** No rule is set: every backup stays. */
export function keepsAll(rules: BackupRules): boolean {
  return ruleNames.every((name) => rules[name] === 0);
}

/** "the last 3, 7 daily, all of the last 30 days". */
export function describeRules(rules: BackupRules): string {
  if (keepsAll(rules)) return "every backup";
  const words: string[] = [];
  if (rules.last) words.push(`the last ${rules.last}`);
  for (const name of ["hourly", "daily", "weekly", "monthly"] as const) if (rules[name]) words.push(`${rules[name]} ${name}`);
  if (rules.withinDays) words.push(`all of the last ${rules.withinDays} ${rules.withinDays === 1 ? "day" : "days"}`);
  return words.join(", ");
}

/** What was typed into a field for a number, within its bounds. */
export function bounded(text: string, least: number, most: number): number {
  const n = Math.round(Number(text));
  return Number.isFinite(n) ? Math.min(most, Math.max(least, n)) : least;
}

const collections: Record<string, string> = { chat_history: "Messages", chat_sessions: "Conversations", aws_estate: "Resources", aws_changes: "Changes of the estate" };

/** A moment for the backend, which takes in all of that second. */
export const wholeSecond = (time: number) => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

export function collectionName(name: string): string {
  return collections[name] ?? name;
}

/** Whether a verification that found nothing looked at this backup. */
export function isVerified(point: BackupPoint, state: BackupState): boolean {
  return state.verified !== "" && Date.parse(state.verified) >= Date.parse(point.createdAt);
}

/** The bars of the sizes: the newest of them where there are too many. */
export function sizeBars(listing: BackupListing, most: number): { points: BackupPoint[]; max: number } {
  const points = listing.points.slice(-most);
  return { points, max: Math.max(1, ...points.map((p) => p.bytes)) };
}
