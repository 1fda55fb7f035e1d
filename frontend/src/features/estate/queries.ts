import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { backend, type EstateQuery } from "@/lib/backend";
import { keys } from "@/lib/queries";

export function useEstateSearch(query: EstateQuery, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: [...keys.estate, "search", query],
    queryFn: ({ pageParam }) => backend().searchEstate({ ...query, cursor: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
}

export function useEstateStats(enabled: boolean) {
  return useQuery({ queryKey: [...keys.estate, "stats"], queryFn: () => backend().getEstateStats(), enabled });
}

export function useResource(arn: string) {
  return useQuery({
    queryKey: keys.resource(arn),
    queryFn: () => backend().getResource(arn),
    enabled: arn !== "",
    placeholderData: keepPreviousData,
  });
}
