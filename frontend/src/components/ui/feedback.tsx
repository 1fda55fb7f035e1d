import { CircleAlert, Info, LoaderCircle, TriangleAlert } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { toBackendError } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { Button } from "./button";

export function Spinner({ label, className }: { label?: string; className?: string }) {
  return (
    <span role={label ? "status" : undefined} className="inline-flex items-center gap-2 text-muted">
      <LoaderCircle className={cn("size-4 animate-spin", className)} aria-hidden />
      {label}
    </span>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-pulse rounded bg-hover", className)} />;
}

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
}

/** Says why there is nothing, and what would change that. */
export function Empty({ icon: Icon, title, children, actions, className }: EmptyProps) {
  return (
    <div className={cn("mx-auto flex max-w-md flex-col items-center px-6 py-14 text-center", className)}>
      <div className="mb-3 grid size-10 place-items-center rounded-xl bg-hover text-muted">
        <Icon className="size-5" aria-hidden />
      </div>
      <h2 className="text-base font-semibold">{title}</h2>
      {children && <div className="mt-1 text-muted">{children}</div>}
      {actions && <div className="mt-4 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}

interface ErrorPanelProps {
  error: unknown;
  onRetry?: () => void;
  className?: string;
}

/** An error with its hint, where the content would have been. */
export function ErrorPanel({ error, onRetry, className }: ErrorPanelProps) {
  const { message, hint } = toBackendError(error);
  return (
    <Empty icon={CircleAlert} title={sentence(message)} className={className} actions={onRetry && <Button onClick={onRetry}>Try again</Button>}>
      {hint && <p>{sentence(hint)}</p>}
    </Empty>
  );
}

/** An error with its hint, in the middle of other content. */
export function ErrorNote({ error, className }: { error: unknown; className?: string }) {
  const { message, hint } = toBackendError(error);
  return (
    <div role="alert" className={cn("selectable min-w-0 break-words rounded-lg border border-danger/40 bg-danger-soft p-3", className)}>
      <p className="font-medium text-danger">{sentence(message)}</p>
      {hint && <p className="mt-0.5 text-soft">{sentence(hint)}</p>}
    </div>
  );
}

/** Errors come as Go writes them, "open snapshot: no such file": shown with a capital at the front. */
export function sentence(text: string): string {
  return text ? text[0]!.toUpperCase() + text.slice(1) : text;
}

const bannerTones = {
  info: "bg-accent-soft text-accent-text",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
} as const;

interface BannerProps {
  tone: keyof typeof bannerTones;
  children: ReactNode;
  actions?: ReactNode;
}

/** One line over the content, for what lasts. */
export function Banner({ tone, children, actions }: BannerProps) {
  const Icon = tone === "info" ? Info : TriangleAlert;
  return (
    <div role={tone === "danger" ? "alert" : "status"} className={cn("flex min-h-9 items-center gap-2.5 border-b px-4 py-1 text-sm", bannerTones[tone])}>
      <Icon className="size-4 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1">{children}</div>
      {actions}
    </div>
  );
}
