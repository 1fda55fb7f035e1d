const fence = /^ {0,3}(`{3,}|~{3,})/;
const listItem = /^ {0,3}([-*+]|\d{1,9}[.)])\s/;
const linkDefinition = /^ {0,3}\[[^\]]+\]:/m;
const mathLine = /^\s*(\$\$|\\\[|\\\])\s*$/;

/**
 * Cuts Markdown into blocks that can be rendered on their own, so that while an answer streams in only its last
 * block is rendered again. Fenced code and maths stay whole, and so does a list with blank lines in it. A text with
 * link definitions is one block, because they work across blocks.
 */
export function splitBlocks(text: string): string[] {
  if (linkDefinition.test(text)) return [text];
  const blocks: string[] = [];
  let lines: string[] = [];
  let open = "";
  let maths = false;
  for (let line of text.split("\n")) {
    const mark = fence.exec(line)?.[1] ?? "";
    if (open) {
      if (mark.startsWith(open) && line.trim() === mark) open = "";
    } else if (mark && !maths) {
      open = mark;
    } else if (mathLine.test(line)) {
      // Models write \[ … \] as often as $$ … $$; the parser knows the latter.
      line = "$$";
      maths = !maths;
      if (maths && lines.length > 0) {
        blocks.push(lines.join("\n"));
        lines = [];
      }
    }
    if (!open && !mark && !maths && line.trim() === "" && lines.length > 0) {
      blocks.push(lines.join("\n"));
      lines = [];
    } else if (line.trim() !== "" || lines.length > 0) {
      lines.push(line);
    }
  }
  if (lines.length > 0) blocks.push(lines.join("\n"));
  return joinLists(blocks);
}

function joinLists(blocks: string[]): string[] {
  const joined: string[] = [];
  for (const block of blocks) {
    const before = joined.at(-1);
    const continues = before !== undefined && listItem.test(before) && (listItem.test(block) || /^\s{2,}\S/.test(block));
    if (continues) joined[joined.length - 1] = `${before}\n\n${block}`;
    else joined.push(block);
  }
  return joined;
}
