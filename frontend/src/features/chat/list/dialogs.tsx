import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm, Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { TokenInput } from "@/components/ui/token-input";
import type { Remainder } from "@/lib/backend";
import { formatDateTime, plural } from "@/lib/format";
import { useTags } from "../queries";
import { useActions } from "./actions";
import { useListState } from "./list-state";

/** Every dialog that the list opens, from whichever row. */
export function ListDialogs() {
  const { deleting, purging, remains, tagging, naming } = useListState();
  return (
    <>
      {deleting.length > 0 && <DeleteDialog />}
      {purging.length > 0 && <PurgeDialog />}
      {remains && <RemainsDialog />}
      {tagging.length > 0 && <TagDialog />}
      {naming && <FolderDialog />}
    </>
  );
}

function DeleteDialog() {
  const { deleting } = useListState();
  const { remove } = useActions();
  const messages = deleting.reduce((sum, c) => sum + c.messageCount, 0);
  const close = () => useListState.setState({ deleting: [] });
  const one = deleting.length === 1;
  return (
    <Confirm
      open
      danger
      title={one ? "Delete this conversation?" : `Delete ${plural(deleting.length, "conversation")}?`}
      description={
        <>
          {one ? <>“{deleting[0]!.title || "Untitled conversation"}” and its {plural(messages, "message")} leave</> : <>They and their {plural(messages, "message")} leave</>} every list and every search now. Until the log of
          changes forgets them, they can be brought back from “Recently deleted”; backups keep them longer. You are told what remains where, and can have it removed.
        </>
      }
      confirmLabel="Delete"
      onConfirm={() => {
        close();
        void remove(deleting.map((c) => c.id));
      }}
      onCancel={close}
    />
  );
}

function PurgeDialog() {
  const { purging } = useListState();
  const { purge } = useActions();
  const close = () => useListState.setState({ purging: [] });
  return (
    <Confirm
      open
      danger
      title={`Purge ${plural(purging.length, "conversation")}?`}
      description="They are removed from the log of changes on this machine too. This cannot be taken back. Backups that were already written stay as they are until they expire."
      confirmLabel="Purge"
      onConfirm={() => {
        close();
        void purge(purging);
      }}
      onCancel={close}
    />
  );
}

function RemainsDialog() {
  const remains = useListState((s) => s.remains)!;
  const { restore } = useActions();
  const close = () => useListState.setState({ remains: null });
  const { deletion, ids, purged } = remains;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      className="w-[min(520px,calc(100vw-32px))]"
      title={purged ? `${plural(deletion.count, "conversation")} purged` : "What remains"}
      description={deletion.remains.length === 0 ? "Nothing remains: no copy of it is known to this app." : `Of ${plural(deletion.count, "deleted conversation")}, there still is:`}
      actions={
        <>
          {!purged && <Button onClick={() => { close(); void restore(ids); }}>Undo the deletion</Button>}
          {!purged && <Button variant="danger" onClick={() => useListState.setState({ remains: null, purging: ids })}>Purge now…</Button>}
          <Button variant={purged ? "primary" : "secondary"} onClick={close}>Close</Button>
        </>
      }
    >
      {deletion.remains.length > 0 && (
        <ul className="selectable mt-3 divide-y rounded-lg border">
          {deletion.remains.map((r) => <Remains key={r.where} remainder={r} />)}
        </ul>
      )}
    </Dialog>
  );
}

function Remains({ remainder }: { remainder: Remainder }) {
  return (
    <li className="px-3 py-2">
      <p className="flex flex-wrap gap-x-3">
        <span className="font-medium">{remainder.where}</span>
        <span className="ml-auto text-xs text-muted">{remainder.until ? `until ${formatDateTime(remainder.until)}` : "for an unknown time"}</span>
      </p>
      {remainder.detail && <p className="text-xs text-muted">{remainder.detail}</p>}
    </li>
  );
}

function TagDialog() {
  const { tagging } = useListState();
  const { tag } = useActions();
  const known = useTags().data ?? [];
  const shared = (tagging[0]?.tags ?? []).filter((t) => tagging.every((c) => c.tags.includes(t)));
  const [tags, setTags] = useState<string[]>(shared);
  const close = () => useListState.setState({ tagging: [] });
  const save = () => {
    close();
    void tag(tagging.map((c) => c.id), tags.filter((t) => !shared.includes(t)), shared.filter((t) => !tags.includes(t)));
  };
  const offered = known.filter((k) => !tags.includes(k.value)).slice(0, 12);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={tagging.length === 1 ? "Tags" : `Tags of ${plural(tagging.length, "conversation")}`}
      description={tagging.length > 1 ? "Shown are the tags they all have." : undefined}
      actions={<><Button onClick={close}>Cancel</Button><Button variant="primary" onClick={save}>Save</Button></>}
    >
      <div className="mt-4 space-y-2">
        <Field label="Tags" hint="Enter or comma adds one.">{(ids) => <TokenInput {...ids} label="tags" values={tags} onChange={setTags} />}</Field>
        {offered.length > 0 && (
          <div className="flex flex-wrap gap-1.5" role="group" aria-label="Tags in use">
            {offered.map((t) => <Button key={t.value} size="sm" onClick={() => setTags([...tags, t.value])}>{t.label}</Button>)}
          </div>
        )}
      </div>
    </Dialog>
  );
}

function FolderDialog() {
  const naming = useListState((s) => s.naming)!;
  const { saveFolder } = useActions();
  const [name, setName] = useState(naming.name);
  const close = () => useListState.setState({ naming: null });
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={naming.id ? "Rename the folder" : "New folder"}>
      <form
        className="mt-4 space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!name.trim()) return;
          close();
          void saveFolder(naming.id, name.trim(), naming.ids);
        }}
      >
        <Field label="Name">{(ids) => <Input {...ids} autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!name.trim()}>Save</Button>
        </div>
      </form>
    </Dialog>
  );
}
