import { Search, X } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { Kbd } from "@/components/ui/badge";
import { useNavigation } from "@/lib/navigation";

interface SearchBoxProps {
  value: string;
  onChange: (value: string) => void;
  /** The user pressed Enter or Down: go to the results. */
  onEnterResults: () => void;
}

export function SearchBox({ value, onChange, onEnterResults }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  const focusSearch = useNavigation((s) => s.focusSearch);
  useEffect(() => {
    if (focusSearch === 0) return;
    input.current?.focus();
    input.current?.select();
  }, [focusSearch]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      onEnterResults();
    } else if (event.key === "Escape" && value) {
      event.stopPropagation();
      onChange("");
    }
  };

  return (
    <div className="relative min-w-0 flex-1">
      <Search className="pointer-events-none absolute left-3 top-2.5 size-4 text-muted" aria-hidden />
      <input
        ref={input}
        type="text"
        role="searchbox"
        aria-label="Search the estate"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        maxLength={2000}
        placeholder="Search by meaning, name, ARN, IP or tag: “production database”"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-9 w-full rounded-lg border border-line-strong/60 bg-surface pl-9 pr-10 text-base focus-visible:outline-offset-0"
      />
      {value ? (
        <button
          type="button"
          aria-label="Clear the search"
          onClick={() => {
            onChange("");
            input.current?.focus();
          }}
          className="absolute right-1.5 top-1.5 grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-fg"
        >
          <X className="size-4" aria-hidden />
        </button>
      ) : (
        <Kbd className="pointer-events-none absolute right-2.5 top-2.5">/</Kbd>
      )}
    </div>
  );
}
