import { useVirtualizer } from "@tanstack/react-virtual";
import { Ellipsis, MessagesSquare, PencilLine, Pin, Search, SquarePen, Trash2, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/dialog";
import { Empty, ErrorPanel, Skeleton } from "@/components/ui/feedback";
import { Input } from "@/components/ui/input";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";
import type { Conversation } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatAgo, plural } from "@/lib/format";
import { useDebounced } from "@/lib/hooks";
import { useNavigation } from "@/lib/navigation";
import { useConversations } from "@/lib/queries";
import { ChatHits } from "./chat-hits";
import { useDeleteConversation, useRenameConversation } from "./queries";

const rowHeight = 52;

export function ConversationPanel() {
  const newConversation = useNavigation((s) => s.newConversation);
  const focusSearch = useNavigation((s) => s.focusSearch);
  const find = useNavigation((s) => s.chatText);
  const setFind = (chatText: string) => useNavigation.setState({ chatText });
  const settled = useDebounced(find.trim(), 180);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focusSearch > 0) input.current?.focus();
  }, [focusSearch]);

  return (
    <aside aria-label="Conversations" className="flex w-66 shrink-0 flex-col border-r bg-sunken">
      <div className="flex items-center gap-1.5 p-2.5">
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
      {find.trim().length > 1 ? <ChatHits text={settled} /> : <ConversationList />}
    </aside>
  );
}

function ConversationList() {
  const list = useConversations();
  const conversations = useMemo(() => list.data?.pages.flatMap((p) => p.conversations) ?? [], [list.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (i) => conversations[i]?.id ?? i,
    overscan: 8,
    initialRect: { width: 260, height: 600 },
  });
  const last = rows.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= conversations.length - 15) void fetchNextPage();
  }, [last, conversations.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (!step || !from) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(conversations.length - 1, Number(from.dataset.row) + step));
    rows.scrollToIndex(next, { align: "auto" });
    window.requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus());
  };

  if (list.isError && conversations.length === 0) return <ErrorPanel error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <ListSkeleton />;
  if (conversations.length === 0) return <Empty icon={MessagesSquare} title="No conversations yet" className="py-10">What you ask is kept here, encrypted.</Empty>;
  return (
    <div ref={scroller} onKeyDown={onKeyDown} className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
      <ul className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => (
          <li key={row.key} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${row.start}px)`, height: rowHeight }}>
            <ConversationRow conversation={conversations[row.index]!} index={row.index} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function ListSkeleton() {
  return (
    <div className="space-y-3 px-3 py-2" aria-busy="true">
      {[0, 1, 2, 3, 4].map((i) => <Skeleton key={i} className="h-9" />)}
    </div>
  );
}

function ConversationRow({ conversation, index }: { conversation: Conversation; index: number }) {
  const { conversationId, openConversation } = useNavigation();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const selected = conversation.id === conversationId;
  const title = conversation.title || "Untitled conversation";
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "F2") setEditing(true);
    else if (event.key === "Delete") setAsking(true);
  };

  if (editing) return <TitleEditor conversation={conversation} onDone={() => setEditing(false)} />;
  return (
    <div className={cn("group relative h-[50px] rounded-md hover:bg-hover", selected && "bg-selected hover:bg-selected")}>
      <button
        type="button"
        data-row={index}
        aria-current={selected ? "true" : undefined}
        onClick={() => openConversation(conversation.id)}
        onDoubleClick={() => setEditing(true)}
        onKeyDown={onKeyDown}
        className="block h-full w-full rounded-md px-2.5 pr-8 text-left focus-visible:outline-offset-[-2px]"
      >
        <span className="flex items-center gap-1 truncate font-medium">
          {conversation.pinned && <Pin className="size-3 shrink-0 text-muted" aria-label="Pinned" />}
          <span className="truncate">{title}</span>
        </span>
        <span className="block truncate text-xs text-muted">
          {formatAgo(conversation.lastActivity)} · {plural(conversation.messageCount, "message")}
        </span>
      </button>
      <div className="absolute right-1 top-3 opacity-0 focus-within:opacity-100 group-hover:opacity-100 has-[[data-state=open]]:opacity-100">
        <Menu trigger={<Button variant="ghost" size="icon-sm" aria-label={`Actions for ${title}`}><Ellipsis aria-hidden /></Button>}>
          <MenuItem onSelect={() => setEditing(true)}><PencilLine aria-hidden />Rename</MenuItem>
          <MenuItem onSelect={() => setAsking(true)}><Trash2 aria-hidden />Delete…</MenuItem>
        </Menu>
      </div>
      {asking && <DeleteConfirm conversation={conversation} onDone={() => setAsking(false)} />}
    </div>
  );
}

function TitleEditor({ conversation, onDone }: { conversation: Conversation; onDone: () => void }) {
  const rename = useRenameConversation();
  const [title, setTitle] = useState(conversation.title);
  const focused = useRef(false);
  const save = () => {
    const next = title.trim();
    if (next && next !== conversation.title) rename.mutate({ id: conversation.id, title: next });
    onDone();
  };
  return (
    <div className="flex h-[50px] items-center px-1">
      <Input
        autoFocus
        aria-label="Title"
        maxLength={200}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        onFocus={(event) => {
          focused.current = true;
          event.target.select();
        }}
        onBlur={() => focused.current && save()}
        onKeyDown={(event) => {
          if (event.key === "Enter") save();
          if (event.key === "Escape") onDone();
        }}
      />
    </div>
  );
}

function DeleteConfirm({ conversation, onDone }: { conversation: Conversation; onDone: () => void }) {
  const remove = useDeleteConversation();
  const { conversationId, newConversation } = useNavigation();
  const confirm = () => {
    remove.mutate(conversation.id);
    if (conversation.id === conversationId) newConversation();
    onDone();
  };
  return (
    <Confirm
      open
      danger
      title="Delete this conversation?"
      description={<>“{conversation.title || "Untitled conversation"}” and its {plural(conversation.messageCount, "message")} will be gone from this machine.</>}
      confirmLabel="Delete"
      onConfirm={confirm}
      onCancel={onDone}
    />
  );
}
