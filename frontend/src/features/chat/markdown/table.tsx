import { Copy } from "lucide-react";
import { useRef, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { copyWithToast } from "@/lib/copy";

/** One cell for a spreadsheet. What would begin a formula is made text: the words come from a model. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,]+%?$/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv(rows: readonly string[][]): string {
  return rows.map((row) => row.map(csvCell).join(",")).join("\r\n");
}

export function toMarkdownTable(rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((c) => c.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ")).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}

function cellsOf(table: HTMLTableElement | null): string[][] {
  return [...(table?.rows ?? [])].map((row) => [...row.cells].map((cell) => (cell.textContent ?? "").trim()));
}

/** A table that scrolls inside itself and can be taken along. */
export function Table({ children }: { children?: ReactNode }) {
  const table = useRef<HTMLTableElement>(null);
  return (
    <div className="group/table">
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-label="Table">
        <table ref={table}>{children}</table>
      </div>
      <div className="mt-1 flex gap-1 opacity-0 focus-within:opacity-100 group-hover/table:opacity-100">
        <Button size="sm" className="h-6" onClick={() => void copyWithToast(toCsv(cellsOf(table.current)), "The table was copied as CSV.")}><Copy aria-hidden />CSV</Button>
        <Button size="sm" className="h-6" onClick={() => void copyWithToast(toMarkdownTable(cellsOf(table.current)), "The table was copied as Markdown.")}><Copy aria-hidden />Markdown</Button>
      </div>
    </div>
  );
}
