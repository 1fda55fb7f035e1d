import { CalendarDays, ChevronDown, Folder, MessageSquareText, User, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Menu, MenuChoice } from "@/components/ui/menu";
import { cn } from "@/lib/cn";
import { noChatFilters, useNavigation, type ChatFilters } from "@/lib/navigation";
import { useConversation, useFolders } from "../queries";

export const noFilters: Omit<ChatFilters, "text"> = { roles: [], folderId: "", conversationId: "", from: "", to: "" };

export function hasFilters(query: ChatFilters): boolean {
  return JSON.stringify({ ...query, text: "" }) !== JSON.stringify(noChatFilters);
}

const roles = [
  { role: "user", label: "What I asked" },
  { role: "assistant", label: "Answers" },
] as const;

const day = 86_400_000;

const ranges = [
  { label: "Today", days: 0 },
  { label: "Last 7 days", days: 7 },
  { label: "Last 30 days", days: 30 },
  { label: "Last year", days: 365 },
] as const;

function daysAgo(days: number): string {
  const date = new Date(Date.now() - days * day);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

/** Narrows a search: who said it, when, in which folder, in which conversation. */
export function Filters() {
  const { chatQuery: query, setChatQuery } = useNavigation();
  const folders = useFolders().data ?? [];
  const conversation = useConversation(query.conversationId);
  const folder = folders.find((f) => f.id === query.folderId);
  const role = roles.find((r) => query.roles.length === 1 && query.roles[0] === r.role);
  return (
    <div className="mt-2 flex flex-wrap items-center gap-1.5">
      <Filter icon={<User aria-hidden />} label={role?.label ?? "Anyone"} active={!!role}>
        <MenuChoice checked={!role} onSelect={() => setChatQuery({ roles: [] })}>Anyone</MenuChoice>
        {roles.map((r) => <MenuChoice key={r.role} checked={role?.role === r.role} onSelect={() => setChatQuery({ roles: [r.role] })}>{r.label}</MenuChoice>)}
      </Filter>
      {folders.length > 0 && (
        <Filter icon={<Folder aria-hidden />} label={folder?.name ?? "Any folder"} active={!!folder}>
          <MenuChoice checked={!folder} onSelect={() => setChatQuery({ folderId: "" })}>Any folder</MenuChoice>
          {folders.map((f) => <MenuChoice key={f.id} checked={f.id === query.folderId} onSelect={() => setChatQuery({ folderId: f.id })}><span className="truncate">{f.name}</span></MenuChoice>)}
        </Filter>
      )}
      <Filter icon={<CalendarDays aria-hidden />} label={rangeLabel(query)} active={!!(query.from || query.to)}>
        <MenuChoice checked={!query.from && !query.to} onSelect={() => setChatQuery({ from: "", to: "" })}>Any time</MenuChoice>
        {ranges.map((r) => <MenuChoice key={r.label} checked={query.to === "" && query.from === daysAgo(r.days)} onSelect={() => setChatQuery({ from: daysAgo(r.days), to: "" })}>{r.label}</MenuChoice>)}
        <div className="space-y-1.5 border-t p-2" onKeyDown={(event) => event.stopPropagation()}>
          <label className="flex items-center justify-between gap-2 text-xs">From<Input type="date" className="w-36" value={query.from} onChange={(event) => setChatQuery({ from: event.target.value })} /></label>
          <label className="flex items-center justify-between gap-2 text-xs">To<Input type="date" className="w-36" value={query.to} onChange={(event) => setChatQuery({ to: event.target.value })} /></label>
        </div>
      </Filter>
      {query.conversationId && (
        <Button size="sm" className="max-w-72 border-accent bg-accent-soft text-accent-text" aria-label="Search in all conversations" onClick={() => setChatQuery({ conversationId: "" })}>
          <MessageSquareText aria-hidden /><span className="truncate">{conversation.data?.title || "This conversation"}</span><X aria-hidden />
        </Button>
      )}
      {hasFilters(query) && <Button variant="ghost" size="sm" onClick={() => setChatQuery(noFilters)}>Clear the filters</Button>}
    </div>
  );
}

function rangeLabel({ from, to }: ChatFilters): string {
  if (from && to) return `${from} – ${to}`;
  if (from) return `Since ${from}`;
  return to ? `Until ${to}` : "Any time";
}

function Filter({ icon, label, active, children }: { icon: ReactNode; label: string; active: boolean; children: ReactNode }) {
  return (
    <Menu align="start" trigger={<Button size="sm" className={cn("max-w-60", active && "border-accent bg-accent-soft text-accent-text")}>{icon}<span className="truncate">{label}</span><ChevronDown aria-hidden /></Button>}>
      {children}
    </Menu>
  );
}
