import { create } from "zustand";

/** Rows that are chosen for one action on all of them. */
export interface Selection {
  ids: ReadonlySet<string>;
  /** Where a range begins: the row that was chosen last by itself. */
  anchor: string;
}

export const nothingSelected: Selection = { ids: new Set(), anchor: "" };

export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/** Chooses everything from the anchor to this row, in the order that is shown; what was chosen before stays. */
export function extend(selection: Selection, order: readonly string[], id: string): Selection {
  const from = order.indexOf(selection.anchor);
  const to = order.indexOf(id);
  if (from < 0 || to < 0) return toggle(selection, id);
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set([...selection.ids, ...range]), anchor: selection.anchor };
}

export const useSelection = create<Selection>(() => nothingSelected);

export function clearSelection(): void {
  useSelection.setState(nothingSelected, true);
}
