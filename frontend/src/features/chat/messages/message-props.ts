import type { Message } from "@/lib/backend";

export interface MessageViewProps {
  conversationId: string;
  message: Message;
  streaming: boolean;
  /** What the answer waits for, while it is on its way. */
  waiting: string;
  /** It was searched for: show it for a moment. */
  marked: boolean;
  /** Nothing follows it. */
  last: boolean;
}

export const markStyle = "shadow-[0_0_0_2px_var(--accent)]";
