import type { RestoreChange } from "@/lib/backend";
import { formatCount } from "@/lib/format";
import { collectionName } from "./state";

/** What a restore would change, by kind of record. */
export function ChangeTable({ changes }: { changes: readonly RestoreChange[] }) {
  return changes.length === 0 ? <p className="px-3 py-2 text-muted">Nothing differs from what is here now.</p> : (
        <table className="w-full tabular-nums">
          <thead className="text-xs text-muted"><tr className="h-7 [&_th]:px-3 [&_th]:font-normal"><th scope="col" className="text-left">Against now</th><th scope="col" className="text-right">Come back</th><th scope="col" className="text-right">Change</th><th scope="col" className="text-right">Go</th></tr></thead>
          <tbody>
            {changes.map((c) => (
              <tr key={c.collection} className="h-8 border-t [&_td]:px-3">
                <td>{collectionName(c.collection)}</td>
                <td className="text-right">{formatCount(c.added)}</td>
                <td className="text-right">{formatCount(c.changed)}</td>
                <td className={c.removed > 0 ? "text-right font-medium text-danger" : "text-right"}>{formatCount(c.removed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      );
}
