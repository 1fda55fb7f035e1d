import { PanelLeft, Radar, SearchX } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { RunPanel } from "@/components/run-panel";
import { ScanForm } from "@/components/scan-form";
import { Button } from "@/components/ui/button";
import { Empty, ErrorPanel, sentence, Skeleton } from "@/components/ui/feedback";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Tooltip } from "@/components/ui/tooltip";
import type { EstatePage, FacetGroup } from "@/lib/backend";
import { importEstate, loadSample } from "@/lib/estate-source";
import { formatMs, plural } from "@/lib/format";
import { useDebounced } from "@/lib/hooks";
import { useNavigation, type EstateTab } from "@/lib/navigation";
import { readPreference, writePreference } from "@/lib/preferences";
import { errorInPlace, useStatus } from "@/lib/queries";
import { isRunning, useLatestRun } from "@/lib/runs";
import { Changes } from "./changes";
import { Facets } from "./facets";
import { FilterChips } from "./filter-chips";
import { Overview } from "./overview";
import { readingRuns, useEstateSearch } from "./queries";
import { ResourceTable, type TableHandle } from "./resource-table";
import { SearchBox } from "./search-box";
import { buildQuery, toggleValue, useEstateView } from "./state";
import { Toolbar } from "./toolbar";

export function EstateScreen() {
  const nav = useNavigation();
  const status = useStatus();
  const view = useEstateView();
  const settled = useDebounced(nav.estateText, 120);
  const query = useMemo(() => buildQuery(settled, nav.estateFilters, view), [settled, nav.estateFilters, view]);
  const run = useLatestRun(readingRuns);
  const [dismissed, setDismissed] = useState("");
  const table = useRef<TableHandle>(null);
  const busy = isRunning(run);
  const empty = status?.phase === "ready" && status.resources === 0 && !busy;

  const onText = (text: string) => {
    useNavigation.setState({ estateText: text });
    if (text && nav.estateTab !== "resources") nav.setEstateTab("resources");
  };

  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex items-center gap-3 px-4 pb-2 pt-3">
        <h1 className="sr-only">Estate</h1>
        <SearchBox value={nav.estateText} onChange={onText} onEnterResults={() => table.current?.focus()} />
        <Toolbar query={query} busy={busy} />
      </header>
      {run && (busy || run.runId !== dismissed) && shouldShow(run.state, run.endedAt) && (
        <div className="px-4 pb-2"><RunPanel run={run} onDismiss={() => setDismissed(run.runId)} /></div>
      )}
      {empty ? <EmptyEstate /> : (
        <Tabs value={nav.estateTab} onValueChange={(tab) => nav.setEstateTab(tab as EstateTab)} className="flex min-h-0 flex-1 flex-col">
          <TabsList className="px-4">
            <TabsTrigger value="overview">Overview</TabsTrigger>
            <TabsTrigger value="resources">Resources</TabsTrigger>
            <TabsTrigger value="changes">Changes</TabsTrigger>
          </TabsList>
          <TabsContent value="overview" className="flex min-h-0 flex-1 flex-col"><Overview /></TabsContent>
          <TabsContent value="resources" className="flex min-h-0 flex-1 flex-col"><Results query={query} table={table} /></TabsContent>
          <TabsContent value="changes" className="flex min-h-0 flex-1 flex-col"><Changes /></TabsContent>
        </Tabs>
      )}
    </div>
  );
}

/** An outcome of long ago is no news. */
function shouldShow(state: string, endedAt: string): boolean {
  return state === "running" || !endedAt || Date.now() - Date.parse(endedAt) < 10 * 60_000;
}

function EmptyEstate() {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <Empty
        icon={Radar}
        title="Nothing in the estate yet"
        actions={
          <>
            <Button onClick={() => void loadSample()}>Load the sample estate</Button>
            <Button onClick={() => void importEstate()}>Import a file…</Button>
          </>
        }
      >
        Scan an AWS profile, or look around in a made-up estate first.
      </Empty>
      <div className="mx-auto max-w-md rounded-lg border bg-surface p-4"><ScanForm /></div>
    </div>
  );
}

interface ResultsProps {
  query: ReturnType<typeof buildQuery>;
  table: React.RefObject<TableHandle | null>;
}

function Results({ query, table }: ResultsProps) {
  const { estateFilters, setEstateFilters, resourceArn, openResource } = useNavigation();
  const view = useEstateView();
  const search = useEstateSearch(query, true);
  const [facetsHidden, setFacetsHidden] = useState(readPreference("facetsHidden") === "yes");
  const first = search.data?.pages[0];
  const resources = useMemo(() => search.data?.pages.flatMap((p) => p.resources) ?? [], [search.data]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = search;
  const onNearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);

  const toggleFacets = () => {
    writePreference("facetsHidden", facetsHidden ? "" : "yes");
    setFacetsHidden(!facetsHidden);
  };
  const onToggle = (group: FacetGroup, value: string) => setEstateFilters(toggleValue(estateFilters, group.field, group.label, value));

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
        </div>
        {first && <Notes page={first} />}
        <ResultBody
          search={search}
          resources={resources}
          table={
            <ResourceTable
              handle={table}
              resources={resources}
              total={first?.total ?? 0}
              showWhy={query.text !== ""}
              sortBy={view.sortBy}
              desc={view.desc}
              openArn={resourceArn}
              onSort={view.sort}
              onOpen={openResource}
              onNearEnd={onNearEnd}
            />
          }
        />
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
  resources: unknown[];
  table: React.ReactNode;
}

function ResultBody({ search, resources, table }: ResultBodyProps) {
  const error = errorInPlace(search);
  if (error) return <ErrorPanel error={error} onRetry={() => void search.refetch()} />;
  if (search.isPending) return <TableSkeleton />;
  if (resources.length === 0) return <NothingFound />;
  return table;
}

function TableSkeleton() {
  return (
    <div className="space-y-2.5 p-4" aria-busy="true">
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
