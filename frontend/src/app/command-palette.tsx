import { Command } from "cmdk";
import { Activity, Bot, Cloud, Download, KeyRound, Keyboard, LayoutGrid, MessageSquareText, Moon, Radar, Search, Settings2, SquarePen, Sun, type LucideIcon } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { Kbd } from "@/components/ui/badge";
import { importEstate } from "@/lib/estate-source";
import { useNavigation, type SettingsSection } from "@/lib/navigation";
import { useConversations } from "@/lib/queries";
import { commandKey } from "@/lib/shortcuts";
import { isDark, useTheme } from "@/lib/theme";

const settingsItems: readonly { section: SettingsSection; label: string; icon: LucideIcon }[] = [
  { section: "aws", label: "AWS profiles and regions", icon: Cloud },
  { section: "model", label: "Connect a model", icon: Bot },
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
            <Item forceMount icon={LayoutGrid} onSelect={run(() => nav.searchEstate(text.trim()))}>Search the estate for “{text.trim()}”</Item>
            <Item forceMount icon={MessageSquareText} onSelect={run(() => nav.searchChats(text.trim()))}>Search all chats for “{text.trim()}”</Item>
          </Command.Group>
        )}
        <Command.Group heading="Go to">
          <Item icon={MessageSquareText} onSelect={run(() => nav.go("chat"))} keys={[commandKey, "1"]}>Chat</Item>
          <Item icon={LayoutGrid} onSelect={run(() => nav.go("estate"))} keys={[commandKey, "2"]}>Estate</Item>
          <Item icon={Settings2} onSelect={run(() => nav.go("settings"))} keys={[commandKey, "3"]}>Settings</Item>
        </Command.Group>
        <Command.Group heading="Do">
          <Item icon={SquarePen} onSelect={run(() => nav.newConversation())} keys={[commandKey, "N"]}>New conversation</Item>
          <Item icon={Radar} onSelect={run(onScan)}>Scan AWS…</Item>
          <Item icon={Download} onSelect={run(() => void importEstate())}>Import resources from a file…</Item>
          <Item icon={dark ? Sun : Moon} onSelect={run(() => setTheme(dark ? "light" : "dark"))}>{dark ? "Light theme" : "Dark theme"}</Item>
        </Command.Group>
        <Command.Group heading="Settings">
          {settingsItems.map(({ section, label, icon }) => (
            <Item key={section} icon={icon} onSelect={run(() => nav.openSettings(section))}>{label}</Item>
          ))}
        </Command.Group>
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

interface ItemProps {
  icon: LucideIcon;
  onSelect: () => void;
  keys?: readonly string[];
  value?: string;
  forceMount?: boolean;
  children: React.ReactNode;
}

function Item({ icon: Icon, keys, children, ...props }: ItemProps) {
  return (
    <Command.Item {...props} className="flex h-9 items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-hover">
      <Icon className="size-4 shrink-0 text-muted" aria-hidden />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys?.map((key) => <Kbd key={key}>{key}</Kbd>)}
    </Command.Item>
  );
}
