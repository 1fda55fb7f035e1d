import { Cpu, Globe, TriangleAlert } from "lucide-react";
import { Button } from "@/components/ui/button";
import type { RecallMode } from "@/lib/backend";
import { formatTokens } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { useSettings, useStatus } from "@/lib/queries";
import { RecallSwitch } from "../conversation-header";

/** A rough count, as no tokenizer of the model is at hand: English is near 4 characters a token, code near 3. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 3.8);
}

interface ComposerFootProps {
  conversationId: string;
  text: string;
  tooLong: boolean;
  recallMode: RecallMode;
}

/** Who answers, from where, and how much the prompt is. */
export function ComposerFoot({ conversationId, text, tooLong, recallMode }: ComposerFootProps) {
  const window = useSettings().data?.windowTokens ?? 0;
  const tokens = estimateTokens(text);
  const over = window > 0 && tokens > window * 0.8;
  return (
    <div className="mt-1 flex h-6 items-center gap-1 text-xs text-muted">
      <ModelLabel />
      {conversationId === "" && <RecallSwitch conversationId="" mode={recallMode} />}
      <span className="ml-auto inline-flex items-center gap-1 pr-1 tabular-nums">
        {tooLong ? (
          <span role="alert" className="text-danger">Longer than a prompt can be: 1 MB at most.</span>
        ) : over ? (
          <span className="inline-flex items-center gap-1 text-warn"><TriangleAlert className="size-3.5" aria-hidden />About {formatTokens(tokens)} tokens: it may not fit the model’s context</span>
        ) : (
          text.length > 0 && <span title="Estimated">≈ {formatTokens(tokens)} tokens</span>
        )}
      </span>
    </div>
  );
}

function ModelLabel() {
  const status = useStatus();
  const openSettings = useNavigation((s) => s.openSettings);
  if (!status?.model) return <Button variant="ghost" size="sm" className="h-6" onClick={() => openSettings("model")}>No model: retrieval alone</Button>;
  const Icon = status.modelRemote ? Globe : Cpu;
  const where = status.modelRemote ? `on ${status.modelHost || "another machine"}` : "on this machine";
  return (
    <Button variant="ghost" size="sm" className="h-6 min-w-0" title={`${status.model}, ${where}`} onClick={() => openSettings("model")}>
      <Icon aria-hidden />
      <span className="max-w-64 truncate">{status.model}</span>
      <span className={status.modelRemote ? "text-warn" : "text-ok"}>{status.modelRemote ? "remote" : "local"}</span>
    </Button>
  );
}
