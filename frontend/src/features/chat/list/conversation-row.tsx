import { Archive, ArchiveRestore, CheckSquare, Download, Ellipsis, FolderInput, PencilLine, Pin, PinOff, Tags, Trash2, Undo2 } from "lucide-react";
import { useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Menu, MenuItem, MenuSeparator, SubMenu } from "@/components/ui/menu";
import type { Conversation } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatAgo, plural } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { useRenameConversation } from "../queries";
import { useActions } from "./actions";
import { startDrag } from "./drag";
import { useListState, type ListView } from "./list-state";
import { MoveMenu } from "./move-menu";
import { extend, toggle, useSelection } from "./selection";

interface ConversationRowProps {
  conversation: Conversation;
  index: number;
  indent: boolean;
  view: ListView;
  /** All ids in the order in which they are shown, for ranges. */
  order: () => readonly string[];
  /** The chosen conversations, if this one is among them; else this one. */
  affected: (conversation: Conversation) => readonly Conversation[];
}

export function ConversationRow({ conversation, index, indent, view, order, affected }: ConversationRowProps) {
  const { conversationId, openConversation } = useNavigation();
  const actions = useActions();
  const chosen = useSelection((s) => s.ids.has(conversation.id));
  const choosing = useSelection((s) => s.ids.size > 0);
  const [editing, setEditing] = useState(false);
  const [moving, setMoving] = useState(false);
  const { id } = conversation;
  const current = id === conversationId;
  const title = conversation.title || "Untitled conversation";
  const deleted = view === "deleted";

  const choose = () => useSelection.setState((s) => toggle(s, id), true);
  const onClick = (event: MouseEvent) => {
    if (event.shiftKey) useSelection.setState((s) => extend(s.anchor ? s : { ...s, anchor: conversationId }, order(), id), true);
    else if (event.ctrlKey || event.metaKey || choosing) choose();
    else if (!deleted) openConversation(id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ids = affected(conversation).map((c) => c.id);
    const key = event.key.toLowerCase();
    if (key === " " ) choose();
    else if (deleted && key === "delete") useListState.setState({ purging: ids });
    else if (deleted) return;
    else if (key === "f2") setEditing(true);
    else if (key === "delete") actions.askToDelete(affected(conversation));
    else if (key === "p") void actions.pin(ids, !conversation.pinned);
    else if (key === "e") void actions.archive(ids, conversation.status !== "archived");
    else if (key === "m") setMoving(true);
    else if (key === "t") useListState.setState({ tagging: affected(conversation) });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (editing) return <TitleEditor conversation={conversation} onDone={() => setEditing(false)} />;
  return (
    <div className={cn("group relative h-[50px] rounded-md hover:bg-hover", (current || chosen) && "bg-selected hover:bg-selected", indent && "ml-4")}>
      <button
        type="button"
        data-row={index}
        draggable={!deleted}
        aria-current={current ? "true" : undefined}
        aria-keyshortcuts="F2 Delete P E M T Space"
        onDragStart={(event) => startDrag(event, affected(conversation).map((c) => c.id))}
        onClick={onClick}
        onDoubleClick={() => !deleted && !choosing && setEditing(true)}
        onKeyDown={onKeyDown}
        className={cn("block h-full w-full rounded-md pr-8 text-left focus-visible:outline-offset-[-2px]", choosing ? "pl-8.5" : "pl-2.5")}
      >
        <span className="flex items-center gap-1 truncate font-medium">
          {conversation.pinned && <Pin className="size-3 shrink-0 text-muted" aria-label="Pinned" />}
          <span className="truncate">{title}</span>
        </span>
        <span className="block truncate text-xs text-muted">
          {deleted && "deleted "}{formatAgo(conversation.lastActivity)} · {plural(conversation.messageCount, "message")}
          {conversation.tags.length > 0 && ` · ${conversation.tags.join(", ")}`}
        </span>
      </button>
      {choosing && <Checkbox className="absolute left-2.5 top-[17px]" tabIndex={-1} checked={chosen} aria-label={`Select ${title}`} onCheckedChange={choose} />}
      <div className="absolute right-1 top-3 opacity-0 focus-within:opacity-100 group-hover:opacity-100 has-[[data-state=open]]:opacity-100">
        <RowMenu conversation={conversation} title={title} deleted={deleted} moving={moving} setMoving={setMoving} onRename={() => setEditing(true)} onChoose={choose} />
      </div>
    </div>
  );
}

interface RowMenuProps {
  conversation: Conversation;
  title: string;
  deleted: boolean;
  moving: boolean;
  setMoving: (open: boolean) => void;
  onRename: () => void;
  onChoose: () => void;
}

function RowMenu({ conversation, title, deleted, moving, setMoving, onRename, onChoose }: RowMenuProps) {
  const actions = useActions();
  const { id, pinned, status } = conversation;
  const archived = status === "archived";
  const trigger = <Button variant="ghost" size="icon-sm" tabIndex={-1} aria-label={`Actions for ${title}`}><Ellipsis aria-hidden /></Button>;
  if (deleted) {
    return (
      <Menu trigger={trigger}>
        <MenuItem onSelect={() => void actions.restore([id])}><Undo2 aria-hidden />Restore</MenuItem>
        <MenuItem onSelect={onChoose}><CheckSquare aria-hidden />Select</MenuItem>
        <MenuItem onSelect={() => useListState.setState({ purging: [id] })}><Trash2 aria-hidden />Purge…</MenuItem>
      </Menu>
    );
  }
  if (moving) return <Menu open onOpenChange={setMoving} trigger={trigger}><MoveMenu ids={[id]} current={conversation.folderId} /></Menu>;
  return (
    <Menu trigger={trigger}>
      <MenuItem onSelect={onRename}><PencilLine aria-hidden />Rename</MenuItem>
      <MenuItem onSelect={() => void actions.pin([id], !pinned)}>{pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}{pinned ? "Unpin" : "Pin"}</MenuItem>
      <MenuItem onSelect={() => void actions.archive([id], !archived)}>{archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}{archived ? "Take out of the archive" : "Archive"}</MenuItem>
      <SubMenu label={<><FolderInput aria-hidden />Move to</>}><MoveMenu ids={[id]} current={conversation.folderId} /></SubMenu>
      <MenuItem onSelect={() => useListState.setState({ tagging: [conversation] })}><Tags aria-hidden />Tags…</MenuItem>
      <MenuItem onSelect={onChoose}><CheckSquare aria-hidden />Select</MenuItem>
      <MenuItem onSelect={() => void actions.exportChats([id], "md")}><Download aria-hidden />Export as Markdown…</MenuItem>
      <MenuItem onSelect={() => void actions.exportChats([id], "jsonl")}><Download aria-hidden />Export as JSON lines…</MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => actions.askToDelete([conversation])}><Trash2 aria-hidden />Delete…</MenuItem>
    </Menu>
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
          event.stopPropagation();
          if (event.key === "Enter") save();
          if (event.key === "Escape") onDone();
        }}
      />
    </div>
  );
}
