import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Activity, ArchiveRestore, Bookmark, Bot, Box, Cloud, CloudUpload, Download, History, KeyRound, Keyboard, LayoutGrid, Lock, MessageSquareText, Moon, Radar, Search, Settings2, ShieldCheck, SquarePen, Sun, Undo2, type LucideIcon } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { Kbd } from "@/components/ui/badge";
import { startBackup, startVerify } from "@/features/backup";
import { applySavedSearch, useAskedForChanges, useSavedSearches } from "@/features/estate";
import { backend, type ChatHit, type Resource } from "@/lib/backend";
import { importEstate } from "@/lib/estate-source";
import { plainWords } from "@/lib/format";
import { useDebounced } from "@/lib/hooks";
import { noChatFilters, useNavigation, type SettingsSection } from "@/lib/navigation";
import { keys as queryKeys, useConversations } from "@/lib/queries";
import { commandKey } from "@/lib/shortcuts";
import { isDark, useTheme } from "@/lib/theme";
import { toastError } from "@/lib/toast";

const settingsItems: readonly { section: SettingsSection; label: string; icon: LucideIcon }[] = [
  { section: "aws", label: "AWS profiles and regions", icon: Cloud },
  { section: "model", label: "Connect a model", icon: Bot },
  { section: "chats", label: "Export, import, recall, lock", icon: MessageSquareText },
  { section: "keys", label: "Keys and recovery", icon: KeyRound },
  { section: "health", label: "Check the app's health", icon: Activity },
  { section: "shortcuts", label: "Keyboard shortcuts", icon: Keyboard },
];

export function CommandPalette({ onScan }: { onScan: () => void }) {
  const { paletteOpen, setPaletteOpen } = useNavigation();
  return (
    <Dialog.Root open={paletteOpen} onOpenChange={setPaletteOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/35 dark:bg-black/55" />
        <Dialog.Content aria-describedby={undefined} className="fixed left-1/2 top-[14%] z-50 w-[min(600px,calc(100vw-32px))] -translate-x-1/2 overflow-hidden rounded-xl border bg-surface shadow-float">
          <Dialog.Title className="sr-only">Commands</Dialog.Title>
          <Palette onScan={onScan} onDone={() => setPaletteOpen(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface Entry {
  id: string;
  label: string;
  icon: LucideIcon;
  keys?: readonly string[];
  /** Other words that it is looked for by. */
  also?: string;
  run: () => void;
}

interface EntryGroup {
  heading: string;
  entries: Entry[];
}

/** Everything that can be done from here, whatever was typed. */
function useCommands(onScan: () => void): EntryGroup[] {
  const nav = useNavigation();
  const { theme, setTheme } = useTheme();
  const dark = isDark(theme);
  return [
    {
      heading: "Go to",
      entries: [
        { id: "chat", label: "Chat", icon: MessageSquareText, keys: [commandKey, "1"], run: () => nav.go("chat") },
        { id: "estate", label: "Estate", icon: LayoutGrid, keys: [commandKey, "2"], also: "resources inventory", run: () => nav.go("estate") },
        { id: "search", label: "Search", icon: Search, keys: [commandKey, "Shift", "F"], run: () => nav.searchChats({}) },
        { id: "backup", label: "Backup", icon: ArchiveRestore, keys: [commandKey, "3"], run: () => nav.go("backup") },
        { id: "settings", label: "Settings", icon: Settings2, keys: [commandKey, "4"], also: "preferences options", run: () => nav.go("settings") },
      ],
    },
    {
      heading: "Do",
      entries: [
        { id: "scan", label: "Scan AWS…", icon: Radar, also: "refresh read inventory", run: onScan },
        { id: "changes", label: "Show what changed in the estate", icon: History, also: "diff drift history", run: () => nav.showChanges() },
        { id: "new", label: "New conversation", icon: SquarePen, keys: [commandKey, "N"], also: "chat ask", run: () => nav.newConversation() },
        { id: "import", label: "Import resources from a file…", icon: Download, run: () => void importEstate() },
        { id: "back-up", label: "Back up now", icon: CloudUpload, also: "backup", run: () => { nav.go("backup"); void startBackup(); } },
        { id: "drill", label: "Verify the backups with a drill", icon: ShieldCheck, also: "restore test check", run: () => { nav.go("backup"); void startVerify(false, true); } },
        { id: "gone", label: "Bring back a conversation that is gone…", icon: Undo2, also: "restore purged deleted chat", run: () => { nav.go("backup"); useNavigation.setState({ restoreGone: true }); } },
        { id: "lock", label: "Lock the window", icon: Lock, keys: [commandKey, "Shift", "L"], run: () => void backend().lockNow().catch(toastError) },
        { id: "shortcuts", label: "Show the shortcuts", icon: Keyboard, keys: ["?"], also: "keys help keyboard", run: () => nav.setHelpOpen(true) },
        { id: "theme", label: dark ? "Light theme" : "Dark theme", icon: dark ? Sun : Moon, also: "appearance mode", run: () => setTheme(dark ? "light" : "dark") },
      ],
    },
    { heading: "Settings", entries: settingsItems.map(({ section, ...item }) => ({ ...item, id: `settings-${section}`, run: () => nav.openSettings(section) })) },
  ];
}

function useOwn(): EntryGroup[] {
  const nav = useNavigation();
  const saved = useSavedSearches();
  const conversations = useConversations().data?.pages[0]?.conversations ?? [];
  return [
    { heading: "Saved searches", entries: saved.map((s) => ({ id: `saved-${s.id}`, label: s.name, icon: Bookmark, also: "saved search", run: () => applySavedSearch(s) })) },
    { heading: "Recent conversations", entries: conversations.slice(0, 8).map((c) => ({ id: `conversation-${c.id}`, label: c.title || "Untitled conversation", icon: MessageSquareText, run: () => nav.openConversation(c.id) })) },
  ];
}

function Palette({ onScan, onDone }: { onScan: () => void; onDone: () => void }) {
  const [text, setText] = useState("");
  const nav = useNavigation();
  const found = useFound(text);
  const asked = useAskedForChanges(useDebounced(text, 200));
  const words = text.trim();
  const groups = [...useCommands(onScan), ...useOwn()];
  // A command that is being typed is what Enter runs; everything else is looked for first.
  const meant = matching(groups, words, beginsAWord);
  const rest = matching(groups, words, (entry, wanted) => contains(entry, wanted) && (wanted === "" || !beginsAWord(entry, wanted)));
  const run = (action: () => void) => () => {
    onDone();
    action();
  };

  return (
    <Command label="Commands" loop shouldFilter={false}>
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search className="size-4 shrink-0 text-muted" aria-hidden />
        <Command.Input
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder="Search the estate, find a chat, or run a command"
          className="h-12 flex-1 bg-transparent text-lg focus-visible:outline-none"
        />
        <Kbd>Esc</Kbd>
      </div>
      <Command.List className="max-h-[min(400px,60vh)] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted">
        <Entries groups={meant} run={run} />
        {words && (
          <Command.Group>
            {asked && <Item value="asked-changes" icon={History} onSelect={run(() => nav.showChanges({ since: asked.since, until: "", filters: asked.filters }))}>Changes {asked.label || "of the estate"}</Item>}
            <Item value="search-estate" icon={LayoutGrid} onSelect={run(() => nav.searchEstate(words))}>Search the estate for “{words}”</Item>
            <Item value="search-chats" icon={MessageSquareText} onSelect={run(() => nav.searchChats({ text: words }))}>Search all chats for “{words}”</Item>
          </Command.Group>
        )}
        {found.resources.length > 0 && (
          <Command.Group heading="Estate">
            {found.resources.map((r) => (
              <Item key={r.arn} value={`found ${r.arn}`} icon={Box} detail={`${r.typeLabel} · ${r.region}`} onSelect={run(() => nav.openResource(r.arn))}>{r.name}</Item>
            ))}
          </Command.Group>
        )}
        {found.titles.length > 0 && (
          <Command.Group heading="Conversations">
            {found.titles.map((g) => (
              <Item key={g.conversationId} value={`title ${g.conversationId}`} icon={MessageSquareText} onSelect={run(() => nav.openConversation(g.conversationId))}>{g.title || "Untitled conversation"}</Item>
            ))}
          </Command.Group>
        )}
        {found.hits.length > 0 && (
          <Command.Group heading="Said in conversations">
            {found.hits.map((h) => (
              <Item key={h.messageId} value={`hit ${h.messageId}`} icon={MessageSquareText} detail={h.title} onSelect={run(() => nav.openConversation(h.conversationId, { messageId: h.messageId, seq: h.seq }))}>
                {plainWords(h.snippet)}
              </Item>
            ))}
          </Command.Group>
        )}
        <Entries groups={rest} run={run} />
      </Command.List>
    </Command>
  );
}

function Entries({ groups, run }: { groups: EntryGroup[]; run: (action: () => void) => () => void }) {
  return groups.map(({ heading, entries }) => (
    <Command.Group key={heading} heading={heading}>
      {entries.map((entry) => <Item key={entry.id} value={entry.id} icon={entry.icon} keys={entry.keys} onSelect={run(entry.run)}>{entry.label}</Item>)}
    </Command.Group>
  ));
}

type Match = (entry: Entry, wanted: string) => boolean;

/** Each word is the beginning of one of the label's, and the first of them of two letters at least. */
const beginsAWord: Match = (entry, wanted) => {
  const label = entry.label.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return wanted.length > 1 && wanted.split(/\s+/).every((word) => label.some((part) => part.startsWith(word)));
};

const contains: Match = (entry, wanted) => {
  const label = `${entry.label} ${entry.also ?? ""}`.toLowerCase();
  return wanted.split(/\s+/).every((word) => label.includes(word));
};

function matching(groups: EntryGroup[], words: string, match: Match): EntryGroup[] {
  const wanted = words.toLowerCase();
  return groups.map((g) => ({ ...g, entries: g.entries.filter((e) => match(e, wanted)) })).filter((g) => g.entries.length > 0);
}

interface Found {
  resources: Resource[];
  titles: { conversationId: string; title: string }[];
  hits: ChatHit[];
}

const nothingFound: Found = { resources: [], titles: [], hits: [] };

/** What the words find in the estate and in the conversations, a few of each. */
function useFound(text: string): Found {
  const settled = useDebounced(text.trim(), 200);
  const query = useQuery({
    queryKey: [...queryKeys.conversations, "palette", settled],
    queryFn: async (): Promise<Found> => {
      const [estate, chats] = await Promise.allSettled([
        backend().searchEstate({ text: settled, filters: [], ignoreUnderstood: [], sortBy: "", desc: false, limit: 4, skip: 0 }),
        backend().searchChats({ ...noChatFilters, text: settled, limit: 12 }),
      ]);
      const groups = chats.status === "fulfilled" ? chats.value.groups : [];
      return {
        resources: estate.status === "fulfilled" ? estate.value.resources : [],
        titles: groups.filter((g) => g.titleHit).slice(0, 3),
        hits: groups.flatMap((g) => g.hits).slice(0, 4),
      };
    },
    enabled: settled.length > 1,
    gcTime: 10_000,
  });
  return (settled === text.trim() && query.data) || nothingFound;
}

interface ItemProps {
  icon: LucideIcon;
  onSelect: () => void;
  keys?: readonly string[];
  /** Names it within the palette. */
  value: string;
  /** Said smaller, at the end of the line. */
  detail?: string;
  children: React.ReactNode;
}

function Item({ icon: Icon, keys, detail, children, ...props }: ItemProps) {
  return (
    <Command.Item {...props} className="flex h-9 items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-hover">
      <Icon className="size-4 shrink-0 text-muted" aria-hidden />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {detail && <span className="max-w-52 shrink-0 truncate text-xs text-muted">{detail}</span>}
      {keys?.map((key) => <Kbd key={key}>{key}</Kbd>)}
    </Command.Item>
  );
}
