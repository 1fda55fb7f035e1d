import { Check, ChevronDown } from "lucide-react";
import { Select as Primitive } from "radix-ui";

interface SelectProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly string[];
  placeholder?: string;
}

export function Select({ label, value, onChange, options, placeholder }: SelectProps) {
  return (
    <Primitive.Root value={value} onValueChange={onChange}>
      <Primitive.Trigger
        aria-label={label}
        className="flex h-8 w-full min-w-0 items-center justify-between gap-2 rounded-md border border-line-strong/60 bg-surface px-2.5 text-sm"
      >
        <span className="truncate"><Primitive.Value placeholder={placeholder} /></span>
        <Primitive.Icon asChild><ChevronDown className="size-4 text-muted" aria-hidden /></Primitive.Icon>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-72 w-(--radix-select-trigger-width) overflow-hidden rounded-lg border bg-surface p-1 shadow-float"
        >
          <Primitive.Viewport nonce={__STYLE_NONCE__}>
            {options.map((option) => (
              <Primitive.Item
                key={option}
                value={option}
                className="flex h-8 items-center justify-between gap-2 rounded-md px-2 text-sm data-[highlighted]:bg-hover data-[highlighted]:outline-none"
              >
                <span className="truncate"><Primitive.ItemText>{option}</Primitive.ItemText></span>
                <Primitive.ItemIndicator><Check className="size-4" aria-hidden /></Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
