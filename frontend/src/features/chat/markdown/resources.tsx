import { Box } from "lucide-react";
import { createContext, useContext, useMemo, type ReactNode } from "react";
import type { Source } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";

const arnForm = /^arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:\S+$/;

const Known = createContext<ReadonlyMap<string, string>>(new Map());

/** The ARN by every name under which an answer may speak of a resource: its ARN, its name, the id at the ARN's end. */
export function namesOf(sources: readonly Source[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const source of sources) {
    if (source.kind !== "resource" || !source.arn) continue;
    const id = source.arn.split(/[:/]/).at(-1) ?? "";
    for (const name of [source.arn, source.title, id]) if (name.length > 2 && !names.has(name)) names.set(name, source.arn);
  }
  return names;
}

/** Tells the Markdown inside which resources the answer rests on, so that their names become chips. */
export function KnownResources({ sources, children }: { sources: readonly Source[]; children: ReactNode }) {
  const names = useMemo(() => namesOf(sources), [sources]);
  return <Known.Provider value={names}>{children}</Known.Provider>;
}

/** Inline code; a chip that opens the drawer where it names a resource. */
export function CodeOrResource({ text }: { text: string }) {
  const known = useContext(Known);
  const openResource = useNavigation((s) => s.openResource);
  const arn = known.get(text) ?? (arnForm.test(text) ? text : "");
  if (!arn) return <code>{text}</code>;
  return (
    <button
      type="button"
      className="inline rounded-[5px] bg-accent-soft px-1 text-left align-baseline text-accent-text hover:underline"
      title={`Open ${arn}`}
      onClick={() => openResource(arn)}
    >
      <Box className="mr-0.5 inline size-3 align-[-1px]" aria-hidden />
      <span className="font-mono text-[12.5px]">{text}</span>
    </button>
  );
}

interface Node {
  type: string;
  tagName?: string;
  value?: string;
  properties?: Record<string, unknown>;
  children?: Node[];
}

const arnInText = /arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:[\w\-./:@*+=,]*[\w*]/g;

/** Puts ARNs that stand in running text into code, which then becomes a chip. */
export function rehypeArns() {
  const visit = (node: Node) => {
    if (!node.children || node.tagName === "code" || node.tagName === "a") return;
    node.children = node.children.flatMap((child) => {
      if (child.type !== "text" || !child.value?.includes("arn:")) {
        visit(child);
        return [child];
      }
      return cut(child.value);
    });
  };
  return visit;
}

function cut(text: string): Node[] {
  const out: Node[] = [];
  let from = 0;
  for (const match of text.matchAll(arnInText)) {
    if (match.index > from) out.push({ type: "text", value: text.slice(from, match.index) });
    out.push({ type: "element", tagName: "code", properties: {}, children: [{ type: "text", value: match[0] }] });
    from = match.index + match[0].length;
  }
  if (from < text.length) out.push({ type: "text", value: text.slice(from) });
  return out;
}
