import { ChevronDown, Group as GroupIcon, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Empty, ErrorPanel, Skeleton } from "@/components/ui/feedback";
import { Input } from "@/components/ui/input";
import { Menu, MenuItem, MenuSeparator, SubMenu } from "@/components/ui/menu";
import type { EstateFilter, EstateQuery, FacetValue, Resource } from "@/lib/backend";
import { formatCount } from "@/lib/format";
import { errorInPlace } from "@/lib/queries";
import { useGroups } from "./queries";
import { chosenFilter } from "./state";

export const groupFields: readonly { field: string; label: string }[] = [
  { field: "type", label: "Type" }, { field: "service", label: "Service" }, { field: "region", label: "Region" }, { field: "account_id", label: "Account" },
  { field: "env", label: "Environment" }, { field: "state", label: "State" }, { field: "team", label: "Team" }, { field: "engine", label: "Engine" },
  { field: "version", label: "Version" }, { field: "runtime", label: "Runtime" }, { field: "class", label: "Class" }, { field: "kind", label: "Kind" },
  { field: "encrypted", label: "Encrypted" }, { field: "public", label: "Public" }, { field: "attached", label: "Attached" },
];

function labelOf(field: string): string {
  return groupFields.find((g) => g.field === field)?.label ?? field.replace(/^tag:/, "Tag ");
}

interface GroupMenuProps {
  field: string;
  /** Their tags are offered. */
  resources: Resource[];
  onChange: (field: string) => void;
}

export function GroupMenu({ field, resources, onChange }: GroupMenuProps) {
  const [asking, setAsking] = useState(false);
  const tags = [...new Set(resources.slice(0, 200).flatMap((r) => r.tags.map((t) => t.key)))].sort().slice(0, 20);
  return (
    <div className="flex shrink-0 items-center">
      <Menu trigger={<Button variant={field ? "secondary" : "ghost"} size="sm"><GroupIcon aria-hidden />{field ? `By ${labelOf(field).toLowerCase()}` : "Group by"}<ChevronDown className="text-muted" aria-hidden /></Button>}>
        {groupFields.map((g) => <MenuItem key={g.field} onSelect={() => onChange(g.field)}>{g.label}</MenuItem>)}
        <MenuSeparator />
        {tags.length > 0 && (
          <SubMenu label="Tag">{tags.map((key) => <MenuItem key={key} onSelect={() => onChange(`tag:${key}`)}><span className="truncate">{key}</span></MenuItem>)}</SubMenu>
        )}
        <MenuItem onSelect={() => setAsking(true)}>Another tag…</MenuItem>
      </Menu>
      {field && <Button variant="ghost" size="icon-sm" aria-label="Do not group" onClick={() => onChange("")}><X aria-hidden /></Button>}
      <TagDialog open={asking} onClose={() => setAsking(false)} onTag={(key) => onChange(`tag:${key}`)} />
    </div>
  );
}

function TagDialog({ open, onClose, onTag }: { open: boolean; onClose: () => void; onTag: (key: string) => void }) {
  const [key, setKey] = useState("");
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} title="Group by a tag">
      <form
        className="mt-3 flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim()) onTag(key.trim());
          onClose();
        }}
      >
        <Input autoFocus aria-label="Key of the tag" value={key} onChange={(event) => setKey(event.target.value)} />
        <Button type="submit" variant="primary" disabled={!key.trim()}>Group</Button>
      </form>
    </Dialog>
  );
}

interface GroupsProps {
  query: EstateQuery;
  field: string;
  /** Narrows the result by one of the groups. */
  onPick: (filter: EstateFilter) => void;
}

/** How many resources of the result have each value of a field; a click narrows the result by it. */
export function Groups({ query, field, onPick }: GroupsProps) {
  const found = useGroups(query, field);
  const error = errorInPlace(found);
  if (error) return <ErrorPanel error={error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <div className="p-4"><Skeleton className="h-40" /></div>;
  const { total, groups } = found.data;
  const counted = groups.reduce((n, g) => n + g.count, 0);
  if (groups.length === 0) return <Empty icon={GroupIcon} title={`None of the ${formatCount(total)} resources has it`}>Group them by another field.</Empty>;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-2 py-2">
      <p className="px-2 pb-1 text-xs text-muted">
        {formatCount(groups.length)} {groups.length === 1 ? "value" : "values"} of {labelOf(field).toLowerCase()}
        {counted < total && ` · ${formatCount(total - counted)} of ${formatCount(total)} resources have none`}
      </p>
      <ul aria-label={`Resources by ${labelOf(field).toLowerCase()}`}>
        {groups.map((group) => <Bar key={group.value} group={group} most={groups[0]!.count} total={total} onPick={() => onPick(filterOf(field, group))} />)}
      </ul>
    </div>
  );
}

/** The filter that leaves one group of a field. */
export function filterOf(field: string, group: FacetValue): EstateFilter {
  if (field.startsWith("tag:")) return chosenFilter("tag", "Tag", [`${field.slice(4)}=${group.value}`]);
  return chosenFilter(field, labelOf(field), [group.value]);
}

function Bar({ group, most, total, onPick }: { group: FacetValue; most: number; total: number; onPick: () => void }) {
  const name = group.label || group.value || "empty";
  return (
    <li>
      <button
        type="button"
        onClick={onPick}
        title={name === group.value ? name : `${name} (${group.value})`}
        className="grid h-8 w-full grid-cols-[minmax(0,16rem)_1fr_4rem_3.5rem] items-center gap-3 rounded px-2 text-left hover:bg-hover"
      >
        <span className="truncate">{name}</span>
        <span aria-hidden className="h-2.5 rounded-sm bg-bar-track">
          <span className="block h-2.5 min-w-0.5 rounded-sm bg-bar" style={{ width: `${(group.count / most) * 100}%` }} />
        </span>
        <span className="text-right tabular-nums text-soft">{formatCount(group.count)}</span>
        <span className="text-right text-xs tabular-nums text-muted">{((group.count / Math.max(1, total)) * 100).toFixed(group.count * 10 < total ? 1 : 0)}%</span>
      </button>
    </li>
  );
}
