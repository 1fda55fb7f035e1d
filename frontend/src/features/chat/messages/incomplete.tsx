import { Play, RotateCcw } from "lucide-react";
import { Button } from "@/components/ui/button";
import { sentence } from "@/components/ui/feedback";
import type { AppError, Message } from "@/lib/backend";
import { continueAnswer, regenerate } from "../state";

/** Why an answer is not whole: its error, or that it was stopped. Empty for a whole one. */
export function whyIncomplete(message: Pick<Message, "partial" | "error">): Pick<AppError, "message" | "hint"> | null {
  if (message.error) return { message: message.error.message, hint: message.error.hint };
  return message.partial ? { message: "Stopped before its end", hint: "" } : null;
}

/** Marks an answer that broke off, with what can be done. What there is of it is kept. */
export function Incomplete({ conversationId, message, last }: { conversationId: string; message: Message; last: boolean }) {
  const why = whyIncomplete(message);
  if (!why) return null;
  return (
    <div role="note" className="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1 rounded-md bg-warn-soft px-2.5 py-1.5 text-xs">
      <p className="selectable min-w-0 flex-1 text-warn">
        <span className="font-medium">{sentence(why.message)}.</span> {why.hint && <span className="text-soft">{sentence(why.hint)}</span>}
      </p>
      {message.parentId && <Button size="sm" className="h-6" onClick={() => regenerate(conversationId, message.parentId)}><RotateCcw aria-hidden />Retry</Button>}
      {last && message.text !== "" && <Button size="sm" className="h-6" onClick={() => continueAnswer(conversationId)}><Play aria-hidden />Continue</Button>}
    </div>
  );
}
