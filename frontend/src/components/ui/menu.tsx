import { Check, ChevronRight } from "lucide-react";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "center" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function Menu({ trigger, children, align = "end", open, onOpenChange }: MenuProps) {
  return (
    <Primitive.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-lg border bg-surface p-1 shadow-float"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function MenuItem({ className, ...props }: ComponentProps<typeof Primitive.Item>) {
  return (
    <Primitive.Item
      className={cn(
        "flex h-8 items-center gap-2 rounded-md px-2 text-sm data-[disabled]:opacity-50 data-[highlighted]:bg-hover data-[highlighted]:outline-none [&_svg]:size-4 [&_svg]:text-muted",
        className,
      )}
      {...props}
    />
  );
}

const item = "flex h-8 items-center gap-2 rounded-md px-2 text-sm data-[disabled]:opacity-50 data-[highlighted]:bg-hover data-[highlighted]:outline-none [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted";

export function MenuSeparator() {
  return <Primitive.Separator className="my-1 h-px bg-line" />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Primitive.Label className="px-2 pb-0.5 pt-1.5 text-xs text-muted">{children}</Primitive.Label>;
}

/** One of a few choices, or a switch. The menu stays open where keepOpen is set. */
export function MenuChoice({ checked, onSelect, keepOpen, children }: { checked: boolean; onSelect: () => void; keepOpen?: boolean; children: ReactNode }) {
  return (
    <Primitive.CheckboxItem checked={checked} onSelect={(event) => keepOpen && event.preventDefault()} onCheckedChange={onSelect} className={item}>
      <span className="grid size-4 place-items-center"><Primitive.ItemIndicator><Check aria-hidden /></Primitive.ItemIndicator></span>
      {children}
    </Primitive.CheckboxItem>
  );
}

export function SubMenu({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <Primitive.Sub>
      <Primitive.SubTrigger className={`${item} data-[state=open]:bg-hover`}>
        {label}
        <ChevronRight className="ml-auto" aria-hidden />
      </Primitive.SubTrigger>
      <Primitive.Portal>
        <Primitive.SubContent sideOffset={4} collisionPadding={8} className="z-50 max-h-80 min-w-44 max-w-72 overflow-y-auto rounded-lg border bg-surface p-1 shadow-float">
          {children}
        </Primitive.SubContent>
      </Primitive.Portal>
    </Primitive.Sub>
  );
}
