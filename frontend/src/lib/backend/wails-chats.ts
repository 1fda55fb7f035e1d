import type { ChatBackend } from "./backend";
import { bound, call, list } from "./call";
import type {
  AnswerState, AskStarted, ChatResults, Conversation, ConversationPage, Deletion, Draft, FacetValue, Folder, Message, MessagePage,
  RecalledPair, RunRef, SecretFinding, ToolCall,
} from "./types";

const conversation = (c: Conversation): Conversation => ({ ...c, tags: list(c.tags) });
const tool = (t: ToolCall): ToolCall => ({ ...t, resources: list(t.resources) });
const deletion = (d: Deletion): Deletion => ({ ...d, remains: list(d.remains) });
const egress = (all: Message["egress"] | null) => list(all).map((e) => ({ ...e, what: list(e.what) }));
const message = (m: Message): Message => ({
  ...m, sources: list(m.sources), siblings: list(m.siblings), toolCalls: list(m.toolCalls).map(tool), egress: egress(m.egress), notes: list(m.notes),
});

export const answer = (a: AnswerState): AnswerState => ({
  ...a, sources: list(a.sources), toolCalls: list(a.toolCalls).map(tool), egress: egress(a.egress), reasoning: a.reasoning ?? "", waiting: a.waiting ?? "",
});

/** Conversations, through the methods of app.go. */
export const wailsChats: ChatBackend = {
  listConversations: (query) => call(bound<ConversationPage>("ListConversations", query), (page) => ({ ...page, conversations: list(page.conversations).map(conversation) })),
  getConversation: (id) => call(bound<Conversation>("GetConversation", id), conversation),
  createConversation: (title) => call(bound<Conversation>("CreateConversation", title), conversation),
  renameConversation: (id, title) => call(bound<Conversation>("RenameConversation", id, title), conversation),
  pinConversations: (ids, pinned) => call(bound("PinConversations", ids, pinned)),
  archiveConversations: (ids, archived) => call(bound("ArchiveConversations", ids, archived)),
  moveConversations: (ids, folderId) => call(bound("MoveConversations", ids, folderId)),
  tagConversations: (ids, add, remove) => call(bound("TagConversations", ids, add, remove)),
  setRecall: (id, mode) => call(bound("SetRecall", id, mode)),
  deleteConversations: (ids) => call(bound<Deletion>("DeleteConversations", ids), deletion),
  undoDelete: (ids) => call(bound<number>("UndoDelete", ids)),
  purgeDeleted: (ids) => call(bound<Deletion>("PurgeDeleted", ids), deletion),
  listDeleted: () => call(bound<Conversation[]>("ListDeleted"), (all) => list(all).map(conversation)),
  listFolders: () => call(bound<Folder[]>("ListFolders"), list),
  saveFolder: (id, name) => call(bound<Folder>("SaveFolder", id, name)),
  deleteFolder: (id) => call(bound("DeleteFolder", id)),
  listTags: () => call(bound<FacetValue[]>("ListTags"), list),
  forkConversation: (messageId, title) => call(bound<Conversation>("ForkConversation", messageId, title), conversation),
  selectBranch: (conversationId, messageId) => call(bound("SelectBranch", conversationId, messageId)),
  getDraft: (conversationId) => call(bound<Draft>("GetDraft", conversationId), (d) => ({ ...d, attachArns: list(d.attachArns) })),
  saveDraft: (conversationId, text, attachArns) => call(bound("SaveDraft", conversationId, text, attachArns)),
  getMessages: (id, beforeSeq, limit) => call(bound<MessagePage>("GetMessages", id, beforeSeq, limit), (page) => ({ ...page, messages: list(page.messages).map(message) })),
  ask: (request) => call(bound<AskStarted>("Ask", request)),
  findSecrets: (text) => call(bound<SecretFinding[]>("FindSecrets", text), list),
  redactSecrets: (text) => call(bound<string>("RedactSecrets", text)),
  searchChats: (query) => call(bound<ChatResults>("SearchChats", query), (found) => ({ ...found, groups: list(found.groups).map((g) => ({ ...g, hits: list(g.hits) })) })),
  recall: (text, conversationId) => call(bound<RecalledPair[]>("Recall", text, conversationId), list),
  exportChats: (ids, format) => call(bound<string>("ExportChats", ids, format)),
  importChats: (folder) => call(bound<RunRef>("ImportChats", folder)),
};
