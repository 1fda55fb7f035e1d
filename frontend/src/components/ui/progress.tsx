import { cn } from "@/lib/cn";

interface ProgressProps {
  label: string;
  done: number;
  /** 0: unknown; the bar then only moves. */
  total: number;
  className?: string;
}

export function Progress({ label, done, total, className }: ProgressProps) {
  const known = total > 0;
  const share = known ? Math.min(1, done / total) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={known ? total : undefined}
      aria-valuenow={known ? done : undefined}
      className={cn("h-1.5 overflow-hidden rounded-full bg-bar-track", className)}
    >
      <div
        className={cn("h-full rounded-full bg-accent", known ? "transition-[width] duration-300" : "w-1/3 animate-[slide-bar_1.4s_ease-in-out_infinite]")}
        style={known ? { width: `${share * 100}%` } : undefined}
      />
    </div>
  );
}
