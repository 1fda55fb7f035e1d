import { useEffect } from "react";
import { backend } from "@/lib/backend";
import { useSettings } from "@/lib/queries";

const signs = ["keydown", "pointerdown", "pointermove", "wheel"] as const;
const checkEvery = 10_000;

/** Locks the window when nobody used it for as long as the settings say. The clock also runs while it is in the back. */
export function useIdleLock(enabled: boolean): void {
  const minutes = useSettings().data?.idleLockMinutes ?? 0;
  useEffect(() => {
    if (!enabled || minutes <= 0) return;
    let last = Date.now();
    const used = () => {
      last = Date.now();
    };
    const timer = window.setInterval(() => {
      if (Date.now() - last < minutes * 60_000) return;
      last = Date.now();
      // Tried again at the next check if it did not work.
      backend().lockNow().catch(() => (last = 0));
    }, checkEvery);
    for (const sign of signs) window.addEventListener(sign, used, { passive: true, capture: true });
    return () => {
      window.clearInterval(timer);
      for (const sign of signs) window.removeEventListener(sign, used, { capture: true });
    };
  }, [enabled, minutes]);
}
