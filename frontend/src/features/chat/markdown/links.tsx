import { ExternalLink } from "lucide-react";
import { isValidElement, type ReactNode } from "react";
import { useNavigation } from "@/lib/navigation";

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

export function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  if (isValidElement<{ children?: ReactNode }>(node)) return textOf(node.props.children);
  return "";
}

/** A link that says where it leads and asks before it opens. */
export function ExternalText({ href, children }: { href?: string; children?: ReactNode }) {
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
