import { useEffect, useMemo, useState } from "react";
import type * as Highlight from "./highlight";
import type { Token } from "./highlight";

type Highlighter = typeof Highlight;

/** Beyond this many characters the colours are not worth the wait. */
const longest = 60_000;

let loaded: Highlighter | null = null;
let loading: Promise<Highlighter> | null = null;

function load(): Promise<Highlighter> {
  loading ??= import("./highlight").then((module) => (loaded = module));
  return loading;
}

/** The text in coloured pieces, or null as long as there are none: the highlighter is loaded with the first code. */
export function useHighlighted(text: string, language: string): Token[] | null {
  const [highlighter, setHighlighter] = useState(loaded);
  const wanted = language !== "text" && text.length <= longest;
  useEffect(() => {
    if (!wanted || highlighter) return;
    let alive = true;
    load().then((module) => alive && setHighlighter(module), () => undefined);
    return () => {
      alive = false;
    };
  }, [wanted, highlighter]);
  return useMemo(() => (wanted && highlighter ? highlighter.highlight(text, language) : null), [wanted, highlighter, text, language]);
}
