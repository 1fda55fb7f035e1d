import { create } from "zustand";
import type { EstateFilter, EstateQuery, FacetGroup } from "@/lib/backend";

interface EstateViewState {
  /** Fields of understood filters that were taken away, and the text they belong to: new words start afresh. */
  ignored: { text: string; fields: string[] };
  sortBy: string;
  desc: boolean;
  ignore: (text: string, field: string) => void;
  sort: (field: string) => void;
}

export const useEstateView = create<EstateViewState>((set) => ({
  ignored: { text: "", fields: [] },
  sortBy: "",
  desc: false,
  ignore: (text, field) =>
    set((s) => ({ ignored: { text, fields: s.ignored.text === text ? [...s.ignored.fields, field] : [field] } })),
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
    ignoreUnderstood: view.ignored.text === words ? view.ignored.fields : [],
    sortBy: view.sortBy,
    desc: view.desc,
    limit: pageSize,
    cursor: "",
  };
}

/** A filter as the user ticks it. */
export function chosenFilter(field: string, label: string, values: string[]): EstateFilter {
  return { field, label, values, not: false, fromQuery: false, relaxed: false };
}

export function hasValue(filters: EstateFilter[], field: string, value: string): boolean {
  return filters.some((f) => f.field === field && f.values.includes(value));
}

/** Adds the value to the field's filter, or takes it away; an empty filter goes. */
export function toggleValue(filters: EstateFilter[], field: string, label: string, value: string): EstateFilter[] {
  const existing = filters.find((f) => f.field === field);
  if (!existing) return [...filters, chosenFilter(field, label, [value])];
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
