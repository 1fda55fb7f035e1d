import type { Backend } from "./backend";

export type { Backend, ChatBackend, ChatFormat, EstateBackend, ExportFormat } from "./backend";
export type { BackupBackend } from "./backup-backend";
export { BackendError, toBackendError } from "./error";
export type * from "./types";

let current: Backend | null = null;

/** Sets the backend that every part of the window calls. main.tsx does this once. */
export function provideBackend(backend: Backend): void {
  current = backend;
}

/** The backend in use. */
export function backend(): Backend {
  if (!current) throw new Error("no backend was provided");
  return current;
}
