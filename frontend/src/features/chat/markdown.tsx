import { Check, Copy, ExternalLink } from "lucide-react";
import { isValidElement, memo, useMemo, useState, type ComponentProps, type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { Button } from "@/components/ui/button";
import { backend } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";
import { toastError } from "@/lib/toast";
import { splitBlocks } from "./split-blocks";

const remarkPlugins = [remarkGfm];
const rehypePlugins: ComponentProps<typeof ReactMarkdown>["rehypePlugins"] = [[rehypeSanitize, defaultSchema]];

/** The address, if it is one that may be opened: https and nothing else. */
export function safeTarget(href: string | undefined): URL | null {
  if (!href) return null;
  try {
    const url = new URL(href);
    return url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  if (isValidElement<{ children?: ReactNode }>(node)) return textOf(node.props.children);
  return "";
}

/** A link that says where it leads and asks before it opens. */
function ExternalText({ href, children }: { href?: string; children?: ReactNode }) {
  const askToOpen = useNavigation((s) => s.askToOpen);
  const target = safeTarget(href);
  if (!target) return <span>{children}</span>;
  const shownByText = textOf(children).includes(target.host);
  return (
    <button
      type="button"
      role="link"
      title={target.href}
      onClick={() => askToOpen(target.href)}
      className="inline rounded text-left text-accent-text underline decoration-accent/40 underline-offset-3 hover:decoration-accent"
    >
      {children}
      {!shownByText && <span className="text-muted"> ({target.host})</span>}
      <ExternalLink className="ml-0.5 inline size-3 align-[-1px]" aria-hidden />
    </button>
  );
}

function InlineCode({ children, className }: { children?: ReactNode; className?: string }) {
  const openResource = useNavigation((s) => s.openResource);
  const text = textOf(children);
  if (className || !/^arn:aws[\w-]*:\S+$/.test(text)) return <code className={className}>{children}</code>;
  return (
    <button type="button" className="rounded text-left hover:underline" title="Open this resource" onClick={() => openResource(text)}>
      <code>{children}</code>
    </button>
  );
}

function CodeBlock({ children }: { children?: ReactNode }) {
  const [copied, setCopied] = useState(false);
  const code = isValidElement<{ className?: string; children?: ReactNode }>(children) ? children.props : { children, className: "" };
  const language = /language-([\w+#.-]+)/.exec(code.className ?? "")?.[1] ?? "text";
  const text = textOf(code.children).replace(/\n$/, "");
  const copy = async () => {
    try {
      await backend().copyText(text);
      setCopied(true);
      window.setTimeout(() => setCopied(false), 1500);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <div className="overflow-hidden rounded-lg border bg-sunken">
      <div className="flex h-8 items-center justify-between border-b pl-3 pr-1 text-xs text-muted">
        {language}
        <Button variant="ghost" size="sm" className="h-6" onClick={() => void copy()}>
          {copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
          {copied ? "Copied" : "Copy"}
        </Button>
      </div>
      <pre tabIndex={0} aria-label={`Code, ${language}`} className="overflow-x-auto p-3 font-mono text-[12.5px] leading-5 focus-visible:outline-offset-[-2px]">
        <code>{text}</code>
      </pre>
    </div>
  );
}

const components: Components = {
  a: ({ href, children }) => <ExternalText href={href}>{children}</ExternalText>,
  // Nothing is loaded from elsewhere: a picture is only named.
  img: ({ src, alt }) => <ExternalText href={typeof src === "string" ? src : undefined}>Image{alt ? `: ${alt}` : ""}</ExternalText>,
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  code: ({ children, className }) => <InlineCode className={className}>{children}</InlineCode>,
  table: ({ children }) => (
    <div className="overflow-x-auto" tabIndex={0} role="group" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => <input type="checkbox" checked={checked} disabled readOnly aria-label={checked ? "done" : "open"} />,
};

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins} components={components} skipHtml>
      {text}
    </ReactMarkdown>
  );
});

/** Markdown of an answer. Raw HTML is dropped; pictures are links; links ask first. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  return (
    <div className="prose-answer selectable">
      {blocks.map((block, i) => (
        // A block never changes its place: text is only ever added at the end.
        <Block key={i} text={block} />
      ))}
    </div>
  );
});
