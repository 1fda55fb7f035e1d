import type { main } from "../../../wailsjs/go/models";

// The wire types of backups, as they are generated from app_types_backup.go.
export type BackupCount = main.BackupCount;
export type BackupListing = main.BackupListing;
export type BackupPoint = main.BackupPoint;
export type BackupRules = main.BackupRules;
export type BackupTest = main.BackupTest;
export type GoneConversation = main.GoneConversation;
export type GoneConversations = main.GoneConversations;
export type PartRequest = main.PartRequest;
export type PartResult = main.PartResult;
export type PruneDecision = main.PruneDecision;
export type PruneResult = main.PruneResult;
export type RestoreChange = main.RestoreChange;
export type RestoreRequest = main.RestoreRequest;
export type RestoreResult = main.RestoreResult;

/** Empty: no place is set. */
export type BackupPlace = "" | "folder" | "s3";

export interface BackupSettings extends Omit<main.BackupSettings, "target"> {
  target: BackupPlace;
}

export interface BackupState extends Omit<main.BackupState, "settings"> {
  settings: BackupSettings;
}

export interface RestoreState extends Omit<main.RestoreState, "state"> {
  state: "none" | "running" | "done" | "failed" | "cancelled";
}
