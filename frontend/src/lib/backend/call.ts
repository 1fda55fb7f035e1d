import { toBackendError } from "./error";

/** Go writes an empty list as null where nobody made one; the window only knows lists. */
export function list<T>(values: T[] | null | undefined): T[] {
  return values ?? [];
}

/** Calls the Go side; what it rejects with becomes a BackendError. */
export async function call<T>(promise: Promise<T>): Promise<T>;
export async function call<T, R>(promise: Promise<T>, shape: (value: T) => R): Promise<R>;
export async function call<T, R>(promise: Promise<T>, shape?: (value: T) => R): Promise<T | R> {
  try {
    const value = await promise;
    return shape ? shape(value) : value;
  } catch (reason) {
    throw toBackendError(reason);
  }
}
