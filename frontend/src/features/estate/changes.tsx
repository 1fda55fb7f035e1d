import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, History as HistoryIcon } from "lucide-react";
import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { EnvMark, ResourceIcon } from "@/components/resource-mark";
import { Button } from "@/components/ui/button";
import { Empty, ErrorPanel, Skeleton } from "@/components/ui/feedback";
import { Menu, MenuChoice } from "@/components/ui/menu";
import type { EstateChange, EstateFilter, FacetValue } from "@/lib/backend";
import { formatAgo, formatCount, formatDateTime } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { errorInPlace } from "@/lib/queries";
import { ChangeKind, fieldName } from "./change-item";
import { ChangePlot } from "./change-plot";
import { FilterChips } from "./filter-chips";
import { useChangeDays, useChanges, useEstateStats } from "./queries";
import { RangePicker } from "./range-picker";
import { hasValue, openHistory, toggleValue } from "./state";

/** What changed in the estate, newest first. */
export function Changes() {
  const { changes: view, showChanges } = useNavigation();
  const changes = useChanges(view);
  const days = useChangeDays(view);
  const error = errorInPlace(changes);
  const all = useMemo(() => changes.data?.pages.flatMap((p) => p.changes) ?? [], [changes.data]);
  const total = changes.data?.pages[0]?.total ?? 0;
  const setFilters = (filters: EstateFilter[]) => showChanges({ ...view, filters });
  const more = () => {
    if (changes.hasNextPage && !changes.isFetchingNextPage) void changes.fetchNextPage();
  };

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2">
        <RangePicker span={view} onChange={(span) => showChanges({ ...view, ...span })} />
        <Kinds filters={view.filters} onChange={setFilters} />
        <FieldMenus filters={view.filters} onChange={setFilters} />
        <p role="status" className="ml-auto text-xs text-muted tabular-nums max-[1400px]:sr-only">{changes.data && `${formatCount(total)} ${total === 1 ? "change" : "changes"}`}</p>
      </div>
      {view.filters.length > 0 && (
        <div className="border-b px-4 py-1.5">
          <FilterChips understood={[]} chosen={view.filters} onRemoveUnderstood={() => undefined} onRemoveChosen={(filter) => setFilters(view.filters.filter((f) => f !== filter))} onClear={() => setFilters([])} />
        </div>
      )}
      <section aria-label="Changes over time" className="border-b px-4 pb-2 pt-3">
        {days.data ? <ChangePlot days={days.data} /> : <Skeleton className="h-22" />}
      </section>
      {error ? <ErrorPanel error={error} onRetry={() => void changes.refetch()} />
        : !changes.data ? <div className="p-4"><Skeleton className="h-40" /></div>
        : all.length === 0 ? <Nothing onAll={() => showChanges({ since: "", until: "", filters: [] })} />
        : <ChangeList changes={all} onNearEnd={more} />}
    </div>
  );
}

interface FiltersProps {
  filters: EstateFilter[];
  onChange: (filters: EstateFilter[]) => void;
}

const kindValues: FacetValue[] = ["added", "changed", "removed"].map((value) => ({ value, label: value, count: -1 }));

function Kinds(props: FiltersProps) {
  return <FieldMenu field="change" label="Change" values={kindValues} {...props} />;
}

function FieldMenus(props: FiltersProps) {
  const stats = useEstateStats(true).data;
  return (
    <>
      <FieldMenu field="type" label="Type" values={stats?.byType ?? []} {...props} />
      <FieldMenu field="account_id" label="Account" values={stats?.byAccount ?? []} {...props} />
      <FieldMenu field="region" label="Region" values={stats?.byRegion ?? []} {...props} />
      <FieldMenu field="env" label="Env" values={stats?.byEnv ?? []} {...props} />
    </>
  );
}

function FieldMenu({ field, label, values, filters, onChange }: FiltersProps & { field: string; label: string; values: FacetValue[] }) {
  const chosen = filters.find((f) => f.field === field)?.values.length ?? 0;
  return (
    <Menu align="start" trigger={<Button disabled={values.length === 0}>{label}{chosen > 0 && ` (${chosen})`}<ChevronDown className="text-muted" aria-hidden /></Button>}>
      <div className="max-h-80 overflow-y-auto">
        {values.map((value) => (
          <MenuChoice key={value.value} checked={hasValue(filters, field, value.value)} keepOpen onSelect={() => onChange(toggleValue(filters, field, label, value.value))}>
            <span className="min-w-0 flex-1 truncate">{value.label || value.value}</span>
          </MenuChoice>
        ))}
      </div>
    </Menu>
  );
}

function Nothing({ onAll }: { onAll: () => void }) {
  return (
    <Empty icon={HistoryIcon} title="No changes in this time" actions={<Button onClick={onAll}>Show all changes</Button>}>
      What was added, changed or removed between two scans or imports is listed here.
    </Empty>
  );
}

function ChangeList({ changes, onNearEnd }: { changes: EstateChange[]; onNearEnd: () => void }) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: changes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 48,
    getItemKey: (i) => changes[i]?.id ?? i,
    overscan: 10,
    initialRect: { width: 1000, height: 600 },
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= changes.length - 20) onNearEnd();
  }, [last, changes.length, onNearEnd]);
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
      <ol aria-label="Changes" className="relative" style={{ height: rows.getTotalSize() }}>
        {items.map((item) => (
          <li key={item.key} className="absolute inset-x-0 top-0 border-b border-line/60" style={{ transform: `translateY(${item.start}px)`, height: item.size }}>
            <ChangeRow change={changes[item.index]!} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function ChangeRow({ change }: { change: EstateChange }) {
  const fields = change.fields.map((f) => fieldName(f.field)).join(", ");
  return (
    <button
      type="button"
      onClick={() => openHistory(change.arn)}
      className="grid h-full w-full grid-cols-[72px_minmax(200px,2fr)_minmax(120px,1.4fr)_minmax(150px,1fr)_116px_92px] items-center gap-x-3 px-4 text-left hover:bg-hover focus-visible:outline-offset-[-2px]"
    >
      <ChangeKind kind={change.kind} />
      <span className="flex min-w-0 items-center gap-2.5">
        <ResourceIcon type={change.type} service={change.service} />
        <Two first={<span className="font-medium">{change.name || change.arn}</span>} second={change.typeLabel || change.type} />
      </span>
      <span className="truncate text-xs text-soft" title={fields}>{fields}</span>
      <Two first={change.accountName || change.accountId} second={change.region} />
      <span className="truncate text-soft"><EnvMark env={change.env} /></span>
      <time dateTime={change.at} title={formatDateTime(change.at)} className="text-right text-xs text-muted">{formatAgo(change.at)}</time>
    </button>
  );
}

function Two({ first, second }: { first: ReactNode; second: string }) {
  return (
    <span className="min-w-0">
      <span className="block truncate">{first}</span>
      <span className="block truncate text-xs leading-4 text-muted">{second}</span>
    </span>
  );
}
