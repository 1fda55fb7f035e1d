import type { Run } from "@/lib/backend";
import { isRunning, useRun, useRuns } from "@/lib/runs";
import { useChat } from "../state";

/** The run that answers in this conversation, also one that was started before the window was loaded. */
export function useAnswerRun(conversationId: string): Run | undefined {
  const pending = useChat((s) => s.pending[conversationId]);
  const own = useRun(pending?.runId ?? "");
  const found = useRuns((s) =>
    Object.values(s.tracked).find(({ run }) => run.kind === "answer" && isRunning(run) && run.answer?.conversationId === conversationId),
  );
  return own ?? (conversationId ? found?.run : undefined);
}
