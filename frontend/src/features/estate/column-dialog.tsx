import { ArrowDown, ArrowUp, Columns3 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Tooltip } from "@/components/ui/tooltip";
import { columnOf, knownFields, usualColumns } from "./columns";

interface ColumnsProps {
  columns: readonly string[];
  onChange: (columns: readonly string[]) => void;
}

/** Chooses the columns of the table and their order. */
export function ColumnDialog({ columns, onChange }: ColumnsProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Tooltip content="Columns">
        <Button variant="ghost" size="icon-sm" aria-label="Columns" onClick={() => setOpen(true)}><Columns3 aria-hidden /></Button>
      </Tooltip>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Columns"
        className="top-[8%]"
        actions={<><Button onClick={() => onChange(usualColumns)}>As they were at first</Button><Button variant="primary" onClick={() => setOpen(false)}>Done</Button></>}
      >
        <Chooser columns={columns} onChange={onChange} />
      </Dialog>
    </>
  );
}

function Chooser({ columns, onChange }: ColumnsProps) {
  const [tag, setTag] = useState("");
  const others = knownFields.filter((f) => !columns.includes(f));
  const move = (from: number, by: number) => {
    const next = [...columns];
    next.splice(from + by, 0, ...next.splice(from, 1));
    onChange(next);
  };
  const add = () => {
    const field = `tag:${tag.trim()}`;
    if (tag.trim() && !columns.includes(field)) onChange([...columns, field]);
    setTag("");
  };
  return (
    <div className="mt-3 space-y-3">
      <ul aria-label="Columns of the table" className="max-h-[46vh] overflow-y-auto rounded-md border p-1">
        {columns.map((field, i) => {
          const { label } = columnOf(field);
          return (
            <li key={field} className="flex h-8 items-center gap-2 rounded px-1.5 hover:bg-hover">
              <label className="flex min-w-0 flex-1 items-center gap-2">
                <Checkbox checked disabled={field === "name"} onCheckedChange={() => onChange(columns.filter((c) => c !== field))} />
                <span className="truncate">{field.startsWith("tag:") ? `Tag ${label}` : label}</span>
              </label>
              <Button variant="ghost" size="icon-sm" aria-label={`Move ${label} to the left`} disabled={i === 0} onClick={() => move(i, -1)}><ArrowUp aria-hidden /></Button>
              <Button variant="ghost" size="icon-sm" aria-label={`Move ${label} to the right`} disabled={i === columns.length - 1} onClick={() => move(i, 1)}><ArrowDown aria-hidden /></Button>
            </li>
          );
        })}
        {others.map((field) => (
          <li key={field} className="flex h-8 items-center rounded px-1.5 text-soft hover:bg-hover">
            <label className="flex flex-1 items-center gap-2">
              <Checkbox checked={false} onCheckedChange={() => onChange([...columns, field])} />
              {columnOf(field).label}
            </label>
          </li>
        ))}
      </ul>
      <form className="flex gap-2" onSubmit={(event) => { event.preventDefault(); add(); }}>
        <Input aria-label="Key of a tag" placeholder="Key of a tag: CostCenter" value={tag} onChange={(event) => setTag(event.target.value)} />
        <Button type="submit" disabled={!tag.trim()}>Add the tag</Button>
      </form>
    </div>
  );
}
