import { toBackendError } from "./error";
import type { Backend } from "./backend";

type Method = (...args: unknown[]) => Promise<unknown>;

interface WailsWindow {
  go?: { main?: { App?: Record<string, Method> } };
  runtime?: { EventsOn: (name: string, callback: (payload: never) => void) => () => void };
}

const host = window as unknown as WailsWindow;

/** Placeholder-free bridge by name; every method of the interface has one of the same name on the Go side. */
export const wailsBackend: Backend = new Proxy({} as Backend, {
  get: (_target, name: string) => {
    if (name === "onStatus") return (handler: (p: never) => void) => host.runtime?.EventsOn("status", handler) ?? (() => undefined);
    if (name === "onRun") return (handler: (p: never) => void) => host.runtime?.EventsOn("run", handler) ?? (() => undefined);
    return async (...args: unknown[]) => {
      try {
        return await host.go?.main?.App?.[name[0]!.toUpperCase() + name.slice(1)]?.(...args);
      } catch (reason) {
        throw toBackendError(reason);
      }
    };
  },
});
