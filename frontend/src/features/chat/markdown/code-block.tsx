import { Check, Copy, WrapText } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { useCopy } from "@/lib/copy";
import { plural } from "@/lib/format";
import { useHighlighted } from "./use-highlighted";

const names: Record<string, string> = {
  bash: "Bash", sh: "Shell", shell: "Shell", zsh: "Shell", json: "JSON", yaml: "YAML", yml: "YAML", hcl: "HCL", terraform: "Terraform", tf: "Terraform", python: "Python", py: "Python",
  go: "Go", typescript: "TypeScript", ts: "TypeScript", javascript: "JavaScript", js: "JavaScript", sql: "SQL", dockerfile: "Dockerfile", docker: "Dockerfile", text: "Text", diff: "Diff",
  mermaid: "Mermaid", xml: "XML", html: "HTML", css: "CSS", ini: "INI", toml: "TOML", rust: "Rust", java: "Java", powershell: "PowerShell", markdown: "Markdown", md: "Markdown", http: "HTTP",
};

const linesShown = 120;

interface CodeBlockProps {
  text: string;
  language: string;
  /** Further buttons, before the copy button. */
  actions?: ReactNode;
}

export function CodeFrame({ title, actions, children }: { title: string; actions: ReactNode; children: ReactNode }) {
  return (
    <div className="overflow-hidden rounded-lg border bg-sunken">
      <div className="flex h-8 items-center gap-0.5 border-b pl-3 pr-1 text-xs text-muted">
        <span className="flex-1 truncate">{title}</span>
        {actions}
      </div>
      {children}
    </div>
  );
}

export function CopyButton({ text }: { text: string }) {
  const { copied, copy } = useCopy();
  return (
    <Button variant="ghost" size="sm" className="h-6" onClick={() => copy(text)}>
      {copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
      {copied ? "Copied" : "Copy"}
    </Button>
  );
}

/** Code with its colours, once they are there; the text is never moved by them. */
export function CodeBlock({ text, language, actions }: CodeBlockProps) {
  const [wrap, setWrap] = useState(false);
  const [all, setAll] = useState(false);
  const lines = text.split("\n");
  const cut = !all && lines.length > linesShown;
  const shown = cut ? lines.slice(0, linesShown).join("\n") : text;
  const tokens = useHighlighted(shown, language);
  const name = names[language] ?? language;
  const buttons = (
    <>
      {actions}
      <Button variant="ghost" size="sm" className={cn("h-6", wrap && "bg-hover text-fg")} aria-pressed={wrap} onClick={() => setWrap(!wrap)}><WrapText aria-hidden />Wrap</Button>
      <CopyButton text={text} />
    </>
  );
  return (
    <CodeFrame title={name} actions={buttons}>
      <pre tabIndex={0} aria-label={`Code, ${name}`} className={cn("p-3 font-mono text-[12.5px] leading-5 focus-visible:outline-offset-[-2px]", wrap ? "whitespace-pre-wrap [overflow-wrap:anywhere]" : "overflow-x-auto [overflow-wrap:normal]")}>
        <code>{tokens ? tokens.map((t, i) => (t.className ? <span key={i} className={t.className}>{t.text}</span> : t.text)) : shown}</code>
      </pre>
      {cut && (
        <div className="border-t p-1 text-center">
          <Button variant="ghost" size="sm" onClick={() => setAll(true)}>Show all {plural(lines.length, "line")}</Button>
        </div>
      )}
    </CodeFrame>
  );
}
