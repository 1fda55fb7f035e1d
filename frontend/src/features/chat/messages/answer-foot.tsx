import { Check, Copy, Ellipsis, FileText, GitFork, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";
import type { Message } from "@/lib/backend";
import { cn } from "@/lib/cn";
import { copyWithToast, useCopy } from "@/lib/copy";
import { formatAgo, formatCost, formatCount, formatDateTime, formatTokens, markdownToText } from "@/lib/format";
import { regenerate } from "../state";
import { BranchWalker } from "./branch-walker";
import { EgressPanel, EgressSign, egressSummary } from "./egress";
import { useFork } from "./fork";

interface AnswerFootProps {
  conversationId: string;
  message: Message;
  onSelectBranch: (messageId: string) => void;
}

export function AnswerFoot({ conversationId, message, onSelectBranch }: AnswerFootProps) {
  const { copied, copy } = useCopy();
  const fork = useFork(conversationId);
  const [showEgress, setShowEgress] = useState(false);
  const stored = message.siblings.length > 0;
  return (
    <>
      <footer className="mt-1.5 flex min-h-6 flex-wrap items-center gap-x-1 text-xs text-muted">
        <Tooltip content="Copy as Markdown">
          <Button variant="ghost" size="icon-sm" className="-ml-1.5" aria-label={copied ? "Copied" : "Copy the answer"} onClick={() => copy(message.text)}>
            {copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
          </Button>
        </Tooltip>
        {stored && message.parentId && (
          <Tooltip content="Answer again">
            <Button variant="ghost" size="icon-sm" aria-label="Answer again" onClick={() => regenerate(conversationId, message.parentId)}><RotateCcw aria-hidden /></Button>
          </Tooltip>
        )}
        {stored && (
          <Menu align="start" trigger={<Button variant="ghost" size="icon-sm" aria-label="More for this answer"><Ellipsis aria-hidden /></Button>}>
            <MenuItem onSelect={() => void copyWithToast(message.text, "Copied as Markdown.")}><Copy aria-hidden />Copy as Markdown</MenuItem>
            <MenuItem onSelect={() => void copyWithToast(markdownToText(message.text), "Copied as text.")}><FileText aria-hidden />Copy as text</MenuItem>
            <MenuItem onSelect={() => fork.mutate(message.id)}><GitFork aria-hidden />New conversation from here</MenuItem>
          </Menu>
        )}
        <BranchWalker message={message} what="Answer" onSelect={onSelectBranch} />
        <span className="flex flex-wrap items-center gap-x-2.5 pl-1">
          <time dateTime={message.timestamp} title={formatDateTime(message.timestamp)}>{formatAgo(message.timestamp)}</time>
          {message.model && message.model !== "retrieval" && <span className="max-w-56 truncate" title={message.model}>{message.model}</span>}
          <Usage message={message} />
        </span>
        {stored && message.model !== "retrieval" && (
          <button
            type="button"
            aria-expanded={showEgress}
            onClick={() => setShowEgress(!showEgress)}
            className="ml-auto inline-flex h-6 items-center gap-1 rounded px-1 hover:text-fg [&_svg]:size-3.5"
          >
            <EgressSign egress={message.egress} />
            {egressSummary(message.egress)}
          </button>
        )}
      </footer>
      {showEgress && <EgressPanel egress={message.egress} />}
    </>
  );
}

/** Tokens, cost and how full the model's window was. Nothing where nothing was counted. */
function Usage({ message }: { message: Message }) {
  const { promptTokens, answerTokens, costUsd, contextTokens, windowTokens } = message;
  if (promptTokens + answerTokens === 0) return null;
  const cost = formatCost(costUsd);
  return (
    <>
      <span className="tabular-nums" title={`${formatCount(promptTokens)} tokens read, ${formatCount(answerTokens)} written`}>
        {formatTokens(promptTokens)} in · {formatTokens(answerTokens)} out{cost && ` · ${cost}`}
      </span>
      {windowTokens > 0 && <ContextMeter used={contextTokens} of={windowTokens} />}
    </>
  );
}

export function ContextMeter({ used, of }: { used: number; of: number }) {
  const share = Math.min(1, used / of);
  const percent = Math.round(share * 100);
  return (
    <span className="inline-flex items-center gap-1" title={`${formatCount(used)} of ${formatCount(of)} tokens of the model's context are in use`}>
      <span role="meter" aria-label="Context in use" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} className="h-1.5 w-10 overflow-hidden rounded-full bg-bar-track">
        <span className={cn("block h-full", share > 0.85 ? "bg-warn" : "bg-bar")} style={{ width: `${Math.max(4, percent)}%` }} />
      </span>
      <span className="tabular-nums">{percent}%</span>
    </span>
  );
}
