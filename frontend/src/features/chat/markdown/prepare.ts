import remend from "remend";

const codeOrMaths = /(`+)[\s\S]*?\1|\$\$[\s\S]*?\$\$/g;
// As Pandoc has it: no space inside the dollars and no digit behind them, so that prices stay prices.
const singleDollar = /(^|[^\\$\w])\$(?=\S)([^$\n]{1,200}?)(?<=\S)\$(?![\d$])/g;
const looksLikeMaths = /[\\^_{}=<>+*]|^[A-Za-z]'?$|^\d+(\.\d+)?$/;

/** Calls change for the parts of a block that are neither code nor maths. */
function outside(block: string, change: (text: string) => string): string {
  let out = "";
  let from = 0;
  for (const match of block.matchAll(codeOrMaths)) {
    out += change(block.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return out + change(block.slice(from));
}

/** Brings \( … \) and $ … $ into the one form that is parsed, $$ … $$, and leaves prices alone. */
export function normaliseMaths(block: string): string {
  if (/^ {0,3}(`{3,}|~{3,})/.test(block) || !/[$\\]/.test(block)) return block;
  return outside(block, (text) =>
    text
      .replace(/\\\(([^\n]{1,400}?)\\\)/g, (_all, inner: string) => `$$${inner.trim()}$$`)
      .replace(/\\\[([^\n]{1,400}?)\\\]/g, (_all, inner: string) => `$$${inner.trim()}$$`)
      .replace(singleDollar, (all, before: string, inner: string) => (looksLikeMaths.test(inner) ? `${before}$$${inner}$$` : all)),
  );
}

function delimiterFor(header: string): string {
  const cells = header.replace(/^\s*\||\|\s*$/g, "").split(/(?<!\\)\|/).length;
  return `|${" --- |".repeat(cells)}`;
}

/** A table shows as a table from its first line on, not as a line of bars that jumps into one. */
function completeTable(block: string): string {
  const lines = block.split("\n");
  const at = lines.length - 1;
  const isRow = (i: number) => /^\s*\|/.test(lines[i] ?? "");
  if (!isRow(at)) return block;
  if (!isRow(at - 1)) return /\|.*\|/.test(lines[at]!) ? `${block}\n${delimiterFor(lines[at]!)}` : lines.slice(0, at).join("\n");
  if (!isRow(at - 2) && /^[\s|:-]*$/.test(lines[at]!)) return [...lines.slice(0, at), delimiterFor(lines[at - 1]!)].join("\n");
  return block;
}

/**
 * The last block of an answer that is still coming: what is open is closed, so that bold does not flash as asterisks
 * and half a formula is not an error.
 */
export function completeBlock(block: string): string {
  if (/^ {0,3}(`{3,}|~{3,})/.test(block)) return block;
  if (block.startsWith("$$") && !/\n\$\$\s*$/.test(block) && !/^\$\$.+\$\$$/.test(block)) return "```text\n" + block.replace(/^\$\$\n?/, "");
  return remend(completeTable(block), { inlineKatex: false });
}

/** Parts an answer into what the model thought aloud and what it says. The tag may still be open. */
export function splitReasoning(text: string): { reasoning: string; answer: string; open: boolean } {
  const start = /^\s*<think(?:ing)?>/.exec(text);
  if (!start) return { reasoning: "", answer: text, open: false };
  const rest = text.slice(start[0].length);
  const end = /<\/think(?:ing)?>/.exec(rest);
  if (!end) return { reasoning: rest.trim(), answer: "", open: true };
  return { reasoning: rest.slice(0, end.index).trim(), answer: rest.slice(end.index + end[0].length).trimStart(), open: false };
}
