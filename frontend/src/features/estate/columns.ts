import { useQuery, useQueryClient } from "@tanstack/react-query";
import { backend, type Resource } from "@/lib/backend";
import { formatDateTime } from "@/lib/format";
import { keys } from "@/lib/queries";
import { toastError } from "@/lib/toast";

export interface Column {
  field: string;
  label: string;
  sortable: boolean;
  /** For grid-template-columns. */
  width: string;
}

const wide = "minmax(190px,2.6fr)";
const known: readonly Column[] = [
  { field: "name", label: "Name", sortable: true, width: wide },
  { field: "type", label: "Type", sortable: true, width: "minmax(104px,1fr)" },
  { field: "region", label: "Region", sortable: true, width: "104px" },
  { field: "account_id", label: "Account", sortable: true, width: "minmax(104px,0.8fr)" },
  { field: "env", label: "Env", sortable: true, width: "104px" },
  { field: "state", label: "State", sortable: true, width: "76px" },
  { field: "tags", label: "Tags", sortable: false, width: "minmax(60px,1.2fr)" },
  { field: "service", label: "Service", sortable: true, width: "96px" },
  { field: "team", label: "Team", sortable: true, width: "112px" },
  { field: "engine", label: "Engine", sortable: true, width: "104px" },
  { field: "version", label: "Version", sortable: true, width: "88px" },
  { field: "runtime", label: "Runtime", sortable: true, width: "104px" },
  { field: "class", label: "Class", sortable: true, width: "112px" },
  { field: "kind", label: "Kind", sortable: true, width: "112px" },
  { field: "size", label: "Size (GB)", sortable: true, width: "84px" },
  { field: "memory", label: "Memory (MB)", sortable: true, width: "100px" },
  { field: "retention_days", label: "Retention (days)", sortable: true, width: "116px" },
  { field: "encrypted", label: "Encrypted", sortable: false, width: "84px" },
  { field: "public", label: "Public", sortable: false, width: "72px" },
  { field: "attached", label: "Attached", sortable: false, width: "80px" },
  { field: "created_at", label: "Created", sortable: true, width: "172px" },
  { field: "expires_at", label: "Expires", sortable: true, width: "172px" },
  { field: "first_seen", label: "First seen", sortable: true, width: "172px" },
  { field: "arn", label: "ARN", sortable: false, width: "minmax(220px,2fr)" },
];

export const knownFields = known.map((c) => c.field);
export const usualColumns: readonly string[] = ["name", "type", "region", "account_id", "env", "state", "tags"];

export function columnOf(field: string): Column {
  return known.find((c) => c.field === field) ?? { field, label: field.replace(/^tag:/, ""), sortable: false, width: "minmax(112px,1fr)" };
}

/** What a resource has in a column, as text. */
export function cellText(resource: Resource, field: string): string {
  if (field.startsWith("tag:")) return resource.tags.find((t) => t.key.toLowerCase() === field.slice(4).toLowerCase())?.value ?? "";
  switch (field) {
    case "arn": return resource.arn;
    case "service": return resource.service;
    case "first_seen": return formatDateTime(resource.firstSeen);
    case "tags": return resource.tags.map((t) => `${t.key}=${t.value}`).join("  ");
  }
  const value = resource.facts.find((f) => f.key === field)?.value ?? "";
  if (value === "true") return "yes";
  if (value === "false") return "no";
  return field.endsWith("_at") ? formatDateTime(value) : value;
}

const columnsKey = [...keys.settings, "estate-columns"];

/** The columns of the table, and how to change them. The backend keeps them: names of tags are typed text. */
export function useColumns(): [readonly string[], (columns: readonly string[]) => void] {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: columnsKey, queryFn: () => backend().getEstateColumns(), staleTime: Infinity });
  const set = (columns: readonly string[]) => {
    client.setQueryData(columnsKey, columns);
    void backend().saveEstateColumns([...columns]).catch(toastError);
  };
  return [data && data.length > 0 ? data : usualColumns, set];
}
