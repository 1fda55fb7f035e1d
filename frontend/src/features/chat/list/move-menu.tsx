import { FolderMinus, FolderPlus } from "lucide-react";
import { MenuChoice, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { useFolders } from "../queries";
import { useActions } from "./actions";
import { useListState } from "./list-state";

/** The folders that conversations can be moved to. */
export function MoveMenu({ ids, current = "" }: { ids: readonly string[]; current?: string }) {
  const folders = useFolders().data ?? [];
  const { move } = useActions();
  return (
    <>
      {folders.map((f) => (
        <MenuChoice key={f.id} checked={f.id === current} onSelect={() => void move(ids, f.id)}><span className="truncate">{f.name}</span></MenuChoice>
      ))}
      {folders.length > 0 && <MenuSeparator />}
      <MenuItem onSelect={() => useListState.setState({ naming: { id: "", name: "", ids } })}><FolderPlus aria-hidden />New folder…</MenuItem>
      <MenuItem onSelect={() => void move(ids, "")}><FolderMinus aria-hidden />No folder</MenuItem>
    </>
  );
}
