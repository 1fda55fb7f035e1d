import { describe, expect, test } from "vitest";
import type { BackupPoint, BackupState, Run } from "@/lib/backend";
import { bounded, coverage, covers, describeRules, exactAgo, exactIn, readMoment, shippedUpTo, summarize, ticks, timeScale, writeMoment } from "./state";

const base = Date.parse("2026-11-23T12:00:00Z");
const hour = 3_600_000;
const iso = (hours: number) => new Date(base + hours * hour).toISOString();
const point = (made: number, from: number, to: number): BackupPoint => ({
  id: String(made), createdAt: iso(made), machine: "", version: "", records: 0, entries: 0, counts: [], bytes: 0, newBytes: 0, objects: 0, newObjects: 0, earliest: iso(from), latest: iso(to), segments: 0, segmentBytes: 0,
});
const state = (part: Partial<BackupState>): BackupState => ({
  target: "/disk", last: iso(-2), next: iso(22), due: false, verified: "", drilled: "", recoveryKeySaved: true,
  settings: { target: "folder", dir: "/disk", bucket: "", prefix: "", region: "", profile: "", endpointUrl: "", kmsKey: "", storageClass: "", plainChecksums: false, limitKb: 0, everyHours: 24, shipLog: true, logDays: 30, keep: { last: 3, hourly: 0, daily: 7, weekly: 0, monthly: 0, withinDays: 0 } },
  ...part,
});
const run = (state: string, started: number): Run => ({ runId: "r", kind: "backup", state, label: "", done: 0, total: 0, detail: "", findings: [], startedAt: iso(started), endedAt: "" });

describe("summary", () => {
  test.each([
    [state({}), undefined, "ok", "Backed up 2 h ago"],
    [state({ target: "", last: "" }), undefined, "off", "No backups yet"],
    [state({ last: "", next: iso(0) }), undefined, "warn", "No backups yet"],
    [state({ last: iso(-40), next: iso(-16) }), undefined, "warn", "Backup overdue 16 h"],
    [state({ last: iso(-24.2), next: iso(-0.2) }), undefined, "ok", "Backed up 24 h ago"],
    [state({ last: iso(-40), next: "" }), undefined, "ok", "Backed up 40 h ago"],
    [state({}), run("failed", -1), "warn", "Backup failed"],
    [state({}), run("failed", -3), "ok", "Backed up 2 h ago"],
    [state({}), run("running", 0), "ok", "Backing up"],
    [state({ target: "", error: { code: "region", message: "", hint: "", retryable: false } }), undefined, "warn", "Backup not possible"],
  ] as const)("%#: %s", (s, r, light, text) => {
    expect(summarize(s, r, base)).toEqual({ light, text });
  });

  test("times are exact", () => {
    expect(exactAgo(iso(-0.001), base)).toBe("just now");
    expect(exactAgo(iso(-0.5), base)).toBe("30 min ago");
    expect(exactAgo(iso(-50), base)).toBe("2 d ago");
    expect(exactIn(iso(1.6), base)).toBe("in 2 h");
    expect(exactIn(iso(-1), base)).toBe("due");
    expect(exactIn("", base)).toBe("");
  });
});

describe("coverage", () => {
  test("windows that touch are one, a gap stays a gap", () => {
    const spans = coverage([point(10, 0, 14), point(0, -5, 0), point(30, 20, 33)]);
    expect(spans).toEqual([{ from: base - 5 * hour, to: base + 14 * hour }, { from: base + 20 * hour, to: base + 33 * hour }]);
    expect(covers(spans, base + 14 * hour)).toBe(true);
    expect(covers(spans, base + 14 * hour + 1000)).toBe(false);
    expect(covers(spans, base + 20 * hour - 500)).toBe(true);
    expect(shippedUpTo([point(0, 0, 9), point(1, 0, 4)])).toBe(iso(9));
    expect(shippedUpTo([])).toBe("");
  });
});

describe("scale", () => {
  test("all backups are inside, in order, and the nearest is found", () => {
    const points = [point(0, -720, 1), point(10, 0, 11), point(20, 0, 21)];
    const scale = timeScale(points, base + 24 * hour);
    const places = points.map((p) => scale.at(Date.parse(p.createdAt)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0.1);
    expect(places[0]).toBeLessThan(0.3);
    expect(scale.nearest(points, places[1]! + 0.01)).toBe(1);
    expect(scale.nearest(points, 1)).toBe(2);
    expect(scale.nearest([], 0.5)).toBe(-1);
    expect(scale.at(base - 9999 * hour)).toBe(0);
  });

  test("one backup still has a width", () => {
    const scale = timeScale([point(0, 0, 0)], base);
    expect(scale.to).toBeGreaterThan(scale.from);
    expect(timeScale([], base).to).toBeGreaterThan(timeScale([], base).from);
  });

  test.each([2, 30, 24 * 9, 24 * 400])("marks over %i hours are few and in order", (hours) => {
    const marks = ticks(base, base + hours * hour, 6);
    expect(marks.length).toBeGreaterThan(0);
    expect(marks.length).toBeLessThanOrEqual(7);
    expect(marks.every((m, i) => m.time >= base && (i === 0 || m.time > marks[i - 1]!.time))).toBe(true);
  });
});

describe("what is typed", () => {
  test("a moment is read as it is written", () => {
    const time = Math.floor(base / 1000) * 1000;
    expect(readMoment(writeMoment(time))).toBe(time);
    expect(readMoment(" 2026-11-23 14:05 ")).toBe(new Date(2026, 10, 23, 14, 5).getTime());
    for (const none of ["", "yesterday", "2026-02-30 10:00", "2026-11-23", "2026-11-23 25:00:00", "2026-11-23 10:61"]) expect(readMoment(none)).toBeNull();
  });

  test("a number stays in its bounds", () => {
    expect([bounded("7", 0, 10), bounded("-3", 0, 10), bounded("99", 0, 10), bounded("x", 1, 10), bounded("", 1, 10), bounded("2.6", 0, 10)]).toEqual([7, 0, 10, 1, 1, 3]);
  });

  test("rules are said in words", () => {
    expect(describeRules({ last: 3, hourly: 0, daily: 7, weekly: 5, monthly: 12, withinDays: 1 })).toBe("the last 3, 7 daily, 5 weekly, 12 monthly, all of the last 1 day");
    expect(describeRules({ last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, withinDays: 0 })).toBe("every backup");
  });
});
