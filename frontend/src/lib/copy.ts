import { useRef, useState } from "react";
import { backend } from "./backend";
import { toast, toastError } from "./toast";

export async function copyWithToast(text: string, said: string): Promise<void> {
  try {
    await backend().copyText(text);
    toast("success", said);
  } catch (error) {
    toastError(error);
  }
}

/** Copies, and says for a moment that it did. */
export function useCopy(): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false);
  const timer = useRef(0);
  const copy = (text: string) => {
    backend().copyText(text).then(() => {
      setCopied(true);
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => setCopied(false), 1500);
    }, toastError);
  };
  return { copied, copy };
}
