import { create } from "zustand";
import type { Conversation, Deletion } from "@/lib/backend";

export type ListView = "active" | "archived" | "deleted";

interface ListState {
  view: ListView;
  tag: string;
  /** Folders that are open. */
  open: readonly string[];
  /** Asked about before they are deleted. */
  deleting: readonly Conversation[];
  /** Asked about before they are gone for good. */
  purging: readonly string[];
  /** What the last deletion left behind. */
  remains: { ids: readonly string[]; deletion: Deletion; purged: boolean } | null;
  tagging: readonly Conversation[];
  /** The folder whose name is being typed: an id, or "new" with the conversations that go into it. */
  naming: { id: string; name: string; ids: readonly string[] } | null;
}

export const useListState = create<ListState>(() => ({ view: "active", tag: "", open: [], deleting: [], purging: [], remains: null, tagging: [], naming: null }));

export function toggleFolder(id: string, open?: boolean): void {
  useListState.setState((s) => {
    const others = s.open.filter((o) => o !== id);
    return { open: (open ?? !s.open.includes(id)) ? [...others, id] : others };
  });
}
