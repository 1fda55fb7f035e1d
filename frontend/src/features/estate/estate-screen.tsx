import { Radar } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { RunPanel } from "@/components/run-panel";
import { ScanForm } from "@/components/scan-form";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/feedback";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { importEstate, loadSample } from "@/lib/estate-source";
import { useDebounced } from "@/lib/hooks";
import { useNavigation, type EstateTab } from "@/lib/navigation";
import { useStatus } from "@/lib/queries";
import { isRunning, useLatestRun } from "@/lib/runs";
import { Changes } from "./changes";
import { Overview } from "./overview";
import { readingRuns } from "./queries";
import type { TableHandle } from "./resource-table";
import { Results } from "./results";
import { SavedMenu } from "./saved-searches";
import { SearchBox } from "./search-box";
import { buildQuery, useEstateView } from "./state";
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
        <SavedMenu />
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
