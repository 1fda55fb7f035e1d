import { useMutation, useQueryClient } from "@tanstack/react-query";
import { backend, type Conversation } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { keys } from "@/lib/queries";
import { toast, toastError } from "@/lib/toast";

/** Makes a conversation of its own from the path up to a message, and opens it. */
export function useFork(conversationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (messageId: string) => {
      const from = client.getQueryData<Conversation>([...keys.conversations, "one", conversationId]);
      return backend().forkConversation(messageId, `${from?.title || "Conversation"} (fork)`);
    },
    onError: toastError,
    onSuccess: (created) => {
      void client.invalidateQueries({ queryKey: keys.conversations });
      useNavigation.getState().openConversation(created.id);
      toast("success", "A new conversation begins here.", "The one it came from is unchanged.");
    },
  });
}
