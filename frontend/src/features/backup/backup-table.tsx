import { RotateCcw } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import type { BackupPoint, BackupState } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { formatBytes, formatCount, formatDateTime } from "@/lib/format";
import { isVerified } from "./state";

interface BackupTableProps {
  points: readonly BackupPoint[];
  state: BackupState;
  chosen: string;
  onChoose: (id: string) => void;
  onRestore: (id: string) => void;
}

/** Every backup, the newest first. */
export function BackupTable({ points, state, chosen, onChoose, onRestore }: BackupTableProps) {
  const rows = [...points].reverse();
  return (
    <div className="max-h-[26rem] overflow-y-auto" tabIndex={0} role="region" aria-label="All backups">
      <table className="w-full text-left">
        <thead className="sticky top-0 z-10 bg-surface text-xs text-muted">
          <tr className="h-8 whitespace-nowrap [&_th]:px-3 [&_th]:font-normal">
            <th scope="col" className="pl-4!">Made</th>
            <th scope="col">Kind</th>
            <th scope="col" className="text-right">Records</th>
            <th scope="col" className="text-right">Size</th>
            <th scope="col" className="text-right">New</th>
            <th scope="col" className="text-right">Objects</th>
            <th scope="col">Log reaches to</th>
            <th scope="col">State</th>
            <th scope="col"><span className="sr-only">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {rows.map((point, i) => (
            <tr key={point.id} onPointerEnter={() => onChoose(point.id)} className={cn("h-9 whitespace-nowrap border-t tabular-nums [&_td]:px-3", point.id === chosen && "bg-selected")}>
              <td className="selectable whitespace-nowrap pl-4!" title={`${point.id}\nmade on ${point.machine} by CloudOps ${point.version}`}>{formatDateTime(point.createdAt)}</td>
              <td className="text-soft">{i === rows.length - 1 || point.newObjects === point.objects ? "Full" : "Increment"}</td>
              <td className="text-right">{formatCount(point.records)}</td>
              <td className="text-right">{formatBytes(point.bytes)}</td>
              <td className="text-right text-soft">{formatBytes(point.newBytes)}</td>
              <td className="text-right text-soft">{formatCount(point.objects)}</td>
              <td className="whitespace-nowrap text-soft">{formatDateTime(point.latest)}</td>
              <td><State point={point} state={state} /></td>
              <td className="pr-2! text-right">
                <Tooltip content="Restore…"><Button variant="ghost" size="icon-sm" aria-label={`Restore the backup of ${formatDateTime(point.createdAt)}`} onFocus={() => onChoose(point.id)} onClick={() => onRestore(point.id)}><RotateCcw aria-hidden /></Button></Tooltip>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function State({ point, state }: { point: BackupPoint; state: BackupState }) {
  if (point.logError) return <Tooltip content={`${point.logError.message} ${point.logError.hint}`}><span tabIndex={0}><Badge tone="warn">Log breaks off</Badge></span></Tooltip>;
  return isVerified(point, state) ? <Badge tone="ok" title="The last verification read it without a finding: names and sizes of all, and its share of the objects">Verified</Badge> : <Badge title="All that it needs was there when it was made">Whole</Badge>;
}
