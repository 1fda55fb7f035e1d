import { ArchiveRestore, Command, LayoutGrid, MessageSquareText, Moon, PanelLeftClose, PanelLeftOpen, Search, Settings2, Sun, type LucideIcon } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Kbd } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import { useBackupSummary } from "@/features/backup";
import type { Status } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { useNavigation, type Screen, type SettingsSection } from "@/lib/navigation";
import { readPreference, writePreference } from "@/lib/preferences";
import { commandKey } from "@/lib/shortcuts";
import { isDark, useTheme } from "@/lib/theme";

export const screens: readonly { id: Screen; label: string; icon: LucideIcon; shortcut: string }[] = [
  { id: "chat", label: "Chat", icon: MessageSquareText, shortcut: "1" },
  { id: "estate", label: "Estate", icon: LayoutGrid, shortcut: "2" },
  { id: "search", label: "Search", icon: Search, shortcut: `${commandKey} ⇧ F` },
  { id: "backup", label: "Backup", icon: ArchiveRestore, shortcut: "3" },
  { id: "settings", label: "Settings", icon: Settings2, shortcut: "4" },
];

/** Where to go, and at its foot how the app is. */
export function Rail({ status, usable }: { status: Status | undefined; usable: boolean }) {
  const [collapsed, setCollapsed] = useState(readPreference("railCollapsed") === "yes");
  const { screen, go, setPaletteOpen } = useNavigation();
  const toggle = () => {
    writePreference("railCollapsed", collapsed ? "" : "yes");
    setCollapsed(!collapsed);
  };
  const Panel = collapsed ? PanelLeftOpen : PanelLeftClose;

  return (
    <aside aria-label="Navigation and status" className={cn("flex shrink-0 flex-col border-r bg-sunken p-2", collapsed ? "w-13" : "w-46")}>
      <div className={cn("mb-2 flex h-8 items-center gap-2", collapsed ? "justify-center" : "pl-2")}>
        {!collapsed && <><Logo /><span className="flex-1 font-semibold tracking-tight">CloudOps</span></>}
        <Tooltip content={collapsed ? "Show the labels" : "Hide the labels"} side="right">
          <Button variant="ghost" size="icon-sm" aria-label="Labels" aria-pressed={!collapsed} onClick={toggle}><Panel aria-hidden /></Button>
        </Tooltip>
      </div>
      <nav aria-label="Main">
        <ul className="space-y-0.5">
          {screens.map(({ id, label, icon: Icon, shortcut }) => (
            <li key={id}>
              <RailButton collapsed={collapsed} label={label} current={usable && screen === id} disabled={!usable} onClick={() => go(id)} shortcut={shortcut}>
                <Icon className="size-4.5 shrink-0" aria-hidden />
              </RailButton>
            </li>
          ))}
        </ul>
      </nav>
      <div className="mt-2 border-t pt-2">
        <RailButton collapsed={collapsed} label="Commands" disabled={!usable} onClick={() => setPaletteOpen(true)} shortcut={`${commandKey} K`}>
          <Command className="size-4.5 shrink-0" aria-hidden />
        </RailButton>
      </div>
      <div className="mt-auto space-y-0.5">
        <StatusFoot status={status} collapsed={collapsed} usable={usable} />
        <ThemeButton collapsed={collapsed} />
      </div>
    </aside>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 20 20" className="size-5 shrink-0" aria-hidden>
      <rect x="1" y="1" width="18" height="18" rx="5" className="fill-accent" />
      <path d="M5 13.2h9.2a2.4 2.4 0 0 0 .3-4.8 3.6 3.6 0 0 0-6.9-.9A2.9 2.9 0 0 0 5 13.2Z" className="fill-accent-fg" />
    </svg>
  );
}

interface RailButtonProps {
  collapsed: boolean;
  label: string;
  current?: boolean;
  disabled?: boolean;
  shortcut?: string;
  onClick: () => void;
  children: ReactNode;
}

function RailButton({ collapsed, label, current, disabled, shortcut, onClick, children }: RailButtonProps) {
  const button = (
    <button
      type="button"
      aria-label={collapsed ? label : undefined}
      aria-current={current ? "page" : undefined}
      disabled={disabled}
      onClick={onClick}
      className={cn(
        "flex h-8.5 w-full items-center gap-2.5 rounded-md text-soft hover:bg-hover hover:text-fg disabled:pointer-events-none disabled:opacity-50",
        collapsed ? "justify-center" : "px-2",
        current && "bg-selected font-medium text-fg hover:bg-selected",
      )}
    >
      {children}
      {!collapsed && <><span className="flex-1 text-left">{label}</span>{shortcut && <Kbd className="bg-transparent">{shortcut}</Kbd>}</>}
    </button>
  );
  return collapsed ? <Tooltip content={label} side="right">{button}</Tooltip> : button;
}

type Light = "ok" | "warn" | "danger" | "off";
const lights: Record<Light, string> = { ok: "bg-ok", warn: "bg-warn", danger: "bg-danger", off: "bg-line-strong" };

interface Line {
  light: Light;
  text: string;
  section: SettingsSection | "backup";
}

function statusLines(status: Status | undefined): Line[] {
  if (!status) return [{ light: "off", text: "Connecting", section: "data" }];
  const qdrant: Line =
    status.qdrant === "running" ? { light: "ok", text: "Search ready", section: "data" }
    : status.qdrant === "down" ? { light: "danger", text: "Search is down", section: "data" }
    : { light: "warn", text: "Search starting", section: "data" };
  const lines = [qdrant];
  if (status.pending > 0) lines.push({ light: "warn", text: `${formatCount(status.pending)} pending`, section: "data" });
  lines.push(status.model ? { light: "ok", text: status.model, section: "model" } : { light: "off", text: "No model", section: "model" });
  return lines;
}

function StatusFoot({ status, collapsed, usable }: { status: Status | undefined; collapsed: boolean; usable: boolean }) {
  const { openSettings, go } = useNavigation();
  const backup = useBackupSummary(usable);
  const lines: Line[] = usable ? [...statusLines(status), { ...backup, section: "backup" }] : statusLines(status);
  return (
    <ul aria-label="Status" className="mb-1 border-b pb-1.5">
      {lines.map((line) => {
        const button = (
          <button
            type="button"
            disabled={!usable}
            onClick={() => (line.section === "backup" ? go("backup") : openSettings(line.section))}
            aria-label={line.text}
            className={cn("flex h-6.5 w-full items-center gap-2.5 rounded-md text-xs text-muted enabled:hover:bg-hover enabled:hover:text-fg", collapsed ? "justify-center" : "px-2")}
          >
            <span aria-hidden className="grid w-4.5 shrink-0 place-items-center"><span className={cn("size-2 rounded-full", lights[line.light])} /></span>
            {!collapsed && <span className="truncate">{line.text}</span>}
          </button>
        );
        return <li key={line.section + line.text}>{collapsed ? <Tooltip content={line.text} side="right">{button}</Tooltip> : button}</li>;
      })}
    </ul>
  );
}

function ThemeButton({ collapsed }: { collapsed: boolean }) {
  const { theme, setTheme } = useTheme();
  const dark = isDark(theme);
  const Icon = dark ? Sun : Moon;
  return (
    <RailButton collapsed={collapsed} label={dark ? "Light theme" : "Dark theme"} onClick={() => setTheme(dark ? "light" : "dark")}>
      <Icon className="size-4.5 shrink-0" aria-hidden />
    </RailButton>
  );
}

