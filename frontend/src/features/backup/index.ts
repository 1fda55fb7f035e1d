export { ElsewhereDialog } from "./elsewhere-dialog";
export { BackupScreen } from "./backup-screen";
export { startBackup, startVerify, useBackupSummary } from "./queries";
export { RestoreScreen } from "./restore-screen";
