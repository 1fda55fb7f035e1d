export { ElsewhereDialog } from "./elsewhere-dialog";
export { PartDialog } from "./part-dialog";
export { BackupScreen } from "./backup-screen";
export { startBackup, startVerify, useBackupSummary } from "./queries";
export { RestoreScreen } from "./restore-screen";
export { GoneDialog } from "./gone-dialog";
