import { plainWords } from "@/lib/format";

/** A snippet whose matched words stand between two asterisks, with those words marked. Other marks are dropped. */
export function Snippet({ text }: { text: string }) {
  const parts = text.split(/\*\*([^*]+)\*\*/);
  return parts.map((part, i) => {
    const words = plainWords(part);
    if (i % 2 === 1) return <mark key={i} className="rounded-[3px] bg-warn-soft px-0.5 text-fg">{words}</mark>;
    return <span key={i}>{/^\s/.test(part) && i > 0 && " "}{words}{/\s$/.test(part) && " "}</span>;
  });
}
