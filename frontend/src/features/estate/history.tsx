import { History as HistoryIcon } from "lucide-react";
import { Empty, ErrorPanel, Skeleton } from "@/components/ui/feedback";
import { formatAgo, formatDateTime } from "@/lib/format";
import { errorInPlace } from "@/lib/queries";
import { ChangeKind, FieldChanges } from "./change-item";
import { useHistory } from "./queries";

/** What happened to a resource, newest first. */
export function History({ arn }: { arn: string }) {
  const history = useHistory(arn);
  const error = errorInPlace(history);
  if (error) return <ErrorPanel error={error} onRetry={() => void history.refetch()} />;
  if (!history.data) return <Skeleton className="h-24 w-full" />;
  if (history.data.length === 0) {
    return <Empty icon={HistoryIcon} title="No changes yet">What changes between two scans or imports is kept here.</Empty>;
  }
  return (
    <ol aria-label="History" className="space-y-4">
      {history.data.map((change) => (
        <li key={change.id} className="border-l-2 border-line pl-3">
          <p className="flex items-center gap-2">
            <ChangeKind kind={change.kind} />
            <time dateTime={change.at} className="text-soft">{formatDateTime(change.at)}</time>
            <span className="text-xs text-muted">{formatAgo(change.at)}</span>
          </p>
          <FieldChanges change={change} />
        </li>
      ))}
    </ol>
  );
}
