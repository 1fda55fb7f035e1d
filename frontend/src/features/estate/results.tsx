import { PanelLeft, SearchX } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Banner, Empty, ErrorPanel, sentence, Skeleton } from "@/components/ui/feedback";
import { Tooltip } from "@/components/ui/tooltip";
import type { EstatePage, FacetGroup } from "@/lib/backend";
import { formatMs, plural } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { readPreference, writePreference } from "@/lib/preferences";
import { errorInPlace } from "@/lib/queries";
import { ColumnDialog } from "./column-dialog";
import { useColumns } from "./columns";
import { Facets } from "./facets";
import { FilterChips } from "./filter-chips";
import { GroupMenu, Groups } from "./groups";
import { useAskedForChanges, useEstateSearch } from "./queries";
import { useRows } from "./rows";
import { ResourceTable, type TableHandle } from "./resource-table";
import { WaitingForIndex } from "./waiting";
import { toggleValue, useEstateView, type buildQuery } from "./state";

interface ResultsProps {
  query: ReturnType<typeof buildQuery>;
  table: React.RefObject<TableHandle | null>;
}

export function Results({ query, table }: ResultsProps) {
  const { estateFilters, setEstateFilters, resourceArn, openResource } = useNavigation();
  const view = useEstateView();
  const search = useEstateSearch(query);
  const [facetsHidden, setFacetsHidden] = useState(readPreference("facetsHidden") === "yes");
  const first = search.data;
  const rows = useRows(query, first);

  const [ownColumns, keepColumns] = useColumns();
  const columns = view.columns ?? ownColumns;
  const setColumns = (next: readonly string[]) => (view.columns ? useEstateView.setState({ columns: [...next] }) : keepColumns(next));
  const setGroupBy = (groupBy: string) => useEstateView.setState({ groupBy });
  const asked = useAskedForChanges(query.text);
  const { showChanges } = useNavigation();

  const toggleFacets = () => {
    writePreference("facetsHidden", facetsHidden ? "" : "yes");
    setFacetsHidden(!facetsHidden);
  };
  const onToggle = (group: FacetGroup, value: string, not: boolean) => setEstateFilters(toggleValue(estateFilters, group.field, group.label, value, not));

  return (
    <div className="flex min-h-0 flex-1">
      {!facetsHidden && <Facets facets={first?.facets ?? []} filters={estateFilters} onToggle={onToggle} />}
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex min-h-10 items-center gap-3 border-b px-2 py-1.5">
          <Tooltip content={facetsHidden ? "Show the filters" : "Hide the filters"}>
            <Button variant="ghost" size="icon-sm" aria-label="Filters" aria-pressed={!facetsHidden} onClick={toggleFacets}><PanelLeft aria-hidden /></Button>
          </Tooltip>
          <div className="min-w-0 flex-1">
            <FilterChips
              understood={first?.understood ?? []}
              chosen={estateFilters}
              removed={view.ignored.text === query.text ? view.ignored.filters : []}
              onRemoveUnderstood={(filter) => view.ignore(query.text, filter)}
              onRestore={(filter) => view.restore(filter.field)}
              onRemoveChosen={(filter) => setEstateFilters(estateFilters.filter((f) => f !== filter))}
              onClear={() => setEstateFilters([])}
            />
          </div>
          {first && <Tally page={first} searched={query.text !== ""} />}
          <GroupMenu field={view.groupBy} resources={first?.resources ?? []} onChange={setGroupBy} />
          <ColumnDialog columns={columns} onChange={setColumns} />
        </div>
        {asked && (
          <Banner tone="info" actions={<Button size="sm" onClick={() => showChanges({ since: asked.since, until: "", filters: asked.filters })}>Show the changes</Button>}>
            You ask for what changed{asked.label && ` ${asked.label}`}.
          </Banner>
        )}
        {first && <Notes page={first} />}
        {view.groupBy ? (
          <Groups
            query={query}
            field={view.groupBy}
            onPick={(filter) => {
              setEstateFilters([...estateFilters.filter((f) => f.field !== filter.field || f.not), filter]);
              setGroupBy("");
            }}
          />
        ) : <ResultBody
          search={search}
          table={
            <ResourceTable
              handle={table}
              rows={rows}
              result={query}
              columns={columns}
              showWhy={query.text !== ""}
              sortBy={view.sortBy}
              desc={view.desc}
              openArn={resourceArn}
              onSort={view.sort}
              onOpen={openResource}
            />
          }
        />}
      </div>
    </div>
  );
}

function Tally({ page, searched }: { page: EstatePage; searched: boolean }) {
  return (
    <p role="status" className="shrink-0 px-2 text-xs tabular-nums text-muted">
      {plural(page.total, "resource")} · {formatMs(page.tookMs)}
      {searched && !page.dense && page.understood.length === 0 && " · by words alone"}
    </p>
  );
}

/** What the backend left out or cut, in its own words. */
function Notes({ page }: { page: EstatePage }) {
  const notes = page.fromLedger ? ["Read from the ledger, in order of names: the search index is not ready.", ...page.notes] : page.notes;
  if (notes.length === 0) return null;
  return <p role="note" className="border-b bg-warn-soft px-4 py-1 text-xs text-warn">{notes.map(sentence).join(" ")}</p>;
}

interface ResultBodyProps {
  search: ReturnType<typeof useEstateSearch>;
  table: React.ReactNode;
}

function ResultBody({ search, table }: ResultBodyProps) {
  const error = errorInPlace(search);
  if (error) return <ErrorPanel error={error} onRetry={() => void search.refetch()} />;
  if (search.isPending) return <TableSkeleton />;
  if (search.data?.total === 0) return <NothingFound />;
  return table;
}

function TableSkeleton() {
  return (
    <div className="space-y-2.5 p-4" aria-busy="true">
      <WaitingForIndex />
      {Array.from({ length: 12 }, (_, i) => <Skeleton key={i} className="h-5" />)}
    </div>
  );
}

function NothingFound() {
  const { searchEstate, estateText, estateFilters } = useNavigation();
  return (
    <Empty
      icon={SearchX}
      title="Nothing matches"
      actions={
        <>
          {estateFilters.length > 0 && <Button onClick={() => searchEstate(estateText)}>Remove the filters</Button>}
          <Button onClick={() => searchEstate("")}>Show everything</Button>
        </>
      }
    >
      Try fewer words or other ones, or take a filter away. Names, ARNs, addresses and tags are found as they are written.
    </Empty>
  );
}
