const mac = /Mac/.test(navigator.userAgent);

/** The key that goes with letters for commands: ⌘ on macOS, Ctrl elsewhere. */
export const commandKey = mac ? "⌘" : "Ctrl";

export function isCommand(event: Pick<KeyboardEvent, "metaKey" | "ctrlKey">): boolean {
  return mac ? event.metaKey : event.ctrlKey;
}

/** Every shortcut, for the list in the settings. */
export const shortcuts: readonly { group: string; items: readonly { keys: readonly string[]; does: string }[] }[] = [
  {
    group: "Everywhere",
    items: [
      { keys: [commandKey, "K"], does: "Command palette" },
      { keys: [commandKey, "1"], does: "Chat; 2 Estate, 3 Settings. The digit alone works outside of text fields" },
      { keys: [commandKey, "N"], does: "New conversation" },
      { keys: ["/"], does: "Search in the screen that is shown" },
      { keys: [commandKey, ","], does: "Settings" },
      { keys: ["Esc"], does: "Close the drawer or the dialog, clear the search" },
    ],
  },
  {
    group: "Estate",
    items: [
      { keys: ["↑", "↓"], does: "Move through the resources, also with K and J" },
      { keys: ["Page ↑", "Page ↓"], does: "Move by a page" },
      { keys: ["Enter"], does: "Open the resource; in the search field: go to the results" },
    ],
  },
  {
    group: "Chat",
    items: [
      { keys: ["Enter"], does: "Send the prompt" },
      { keys: ["Shift", "Enter"], does: "New line" },
      { keys: ["↑", "↓"], does: "Move through the conversations" },
      { keys: ["F2"], does: "Rename the conversation" },
      { keys: ["Delete"], does: "Delete the conversation" },
    ],
  },
];
