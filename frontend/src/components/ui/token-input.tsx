import { X } from "lucide-react";
import { useState, type KeyboardEvent } from "react";

interface TokenInputProps {
  id?: string;
  "aria-describedby"?: string;
  /** Names the list, and with it each remove button. */
  label: string;
  values: string[];
  onChange: (values: string[]) => void;
  placeholder?: string;
  mono?: boolean;
}

/** Takes several short values: Enter, comma or space adds one, Backspace takes the last away. */
export function TokenInput({ label, values, onChange, placeholder, mono, ...field }: TokenInputProps) {
  const [text, setText] = useState("");

  const add = (raw: string) => {
    const fresh = raw.split(/[\s,;]+/).filter((v) => v && !values.includes(v));
    if (fresh.length > 0) onChange([...values, ...new Set(fresh)]);
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (["Enter", ",", " "].includes(event.key)) {
      if (event.key === "Enter" && !text) return;
      event.preventDefault();
      add(text);
    } else if (event.key === "Backspace" && !text) {
      onChange(values.slice(0, -1));
    }
  };

  return (
    <div className="flex min-h-8 flex-wrap items-center gap-1 rounded-md border border-line-strong/60 bg-surface px-1.5 py-1 has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-accent">
      {values.map((value) => (
        <span key={value} className="inline-flex h-6 max-w-full items-center gap-1 rounded-[5px] bg-hover pl-2 text-xs">
          <span className={mono ? "truncate font-mono" : "truncate"}>{value}</span>
          <button
            type="button"
            aria-label={`Remove ${value} from ${label}`}
            onClick={() => onChange(values.filter((v) => v !== value))}
            className="grid size-6 place-items-center rounded-[5px] text-muted hover:text-fg"
          >
            <X className="size-3" aria-hidden />
          </button>
        </span>
      ))}
      <input
        {...field}
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        className="h-6 min-w-32 flex-1 bg-transparent px-1 text-sm focus-visible:outline-none"
        value={text}
        placeholder={values.length === 0 ? placeholder : undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => text && add(text)}
        onPaste={(event) => {
          event.preventDefault();
          add(event.clipboardData.getData("text"));
        }}
      />
    </div>
  );
}
