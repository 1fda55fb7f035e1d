import type { Conversation, Folder } from "@/lib/backend";

/** A line of the conversation list. */
export type Row =
  | { kind: "heading"; key: string; label: string }
  | { kind: "folder"; key: string; folder: Folder; open: boolean }
  | { kind: "note"; key: string; text: string }
  | { kind: "conversation"; key: string; conversation: Conversation; indent: boolean };

export const rowHeights: Record<Row["kind"], number> = { heading: 28, folder: 32, note: 28, conversation: 52 };

interface Lists {
  pinned: readonly Conversation[];
  rest: readonly Conversation[];
  folders: readonly Folder[];
  /** The conversations of the folders that are open, as far as they are loaded. */
  inFolder: ReadonlyMap<string, readonly Conversation[]>;
}

function conversationRow(conversation: Conversation, indent = false): Row {
  return { kind: "conversation", key: conversation.id, conversation, indent };
}

function folderRows(folder: Folder, inFolder: Lists["inFolder"]): Row[] {
  const open = inFolder.has(folder.id);
  const inside = inFolder.get(folder.id) ?? [];
  const rows: Row[] = [{ kind: "folder", key: folder.id, folder, open }];
  if (open && inside.length === 0) rows.push({ kind: "note", key: `${folder.id}-empty`, text: "Empty" });
  return [...rows, ...inside.map((c) => conversationRow(c, true))];
}

/** Pinned ones first, then the folders, then what is in none. Headings only where there is something to tell apart. */
export function buildRows({ pinned, rest, folders, inFolder }: Lists): Row[] {
  const known = new Set(folders.map((f) => f.id));
  const loose = rest.filter((c) => !known.has(c.folderId));
  const rows: Row[] = [];
  if (pinned.length > 0) rows.push({ kind: "heading", key: "heading-pinned", label: "Pinned" }, ...pinned.map((c) => conversationRow(c)));
  if (folders.length > 0) rows.push({ kind: "heading", key: "heading-folders", label: "Folders" }, ...folders.flatMap((f) => folderRows(f, inFolder)));
  if (rows.length > 0 && loose.length > 0) rows.push({ kind: "heading", key: "heading-rest", label: "Chats" });
  return [...rows, ...loose.map((c) => conversationRow(c))];
}

/** The ids in the order in which they are shown. */
export function shownIds(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => (row.kind === "conversation" ? [row.conversation.id] : []));
}
