import { lazy, Suspense } from "react";

const load = () => import("./markdown");
const Markdown = lazy(() => load().then((module) => ({ default: module.Markdown })));

// The window paints without the parser; it is there by the time that a conversation is opened.
window.setTimeout(() => void load().catch(() => undefined), 400);

/** The text of an answer: as Markdown, or as it is for the moment until the parser is loaded. */
export function AnswerText({ text, streaming }: { text: string; streaming: boolean }) {
  return (
    <Suspense fallback={<div className="prose-answer selectable whitespace-pre-wrap">{text}</div>}>
      <Markdown text={text} streaming={streaming} />
    </Suspense>
  );
}
