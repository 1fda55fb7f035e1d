import { useState } from "react";
import { toBackendError, type AppError } from "@/lib/backend";

/** A passphrase on its way to what it opens. It is forgotten as soon as it was taken. */
export function useUnlock(open: (passphrase: string) => Promise<void>) {
  const [passphrase, setPassphrase] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const unlock = async () => {
    setBusy(true);
    setError(null);
    try {
      await open(passphrase);
      setPassphrase("");
    } catch (reason) {
      setError(toBackendError(reason));
    } finally {
      setBusy(false);
    }
  };
  return { passphrase, setPassphrase, busy, error, unlock };
}
