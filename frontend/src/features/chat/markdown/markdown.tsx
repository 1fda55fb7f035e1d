import { createContext, isValidElement, memo, useContext, useMemo, type ComponentProps, type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { CodeBlock } from "./code-block";
import { Diagram } from "./diagram";
import { ExternalText, safeTarget, textOf } from "./links";
import { Maths } from "./maths";
import { completeBlock, normaliseMaths } from "./prepare";
import { CodeOrResource, rehypeArns } from "./resources";
import { splitBlocks } from "./split-blocks";
import { Table } from "./table";

type Props = ComponentProps<typeof ReactMarkdown>;

// A price is more frequent than a formula in single dollars; prepare.ts tells the two apart.
const remarkPlugins: Props["remarkPlugins"] = [remarkGfm, [remarkMath, { singleDollarTextMath: false }]];
const rehypePlugins: Props["rehypePlugins"] = [[rehypeSanitize, defaultSchema], rehypeArns];

function languageOf(className: string | undefined): string {
  return /language-([\w+#.-]+)/.exec(className ?? "")?.[1]?.toLowerCase() ?? "";
}

/** False in the block that is still coming. A context, so that its components stay the same when it is complete. */
const Settled = createContext(true);

function Preformatted({ children }: { children?: ReactNode }) {
  const settled = useContext(Settled);
  const code = isValidElement<{ className?: string; children?: ReactNode }>(children) ? children.props : { children, className: "" };
  const language = languageOf(code.className);
  const text = textOf(code.children).replace(/\n$/, "");
  if (language === "math") return <Maths source={text} display />;
  if (language === "mermaid") return <Diagram source={text} settled={settled} />;
  return <CodeBlock text={text} language={language || "text"} />;
}

function InlineCode({ children, className }: { children?: ReactNode; className?: string }) {
  const text = textOf(children);
  if (languageOf(className) === "math") return <Maths source={text} display={false} />;
  return <CodeOrResource text={text} />;
}

const components: Components = {
  a: ({ href, children }) => <ExternalText href={href}>{children}</ExternalText>,
  // Nothing is loaded from elsewhere: a picture is only named.
  img: ({ src, alt }) => <Picture src={typeof src === "string" ? src : ""} alt={alt ?? ""} />,
  pre: ({ children }) => <Preformatted>{children}</Preformatted>,
  code: ({ children, className }) => <InlineCode className={className}>{children}</InlineCode>,
  table: ({ children }) => <Table>{children}</Table>,
  input: ({ checked }) => <input type="checkbox" checked={checked ?? false} disabled readOnly aria-label={checked ? "done" : "open"} />,
};

function Picture({ src, alt }: { src: string; alt: string }) {
  const words = `Image${alt ? `: ${alt}` : ""}`;
  return safeTarget(src) ? <ExternalText href={src}>{words}</ExternalText> : <span className="text-muted">[{words}]</span>;
}

const Block = memo(function Block({ text, coming }: { text: string; coming: boolean }) {
  const source = useMemo(() => normaliseMaths(coming ? completeBlock(text) : text), [text, coming]);
  return (
    <Settled.Provider value={!coming}>
      <ReactMarkdown remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins} components={components} skipHtml>
        {source}
      </ReactMarkdown>
    </Settled.Provider>
  );
});

/** Markdown of an answer. Raw HTML is dropped; pictures are links; links ask first. */
export const Markdown = memo(function Markdown({ text, streaming = false }: { text: string; streaming?: boolean }) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  return (
    <div className="prose-answer selectable">
      {blocks.map((block, i) => (
        // A block never changes its place: text is only ever added at the end.
        <Block key={i} text={block} coming={streaming && i === blocks.length - 1} />
      ))}
    </div>
  );
});
