import { Button } from "@/components/ui/button";
import { ErrorPanel, Skeleton } from "@/components/ui/feedback";
import type { EstateStats, FacetValue } from "@/lib/backend";
import { daysAgo, formatAgo, formatCount, formatDateTime } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { errorInPlace } from "@/lib/queries";
import { WaitingForIndex } from "./waiting";
import { BarChart } from "./bar-chart";
import { ChangePlot } from "./change-plot";
import { FreshnessPanel } from "./freshness";
import { useChangeDays, useEstateStats } from "./queries";
import { chosenFilter } from "./state";

export function Overview() {
  const stats = useEstateStats(true);
  const error = errorInPlace(stats);
  if (error) return <ErrorPanel error={error} onRetry={() => void stats.refetch()} />;
  if (!stats.data) return <OverviewSkeleton />;
  return <Charts stats={stats.data} />;
}

function OverviewSkeleton() {
  return (
    <div className="grid gap-3 p-4 lg:grid-cols-2" aria-busy="true">
      <WaitingForIndex className="lg:col-span-2" />
      {[0, 1, 2, 3].map((i) => <Skeleton key={i} className="h-60" />)}
    </div>
  );
}

function Charts({ stats }: { stats: EstateStats }) {
  const searchEstate = useNavigation((s) => s.searchEstate);
  const pick = (field: string, label: string) => (value: FacetValue) =>
    searchEstate("", [chosenFilter(field, label, [value.value])]);

  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-4" tabIndex={0} role="region" aria-label="Overview of the estate">
      <dl className="mb-3 grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line md:grid-cols-5">
        <Figure name="Resources" value={formatCount(stats.total)} />
        <Figure name="Services" value={formatCount(stats.byService.length)} />
        <Figure name="Accounts" value={formatCount(stats.byAccount.length)} />
        <Figure name="Regions" value={formatCount(stats.byRegion.length)} />
        <Figure name="Last scan" value={formatAgo(stats.lastScan) || "never"} title={formatDateTime(stats.lastScan)} />
      </dl>
      <RecentChanges />
      <div className="columns-1 gap-3 *:inline-flex *:w-full lg:columns-2 2xl:columns-3">
        <BarChart title="By service" values={stats.byService} limit={8} onPick={pick("service", "Service")} />
        <BarChart title="By type" values={stats.byType} limit={8} onPick={pick("type", "Type")} />
        <BarChart title="By region" values={stats.byRegion} onPick={pick("region", "Region")} />
        <BarChart title="By account" values={stats.byAccount} onPick={pick("account_id", "Account")} />
        <BarChart title="By environment" values={stats.byEnv} onPick={pick("env", "Environment")} />
        <FreshnessPanel />
      </div>
    </div>
  );
}

const lastMonth = { since: daysAgo(30), until: "", filters: [] };

function RecentChanges() {
  const days = useChangeDays(lastMonth);
  const showChanges = useNavigation((s) => s.showChanges);
  return (
    <section aria-label="Changes in the last 30 days" className="mb-3 rounded-lg border bg-surface p-4">
      <h2 className="mb-2 flex items-baseline justify-between font-semibold">
        Changes in the last 30 days
        <Button variant="link" size="inline" className="text-xs" onClick={() => showChanges(lastMonth)}>Show them</Button>
      </h2>
      {days.data ? <ChangePlot days={days.data} height={56} /> : <Skeleton className="h-18" />}
    </section>
  );
}

function Figure({ name, value, title }: { name: string; value: string; title?: string }) {
  return (
    <div className="bg-surface px-4 py-3" title={title}>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="mt-0.5 text-xl font-semibold tabular-nums">{value}</dd>
    </div>
  );
}
