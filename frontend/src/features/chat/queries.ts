import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useMemo } from "react";
import { backend, type ChatQuery, type Message, type MessagePage, type RecallMode } from "@/lib/backend";
import { noChatFilters, type ChatFilters } from "@/lib/navigation";
import { keys } from "@/lib/queries";
import { toastError } from "@/lib/toast";
import { dropEnded, mayAsk } from "./state";

const messagePage = 50;
/** How many messages after a found one are loaded with it. */
const afterTarget = 20;
/** The widest stretch of numbers that is asked for at once where other branches leave a gap. */
const widest = 400;

interface PageParam {
  before: number;
  limit: number;
}

interface Page extends MessagePage {
  /** The number of the newest message on the path; 0: this page holds it. */
  end: number;
}

async function loadPage(conversationId: string, { before, limit }: PageParam): Promise<Page> {
  const page = await backend().getMessages(conversationId, before, limit);
  if (before === 0) return { ...page, end: 0 };
  const newest = await backend().getMessages(conversationId, 0, 1);
  return { ...page, end: newest.messages.at(-1)?.seq ?? 0 };
}

/**
 * The messages of a conversation, oldest first. Without an anchor it starts at the newest; with the seq of a message
 * it starts around that one and pages both ways.
 */
export function useMessages(conversationId: string, anchor: number) {
  const query = useInfiniteQuery({
    queryKey: [...keys.messages(conversationId), anchor],
    queryFn: ({ pageParam }) => loadPage(conversationId, pageParam),
    initialPageParam: { before: anchor > 0 ? anchor + afterTarget : 0, limit: messagePage },
    // The pages run from new to old.
    getNextPageParam: (page: Page) => (page.hasOlder && page.messages[0] ? { before: page.messages[0].seq, limit: messagePage } : undefined),
    getPreviousPageParam: newerThan,
    enabled: conversationId !== "",
  });
  const messages = useMemo(() => flatten(query.data), [query.data]);
  return { query, messages };
}

/** Numbers rise along the path with gaps, so what follows is asked for by a stretch of numbers, wider after an empty one. */
export function newerThan(page: Page, all: readonly Page[], param: PageParam): PageParam | undefined {
  const newest = page.messages.at(-1)?.seq ?? 0;
  if (param.before === 0 || page.end === 0 || newest >= page.end) return undefined;
  const before = all[1]?.messages.at(-1)?.seq;
  const width = before === newest ? Math.min(widest, param.limit * 4) : messagePage;
  return { before: Math.max(newest + 1, param.before) + width, limit: width };
}

export function flatten(data: InfiniteData<MessagePage> | undefined): Message[] {
  const byId = new Map<string, Message>();
  for (const page of data?.pages ?? []) for (const message of page.messages) byId.set(message.id, message);
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

/** What is known of a conversation. */
export function useConversation(id: string) {
  return useQuery({ queryKey: [...keys.conversations, "one", id], queryFn: () => backend().getConversation(id), enabled: id !== "", retry: false, placeholderData: (old) => (old?.id === id ? old : undefined) });
}

export function useFolders() {
  return useQuery({ queryKey: [...keys.conversations, "folders"], queryFn: () => backend().listFolders() });
}

export function useTags() {
  return useQuery({ queryKey: [...keys.conversations, "tags"], queryFn: () => backend().listTags() });
}

export function useChatSearch(filters: Partial<ChatFilters>, limit: number) {
  const query: ChatQuery = { ...noChatFilters, ...filters, limit };
  return useQuery({
    queryKey: [...keys.conversations, "search", query],
    queryFn: () => backend().searchChats(query),
    enabled: query.text.length > 1,
    placeholderData: keepPreviousData,
    // What was typed leaves the memory with the search.
    gcTime: 10_000,
  });
}

/** Earlier answers that bear on what is being typed. */
export function useRecall(text: string, conversationId: string, enabled: boolean) {
  return useQuery({
    queryKey: [...keys.conversations, "recall", conversationId, text],
    queryFn: () => backend().recall(text, conversationId),
    enabled: enabled && text.length >= 12,
    gcTime: 10_000,
    retry: false,
  });
}

export function useRenameConversation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, title }: { id: string; title: string }) => backend().renameConversation(id, title),
    onError: toastError,
    onSettled: () => client.invalidateQueries({ queryKey: keys.conversations }),
  });
}

export function useSetRecall(conversationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (mode: RecallMode) => backend().setRecall(conversationId, mode),
    onError: toastError,
    onSettled: () => client.invalidateQueries({ queryKey: keys.conversations }),
  });
}

/** Shows another branch of a conversation. */
export function useSelectBranch(conversationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (messageId: string) => {
      // An answer on its way ends as the path that is shown: walking elsewhere has to wait for it.
      if (!mayAsk(conversationId)) return;
      await backend().selectBranch(conversationId, messageId);
      dropEnded(conversationId);
    },
    onError: toastError,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.messages(conversationId) }),
  });
}
