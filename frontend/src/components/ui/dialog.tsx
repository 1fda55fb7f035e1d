import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./button";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** The row of buttons at the foot. */
  actions?: ReactNode;
  className?: string;
}

const overlay = "fixed inset-0 z-40 bg-black/35 dark:bg-black/55";

/** A dialog in the middle of the window. */
export function Dialog({ open, onOpenChange, title, description, children, actions, className }: DialogProps) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlay} />
        <Primitive.Content
          aria-describedby={description ? undefined : ""}
          className={cn(
            "fixed left-1/2 top-[18%] z-50 w-[min(440px,calc(100vw-32px))] -translate-x-1/2 rounded-xl border bg-surface p-5 shadow-float",
            className,
          )}
        >
          <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
          {description && <Primitive.Description asChild><div className="mt-1.5 text-soft">{description}</div></Primitive.Description>}
          {children}
          {actions && <div className="mt-5 flex justify-end gap-2">{actions}</div>}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface DrawerProps {
  open: boolean;
  onClose: () => void;
  /** Names the drawer for assistive technology. */
  label: string;
  /** It takes most of the window. */
  wide?: boolean;
  children: ReactNode;
}

/** A panel from the right edge that leaves the rest of the window usable. */
export function Drawer({ open, onClose, label, wide, children }: DrawerProps) {
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()} modal={false}>
      <Primitive.Portal>
        <Primitive.Content
          aria-describedby={undefined}
          onInteractOutside={(event) => event.preventDefault()}
          className={cn(
            "fixed inset-y-0 right-0 z-30 flex min-w-96 animate-[drawer-in_140ms_ease-out] flex-col border-l bg-surface shadow-float",
            wide ? "w-[min(1100px,78vw)]" : "w-[min(540px,40vw)]",
          )}
        >
          <Primitive.Title className="sr-only">{label}</Primitive.Title>
          {children}
          <Primitive.Close asChild>
            <Button variant="ghost" size="icon" className="absolute right-3 top-3" aria-label="Close">
              <X aria-hidden />
            </Button>
          </Primitive.Close>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  title: string;
  description: ReactNode;
  confirmLabel: string;
  danger?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ open, title, description, confirmLabel, danger, onConfirm, onCancel }: ConfirmProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onCancel()}
      title={title}
      description={description}
      actions={
        <>
          <Button onClick={onCancel}>Cancel</Button>
          <Button variant={danger ? "danger" : "primary"} onClick={onConfirm} autoFocus>
            {confirmLabel}
          </Button>
        </>
      }
    />
  );
}
