import { ChartNetwork, Code } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/feedback";
import { isDark, useTheme } from "@/lib/theme";
import { CodeBlock, CodeFrame, CopyButton } from "./code-block";
import type { Drawing } from "./mermaid-render";

const drawn = new Map<string, Drawing>();
const kept = 60;

function remember(key: string, drawing: Drawing): void {
  drawn.set(key, drawing);
  if (drawn.size > kept) drawn.delete(drawn.keys().next().value!);
}

function useDrawing(source: string): { drawing: Drawing | undefined; error: string } {
  const dark = isDark(useTheme((s) => s.theme));
  const key = `${dark ? "dark" : "light"}:${source}`;
  const [state, setState] = useState<{ key: string; drawing?: Drawing; error: string }>({ key: "", error: "" });
  const known = drawn.get(key);
  useEffect(() => {
    if (known) return;
    let alive = true;
    import("./mermaid-render").then((module) => module.drawDiagram(source, dark)).then(
      (drawing) => {
        remember(key, drawing);
        if (alive) setState({ key, drawing, error: "" });
      },
      (reason: unknown) => alive && setState({ key, error: reason instanceof Error ? reason.message : String(reason) }),
    );
    return () => {
      alive = false;
    };
  }, [key, known, source, dark]);
  const current = state.key === key ? state : { drawing: undefined, error: "" };
  return { drawing: known ?? current.drawing, error: current.error };
}

/** A Mermaid diagram as a picture, with its source one click away; the source alone while the answer still comes. */
export function Diagram({ source, settled }: { source: string; settled: boolean }) {
  if (!settled) return <CodeBlock text={source} language="mermaid" />;
  return <SettledDiagram source={source} />;
}

function SettledDiagram({ source }: { source: string }) {
  const { drawing, error } = useDrawing(source);
  const [asSource, setAsSource] = useState(false);
  const toggle = (
    <Button variant="ghost" size="sm" className="h-6" aria-pressed={asSource} onClick={() => setAsSource(!asSource)}>
      {asSource ? <ChartNetwork aria-hidden /> : <Code aria-hidden />}
      {asSource ? "Diagram" : "Source"}
    </Button>
  );
  if (error) {
    return (
      <div>
        <p className="mb-1 text-xs text-warn" role="note">This diagram is shown as its source: {firstLine(error)}</p>
        <CodeBlock text={source} language="mermaid" />
      </div>
    );
  }
  if (asSource) return <CodeBlock text={source} language="mermaid" actions={toggle} />;
  return (
    <CodeFrame title="Diagram" actions={<>{toggle}<CopyButton text={source} /></>}>
      <div className="grid min-h-24 place-items-center overflow-x-auto bg-surface p-3" tabIndex={0} role="group" aria-label="Diagram">
        {drawing ? <img src={drawing.src} alt={`Diagram: ${source.split("\n")[0] ?? ""}`} className="max-h-[70vh] max-w-full" /> : <Spinner label="Drawing…" />}
      </div>
    </CodeFrame>
  );
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 200);
}
