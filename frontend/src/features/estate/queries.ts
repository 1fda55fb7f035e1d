import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { backend, type ChangeQuery, type EstateQuery } from "@/lib/backend";
import { daysAgo } from "@/lib/format";
import { keys } from "@/lib/queries";
import { useActiveRun } from "@/lib/runs";

/** The first page of a result, with what was understood and the facets; useRows has the rest. */
export function useEstateSearch(query: EstateQuery) {
  return useQuery({
    queryKey: [...keys.estate, "search", query],
    queryFn: () => backend().searchEstate(query),
    placeholderData: keepPreviousData,
    // What came from the ledger is in no good order: ask until the index serves again.
    refetchInterval: (q) => (q.state.data?.fromLedger ? 3_000 : false),
  });
}

export const readingRuns = ["scan", "sample", "import", "rebuild"] as const;

/** The overview; it grows in sight while resources are read in. */
export function useEstateStats(enabled: boolean) {
  const reading = useActiveRun(readingRuns) !== undefined;
  return useQuery({ queryKey: [...keys.estate, "stats"], queryFn: () => backend().getEstateStats(), enabled, refetchInterval: reading ? 2_500 : false });
}

export function useResource(arn: string) {
  return useQuery({
    queryKey: keys.resource(arn),
    queryFn: () => backend().getResource(arn),
    enabled: arn !== "",
    placeholderData: keepPreviousData,
  });
}

export function useHistory(arn: string) {
  return useQuery({ queryKey: [...keys.estate, "history", arn], queryFn: () => backend().getResourceHistory(arn), enabled: arn !== "" });
}

type ChangesWanted = Pick<ChangeQuery, "since" | "until" | "filters">;

export function useChanges(wanted: ChangesWanted) {
  return useInfiniteQuery({
    queryKey: [...keys.estate, "changes", wanted],
    queryFn: ({ pageParam }) => backend().findChanges({ ...wanted, limit: 100, cursor: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
  });
}

/** The changes by day; without a beginning, of the year before the end. */
export function useChangeDays(wanted: ChangesWanted) {
  const since = wanted.since || daysAgo(365, wanted.until ? Date.parse(wanted.until) - 1 : undefined);
  return useQuery({
    queryKey: [...keys.estate, "change-days", wanted],
    queryFn: () => backend().getChangeDays({ ...wanted, since, limit: 0, cursor: "" }),
    placeholderData: keepPreviousData,
  });
}

export function useGroups(query: EstateQuery, field: string) {
  return useQuery({
    queryKey: [...keys.estate, "groups", field, query.text, query.filters, query.ignoreUnderstood],
    queryFn: () => backend().groupEstate(query, field),
    placeholderData: keepPreviousData,
  });
}

export function useFreshness() {
  return useQuery({ queryKey: [...keys.estate, "freshness"], queryFn: () => backend().getFreshness() });
}

/** Whether words ask for what changed, and since when. */
export function useAskedForChanges(text: string) {
  const words = text.trim();
  const { data } = useQuery({
    queryKey: [...keys.estate, "asked-for-changes", words],
    queryFn: () => backend().askForChanges(words),
    enabled: /chang|new|add|remov|delet|gone/i.test(words),
    staleTime: 60_000,
    gcTime: 10_000,
  });
  return data?.asked ? data : undefined;
}
