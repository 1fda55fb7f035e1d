import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { backend, type EstatePage, type EstateQuery, type Resource } from "@/lib/backend";
import { keys } from "@/lib/queries";
import { pageSize } from "./state";

/** The rows of a result by their index, however many: those that are looked at are fetched. */
export interface Rows {
  total: number;
  /** Undefined while it is on its way. */
  at: (index: number) => Resource | undefined;
  /** The rows from first to last are in view. */
  look: (first: number, last: number) => void;
}

/** Pages are asked for no more often than this, so that a dragged scroll bar does not ask for all that it passes. */
const lookEvery = 80;

const rowsKey = (query: EstateQuery, page: number) => [...keys.estate, "rows", query, page];

/** first is the first page of the query, which is asked for with its facets. */
export function useRows(query: EstateQuery, first: EstatePage | undefined): Rows {
  const client = useQueryClient();
  const [pages, setPages] = useState<readonly number[]>([]);
  const timer = useRef(0);
  const seen = useRef({ first: 0, last: 0 });
  const loaded = useQueries({
    queries: pages.map((page) => ({
      queryKey: rowsKey(query, page), queryFn: () => backend().searchEstate({ ...query, skip: page * pageSize }), staleTime: 30_000, gcTime: 120_000,
    })),
    combine: (results) => results.map((r) => r.dataUpdatedAt).join(),
  });
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const look = useCallback((from: number, to: number) => {
    seen.current = { first: from, last: to };
    if (timer.current) return;
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      const next: number[] = [];
      for (let page = Math.max(1, Math.floor(seen.current.first / pageSize)); page <= Math.floor(seen.current.last / pageSize); page++) next.push(page);
      setPages((now) => (now.join() === next.join() ? now : next));
    }, lookEvery);
  }, []);

  return useMemo(
    () => ({
      total: first?.total ?? 0,
      look,
      at: (index) => {
        const page = Math.floor(index / pageSize);
        const of = page === 0 ? first : client.getQueryData<EstatePage>(rowsKey(query, page));
        return of?.resources[index - page * pageSize];
      },
    }),
    // What was loaded is read from the cache: `loaded` only says that there is more.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [client, query, first, look, loaded],
  );
}
