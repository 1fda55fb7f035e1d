import type { Conversation, Folder } from "@/lib/backend";
import { daysAgo } from "@/lib/format";

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

/** Pinned ones first, then the folders, then what is in none. by when it was last used. Headings only where there is something to tell apart. */
export function buildRows({ pinned, rest, folders, inFolder }: Lists, now = Date.now()): Row[] {
  const known = new Set(folders.map((f) => f.id));
  const loose = rest.filter((c) => !known.has(c.folderId));
  const rows: Row[] = [];
  if (pinned.length > 0) rows.push({ kind: "heading", key: "heading-pinned", label: "Pinned" }, ...pinned.map((c) => conversationRow(c)));
  if (folders.length > 0) rows.push({ kind: "heading", key: "heading-folders", label: "Folders" }, ...folders.flatMap((f) => folderRows(f, inFolder)));
  const times = byTime(loose, now);
  if (times.length < 2) {
    if (rows.length > 0 && loose.length > 0) rows.push({ kind: "heading", key: looseHeading, label: "Chats" });
    return [...rows, ...loose.map((c) => conversationRow(c))];
  }
  return [...rows, ...times.flatMap(([label, of]): Row[] => [{ kind: "heading", key: `${looseHeading} ${label}`, label }, ...of.map((c) => conversationRow(c))])];
}

/** What the keys of headings over conversations in no folder begin with. */
export const looseHeading = "heading-rest";

/** The conversations by when they were last used, in the order that they have. */
function byTime(conversations: readonly Conversation[], now: number): [string, Conversation[]][] {
  const out: [string, Conversation[]][] = [];
  for (const c of conversations) {
    const label = timeLabel(c.lastActivity, now);
    const last = out.at(-1);
    if (last?.[0] === label) last[1].push(c);
    else out.push([label, [c]]);
  }
  return out;
}

/** "Today", "Yesterday", "Previous 7 days", "Previous 30 days", then months. */
function timeLabel(iso: string, now: number): string {
  if (iso >= daysAgo(0, now)) return "Today";
  if (iso >= daysAgo(1, now)) return "Yesterday";
  if (iso >= daysAgo(7, now)) return "Previous 7 days";
  if (iso >= daysAgo(30, now)) return "Previous 30 days";
  const time = Date.parse(iso);
  return Number.isNaN(time) ? "Earlier" : new Date(time).toLocaleDateString("en-GB", { month: "long", year: "numeric" });
}

/** The ids in the order in which they are shown. */
export function shownIds(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => (row.kind === "conversation" ? [row.conversation.id] : []));
}
