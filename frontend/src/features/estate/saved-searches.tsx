import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Bookmark, ChevronDown, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { backend, toBackendError, type SavedSearch } from "@/lib/backend";
import { sentence } from "@/components/ui/feedback";
import { useNavigation } from "@/lib/navigation";
import { keys } from "@/lib/queries";
import { toast, toastError } from "@/lib/toast";
import { useColumns } from "./columns";
import { chosenFilter, useEstateView } from "./state";

const savedKey = [...keys.estate, "saved"];

export function useSavedSearches(): SavedSearch[] {
  return useQuery({ queryKey: savedKey, queryFn: () => backend().listSavedSearches() }).data ?? [];
}

/** Shows what a saved search finds, as it was shown when it was saved. */
export function applySavedSearch(saved: SavedSearch): void {
  useEstateView.setState({
    // Only the fields were kept: taken back, a filter says what its words say.
    ignored: { text: saved.text, filters: saved.ignoreUnderstood.map((field) => chosenFilter(field, field, [])) },
    sortBy: saved.sortBy,
    desc: saved.desc,
    columns: saved.columns.length > 0 ? saved.columns : null,
    groupBy: "",
  });
  useNavigation.getState().searchEstate(saved.text, saved.filters);
}

export function SavedMenu() {
  const all = useSavedSearches();
  const [open, setOpen] = useState<"" | "save" | "manage">("");
  return (
    <>
      <Menu trigger={<Button><Bookmark aria-hidden />Saved<ChevronDown className="text-muted" aria-hidden /></Button>}>
        <MenuItem onSelect={() => setOpen("save")}>Save this search…</MenuItem>
        <MenuItem disabled={all.length === 0} onSelect={() => setOpen("manage")}>Rename or delete…</MenuItem>
        <MenuSeparator />
        {all.length === 0 ? <MenuLabel>No saved searches yet</MenuLabel> : all.map((s) => (
          <MenuItem key={s.id} onSelect={() => applySavedSearch(s)}><span className="max-w-72 truncate">{s.name}</span></MenuItem>
        ))}
      </Menu>
      {open === "save" && <SaveDialog onClose={() => setOpen("")} />}
      {open === "manage" && <ManageDialog all={all} onClose={() => setOpen("")} />}
    </>
  );
}

function SaveDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const { estateText, estateFilters } = useNavigation();
  const view = useEstateView();
  const [columns] = useColumns();
  const [name, setName] = useState(estateText.trim());
  const [error, setError] = useState("");
  const save = async () => {
    try {
      const text = estateText.trim();
      await backend().saveSearch({
        id: "", name, text, filters: estateFilters, sortBy: view.sortBy, desc: view.desc, columns: [...(view.columns ?? columns)],
        ignoreUnderstood: view.ignored.text === text ? view.ignored.filters.map((f) => f.field) : [],
      });
      await client.invalidateQueries({ queryKey: savedKey });
      toast("success", "The search was saved.", name);
      onClose();
    } catch (reason) {
      setError(toBackendError(reason).message);
    }
  };
  return (
    <Dialog open onOpenChange={onClose} title="Save this search" description="Its words, filters, order and columns. They are sealed like everything you type.">
      <form className="mt-3 space-y-3" onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Input autoFocus aria-label="Name of the search" maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
        {error && <p role="alert" className="text-danger">{sentence(error)}</p>}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!name.trim()}>Save</Button>
        </div>
      </form>
    </Dialog>
  );
}

function ManageDialog({ all, onClose }: { all: SavedSearch[]; onClose: () => void }) {
  return (
    <Dialog open onOpenChange={onClose} title="Saved searches" actions={<Button variant="primary" onClick={onClose}>Done</Button>}>
      <ul aria-label="Saved searches" className="mt-3 max-h-[50vh] overflow-y-auto rounded-md border p-1">
        {all.map((s) => <SavedRow key={s.id} saved={s} />)}
        {all.length === 0 && <li className="px-2 py-1.5 text-muted">None are left.</li>}
      </ul>
    </Dialog>
  );
}

function SavedRow({ saved }: { saved: SavedSearch }) {
  const client = useQueryClient();
  const [name, setName] = useState<string | null>(null);
  const change = async (work: Promise<unknown>) => {
    try {
      await work;
      setName(null);
    } catch (error) {
      toastError(error);
    }
    await client.invalidateQueries({ queryKey: savedKey });
  };
  if (name !== null) {
    return (
      <li>
        <form className="flex gap-2 p-1" onSubmit={(event) => { event.preventDefault(); void change(backend().saveSearch({ ...saved, name })); }}>
          <Input autoFocus aria-label={`New name of ${saved.name}`} maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
          <Button type="submit" disabled={!name.trim()}>Rename</Button>
        </form>
      </li>
    );
  }
  return (
    <li className="flex h-9 items-center gap-1 rounded px-2 hover:bg-hover">
      <span className="min-w-0 flex-1 truncate" title={saved.text}>{saved.name}</span>
      <Button variant="ghost" size="icon-sm" aria-label={`Rename ${saved.name}`} onClick={() => setName(saved.name)}><Pencil aria-hidden /></Button>
      <Button variant="ghost" size="icon-sm" aria-label={`Delete ${saved.name}`} onClick={() => void change(backend().deleteSavedSearch(saved.id))}><Trash2 aria-hidden /></Button>
    </li>
  );
}
