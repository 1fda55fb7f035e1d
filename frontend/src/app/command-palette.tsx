import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Activity, ArchiveRestore, Bookmark, Bot, Box, Cloud, CloudUpload, Download, History, KeyRound, Keyboard, LayoutGrid, Lock, MessageSquareText, Moon, Radar, Search, Settings2, ShieldCheck, SquarePen, Sun, type LucideIcon } from "lucide-react";
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

function Palette({ onScan, onDone }: { onScan: () => void; onDone: () => void }) {
  const [text, setText] = useState("");
  const nav = useNavigation();
  const { theme, setTheme } = useTheme();
  const found = useFound(text);
  const saved = useSavedSearches();
  const asked = useAskedForChanges(useDebounced(text, 200));
  const conversations = useConversations().data?.pages[0]?.conversations ?? [];
  const dark = isDark(theme);
  const run = (action: () => void) => () => {
    onDone();
    action();
  };

  return (
    <Command label="Commands" loop>
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
        {text.trim() && (
          <Command.Group forceMount>
            {asked && <Item forceMount value={`${text} changes`} icon={History} onSelect={run(() => nav.showChanges({ since: asked.since, until: "", filters: asked.filters }))}>Changes {asked.label || "of the estate"}</Item>}
            <Item forceMount icon={LayoutGrid} onSelect={run(() => nav.searchEstate(text.trim()))}>Search the estate for “{text.trim()}”</Item>
            <Item forceMount icon={MessageSquareText} onSelect={run(() => nav.searchChats({ text: text.trim() }))}>Search all chats for “{text.trim()}”</Item>
          </Command.Group>
        )}
        {found.resources.length > 0 && (
          <Command.Group heading="Estate" forceMount>
            {found.resources.map((r) => (
              <Item key={r.arn} forceMount value={`${text} ${r.arn}`} icon={Box} detail={`${r.typeLabel} · ${r.region}`} onSelect={run(() => nav.openResource(r.arn))}>{r.name}</Item>
            ))}
          </Command.Group>
        )}
        {found.titles.length > 0 && (
          <Command.Group heading="Conversations" forceMount>
            {found.titles.map((g) => (
              <Item key={g.conversationId} forceMount value={`${text} title ${g.conversationId}`} icon={MessageSquareText} onSelect={run(() => nav.openConversation(g.conversationId))}>{g.title || "Untitled conversation"}</Item>
            ))}
          </Command.Group>
        )}
        {found.hits.length > 0 && (
          <Command.Group heading="Said in conversations" forceMount>
            {found.hits.map((h) => (
              <Item key={h.messageId} forceMount value={`${text} hit ${h.messageId}`} icon={MessageSquareText} detail={h.title} onSelect={run(() => nav.openConversation(h.conversationId, { messageId: h.messageId, seq: h.seq }))}>
                {plainWords(h.snippet)}
              </Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Go to">
          <Item icon={MessageSquareText} onSelect={run(() => nav.go("chat"))} keys={[commandKey, "1"]}>Chat</Item>
          <Item icon={LayoutGrid} onSelect={run(() => nav.go("estate"))} keys={[commandKey, "2"]}>Estate</Item>
          <Item icon={Search} onSelect={run(() => nav.searchChats({}))} keys={[commandKey, "Shift", "F"]}>Search</Item>
          <Item icon={ArchiveRestore} onSelect={run(() => nav.go("backup"))} keys={[commandKey, "3"]}>Backup</Item>
          <Item icon={Settings2} onSelect={run(() => nav.go("settings"))} keys={[commandKey, "4"]}>Settings</Item>
        </Command.Group>
        <Command.Group heading="Do">
          <Item icon={History} onSelect={run(() => nav.showChanges())}>Show what changed in the estate</Item>
          <Item icon={SquarePen} onSelect={run(() => nav.newConversation())} keys={[commandKey, "N"]}>New conversation</Item>
          <Item icon={Radar} onSelect={run(onScan)}>Scan AWS…</Item>
          <Item icon={Download} onSelect={run(() => void importEstate())}>Import resources from a file…</Item>
          <Item icon={CloudUpload} onSelect={run(() => { nav.go("backup"); void startBackup(); })}>Back up now</Item>
          <Item icon={ShieldCheck} onSelect={run(() => { nav.go("backup"); void startVerify(false, true); })}>Verify the backups with a drill</Item>
          <Item icon={Lock} onSelect={run(() => void backend().lockNow().catch(toastError))} keys={[commandKey, "Shift", "L"]}>Lock the window</Item>
          <Item icon={Keyboard} onSelect={run(() => nav.setHelpOpen(true))} keys={["?"]}>Show the shortcuts</Item>
          <Item icon={dark ? Sun : Moon} onSelect={run(() => setTheme(dark ? "light" : "dark"))}>{dark ? "Light theme" : "Dark theme"}</Item>
        </Command.Group>
        <Command.Group heading="Settings">
          {settingsItems.map(({ section, label, icon }) => (
            <Item key={section} icon={icon} onSelect={run(() => nav.openSettings(section))}>{label}</Item>
          ))}
        </Command.Group>
        {saved.length > 0 && (
          <Command.Group heading="Saved searches">
            {saved.map((s) => <Item key={s.id} value={`saved search ${s.name} ${s.id}`} icon={Bookmark} onSelect={run(() => applySavedSearch(s))}>{s.name}</Item>)}
          </Command.Group>
        )}
        {conversations.length > 0 && (
          <Command.Group heading="Recent conversations">
            {conversations.slice(0, 8).map((c) => (
              <Item key={c.id} value={`${c.title} ${c.id}`} icon={MessageSquareText} onSelect={run(() => nav.openConversation(c.id))}>{c.title || "Untitled conversation"}</Item>
            ))}
          </Command.Group>
        )}
      </Command.List>
    </Command>
  );
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
  value?: string;
  forceMount?: boolean;
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
