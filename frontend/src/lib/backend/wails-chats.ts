import * as app from "../../../wailsjs/go/main/App";
import type { main } from "../../../wailsjs/go/models";
import type { ChatBackend } from "./backend";
import { call, list } from "./call";
import type { AnswerState, Conversation, Deletion, Message, ToolCall } from "./types";

const conversation = (c: main.Conversation): Conversation => ({ ...c, recall: c.recall as Conversation["recall"], tags: list(c.tags) });
const nothing = () => undefined;
const tool = (t: ToolCall): ToolCall => ({ ...t, resources: list(t.resources) });
const deletion = (d: Deletion): Deletion => ({ ...d, missing: list(d.missing), remains: list(d.remains) });
const egress = (all: Message["egress"] | null) => list(all).map((e) => ({ ...e, what: list(e.what) }));
const message = (m: Message): Message => ({
  ...m, sources: list(m.sources), siblings: list(m.siblings), toolCalls: list(m.toolCalls).map(tool), egress: egress(m.egress), notes: list(m.notes),
});

export const answer = (a: AnswerState): AnswerState => ({
  ...a, notes: list(a.notes), sources: list(a.sources), toolCalls: list(a.toolCalls).map(tool), egress: egress(a.egress),
});

/** Conversations, through the methods of app.go. */
export const wailsChats: ChatBackend = {
  listConversations: (query) => call(app.ListConversations(query), (page) => ({ ...page, conversations: list(page.conversations).map(conversation) })),
  getConversation: (id) => call(app.GetConversation(id), conversation),
  createConversation: (title) => call(app.CreateConversation(title), conversation),
  renameConversation: (id, title) => call(app.RenameConversation(id, title), conversation),
  pinConversations: (ids, pinned) => call(app.PinConversations(ids, pinned), nothing),
  archiveConversations: (ids, archived) => call(app.ArchiveConversations(ids, archived), nothing),
  moveConversations: (ids, folderId) => call(app.MoveConversations(ids, folderId), nothing),
  tagConversations: (ids, add, remove) => call(app.TagConversations(ids, add, remove), nothing),
  setRecall: (id, mode) => call(app.SetRecall(id, mode), nothing),
  deleteConversations: (ids) => call(app.DeleteConversations(ids), deletion),
  undoDelete: (ids) => call(app.UndoDelete(ids)),
  purgeDeleted: (ids) => call(app.PurgeDeleted(ids), deletion),
  listDeleted: () => call(app.ListDeleted(), (all) => list(all).map(conversation)),
  listFolders: () => call(app.ListFolders(), list),
  saveFolder: (id, name) => call(app.SaveFolder(id, name)),
  deleteFolder: (id) => call(app.DeleteFolder(id)),
  listTags: () => call(app.ListTags(), list),
  forkConversation: (messageId, title) => call(app.ForkConversation(messageId, title), conversation),
  selectBranch: (conversationId, messageId) => call(app.SelectBranch(conversationId, messageId)),
  getDraft: (conversationId) => call(app.GetDraft(conversationId), (d) => ({ ...d, attachArns: list(d.attachArns) })),
  saveDraft: (conversationId, text, attachArns) => call(app.SaveDraft(conversationId, text, attachArns)),
  getMessages: (id, beforeSeq, limit) => call(app.GetMessages(id, beforeSeq, limit), (page) => ({ ...page, messages: list(page.messages).map(message) })),
  ask: (request) => call(app.Ask(request)),
  findSecrets: (text) => call(app.FindSecrets(text), list),
  redactSecrets: (text) => call(app.RedactSecrets(text)),
  searchChats: (query) => call(app.SearchChats(query), (found) => ({ ...found, groups: list(found.groups).map((g) => ({ ...g, hits: list(g.hits) })) })),
  recall: (text, conversationId) => call(app.Recall(text, conversationId), list),
  exportChats: (ids, format) => call(app.ExportChats(ids, format)),
  importChats: (folder) => call(app.ImportChats(folder)),
};
