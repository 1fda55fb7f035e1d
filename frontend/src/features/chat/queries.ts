import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useMemo } from "react";
import { backend, type Message, type MessagePage } from "@/lib/backend";
import { keys } from "@/lib/queries";
import { toastError } from "@/lib/toast";

const messagePage = 50;
/** How many messages after a found one are loaded with it. */
const afterTarget = 20;

/**
 * The messages of a conversation, oldest first. Without an anchor it starts at the newest; with the seq of a message
 * it starts around that one and pages both ways.
 */
export function useMessages(conversationId: string, anchor: number) {
  const query = useInfiniteQuery({
    queryKey: [...keys.messages(conversationId), anchor],
    queryFn: ({ pageParam }) => backend().getMessages(conversationId, pageParam, messagePage),
    initialPageParam: anchor > 0 ? anchor + afterTarget : 0,
    // The pages run from new to old.
    getNextPageParam: (page: MessagePage) => (page.hasOlder ? page.messages[0]?.seq : undefined),
    getPreviousPageParam: (page: MessagePage, _all, beforeSeq: number) => newerThan(page, beforeSeq),
    enabled: conversationId !== "",
  });
  const messages = useMemo(() => flatten(query.data), [query.data]);
  return { query, messages };
}

/** Asks for what follows a page, unless the page itself came back short at its new end. */
function newerThan(page: MessagePage, beforeSeq: number): number | undefined {
  const newest = page.messages.at(-1)?.seq;
  if (beforeSeq === 0 || newest === undefined || newest < beforeSeq - 1) return undefined;
  return newest + 1 + messagePage;
}

export function flatten(data: InfiniteData<MessagePage> | undefined): Message[] {
  const byId = new Map<string, Message>();
  for (const page of data?.pages ?? []) for (const message of page.messages) byId.set(message.id, message);
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

export function useChatSearch(text: string) {
  return useQuery({
    queryKey: [...keys.conversations, "search", text],
    queryFn: () => backend().searchChats(text, 40),
    enabled: text.length > 1,
    placeholderData: keepPreviousData,
    // What was typed leaves the memory with the search.
    gcTime: 10_000,
  });
}

/** Earlier answers that bear on what is being typed. */
export function useRecall(text: string, conversationId: string) {
  return useQuery({
    queryKey: [...keys.conversations, "recall", conversationId, text],
    queryFn: () => backend().recall(text, conversationId),
    enabled: text.length >= 12,
    placeholderData: keepPreviousData,
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

export function useDeleteConversation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => backend().deleteConversation(id),
    onError: toastError,
    onSettled: () => client.invalidateQueries({ queryKey: keys.conversations }),
    onSuccess: (_void, id) => client.removeQueries({ queryKey: keys.messages(id) }),
  });
}
