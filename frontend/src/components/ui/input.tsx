import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return (
    <input
      autoComplete="off"
      autoCorrect="off"
      spellCheck={false}
      className={cn(
        "h-8 w-full min-w-0 rounded-md border border-line-strong/60 bg-surface px-2.5 text-sm focus-visible:outline-offset-0 disabled:opacity-60",
        className,
      )}
      {...props}
    />
  );
}
