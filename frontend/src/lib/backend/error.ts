import type { AppError } from "./types";

/** An error of the Go side, with what to do about it. */
export class BackendError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly retryable: boolean;

  constructor(error: AppError) {
    super(error.message);
    this.name = "BackendError";
    this.code = error.code;
    this.hint = error.hint;
    this.retryable = error.retryable;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function fromRecord(value: Record<string, unknown>): AppError | null {
  if (typeof value.message !== "string") return null;
  return {
    code: typeof value.code === "string" && value.code ? value.code : "internal",
    message: value.message,
    hint: typeof value.hint === "string" ? value.hint : "",
    retryable: value.retryable === true,
  };
}

function parse(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Makes a BackendError of whatever a call was rejected with: an AppError, its JSON, an Error or plain words. */
export function toBackendError(reason: unknown): BackendError {
  if (reason instanceof BackendError) return reason;
  const words = typeof reason === "string" ? reason : isRecord(reason) && typeof reason.message === "string" ? reason.message : "";
  const parsed = parse(words);
  const known = (isRecord(parsed) && fromRecord(parsed)) || (isRecord(reason) && fromRecord(reason));
  if (known) return new BackendError(known);
  return new BackendError({ code: "internal", message: words || "Something went wrong.", hint: "", retryable: true });
}
