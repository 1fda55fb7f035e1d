import "katex/dist/katex.min.css";
import katex from "katex";

/**
 * Sets a formula into the element. KaTeX builds the elements itself and styles them through the CSS object model, so
 * the content policy needs no exception. False if it could not be set.
 */
export function renderMaths(source: string, into: HTMLElement, displayMode: boolean): boolean {
  try {
    katex.render(source, into, { displayMode, trust: false, strict: "ignore", throwOnError: true, maxSize: 20, maxExpand: 300, output: "htmlAndMathml" });
    return true;
  } catch {
    into.replaceChildren();
    return false;
  }
}
