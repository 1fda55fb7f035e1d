import type { HLJSApi, Language } from "highlight.js";
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import http from "highlight.js/lib/languages/http";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import markdown from "highlight.js/lib/languages/markdown";
import powershell from "highlight.js/lib/languages/powershell";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import shell from "highlight.js/lib/languages/shell";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

/** Terraform's language, which highlight.js does not bring along. */
function hcl(hljs: HLJSApi): Language {
  const interpolation = { className: "subst", begin: /[$%]\{/, end: /\}/, contains: [] as object[] };
  const string = { className: "string", begin: /"/, end: /"/, illegal: /\n/, contains: [hljs.BACKSLASH_ESCAPE, interpolation] };
  const heredoc = { className: "string", begin: /<<[-~]?(\w+)/, end: /^\s*\w+$/m, contains: [interpolation] };
  interpolation.contains = [hljs.C_NUMBER_MODE, { className: "string", begin: /"/, end: /"/ }];
  return {
    name: "HCL",
    aliases: ["terraform", "tf", "tfvars"],
    keywords: { keyword: "resource data provider variable output locals module terraform moved import check for in if dynamic", literal: "true false null" },
    contains: [
      hljs.HASH_COMMENT_MODE, hljs.C_LINE_COMMENT_MODE, hljs.C_BLOCK_COMMENT_MODE, heredoc, string,
      { className: "number", begin: /\b\d+(\.\d+)?\b/ },
      { className: "attr", begin: /[\w-]+(?=\s*=(?!=))/ },
      { className: "title", begin: /\b[a-z_]+(?=\()/ },
    ],
  };
}

const lowlight = createLowlight({
  bash, css, diff, dockerfile, go, hcl, http, ini, java, javascript, json, markdown, powershell, python, rust, shell, sql, typescript, xml, yaml,
});

export interface Token {
  text: string;
  className: string;
}

interface Tree {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: readonly Tree[];
}

function flatten(nodes: readonly Tree[], className: string, into: Token[]): void {
  for (const node of nodes) {
    if (node.type === "text") into.push({ text: node.value ?? "", className });
    else flatten(node.children ?? [], classOf(node) || className, into);
  }
}

function classOf(node: Tree): string {
  const names = node.properties?.className;
  return Array.isArray(names) ? names.join(" ") : "";
}

/** The text in pieces of one colour each; null for a language that is not known. */
export function highlight(text: string, language: string): Token[] | null {
  if (!lowlight.registered(language)) return null;
  const tokens: Token[] = [];
  flatten(lowlight.highlight(language, text).children, "", tokens);
  return tokens;
}
