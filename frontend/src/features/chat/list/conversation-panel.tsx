import { ChevronDown, Download, FolderPlus, Search, SquarePen, Tag, Upload, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";
import { useDebounced } from "@/lib/hooks";
import { useNavigation } from "@/lib/navigation";
import { useTags } from "../queries";
import { ChatHits } from "../search/chat-hits";
import { useActions } from "./actions";
import { ConversationList } from "./conversation-list";
import { ListDialogs } from "./dialogs";
import { useListState, type ListView } from "./list-state";
import { clearSelection } from "./selection";

export function ConversationPanel() {
  const newConversation = useNavigation((s) => s.newConversation);
  const focusSearch = useNavigation((s) => s.focusSearch);
  const find = useNavigation((s) => s.chatText);
  const setFind = (chatText: string) => useNavigation.setState({ chatText });
  const settled = useDebounced(find.trim(), 180);
  const input = useRef<HTMLInputElement>(null);
  const seen = useRef(focusSearch);
  useEffect(() => {
    if (focusSearch !== seen.current) input.current?.focus();
    seen.current = focusSearch;
  }, [focusSearch]);

  return (
    <aside aria-label="Conversations" className="flex w-66 shrink-0 flex-col border-r bg-sunken 2xl:w-76">
      <div className="flex items-center gap-1.5 p-2.5 pb-1.5">
        <div className="relative min-w-0 flex-1">
          <Search className="pointer-events-none absolute left-2.5 top-2 size-4 text-muted" aria-hidden />
          <Input
            ref={input}
            role="searchbox"
            aria-label="Search all conversations"
            placeholder="Search all chats"
            className="pl-8 pr-7"
            maxLength={2000}
            value={find}
            onChange={(event) => setFind(event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && setFind("")}
          />
          {find && (
            <button type="button" aria-label="Clear the search" onClick={() => setFind("")} className="absolute right-1 top-1 grid size-6 place-items-center rounded text-muted hover:text-fg">
              <X className="size-3.5" aria-hidden />
            </button>
          )}
        </div>
        <Tooltip content="New conversation (Ctrl+N)">
          <Button variant="ghost" size="icon" aria-label="New conversation" onClick={() => newConversation()}><SquarePen aria-hidden /></Button>
        </Tooltip>
      </div>
      {find.trim().length > 1 ? <ChatHits text={settled} /> : <><ViewBar /><ConversationList /></>}
      <ListDialogs />
    </aside>
  );
}

const views: readonly { id: ListView; label: string }[] = [
  { id: "active", label: "Active" },
  { id: "archived", label: "Archived" },
  { id: "deleted", label: "Recently deleted" },
];

/** Which conversations are shown, and what concerns them all. */
function ViewBar() {
  const { view, tag } = useListState();
  const tags = useTags().data ?? [];
  const actions = useActions();
  const show = (next: Partial<{ view: ListView; tag: string }>) => {
    clearSelection();
    useListState.setState(next);
  };
  return (
    <div className="flex items-center gap-0.5 px-2.5 pb-1">
      <Menu align="start" trigger={<Button variant="ghost" size="sm" className="-ml-1 gap-1 px-1.5">{views.find((v) => v.id === view)?.label}<ChevronDown aria-hidden /></Button>}>
        {views.map((v) => <MenuChoice key={v.id} checked={v.id === view} onSelect={() => show({ view: v.id })}>{v.label}</MenuChoice>)}
        <MenuSeparator />
        <MenuItem onSelect={() => void actions.importChats(false)}><Upload aria-hidden />Import a file…</MenuItem>
        <MenuItem onSelect={() => void actions.importChats(true)}><Upload aria-hidden />Import a folder…</MenuItem>
        <MenuItem onSelect={() => void actions.exportChats([], "md")}><Download aria-hidden />Export all as Markdown…</MenuItem>
        <MenuItem onSelect={() => void actions.exportChats([], "jsonl")}><Download aria-hidden />Export all as JSON lines…</MenuItem>
      </Menu>
      {view !== "deleted" && tags.length > 0 && (
        <Menu align="start" trigger={<Button variant="ghost" size="sm" className="min-w-0 shrink gap-1 px-1.5" aria-label={tag ? `Tag: ${tag}` : "Filter by tag"}><Tag aria-hidden /><span className="truncate">{tag || "Tag"}</span></Button>}>
          <MenuLabel>Only with the tag</MenuLabel>
          {tags.map((t) => <MenuChoice key={t.value} checked={t.value === tag} onSelect={() => show({ tag: t.value === tag ? "" : t.value })}><span className="flex-1 truncate">{t.label}</span><span className="text-xs text-muted">{t.count}</span></MenuChoice>)}
        </Menu>
      )}
      {tag && <Button variant="ghost" size="icon-sm" aria-label={`Remove the filter ${tag}`} onClick={() => show({ tag: "" })}><X aria-hidden /></Button>}
      <Tooltip content="New folder">
        <Button variant="ghost" size="icon-sm" className="ml-auto" aria-label="New folder" onClick={() => useListState.setState({ naming: { id: "", name: "", ids: [] } })}><FolderPlus aria-hidden /></Button>
      </Tooltip>
    </div>
  );
}
