import { Archive, ArchiveRestore, Download, FolderInput, Tags, Trash2, Undo2, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";
import type { Conversation } from "@/lib/backend";
import { formatCount } from "@/lib/format";
import { useActions } from "./actions";
import { useListState, type ListView } from "./list-state";
import { MoveMenu } from "./move-menu";
import { clearSelection } from "./selection";

/** What can be done with the chosen conversations, at the foot of their list. */
export function BulkBar({ chosen, view }: { chosen: readonly Conversation[]; view: ListView }) {
  const actions = useActions();
  const ids = chosen.map((c) => c.id);
  if (chosen.length === 0) return null;
  return (
    <div role="toolbar" aria-label="Chosen conversations" className="flex items-center gap-0.5 border-t bg-surface px-2 py-1.5">
      <span role="status" className="mr-auto pl-1 text-xs font-medium tabular-nums">{formatCount(chosen.length)} selected</span>
      {view === "deleted" ? (
        <>
          <Tool label="Restore" onClick={() => void actions.restore(ids)}><Undo2 aria-hidden /></Tool>
          <Tool label="Purge…" onClick={() => useListState.setState({ purging: ids })}><Trash2 aria-hidden /></Tool>
        </>
      ) : (
        <>
          {view === "archived" ? (
            <Tool label="Take out of the archive" onClick={() => void actions.archive(ids, false)}><ArchiveRestore aria-hidden /></Tool>
          ) : (
            <Tool label="Archive" onClick={() => void actions.archive(ids, true)}><Archive aria-hidden /></Tool>
          )}
          <Menu trigger={<Button variant="ghost" size="icon-sm" aria-label="Move to a folder" title="Move to a folder"><FolderInput aria-hidden /></Button>}><MoveMenu ids={ids} /></Menu>
          <Tool label="Tags…" onClick={() => useListState.setState({ tagging: chosen })}><Tags aria-hidden /></Tool>
          <Menu trigger={<Button variant="ghost" size="icon-sm" aria-label="Export" title="Export"><Download aria-hidden /></Button>}>
            <MenuItem onSelect={() => void actions.exportChats(ids, "md")}>Export as Markdown…</MenuItem>
            <MenuItem onSelect={() => void actions.exportChats(ids, "jsonl")}>Export as JSON lines…</MenuItem>
          </Menu>
          <Tool label="Delete…" onClick={() => actions.askToDelete(chosen)}><Trash2 aria-hidden /></Tool>
        </>
      )}
      <Tool label="Clear the selection (Esc)" onClick={clearSelection}><X aria-hidden /></Tool>
    </div>
  );
}

function Tool({ label, onClick, children }: { label: string; onClick: () => void; children: React.ReactNode }) {
  return <Tooltip content={label}><Button variant="ghost" size="icon-sm" aria-label={label} onClick={onClick}>{children}</Button></Tooltip>;
}
