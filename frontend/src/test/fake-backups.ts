import {
  BackendError, type BackupBackend, type BackupListing, type BackupPoint, type BackupRules, type BackupSettings, type BackupState, type GoneConversation, type PartRequest, type PartResult, type PruneResult, type RecoveryKeySource, type RestoreRequest,
  type RestoreResult, type RestoreState, type Run, type Status,
} from "@/lib/backend";

export interface FakeBackupOptions {
  /** How many there are; 0 with a place, and none is set where it is left out. */
  backups?: number;
  /** The newest is older than the schedule wants. */
  overdue?: boolean;
}

const hour = 3_600_000;
const day = 24 * hour;
const iso = (at: number) => new Date(at).toISOString();

const settings: BackupSettings = {
  target: "", dir: "", bucket: "", prefix: "", region: "", profile: "", endpointUrl: "", kmsKey: "", storageClass: "", plainChecksums: false, limitKb: 0, everyHours: 24, shipLog: true, logDays: 30,
  keep: { last: 3, hourly: 0, daily: 7, weekly: 5, monthly: 12, withinDays: 0 },
};

function makePoint(i: number, count: number, at: number, next: number): BackupPoint {
  const records = 1800 + i * 240 + (i % 5) * 37;
  const newBytes = i === 0 ? 1_900_000 : 60_000 + ((i * 7919) % 11) * 46_000;
  const id = `${iso(at).replace(/[-:]|\.\d+/g, "")}-${(i * 2654435761 % 2 ** 32).toString(16).padStart(8, "0")}${"4f1c2a9b".repeat(3)}`;
  return {
    id, createdAt: iso(at), machine: "ada-laptop", version: "0.1.0", records, entries: records + 300,
    counts: [{ collection: "aws_estate", records: records - 620 }, { collection: "chat_history", records: 560 }, { collection: "chat_sessions", records: 60 }],
    bytes: 1_900_000 + i * 310_000, newBytes, objects: 6 + Math.floor(i / 2), newObjects: i === 0 ? 6 : 2, earliest: iso(at - 30 * day),
    latest: iso(i === count - 1 ? Date.now() - 40_000 : Math.min(next - hour, at + 20 * hour)), segments: 40, segmentBytes: 82_000, logError: undefined,
  };
}

/** Backups in memory. A restore takes a moment and opens the window again. */
export abstract class FakeBackups implements BackupBackend {
  abstract status: Status;
  abstract pace: number;
  abstract emitRun(kind: string, run: Run): void;
  abstract emitStatus(part: Partial<Status>): void;

  backup: BackupSettings = settings;
  points: BackupPoint[] = [];
  verified = "";
  drilled = "";
  restore: RestoreState = { state: "none", phase: "", done: 0, total: 0, result: undefined, error: undefined };
  restored: RestoreRequest[] = [];
  pruned: BackupRules[] = [];
  failTest: BackendError | null = null;
  chosenFolder = "/media/ada/backup-disk";
  private overdue = false;

  protected fillBackups({ backups, overdue = false }: FakeBackupOptions) {
    if (backups === undefined) return;
    this.overdue = overdue;
    this.backup = { ...settings, target: "folder", dir: "/media/ada/backup-disk" };
    const newest = Date.now() - (overdue ? 40 : 2) * hour;
    const at = (i: number) => newest - (backups - 1 - i) * day * (backups > 30 ? 1 : 0.5) - (i % 3) * 0.04 * day;
    this.points = Array.from({ length: backups }, (_, i) => makePoint(i, backups, at(i), at(i + 1)));
    if (backups > 1) this.verified = this.drilled = iso(newest - 3 * day);
  }

  private state(): BackupState {
    const last = this.points.at(-1)?.createdAt ?? "";
    const next = !this.backup.target ? "" : iso(last ? Date.parse(last) + this.backup.everyHours * hour : Date.now());
    return {
      settings: this.backup, target: this.backup.target === "s3" ? `s3://${this.backup.bucket}/${this.backup.prefix}` : this.backup.dir, last, next, due: this.overdue || !last, verified: this.verified, drilled: this.drilled,
      recoveryKeySaved: this.status.recoveryKeySaved, error: undefined,
    };
  }

  getBackupState = () => Promise.resolve(this.state());
  saveBackupSettings = (next: BackupSettings) => {
    this.backup = next;
    return Promise.resolve(this.state());
  };
  chooseBackupFolder = () => Promise.resolve(this.chosenFolder);
  testBackupTarget = (place: BackupSettings) =>
    Promise.resolve({ target: place.target === "s3" ? `s3://${place.bucket}` : place.dir, backups: 0, held: false, error: this.failTest ? { code: this.failTest.code, message: this.failTest.message, hint: this.failTest.hint, retryable: false } : undefined });

  startBackup = () => {
    const run = this.backupRun("backup", "Backing up", () => {
      const i = this.points.length;
      this.points = [...this.points, makePoint(i, i + 1, Date.now(), Date.now())];
      return "2,480 records, 0.3 MB sent";
    });
    return Promise.resolve(run);
  };
  startVerify = (all: boolean, drill: boolean) => {
    const run = this.backupRun("verify", "Verifying the backups", () => {
      this.verified = iso(Date.now());
      if (drill) this.drilled = this.verified;
      return `${all ? "all" : "a tenth"} of the objects read`;
    });
    return Promise.resolve(run);
  };

  private backupRun(kind: string, label: string, work: () => string) {
    const runId = `run-${kind}-${this.points.length}-${Date.now()}`;
    const base: Run = { runId, kind, state: "running", label, done: 0, total: 2000, detail: "sending", findings: [], startedAt: iso(Date.now()), endedAt: "" };
    this.emitRun("progress", base);
    window.setTimeout(() => this.emitRun("progress", { ...base, done: 840 }), this.pace);
    window.setTimeout(() => this.emitRun("done", { ...base, state: "done", done: 2000, detail: work(), endedAt: iso(Date.now()) }), this.pace * 40);
    return { runId };
  }

  listBackups = (): Promise<BackupListing> =>
    Promise.resolve({ target: this.state().target, points: this.points, damaged: [], bytes: this.points.reduce((n, p) => n + p.newBytes + p.segmentBytes, 0), objects: this.points.length * 44 });
  previewPrune = (rules: BackupRules): Promise<PruneResult> => {
    const newestFirst = [...this.points].reverse();
    const decisions = newestFirst.map((p, i) => ({ id: p.id, createdAt: p.createdAt, keep: i < Math.max(1, rules.last + rules.daily), reasons: i === 0 ? ["newest", "last"] : i < rules.last ? ["last"] : i < rules.last + rules.daily ? ["daily"] : [] }));
    const removed = decisions.filter((d) => !d.keep).length;
    return Promise.resolve({ decisions, removed, objects: removed * 3, bytes: removed * 210_000, held: 0, warnings: [] });
  };
  pruneBackups = async (rules: BackupRules) => {
    this.pruned.push(rules);
    const result = await this.previewPrune(rules);
    const stay = new Set(result.decisions.filter((d) => d.keep).map((d) => d.id));
    this.points = this.points.filter((p) => stay.has(p.id));
    return result;
  };

  private result(request: RestoreRequest, before: string): RestoreResult {
    const point = this.points.find((p) => p.id === request.backup) ?? this.points.at(-1);
    if (!point) throw new BackendError({ code: "no_backup", message: "there is no such backup", hint: "Back up first.", retryable: false });
    return {
      backup: point.id, madeAt: point.createdAt, moment: request.at || point.latest, records: point.records, counts: point.counts, checked: request.at === "", before,
      changes: [{ collection: "chat_history", added: 12, changed: 3, removed: 41 }, { collection: "chat_sessions", added: 1, changed: 4, removed: 2 }],
    };
  }
  previewRestore = (request: RestoreRequest) => Promise.resolve(this.result(request, ""));
  restoreBackup = (request: RestoreRequest) => {
    this.restored.push(request);
    const result = this.result(request, "/home/ada/.local/share/cloudops.before-restore-20261123T090000Z");
    this.restore = { state: "running", phase: "fetching", done: 840, total: 2480, result: undefined, error: undefined };
    this.emitStatus({ phase: "restoring" });
    window.setTimeout(() => {
      this.restore = { ...this.restore, state: "done", phase: "opening", result };
      this.emitStatus({ phase: "ready" });
    }, this.pace * 60);
    return Promise.resolve();
  };
  listBackupsElsewhere = (place: BackupSettings, key: RecoveryKeySource): Promise<BackupListing> => {
    if (!key.file && !key.text.startsWith("AGE-SECRET-KEY-1")) return Promise.reject(new BackendError({ code: "wrong_key", message: "it is not a recovery key of CloudOps", hint: "Name the file that `cloudops key export` wrote.", retryable: false }));
    const points = Array.from({ length: 6 }, (_, i) => makePoint(i, 6, Date.now() - (6 - i) * day, Date.now() - (5 - i) * day));
    return Promise.resolve({ target: place.target === "s3" ? `s3://${place.bucket}/${place.prefix}` : place.dir, points, damaged: [], bytes: 4_000_000, objects: 40 });
  };
  restoreElsewhere = async (place: BackupSettings, key: RecoveryKeySource, request: RestoreRequest) => {
    const { points } = await this.listBackupsElsewhere(place, key);
    this.points = points;
    await this.restoreBackup(request);
    this.emitStatus({ firstLaunch: false, recoveryKeySaved: true });
  };
  parts: PartRequest[] = [];
  gone: GoneConversation[] = [];
  listGoneConversations = () => Promise.resolve({ conversations: this.gone, damaged: 0 });
  previewPart = (request: PartRequest): Promise<PartResult> =>
    Promise.resolve({ backup: "", records: 12, unreadable: 0, before: "", changes: request.conversationId ? [{ collection: "chat_history", added: 2, changed: 1, removed: 4 }] : [{ collection: "aws_estate", added: 31, changed: 8, removed: 2 }] });
  restorePart = async (request: PartRequest): Promise<PartResult> => {
    this.parts.push(request);
    return { ...(await this.previewPart(request)), before: "2026-11-23T09:00:00.123Z" };
  };
  getRestore = () => Promise.resolve(this.restore);
  cancelRestore = () => {
    this.restore = { ...this.restore, state: "cancelled" };
    this.emitStatus({ phase: "ready" });
    return Promise.resolve();
  };
}
