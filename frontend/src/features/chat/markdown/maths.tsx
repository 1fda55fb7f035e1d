import { useEffect, useRef, useState } from "react";
import type * as KatexRender from "./katex-render";

type Renderer = typeof KatexRender;

let loaded: Renderer | null = null;

/** A formula; its source until the typesetter is loaded, and where it cannot be set. */
export function Maths({ source, display }: { source: string; display: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let alive = true;
    const draw = (renderer: Renderer) => {
      if (!alive || !place.current) return;
      setFailed(!renderer.renderMaths(source, place.current, display));
    };
    if (loaded) draw(loaded);
    else import("./katex-render").then((module) => draw((loaded = module)), () => alive && setFailed(true));
    return () => {
      alive = false;
    };
  }, [source, display]);
  const shape = display ? "block overflow-x-auto overflow-y-hidden py-1" : "inline";
  return (
    <span className={shape} tabIndex={display ? 0 : undefined} role={display ? "group" : undefined} aria-label={display ? "Formula" : undefined}>
      {/* React leaves what is inside to the typesetter, which builds elements and never parses markup. */}
      <span ref={place} hidden={failed} />
      {failed && <code title="This formula could not be set">{source}</code>}
    </span>
  );
}
