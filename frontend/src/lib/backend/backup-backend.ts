import type { BackupListing, BackupRules, BackupSettings, BackupState, BackupTest, GoneConversations, PartRequest, PartResult, PruneResult, RestoreRequest, RestoreResult, RestoreState } from "./backup-types";
import type { RecoveryKeySource, RunRef } from "./types";

/** The part of the backend that is about backups. */
export interface BackupBackend {
  /** What this machine remembers; the place itself is not asked. */
  getBackupState(): Promise<BackupState>;
  saveBackupSettings(settings: BackupSettings): Promise<BackupState>;
  /** Opens the native dialog; the folder, or "" if it was cancelled. */
  chooseBackupFolder(): Promise<string>;
  /** What is wrong with a place is in the answer. */
  testBackupTarget(settings: BackupSettings): Promise<BackupTest>;
  startBackup(): Promise<RunRef>;
  startVerify(all: boolean, drill: boolean): Promise<RunRef>;
  listBackups(): Promise<BackupListing>;
  previewPrune(rules: BackupRules): Promise<PruneResult>;
  pruneBackups(rules: BackupRules): Promise<PruneResult>;
  /** Reads as much as the restore itself. */
  previewRestore(request: RestoreRequest): Promise<RestoreResult>;
  /** Begins; the phase is "restoring" from then on, and getRestore tells the rest. */
  restoreBackup(request: RestoreRequest): Promise<void>;
  /** What bringing a part back would change. */
  previewPart(request: PartRequest): Promise<PartResult>;
  /** Brings a conversation or the estate back to a moment while everything else goes on. */
  restorePart(request: PartRequest): Promise<PartResult>;
  /** The conversations that the backups know as of a moment (RFC 3339) and that are not here any more. */
  listGoneConversations(at: string): Promise<GoneConversations>;
  /** What a place holds that this recovery key opens; the place need not be set. */
  listBackupsElsewhere(place: BackupSettings, key: RecoveryKeySource): Promise<BackupListing>;
  /** As restoreBackup, from such a place; also after a start that failed. */
  restoreElsewhere(place: BackupSettings, key: RecoveryKeySource, request: RestoreRequest): Promise<void>;
  getRestore(): Promise<RestoreState>;
  cancelRestore(): Promise<void>;
}
