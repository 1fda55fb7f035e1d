import { useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { backend, type Conversation } from "@/lib/backend";
import { keys, useConversations, type ConversationFilter } from "@/lib/queries";
import { useFolders } from "../queries";
import { useListState } from "./list-state";
import { buildRows, type Row } from "./rows";

const pageSize = 500;

/** Every conversation that the filter lets through, page by page. */
export async function loadAll(filter: ConversationFilter): Promise<Conversation[]> {
  const all: Conversation[] = [];
  let cursor = "";
  do {
    const page = await backend().listConversations({ ...filter, cursor, limit: pageSize });
    all.push(...page.conversations);
    cursor = page.next;
  } while (cursor);
  return all;
}

function flat(pages: readonly { conversations: Conversation[] }[] | undefined): Conversation[] {
  return pages?.flatMap((p) => p.conversations) ?? [];
}

/** The lines of the list in the view that is chosen, and how to get more of them. */
export function useListRows() {
  const { view, tag, open } = useListState();
  const status = view === "deleted" ? "active" : view;
  const stored = view !== "deleted";
  const base = { status, folderId: "", tag };
  const pinned = useConversations({ ...base, pinned: "only" }, stored);
  const rest = useConversations({ ...base, folderId: tag === "" ? "none" : "", pinned: "not" }, stored);
  const deleted = useQuery({ queryKey: [...keys.conversations, "deleted"], queryFn: () => backend().listDeleted(), enabled: view === "deleted" });
  const folders = useFolders();
  const grouped = stored && tag === "";
  const inside = useQueries({
    queries: (grouped ? open : []).map((id) => ({
      queryKey: [...keys.conversations, "folder", id, status], queryFn: () => loadAll({ ...base, folderId: id, pinned: "not" }),
    })),
    combine: (results) => results.map((r) => r.data),
  });

  const rows = useMemo((): Row[] => {
    if (view === "deleted") return (deleted.data ?? []).map((conversation) => ({ kind: "conversation", key: conversation.id, conversation, indent: false }));
    const inFolder = new Map(open.map((id, i) => [id, inside[i] ?? []] as const));
    return buildRows({ pinned: flat(pinned.data?.pages), rest: flat(rest.data?.pages), folders: grouped ? (folders.data ?? []) : [], inFolder });
  }, [view, deleted.data, open, inside, pinned.data, rest.data, grouped, folders.data]);

  const { hasNextPage: morePinned, isFetchingNextPage: fetchingPinned, fetchNextPage: fetchPinned } = pinned;
  useEffect(() => {
    if (morePinned && !fetchingPinned) void fetchPinned();
  }, [morePinned, fetchingPinned, fetchPinned]);

  return { rows, rest: stored ? rest : deleted, pending: stored ? rest.isPending : deleted.isPending, more: stored ? rest : null };
}
