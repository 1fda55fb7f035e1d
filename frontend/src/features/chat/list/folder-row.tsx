import { ChevronDown, ChevronRight, Ellipsis, Folder as FolderIcon, FolderOpen, PencilLine, Search, SquarePen, Trash2 } from "lucide-react";
import { useState, type DragEvent, type KeyboardEvent } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import type { Folder } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatCount, plural } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { useActions } from "./actions";
import { draggedIds, isDragged } from "./drag";
import { toggleFolder, useListState } from "./list-state";

export function FolderRow({ folder, open, index }: { folder: Folder; open: boolean; index: number }) {
  const { move, deleteFolder } = useActions();
  const { searchChats } = useNavigation();
  const [over, setOver] = useState(false);
  const [asking, setAsking] = useState(false);
  const rename = () => useListState.setState({ naming: { id: folder.id, name: folder.name, ids: [] } });
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void move(draggedIds(event), folder.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "F2") rename();
    else if (event.key === "Delete") setAsking(true);
    else if (event.key === "ArrowRight") toggleFolder(folder.id, true);
    else if (event.key === "ArrowLeft") toggleFolder(folder.id, false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const Chevron = open ? ChevronDown : ChevronRight;
  const Icon = open ? FolderOpen : FolderIcon;
  return (
    <div
      className={cn("group relative h-[31px] rounded-md hover:bg-hover", over && "bg-selected outline-2 outline-accent")}
      onDragOver={(event) => {
        if (!isDragged(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <button
        type="button"
        data-row={index}
        aria-expanded={open}
        onClick={() => toggleFolder(folder.id)}
        onKeyDown={onKeyDown}
        className="flex h-full w-full items-center gap-1.5 rounded-md pl-1.5 pr-8 text-left focus-visible:outline-offset-[-2px]"
      >
        <Chevron className="size-3.5 shrink-0 text-muted" aria-hidden />
        <Icon className="size-4 shrink-0 text-muted" aria-hidden />
        <span className="truncate font-medium">{folder.name}</span>
        <span className="-mr-5 ml-auto text-xs tabular-nums text-muted group-hover:invisible">{formatCount(folder.count)}</span>
      </button>
      <div className="absolute right-1 top-1 opacity-0 focus-within:opacity-100 group-hover:opacity-100 has-[[data-state=open]]:opacity-100">
        <Menu trigger={<Button variant="ghost" size="icon-sm" aria-label={`Actions for the folder ${folder.name}`}><Ellipsis aria-hidden /></Button>}>
          <MenuItem onSelect={() => useNavigation.getState().newConversation(undefined, folder.id)}><SquarePen aria-hidden />New conversation here</MenuItem>
          <MenuItem onSelect={() => searchChats({ folderId: folder.id })}><Search aria-hidden />Search in this folder</MenuItem>
          <MenuItem onSelect={rename}><PencilLine aria-hidden />Rename…</MenuItem>
          <MenuItem onSelect={() => setAsking(true)}><Trash2 aria-hidden />Delete the folder…</MenuItem>
        </Menu>
      </div>
      <Confirm
        open={asking}
        danger
        title={`Delete the folder “${folder.name}”?`}
        description={folder.count > 0 ? `Its ${plural(folder.count, "conversation")} stay, in no folder.` : "It is empty."}
        confirmLabel="Delete the folder"
        onConfirm={() => {
          setAsking(false);
          void deleteFolder(folder.id);
        }}
        onCancel={() => setAsking(false)}
      />
    </div>
  );
}
