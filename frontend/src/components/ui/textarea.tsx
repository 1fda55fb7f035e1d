import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      autoComplete="off"
      className={cn(
        "w-full resize-none rounded-md border border-line-strong/60 bg-surface px-2.5 py-1.5 text-sm focus-visible:outline-offset-0",
        className,
      )}
      {...props}
    />
  );
}
