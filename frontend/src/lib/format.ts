const numbers = new Intl.NumberFormat("en-US");

export function formatCount(n: number): string {
  return numbers.format(n);
}

/** "1 resource", "2 resources". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "now", "5 min ago", "3 h ago", "yesterday", "12 Mar", "12 Mar 2024". Empty for no time. */
export function formatAgo(iso: string, now = Date.now()): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return "";
  const age = now - time;
  if (age < minute) return "now";
  if (age < hour) return `${Math.floor(age / minute)} min ago`;
  if (age < 12 * hour) return `${Math.floor(age / hour)} h ago`;
  const date = new Date(time);
  const days = Math.round((startOfDay(now) - startOfDay(time)) / day);
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  if (days < 7) return date.toLocaleDateString("en-GB", { weekday: "long" });
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: sameYear ? undefined : "numeric" });
}

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** The beginning of the day so many days ago, as RFC 3339. */
export function daysAgo(days: number, now = Date.now()): string {
  const date = new Date(startOfDay(now));
  date.setDate(date.getDate() - days);
  return date.toISOString();
}

/** "12 Mar 2026, 14:05 CET", with the zone of this machine. Empty for no time. */
export function formatDateTime(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return "";
  return new Date(time).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
}

/** "0.4 ms", "12 ms", "1.2 s". */
export function formatMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** A snippet of Markdown as a line of plain words. */
export function plainWords(markdown: string): string {
  return markdown
    .replace(/```\w*/g, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s{0,3}(#{1,6}|>|[-*+])\s/gm, "")
    .replace(/[|`]|\*\*|__|:?-{3,}:?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** Tokens of a model: "812", "5.2k", "1.3M". */
export function formatTokens(n: number): string {
  if (n < 1000) return String(n);
  if (n < 1_000_000) return `${(n / 1000).toFixed(n < 10_000 ? 1 : 0)}k`;
  return `${(n / 1_000_000).toFixed(1)}M`;
}

/** "$0.0004", "$0.03", "$12.40". Empty for a cost that is not known. */
export function formatCost(usd: number): string {
  if (usd <= 0) return "";
  if (usd < 0.01) return `$${usd.toFixed(4)}`;
  return `$${usd.toFixed(2)}`;
}

/** "812 B", "18 KB", "1.2 MB", "3.4 GB". */
export function formatBytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${Math.round(n / 1000)} KB`;
  if (n < 1_000_000_000) return `${(n / 1_000_000).toFixed(1)} MB`;
  return `${(n / 1_000_000_000).toFixed(1)} GB`;
}

/** Markdown without its marks, line by line, for pasting where there is no Markdown. */
export function markdownToText(markdown: string): string {
  return markdown
    .replace(/^ {0,3}(`{3,}|~{3,}).*$/gm, "")
    .replace(/!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)/g, (_all, words: string, target: string) => (words && target && words !== target ? `${words} (${target})` : words || target))
    .replace(/^\s{0,3}(#{1,6}|>)\s+/gm, "")
    .replace(/^\s*\|?[\s:|-]*-{3,}[\s:|-]*\|?\s*$/gm, "")
    .replace(/^\s*\|(.*)\|\s*$/gm, (_all, cells: string) => cells.split("|").map((c) => c.trim()).join("\t"))
    .replace(/(\*\*|__|~~|`)/g, "")
    .replace(/(^|\s)[*_](\S[^*_\n]*\S|\S)[*_](?=\W|$)/g, "$1$2")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
