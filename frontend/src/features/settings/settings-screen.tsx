import { Activity, Bot, Cloud, FolderLock, KeyRound, Keyboard, MessagesSquare, Palette, type LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import { cn } from "@/lib/cn";
import { useNavigation, type SettingsSection } from "@/lib/navigation";
import { AppearanceSection } from "./appearance-section";
import { AwsSection } from "./aws-section";
import { ChatsSection } from "./chats-section";
import { DataSection } from "./data-section";
import { HealthSection } from "./health-section";
import { KeysSection } from "./keys-section";
import { ModelSection } from "./model-section";
import { ShortcutsSection } from "./shortcuts-section";

const sections: readonly { id: SettingsSection; label: string; icon: LucideIcon; body: ComponentType }[] = [
  { id: "aws", label: "AWS", icon: Cloud, body: AwsSection },
  { id: "model", label: "Model", icon: Bot, body: ModelSection },
  { id: "chats", label: "Conversations", icon: MessagesSquare, body: ChatsSection },
  { id: "keys", label: "Keys and recovery", icon: KeyRound, body: KeysSection },
  { id: "data", label: "Data", icon: FolderLock, body: DataSection },
  { id: "health", label: "Health", icon: Activity, body: HealthSection },
  { id: "appearance", label: "Appearance", icon: Palette, body: AppearanceSection },
  { id: "shortcuts", label: "Keyboard shortcuts", icon: Keyboard, body: ShortcutsSection },
];

export function SettingsScreen() {
  const { settingsSection, openSettings } = useNavigation();
  const { body: Body, label: shown } = sections.find((s) => s.id === settingsSection) ?? sections[0]!;
  return (
    <div className="flex h-full min-h-0">
      <nav aria-label="Settings" className="w-54 shrink-0 overflow-y-auto border-r bg-sunken p-2.5">
        <h1 className="px-2 pb-2 pt-1 font-semibold">Settings</h1>
        <ul className="space-y-0.5">
          {sections.map(({ id, label, icon: Icon }) => (
            <li key={id}>
              <button
                type="button"
                aria-current={id === settingsSection ? "page" : undefined}
                onClick={() => openSettings(id)}
                className={cn("flex h-8 w-full items-center gap-2.5 rounded-md px-2 text-left hover:bg-hover", id === settingsSection && "bg-selected font-medium hover:bg-selected")}
              >
                <Icon className="size-4 text-muted" aria-hidden />
                {label}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      {/* What scrolls takes the focus, so that keys scroll it. */}
      <div key={settingsSection} tabIndex={0} role="group" aria-label={`Settings, ${shown}`} className="min-w-0 flex-1 overflow-y-auto px-8 py-6"><Body /></div>
    </div>
  );
}
