const mac = /Mac/.test(navigator.userAgent);

/** The key that goes with letters for commands: ⌘ on macOS, Ctrl elsewhere. */
export const commandKey = mac ? "⌘" : "Ctrl";

export function isCommand(event: Pick<KeyboardEvent, "metaKey" | "ctrlKey">): boolean {
  return mac ? event.metaKey : event.ctrlKey;
}

export interface Shortcut {
  keys: readonly string[];
  does: string;
}

/** Every shortcut, for the list in the settings and the dialog that "?" opens. */
export const shortcuts: readonly { group: string; items: readonly Shortcut[] }[] = [
  {
    group: "Everywhere",
    items: [
      { keys: [commandKey, "K"], does: "Command palette" },
      { keys: [commandKey, "1"], does: "Chat; 2 Estate, 3 Backup, 4 Settings. The digit alone works outside of text fields" },
      { keys: [commandKey, "N"], does: "New conversation" },
      { keys: [commandKey, "Shift", "F"], does: "Search in all conversations" },
      { keys: [commandKey, "Shift", "L"], does: "Lock the window" },
      { keys: ["/"], does: "Search in the screen that is shown" },
      { keys: ["?"], does: "This list" },
      { keys: [commandKey, ","], does: "Settings" },
      { keys: ["Esc"], does: "Close the drawer or the dialog, clear the search" },
    ],
  },
  {
    group: "Conversation",
    items: [
      { keys: ["Enter"], does: "Send the prompt" },
      { keys: ["Shift", "Enter"], does: "New line" },
      { keys: ["Esc"], does: "Stop the answer, and keep what there is of it" },
      { keys: [commandKey, "F"], does: "Search in this conversation" },
      { keys: [commandKey, "↑"], does: "To the prompt before; ↓ to the one after, with the messages in focus" },
      { keys: ["End"], does: "To the newest message" },
      { keys: ["Alt", "←"], does: "The version or answer before; → the one after, in the message in focus" },
    ],
  },
  {
    group: "List of conversations",
    items: [
      { keys: ["↑", "↓"], does: "Move through the list; ← and → close and open a folder" },
      { keys: ["Space"], does: "Select; with Shift and a click, all up to there" },
      { keys: [commandKey, "A"], does: "Select all" },
      { keys: ["F2"], does: "Rename" },
      { keys: ["P"], does: "Pin" },
      { keys: ["E"], does: "Archive" },
      { keys: ["M"], does: "Move to a folder" },
      { keys: ["T"], does: "Tags" },
      { keys: ["Delete"], does: "Delete" },
    ],
  },
  {
    group: "Estate",
    items: [
      { keys: ["↑", "↓"], does: "Move through the resources, also with K and J" },
      { keys: ["Page ↑", "Page ↓"], does: "Move by a page" },
      { keys: ["C"], does: "Copy the ARN of the resource" },
      { keys: ["O"], does: "Open the resource in the AWS console" },
      { keys: ["Enter"], does: "Open the resource; in the search field: go to the results" },
    ],
  },
];
