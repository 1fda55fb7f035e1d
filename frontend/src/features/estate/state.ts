import { create } from "zustand";
import type { EstateFilter, EstateQuery, FacetGroup } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";

interface EstateViewState {
  /** Understood filters that were taken away, and the text they belong to: new words start afresh. */
  ignored: { text: string; filters: EstateFilter[] };
  sortBy: string;
  desc: boolean;
  /** The columns of the saved search that is shown; without one, those of the table. */
  columns: string[] | null;
  /** The field that the result is counted by in place of the table; empty: the table. */
  groupBy: string;
  ignore: (text: string, filter: EstateFilter) => void;
  restore: (field: string) => void;
  sort: (field: string) => void;
}

export const useEstateView = create<EstateViewState>((set) => ({
  ignored: { text: "", filters: [] },
  sortBy: "",
  desc: false,
  columns: null,
  groupBy: "",
  ignore: (text, filter) =>
    set((s) => ({ ignored: { text, filters: s.ignored.text === text ? [...s.ignored.filters, filter] : [filter] } })),
  restore: (field) => set((s) => ({ ignored: { ...s.ignored, filters: s.ignored.filters.filter((f) => f.field !== field) } })),
  sort: (field) => set((s) => nextSort(s, field)),
}));

/** Up, down, and back to relevance. */
function nextSort(s: { sortBy: string; desc: boolean }, field: string): { sortBy: string; desc: boolean } {
  if (s.sortBy !== field) return { sortBy: field, desc: false };
  return s.desc ? { sortBy: "", desc: false } : { sortBy: field, desc: true };
}

export const pageSize = 100;

export function buildQuery(
  text: string,
  filters: EstateFilter[],
  view: Pick<EstateViewState, "ignored" | "sortBy" | "desc">,
): EstateQuery {
  const words = text.trim();
  return {
    text: words,
    filters,
    ignoreUnderstood: [...new Set(view.ignored.text === words ? view.ignored.filters.map((f) => f.field) : [])],
    sortBy: view.sortBy,
    desc: view.desc,
    limit: pageSize,
    skip: 0,
  };
}

/** A filter as the user ticks it. */
export function chosenFilter(field: string, label: string, values: string[]): EstateFilter {
  return { field, label, values, not: false, fromQuery: false, relaxed: false };
}

export function hasValue(filters: EstateFilter[], field: string, value: string): boolean {
  return filters.some((f) => f.field === field && !f.not && f.values.includes(value));
}

export function leavesOut(filters: EstateFilter[], field: string, value: string): boolean {
  return filters.some((f) => f.field === field && f.not && f.values.includes(value));
}

/**
 * Adds the value to the field's filter, or takes it away; an empty filter goes. A field has one filter, for what it must be or, with not, for
 * what it must not be: a choice of the other kind replaces it.
 */
export function toggleValue(filters: EstateFilter[], field: string, label: string, value: string, not = false): EstateFilter[] {
  const existing = filters.find((f) => f.field === field);
  if (!existing) return [...filters, { ...chosenFilter(field, label, [value]), not }];
  if (existing.not !== not) return filters.map((f) => (f.field === field ? { ...f, not, values: [value] } : f));
  const values = existing.values.includes(value) ? existing.values.filter((v) => v !== value) : [...existing.values, value];
  if (values.length === 0) return filters.filter((f) => f.field !== field);
  return filters.map((f) => (f.field === field ? { ...f, values } : f));
}

/** The facets of a result, with chosen values that the result no longer counts put back, so that they can be unticked. */
export function withChosen(facets: FacetGroup[], filters: EstateFilter[]): FacetGroup[] {
  return facets.map((group) => {
    const chosen = filters.find((f) => f.field === group.field)?.values ?? [];
    const missing = chosen.filter((v) => !group.values.some((known) => known.value === v));
    return missing.length === 0 ? group : { ...group, values: [...missing.map((v) => ({ value: v, label: v, count: 0 })), ...group.values] };
  });
}

export type DrawerTab = "overview" | "attributes" | "relations" | "history";

interface DrawerState {
  tab: DrawerTab;
  wide: boolean;
  /** Relations as a graph, or as a list. */
  relations: "graph" | "list";
  /** The resources that were walked over to get to the one in the drawer, the first one first. */
  trail: string[];
  /** Where the trail ends; with another resource in the drawer it is of no use. */
  at: string;
  setTab: (tab: DrawerTab) => void;
  /** Goes from one resource to another along a relation. */
  walk: (from: string, to: string) => void;
  back: () => void;
}

/** How the drawer shows a resource; it outlives the walk from one resource to the next. */
export const useDrawer = create<DrawerState>((set, get) => ({
  tab: "overview",
  wide: false,
  relations: "graph",
  trail: [],
  at: "",
  setTab: (tab) => set({ tab }),
  walk: (from, to) => {
    const trail = get().at === from ? get().trail : [];
    set({ trail: [...trail, from], at: to });
    useNavigation.getState().openResource(to);
  },
  back: () => {
    const trail = get().trail.slice(0, -1);
    const to = get().trail.at(-1);
    if (to === undefined) return;
    set({ trail, at: to });
    useNavigation.getState().openResource(to);
  },
}));

/** Opens a resource where its history is. */
export function openHistory(arn: string): void {
  useDrawer.setState({ tab: "history", trail: [], at: arn });
  useNavigation.getState().openResource(arn);
}
