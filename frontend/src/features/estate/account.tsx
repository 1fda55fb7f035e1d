/** An account by its name, with its id; by the id alone where the name is not known. */
export function Account({ id, name }: { id: string; name: string }) {
  if (!name) return <span className="tabular-nums">{id}</span>;
  return <span title={`${name} (${id})`}>{name} <span className="tabular-nums text-muted">{id}</span></span>;
}
