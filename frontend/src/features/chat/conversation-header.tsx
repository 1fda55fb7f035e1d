import { Archive, ArchiveRestore, BookOpen, BookX, Download, Ellipsis, FileJson, FolderInput, History, Pin, PinOff, Search, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator, SubMenu } from "@/components/ui/menu";
import type { Conversation, RecallMode } from "@/lib/backend";
import { formatCost, formatTokens, plural } from "@/lib/format";
import { useNavigation } from "@/lib/navigation";
import { useSettings } from "@/lib/queries";
import { useActions } from "./list/actions";
import { MoveMenu } from "./list/move-menu";
import { useConversation, useSetRecall } from "./queries";
import { useChat } from "./state";

/** What the conversation is, what it cost so far, and what can be done with it as a whole. */
export function ConversationHeader({ conversationId }: { conversationId: string }) {
  const { data: conversation } = useConversation(conversationId);
  const usual = useSettings().data?.recallMode ?? "on";
  if (!conversation) return <div className="h-11 shrink-0 border-b" />;
  return (
    <header className="flex h-11 shrink-0 items-center gap-3 border-b pl-6 pr-3">
      <h2 className="min-w-0 truncate font-semibold" title={conversation.title}>{conversation.title || "Untitled conversation"}</h2>
      {conversation.status === "archived" && <span className="text-xs text-muted">Archived</span>}
      <Totals conversation={conversation} />
      <div className="ml-auto flex items-center gap-1">
        <RecallSwitch conversationId={conversationId} mode={conversation.recall || usual} />
        <Actions conversation={conversation} />
      </div>
    </header>
  );
}

function Totals({ conversation }: { conversation: Conversation }) {
  const { messageCount, promptTokens, answerTokens, costUsd } = conversation;
  const cost = formatCost(costUsd);
  return (
    <p className="shrink-0 text-xs tabular-nums text-muted" aria-label="Totals">
      {plural(messageCount, "message")}
      {promptTokens + answerTokens > 0 && ` · ${formatTokens(promptTokens)} in, ${formatTokens(answerTokens)} out`}
      {cost && ` · ${cost}`}
    </p>
  );
}

const modes: readonly { mode: RecallMode; label: string; about: string }[] = [
  { mode: "on", label: "By meaning", about: "What bears on the prompt" },
  { mode: "plain", label: "Newest, by keyword", about: "The plain way of before" },
  { mode: "off", label: "Off", about: "Nothing of other conversations" },
];

/** Whether earlier answers of other conversations go along with a prompt of this one. */
export function RecallSwitch({ conversationId, mode }: { conversationId: string; mode: RecallMode }) {
  const set = useSetRecall(conversationId);
  const choose = (next: RecallMode) => (conversationId ? set.mutate(next) : useChat.setState({ newRecall: next }));
  const Icon = mode === "off" ? BookX : BookOpen;
  const label = modes.find((m) => m.mode === mode)?.label ?? "";
  return (
    <Menu trigger={<Button variant="ghost" size="sm" aria-label={`Recall: ${label}`}><Icon aria-hidden />Recall {mode === "off" ? "off" : mode === "plain" ? "plain" : "on"}</Button>}>
      <MenuLabel>Earlier answers that go along</MenuLabel>
      {modes.map((m) => (
        <MenuChoice key={m.mode} checked={m.mode === mode} onSelect={() => choose(m.mode)}>
          <span className="flex-1">{m.label}</span> <span className="pl-4 text-xs text-muted">{m.about}</span>
        </MenuChoice>
      ))}
    </Menu>
  );
}

/** The recall mode of a conversation that is not stored yet. */
export function useNewRecall(): RecallMode {
  const chosen = useChat((s) => s.newRecall);
  const settings = useSettings();
  return chosen ?? settings.data?.recallMode ?? "on";
}

function Actions({ conversation }: { conversation: Conversation }) {
  const actions = useActions();
  const { id, pinned, status } = conversation;
  const archived = status === "archived";
  return (
    <Menu trigger={<Button variant="ghost" size="icon-sm" aria-label="Actions for this conversation"><Ellipsis aria-hidden /></Button>}>
      <MenuItem onSelect={() => void actions.pin([id], !pinned)}>{pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}{pinned ? "Unpin" : "Pin"}</MenuItem>
      <MenuItem onSelect={() => void actions.archive([id], !archived)}>{archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}{archived ? "Take out of the archive" : "Archive"}</MenuItem>
      <SubMenu label={<><FolderInput aria-hidden />Move to</>}><MoveMenu ids={[id]} current={conversation.folderId} /></SubMenu>
      <MenuItem onSelect={() => useNavigation.getState().searchChats({ conversationId: id })}><Search aria-hidden />Search in it</MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => void actions.exportChats([id], "md")}><Download aria-hidden />Export as Markdown…</MenuItem>
      <MenuItem onSelect={() => void actions.exportChats([id], "jsonl")}><FileJson aria-hidden />Export as JSON lines…</MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => useNavigation.setState({ restorePart: { conversationId: id, title: conversation.title } })}><History aria-hidden />Back to an earlier state…</MenuItem>
      <MenuItem onSelect={() => actions.askToDelete([conversation])}><Trash2 aria-hidden />Delete…</MenuItem>
    </Menu>
  );
}
