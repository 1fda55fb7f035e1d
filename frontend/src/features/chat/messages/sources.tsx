import { Box, MessageSquareText } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import type { Source } from "@/lib/backend";
import { useNavigation } from "@/lib/navigation";

const shownAtFirst = 6;

/** What an answer rests on: resources open in the drawer, earlier answers in their conversation. */
export function Sources({ sources }: { sources: Source[] }) {
  const resources = sources.filter((s) => s.kind === "resource");
  const messages = sources.filter((s) => s.kind === "message");
  if (sources.length === 0) return null;
  return (
    <div className="mt-3 space-y-2">
      <Group title="From your estate" sources={resources} />
      <Group title="From earlier conversations" sources={messages} />
    </div>
  );
}

function Group({ title, sources }: { title: string; sources: Source[] }) {
  if (sources.length === 0) return null;
  return (
    <div role="group" aria-label={title}>
      <p className="mb-1 text-xs text-muted">{title}</p>
      <SourceChips sources={sources} />
    </div>
  );
}

/** Sources as chips, the first few at first. */
export function SourceChips({ sources }: { sources: readonly Source[] }) {
  const [all, setAll] = useState(false);
  const openResource = useNavigation((s) => s.openResource);
  const openConversation = useNavigation((s) => s.openConversation);
  if (sources.length === 0) return null;
  const shown = all ? sources : sources.slice(0, shownAtFirst);
  const open = (source: Source) =>
    source.kind === "resource" ? openResource(source.arn) : openConversation(source.conversationId, { messageId: source.messageId, seq: source.seq });
  return (
    <ul className="flex flex-wrap gap-1.5">
      {shown.map((source, i) => {
        const Icon = source.kind === "resource" ? Box : MessageSquareText;
        return (
          <li key={`${source.arn || source.messageId}-${i}`} className="max-w-full">
            <button
              type="button"
              onClick={() => open(source)}
              title={source.arn || source.title}
              className="flex h-7 max-w-88 items-center gap-1.5 rounded-md border bg-surface px-2 text-xs hover:bg-hover"
            >
              <Icon className="size-3.5 shrink-0 text-muted" aria-hidden />
              <span className="min-w-0 shrink truncate font-medium">{source.title || source.arn}</span>
              {source.subtitle && <span className="min-w-0 shrink-[1000] truncate text-muted">{source.subtitle}</span>}
            </button>
          </li>
        );
      })}
      {sources.length > shownAtFirst && (
        <li>
          <Button variant="ghost" size="sm" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Fewer" : `${sources.length - shownAtFirst} more`}
          </Button>
        </li>
      )}
    </ul>
  );
}
