import { useState, type KeyboardEvent } from "react";
import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { addDays, dayOf, lastDay, rangeOf, ranges, rangeSpan, readDay, type Span } from "./days";

interface RangePickerProps {
  span: Span;
  onChange: (span: Span) => void;
}

/** From one day to another, by a round range or by typing the days; the arrow keys step by a day. */
export function RangePicker({ span, onChange }: RangePickerProps) {
  const setSince = (since: string) => onChange({ since, until: span.until && since >= span.until ? "" : span.until });
  const setUntil = (day: string) => {
    const until = day && addDays(day, 1);
    onChange({ since: until && span.since >= until ? day : span.since, until });
  };
  return (
    <>
      <Segmented label="Time of the changes" value={rangeOf(span)} onChange={(name) => name && onChange(rangeSpan(name))} options={ranges} />
      <DayField label="From the day" word="from" open="the first" value={span.since && dayOf(span.since)} onChange={setSince} />
      <DayField label="To the day" word="to" open="now" value={lastDay(span.until)} onChange={setUntil} />
    </>
  );
}

interface DayFieldProps {
  label: string;
  word: string;
  /** What an empty field stands for. */
  open: string;
  value: string;
  /** Gets the beginning of the day, or nothing for an open end. */
  onChange: (day: string) => void;
}

function DayField({ label, word, open, value, onChange }: DayFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? value;
  const day = readDay(text);
  const future = day !== null && day > new Date().toISOString();
  const wrong = day === null || future;
  const commit = () => {
    if (typed === null) return;
    setTyped(null);
    if (!wrong && typed.trim() !== value) onChange(day);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Enter" && !wrong) commit();
    else if (event.key === "Escape" && typed !== null) setTyped(null);
    else if (step !== undefined && !wrong) {
      const next = addDays(day || new Date(new Date().setHours(0, 0, 0, 0)).toISOString(), step);
      if (next <= new Date().toISOString()) {
        setTyped(null);
        onChange(next);
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <label className="inline-flex h-8 items-center gap-1.5 text-xs text-muted">
      {word}
      <Input
        aria-label={label}
        aria-invalid={wrong}
        title={wrong ? (future ? "That day is yet to come." : "Write it like 2026-11-23, or today, yesterday, 7d.") : "2026-11-23, today, yesterday or 7d; ↑ and ↓ step by a day"}
        placeholder={open}
        value={text}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={onKeyDown}
        className="w-24 px-2 text-xs tabular-nums aria-invalid:border-danger"
      />
    </label>
  );
}
