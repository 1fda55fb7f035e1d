import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { Toast as Primitive } from "radix-ui";
import { cn } from "@/lib/cn";
import { useToasts } from "@/lib/toast";
import { Button } from "./button";
import { sentence } from "./feedback";

const icons = { info: Info, success: CircleCheck, error: CircleAlert } as const;
const colours = { info: "text-accent-text", success: "text-ok", error: "text-danger" } as const;

export function Toaster() {
  const { toasts, dismiss } = useToasts();
  return (
    <Primitive.Provider swipeDirection="right" label="Notification">
      {toasts.map((toast) => {
        const Icon = icons[toast.tone];
        return (
          <Primitive.Root
            key={toast.id}
            type={toast.tone === "error" ? "foreground" : "background"}
            duration={toast.tone === "error" || toast.actions ? 10_000 : 4_000}
            onOpenChange={(open) => !open && dismiss(toast.id)}
            className="flex w-88 animate-[float-in_140ms_ease-out] items-start gap-2.5 rounded-lg border bg-surface p-3 shadow-float"
          >
            <Icon className={cn("mt-0.5 size-4 shrink-0", colours[toast.tone])} aria-hidden />
            <div className="min-w-0 flex-1">
              <Primitive.Title className="font-medium break-words">{sentence(toast.title)}</Primitive.Title>
              {toast.detail && <Primitive.Description className="mt-0.5 text-muted break-words">{sentence(toast.detail)}</Primitive.Description>}
              {toast.actions && (
                <div className="mt-2 flex gap-2">
                  {toast.actions.map((action) => (
                    <Primitive.Action key={action.label} altText={action.label} asChild>
                      <Button size="sm" onClick={action.run}>{action.label}</Button>
                    </Primitive.Action>
                  ))}
                </div>
              )}
            </div>
            <Primitive.Close asChild>
              <Button variant="ghost" size="icon-sm" aria-label="Dismiss">
                <X aria-hidden />
              </Button>
            </Primitive.Close>
          </Primitive.Root>
        );
      })}
      <Primitive.Viewport className="fixed bottom-4 right-4 z-[70] flex flex-col gap-2 outline-none" />
    </Primitive.Provider>
  );
}
