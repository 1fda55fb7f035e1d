import * as app from "../../../wailsjs/go/main/App";
import type { main } from "../../../wailsjs/go/models";
import type { BackupBackend } from "./backup-backend";
import type { BackupListing, BackupSettings, BackupState, PartResult, PruneResult, RestoreResult, RestoreState } from "./backup-types";
import { call, list } from "./call";

const state = (s: main.BackupState): BackupState => ({ ...s, settings: { ...s.settings, target: s.settings.target as BackupSettings["target"] } });
const listing = (l: BackupListing): BackupListing => ({ ...l, points: list(l.points).map((p) => ({ ...p, counts: list(p.counts) })), damaged: list(l.damaged) });
const part = (p: PartResult): PartResult => ({ ...p, changes: list(p.changes) });
const pruned = (p: PruneResult): PruneResult => ({ ...p, decisions: list(p.decisions).map((d) => ({ ...d, reasons: list(d.reasons) })), warnings: list(p.warnings) });
const restored = (r: RestoreResult): RestoreResult => ({ ...r, counts: list(r.counts), changes: list(r.changes) });

/** Backups, through the methods of app_backup.go and app_restore.go. */
export const wailsBackups: BackupBackend = {
  getBackupState: () => call(app.GetBackupState(), state),
  saveBackupSettings: (settings) => call(app.SaveBackupSettings(settings), state),
  chooseBackupFolder: () => call(app.ChooseBackupFolder()),
  testBackupTarget: (settings) => call(app.TestBackupTarget(settings)),
  startBackup: () => call(app.StartBackup()),
  startVerify: (all, drill) => call(app.StartVerify(all, drill)),
  listBackups: () => call(app.ListBackups(), listing),
  listBackupsElsewhere: (place, key) => call(app.ListBackupsElsewhere(place, key), listing),
  listGoneConversations: (at) => call(app.ListGoneConversations(at), (g) => ({ ...g, conversations: list(g.conversations) })),
  previewPart: (request) => call(app.PreviewPart(request), part),
  restorePart: (request) => call(app.RestorePart(request), part),
  restoreElsewhere: (place, key, request) => call(app.RestoreElsewhere(place, key, request)),
  previewPrune: (rules) => call(app.PreviewPrune(rules), pruned),
  pruneBackups: (rules) => call(app.PruneBackups(rules), pruned),
  previewRestore: (request) => call(app.PreviewRestore(request), restored),
  restoreBackup: (request) => call(app.RestoreBackup(request)),
  getRestore: () => call(app.GetRestore(), (r) => ({ ...r, state: r.state as RestoreState["state"], result: r.result ? restored(r.result) : undefined })),
  cancelRestore: () => call(app.CancelRestore()),
};
