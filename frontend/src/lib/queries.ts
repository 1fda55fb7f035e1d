import { QueryClient, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { backend, toBackendError, type ConversationPage, type ConversationQuery, type Settings, type Status } from "./backend";
import { onRunEnd, startRuns } from "./runs";

export const keys = {
  status: ["status"],
  settings: ["settings"],
  keyStatus: ["key-status"],
  estate: ["estate"],
  resource: (arn: string) => ["estate", "resource", arn],
  conversations: ["conversations"],
  messages: (id: string) => ["messages", id],
  backups: ["backups"],
} as const;

function isIndexDown(error: unknown): boolean {
  return toBackendError(error).code === "index_down";
}

/** What to show in place of data that is not there: the error, also while it is waited for the index. */
export function errorInPlace(query: { data: unknown; error: unknown; failureReason: unknown }): unknown {
  if (query.data !== undefined) return null;
  return query.error ?? (query.failureReason && isIndexDown(query.failureReason) ? query.failureReason : null);
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The Go side is on this machine: asking again is cheap, and what is shown should be true.
        staleTime: 2_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        networkMode: "always",
        // Right after a start, and when Qdrant comes back, the index needs a moment: whoever waits for it gets the answer then.
        retry: (count, error) => isIndexDown(error) || (toBackendError(error).retryable && count < 2),
        retryDelay: (attempt, error) => (isIndexDown(error) ? 1_500 : 300 * 2 ** attempt),
      },
      mutations: { networkMode: "always" },
    },
  });
}

export function useStatus(): Status | undefined {
  const query = useQuery({
    queryKey: keys.status,
    queryFn: () => backend().getStatus(),
    // Events carry the state; this is for the one that got lost.
    refetchInterval: (q) => (q.state.data?.phase === "ready" ? 15_000 : 1_000),
    retry: true,
  });
  return query.data;
}

export function useSettings() {
  return useQuery({ queryKey: keys.settings, queryFn: (): Promise<Settings> => backend().getSettings(), staleTime: 30_000 });
}

const conversationsPerPage = 100;

export type ConversationFilter = Pick<ConversationQuery, "status" | "folderId" | "tag" | "pinned">;

export const activeConversations: ConversationFilter = { status: "active", folderId: "", tag: "", pinned: "" };

/** The conversations, the one with the latest activity first. */
export function useConversations(filter: ConversationFilter = activeConversations, enabled = true) {
  return useInfiniteQuery({
    queryKey: [...keys.conversations, "list", filter],
    queryFn: ({ pageParam }) => backend().listConversations({ ...filter, cursor: pageParam, limit: conversationsPerPage }),
    initialPageParam: "",
    getNextPageParam: (page: ConversationPage) => page.next || undefined,
    enabled,
  });
}

const lockListeners = new Set<() => void>();

/** Calls the listener when the window is locked, to drop what it keeps of texts. */
export function onLock(listener: () => void): () => void {
  lockListeners.add(listener);
  return () => lockListeners.delete(listener);
}

function forgetAll(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.status[0] });
  lockListeners.forEach((listener) => listener());
}

/** Connects events with the cache. Used once, by the shell. */
export function useBackendEvents(): void {
  const client = useQueryClient();
  useEffect(() => {
    // The event shows the change at once; asking again drops an older answer that may still be on its way.
    const stopStatus = backend().onStatus((status) => {
      const before = client.getQueryData<Status>(keys.status);
      // What was just read in is searchable in full now.
      if (before && before.pending > 0 && status.pending === 0) void client.invalidateQueries({ queryKey: keys.estate });
      // What a locked window held in memory is forgotten, and what a restore replaces.
      if (["locked", "restoring"].includes(status.phase) && before?.phase !== status.phase) forgetAll(client);
      client.setQueryData(keys.status, status);
      void client.invalidateQueries({ queryKey: keys.status });
    });
    const stopConversations = backend().onConversation(() => void client.invalidateQueries({ queryKey: keys.conversations }));
    const stopRuns = startRuns();
    const stopEnd = onRunEnd((run) => {
      if (run.kind === "answer") {
        void client.invalidateQueries({ queryKey: keys.conversations });
        if (run.answer) void client.invalidateQueries({ queryKey: keys.messages(run.answer.conversationId) });
      } else if (run.kind === "import-chats") {
        void client.invalidateQueries({ queryKey: keys.conversations });
      } else if (run.kind === "preview") {
        return; // it changed nothing
      } else if (["backup", "verify", "prune"].includes(run.kind)) {
        void client.invalidateQueries({ queryKey: keys.backups });
      } else {
        void client.invalidateQueries({ queryKey: keys.estate });
      }
      void client.invalidateQueries({ queryKey: keys.status });
    });
    return () => {
      stopStatus();
      stopConversations();
      stopRuns();
      stopEnd();
    };
  }, [client]);
}
