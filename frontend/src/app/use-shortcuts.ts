import { useEffect } from "react";
import { backend } from "@/lib/backend";
import { isTyping } from "@/lib/hooks";
import { useNavigation, type Screen } from "@/lib/navigation";
import { isCommand } from "@/lib/shortcuts";
import { toastError } from "@/lib/toast";

const order: readonly Screen[] = ["chat", "estate", "backup", "settings"];

function handle(event: KeyboardEvent): boolean {
  const nav = useNavigation.getState();
  const key = event.key.toLowerCase();
  if (isCommand(event) && event.shiftKey && !event.altKey) {
    if (key === "f") nav.searchChats({ text: nav.chatQuery.text });
    else if (key === "l") void backend().lockNow().catch(toastError);
    else return false;
    return true;
  }
  if (isCommand(event) && !event.altKey && !event.shiftKey) {
    const screen = order[Number(key) - 1];
    if (screen) nav.go(screen);
    else if (key === "k") nav.setPaletteOpen(!nav.paletteOpen);
    else if (key === "n") nav.newConversation();
    else if (key === "f" && nav.screen === "chat" && nav.conversationId) nav.searchChats({ conversationId: nav.conversationId });
    else if (key === ",") nav.go("settings");
    else return false;
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || nav.paletteOpen || nav.helpOpen || nav.pendingLink) return false;
  const screen = order[Number(key) - 1];
  if (screen) nav.go(screen);
  else if (key === "/") nav.requestSearchFocus();
  else if (key === "?") nav.setHelpOpen(true);
  else return false;
  return true;
}

/** The keys that work in every screen. */
export function useShortcuts(enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && handle(event)) event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [enabled]);
}
