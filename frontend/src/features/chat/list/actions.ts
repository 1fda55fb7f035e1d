import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { backend, type ChatFormat, type Conversation, type ConversationPage } from "@/lib/backend";
import { plural } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { keys } from "@/lib/queries";
import { followRun } from "@/lib/runs";
import { toast, toastError } from "@/lib/toast";
import { useListState } from "./list-state";
import { clearSelection } from "./selection";

/** What can be done with conversations, one or many. Each says what it did, and what can be taken back can. */
export interface Actions {
  pin: (ids: readonly string[], pinned: boolean) => Promise<void>;
  archive: (ids: readonly string[], archived: boolean) => Promise<void>;
  move: (ids: readonly string[], folderId: string) => Promise<void>;
  tag: (ids: readonly string[], add: string[], remove: string[]) => Promise<void>;
  exportChats: (ids: readonly string[], format: ChatFormat) => Promise<void>;
  importChats: (folder: boolean) => Promise<void>;
  askToDelete: (conversations: readonly Conversation[]) => void;
  remove: (ids: readonly string[]) => Promise<void>;
  restore: (ids: readonly string[]) => Promise<void>;
  purge: (ids: readonly string[]) => Promise<void>;
  saveFolder: (id: string, name: string, ids: readonly string[]) => Promise<void>;
  deleteFolder: (id: string) => Promise<void>;
}

/** Runs the call, shows why it failed, and has every list asked for anew. */
async function act(client: QueryClient, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    toastError(error);
  } finally {
    await client.invalidateQueries({ queryKey: keys.conversations });
  }
}

/** The folders that the conversations are in now, as far as they are loaded, so that a move can be taken back. */
function foldersOf(client: QueryClient, ids: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  const wanted = new Set(ids);
  const see = (c: Conversation) => {
    if (wanted.delete(c.id)) folders.set(c.folderId, [...(folders.get(c.folderId) ?? []), c.id]);
  };
  for (const [, data] of client.getQueriesData<{ pages?: ConversationPage[] } | Conversation[]>({ queryKey: keys.conversations })) {
    if (Array.isArray(data)) data.filter((c) => "folderId" in c).forEach(see);
    else data?.pages?.forEach((page) => page.conversations?.forEach(see));
  }
  return folders;
}

export function useActions(): Actions {
  const client = useQueryClient();
  return useMemo(() => makeActions(client), [client]);
}

function makeActions(client: QueryClient): Actions {
  const many = (ids: readonly string[]) => plural(ids.length, "conversation");
  const leaveIfOpen = (ids: readonly string[]) => {
    const { conversationId } = useNavigation.getState();
    if (ids.includes(conversationId)) useNavigation.setState({ conversationId: "", target: null });
  };
  const actions: Actions = {
    pin: (ids, pinned) => act(client, () => backend().pinConversations([...ids], pinned)),
    archive: (ids, archived) =>
      act(client, async () => {
        await backend().archiveConversations([...ids], archived);
        clearSelection();
        toast("success", archived ? `${many(ids)} archived.` : `${many(ids)} taken out of the archive.`, undefined, [{ label: "Undo", run: () => void actions.archive(ids, !archived) }]);
      }),
    move: (ids, folderId) =>
      act(client, async () => {
        const before = foldersOf(client, ids);
        await backend().moveConversations([...ids], folderId);
        clearSelection();
        const back = () => void act(client, async () => {
          for (const [folder, inside] of before) await backend().moveConversations(inside, folder);
        });
        toast("success", `${many(ids)} moved.`, undefined, [{ label: "Undo", run: back }]);
      }),
    tag: (ids, add, remove) => act(client, () => backend().tagConversations([...ids], add, remove)),
    exportChats: async (ids, format) => {
      try {
        const path = await backend().exportChats([...ids], format);
        if (path) toast("success", ids.length === 0 ? "All conversations were exported." : `${many(ids)} exported.`, path);
      } catch (error) {
        toastError(error);
      }
    },
    importChats: async (folder) => {
      try {
        const { runId } = await backend().importChats(folder);
        if (!runId) return;
        useNavigation.getState().openSettings("chats");
        await followRun(runId);
      } catch (error) {
        toastError(error);
      }
    },
    askToDelete: (deleting) => useListState.setState({ deleting }),
    remove: (ids) =>
      act(client, async () => {
        const deletion = await backend().deleteConversations([...ids]);
        leaveIfOpen(ids);
        clearSelection();
        for (const id of ids) client.removeQueries({ queryKey: keys.messages(id) });
        const show = () => useListState.setState({ remains: { ids, deletion, purged: false } });
        toast("success", `${plural(deletion.count, "conversation")} deleted.`, undefined, [
          { label: "Undo", run: () => void actions.restore(ids) },
          { label: "What remains…", run: show },
        ]);
      }),
    restore: (ids) =>
      act(client, async () => {
        const back = await backend().undoDelete([...ids]);
        clearSelection();
        toast(back > 0 ? "success" : "error", back > 0 ? `${plural(back, "conversation")} restored.` : "Nothing could be restored.");
      }),
    purge: (ids) =>
      act(client, async () => {
        const deletion = await backend().purgeDeleted([...ids]);
        clearSelection();
        useListState.setState({ remains: { ids, deletion, purged: true } });
      }),
    saveFolder: (id, name, ids) =>
      act(client, async () => {
        const folder = await backend().saveFolder(id, name);
        if (ids.length > 0) await actions.move(ids, folder.id);
      }),
    deleteFolder: (id) => act(client, () => backend().deleteFolder(id)),
  };
  return actions;
}
