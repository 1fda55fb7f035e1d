import {
  BackendError, type AskRequest, type ChatBackend, type ChatGroup, type ChatQuery, type Conversation, type ConversationQuery, type Draft, type FacetValue, type Folder,
  type Message, type RecalledPair, type RecallMode, type Resource, type Run, type Status,
} from "@/lib/backend";
import { FakeBackups, type FakeBackupOptions } from "./fake-backups";
import { answerText, blankMessage, egressOfAnswer, makeSources, makeToolCalls, reasoningText, showText } from "./fake-answers";

const now = Date.parse("2026-11-23T09:00:00Z");
export const iso = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString();

const questions = ["Which production databases are open to the public?", "And which of them have no owner tag?", "What would it cost to turn on encryption for all of them?"];
const titles = ["Open databases in production", "Public databases before the audit", "Cost of idle volumes in the sandbox accounts this quarter", "Lambda timeouts"];

export interface FakeChatOptions extends FakeBackupOptions {
  conversations?: number;
  /** Folders, tags, pins, branches, a rich answer. */
  rich?: boolean;
  /** Messages of the first conversation. */
  messages?: number;
  model?: string;
}

function missing(): BackendError {
  return new BackendError({ code: "not_found", message: "the conversation is not there any more", hint: "It may have been deleted.", retryable: false });
}

/** Conversations in memory, as trees of messages of which one path is shown. */
export abstract class FakeChats extends FakeBackups implements ChatBackend {
  abstract status: Status;
  abstract resources: Resource[];
  abstract runs: Map<string, Run>;
  abstract emitRun(kind: string, run: Run, delta?: string): void;

  conversations: Conversation[] = [];
  deleted: Conversation[] = [];
  folders: Folder[] = [];
  /** Every message of a conversation, of all branches. */
  messages = new Map<string, Message[]>();
  /** The last message of the path that is shown. */
  leaves = new Map<string, string>();
  drafts = new Map<string, Draft>();
  asked: AskRequest[] = [];
  failAsk: BackendError | null = null;
  answer = answerText;
  /** Milliseconds between two pieces of an answer; 0 gives it in one go. */
  pace = 0;
  protected nextId = 100;

  protected fill(options: FakeChatOptions): void {
    this.fillBackups(options);
    const rich = options.rich ?? false;
    if (rich) this.folders = [{ id: "f-1", name: "Audit 2026", count: 0 }, { id: "f-2", name: "Cost reviews", count: 0 }];
    this.conversations = Array.from({ length: options.conversations ?? 3 }, (_, i) => ({
      id: `c-${i + 1}`, title: titles[i % 4]! + (i > 3 ? ` ${i}` : ""), createdAt: iso(i * 900 + 60), lastActivity: iso(i * 400), messageCount: i === 0 ? (options.messages ?? 120) : 6,
      status: "active", pinned: rich && i === 2, folderId: rich && i % 5 === 1 ? "f-1" : rich && i % 9 === 5 ? "f-2" : "", tags: rich ? [["audit"], ["cost", "q4"], []][i % 3]! : [], recall: "on",
      promptTokens: rich ? 48_200 + i : 0, answerTokens: rich ? 9_120 : 0, costUsd: rich ? 0.28 : 0,
    }));
    for (const c of this.conversations) this.makeMessages(c, options.model ?? "", rich);
    this.countFolders();
  }

  private makeMessages(c: Conversation, model: string, rich: boolean): void {
    const sources = makeSources(this.resources);
    const all = Array.from({ length: c.messageCount }, (_, i) => blankMessage({
      id: `${c.id}-m-${i + 1}`, role: i % 2 === 0 ? "user" : "assistant", parentId: i === 0 ? "" : `${c.id}-m-${i}`, text: i % 2 === 0 ? questions[(i / 2) % 3]! : answerText,
      timestamp: iso((c.messageCount - i) * 7), seq: i + 1, model: i % 2 === 0 ? "" : model || "retrieval", sources: i % 2 === 0 ? [] : sources,
    }));
    const last = all.at(-1);
    if (rich && last?.role === "assistant") {
      Object.assign(last, {
        text: showText, reasoning: reasoningText, toolCalls: makeToolCalls(this.resources), promptTokens: 5_210, answerTokens: 812, costUsd: 0.0278, contextTokens: 41_000, windowTokens: 200_000,
        egress: this.status.modelRemote ? egressOfAnswer : [], notes: ["The inventory is 2 h old.", "RDS in 444455556666, us-east-1 could not be read: access denied.", "14 earlier turns were summarised."],
      });
      all.push({ ...last, id: `${last.id}-b`, text: answerText, siblings: [] });
    }
    this.messages.set(c.id, all);
    this.leaves.set(c.id, last?.id ?? "");
  }

  private countFolders(): void {
    this.folders = this.folders.map((f) => ({ ...f, count: this.conversations.filter((c) => c.folderId === f.id && c.status === "active").length }));
  }

  private change(ids: string[], part: (c: Conversation) => Partial<Conversation>): Promise<void> {
    this.conversations = this.conversations.map((c) => (ids.includes(c.id) ? { ...c, ...part(c) } : c));
    this.countFolders();
    return Promise.resolve();
  }

  listConversations = (q: ConversationQuery) => {
    const rows = this.conversations.filter((c) =>
      (q.status === "all" || c.status === q.status) && (!q.folderId || (q.folderId === "none" ? c.folderId === "" : c.folderId === q.folderId)) && (!q.tag || c.tags.includes(q.tag)) && (!q.pinned || c.pinned === (q.pinned === "only")));
    const from = Number(q.cursor || "0");
    return Promise.resolve({ conversations: rows.slice(from, from + q.limit), next: from + q.limit < rows.length ? String(from + q.limit) : "", fromLedger: false });
  };
  getConversation = (id: string) => {
    const found = this.conversations.find((c) => c.id === id);
    return found ? Promise.resolve(found) : Promise.reject(missing());
  };
  createConversation = (title: string) => {
    const created: Conversation = {
      id: `c-new-${this.nextId++}`, title, createdAt: iso(0), lastActivity: new Date().toISOString(), messageCount: 0, status: "active", pinned: false, folderId: "", tags: [], recall: "on",
      promptTokens: 0, answerTokens: 0, costUsd: 0,
    };
    this.conversations = [created, ...this.conversations];
    this.messages.set(created.id, []);
    return Promise.resolve(created);
  };
  renameConversation = async (id: string, title: string) => {
    await this.change([id], () => ({ title }));
    return this.conversations.find((c) => c.id === id)!;
  };
  pinConversations = (ids: string[], pinned: boolean) => this.change(ids, () => ({ pinned }));
  archiveConversations = (ids: string[], archived: boolean) => this.change(ids, () => ({ status: archived ? "archived" : "active" }));
  moveConversations = (ids: string[], folderId: string) => this.change(ids, () => ({ folderId }));
  tagConversations = (ids: string[], add: string[], remove: string[]) => this.change(ids, (c) => ({ tags: [...new Set([...c.tags, ...add])].filter((t) => !remove.includes(t)) }));
  setRecall = (id: string, recall: RecallMode) => this.change([id], () => ({ recall }));
  deleteConversations = (ids: string[]) => {
    const gone = this.conversations.filter((c) => ids.includes(c.id)).map((c) => ({ ...c, lastActivity: new Date().toISOString() }));
    this.deleted = [...gone, ...this.deleted];
    this.conversations = this.conversations.filter((c) => !ids.includes(c.id));
    this.countFolders();
    return Promise.resolve({
      count: gone.length, missing: [],
      remains: [
        { where: "Change log on this machine", until: "2026-12-23T09:00:00Z", detail: "Sealed; kept so that any moment of the last 30 days can be restored." },
        { where: "Backups in s3://acme-cloudops", until: "2027-02-21T09:00:00Z", detail: "14 snapshots hold it, sealed. They expire by the retention you set." },
      ],
    });
  };
  undoDelete = (ids: string[]) => {
    const back = this.deleted.filter((c) => ids.includes(c.id));
    this.deleted = this.deleted.filter((c) => !ids.includes(c.id));
    this.conversations = [...back, ...this.conversations];
    this.countFolders();
    return Promise.resolve(back.length);
  };
  purgeDeleted = (ids: string[]) => {
    this.deleted = this.deleted.filter((c) => !ids.includes(c.id));
    return Promise.resolve({ count: ids.length, missing: [], remains: [{ where: "Backups in s3://acme-cloudops", until: "2027-02-21T09:00:00Z", detail: "Backups are never rewritten." }] });
  };
  listDeleted = () => Promise.resolve(this.deleted);
  listFolders = () => Promise.resolve(this.folders);
  saveFolder = (id: string, name: string) => {
    const saved: Folder = { id: id || `f-${this.nextId++}`, name, count: this.folders.find((f) => f.id === id)?.count ?? 0 };
    this.folders = [...this.folders.filter((f) => f.id !== saved.id), saved].sort((a, b) => a.name.localeCompare(b.name));
    return Promise.resolve(saved);
  };
  deleteFolder = async (id: string) => {
    await this.change(this.conversations.filter((c) => c.folderId === id).map((c) => c.id), () => ({ folderId: "" }));
    this.folders = this.folders.filter((f) => f.id !== id);
  };
  listTags = () => {
    const counts = new Map<string, number>();
    for (const c of this.conversations) for (const t of c.tags) counts.set(t, (counts.get(t) ?? 0) + 1);
    return Promise.resolve([...counts].map(([value, count]): FacetValue => ({ value, label: value, count })));
  };

  /** The messages that are shown: from the leaf to the root, turned round. */
  private path(conversationId: string): Message[] {
    const all = this.messages.get(conversationId) ?? [];
    const byId = new Map(all.map((m) => [m.id, m]));
    const children = new Map<string, string[]>();
    for (const m of all) children.set(m.parentId, [...(children.get(m.parentId) ?? []), m.id]);
    const path: Message[] = [];
    let at = byId.get(this.leaves.get(conversationId) ?? all.at(-1)?.id ?? "");
    while (at) {
      path.push({ ...at, siblings: children.get(at.parentId) ?? [at.id] });
      at = byId.get(at.parentId);
    }
    return path.reverse();
  }

  getMessages = (conversationId: string, beforeSeq: number, limit: number) => {
    if (conversationId && !this.messages.has(conversationId)) return Promise.reject(missing());
    const path = this.path(conversationId);
    const before = beforeSeq === 0 ? path : path.filter((m) => m.seq < beforeSeq);
    const messages = before.slice(-limit);
    return Promise.resolve({ messages, hasOlder: before.length > messages.length, fromLedger: false });
  };
  selectBranch = (conversationId: string, messageId: string) => {
    const all = this.messages.get(conversationId) ?? [];
    let leaf = messageId;
    for (let next = all.filter((m) => m.parentId === leaf).at(-1); next; next = all.filter((m) => m.parentId === leaf).at(-1)) leaf = next.id;
    this.leaves.set(conversationId, leaf);
    return Promise.resolve();
  };
  forkConversation = async (messageId: string, title: string) => {
    const from = [...this.messages].find(([, all]) => all.some((m) => m.id === messageId))![0];
    const created = await this.createConversation(title);
    await this.selectBranch(from, messageId);
    const path = this.path(from);
    const upTo = path.slice(0, path.findIndex((m) => m.id === messageId) + 1).map((m) => ({ ...m, id: `${created.id}-${m.id}`, parentId: m.parentId && `${created.id}-${m.parentId}` }));
    this.messages.set(created.id, upTo);
    this.leaves.set(created.id, upTo.at(-1)?.id ?? "");
    await this.change([created.id], () => ({ messageCount: upTo.length }));
    return created;
  };
  getDraft = (id: string) => Promise.resolve(this.drafts.get(id) ?? { text: "", attachArns: [] });
  saveDraft = (id: string, text: string, attachArns: string[]) => {
    this.drafts.set(id, { text, attachArns });
    return Promise.resolve();
  };

  private addPrompt(request: AskRequest, conversationId: string): string {
    if (request.regenerate) return request.regenerate;
    const all = this.messages.get(conversationId)!;
    const parentId = request.editOf ? all.find((m) => m.id === request.editOf)!.parentId : (this.path(conversationId).at(-1)?.id ?? "");
    const id = `p-${this.nextId++}`;
    all.push(blankMessage({ id, role: "user", text: request.text, timestamp: new Date().toISOString(), seq: all.length + 1, parentId }));
    this.leaves.set(conversationId, id);
    return id;
  }

  ask = async (request: AskRequest) => {
    this.asked.push(request);
    if (this.failAsk) throw this.failAsk;
    if (this.status.modelRemote && !request.secretsAllowed && /AKIA/.test(request.text)) {
      throw new BackendError({ code: "secret_found", message: "the prompt holds what looks like a credential", hint: "Redact it, or send it anyway.", retryable: false });
    }
    const conversationId = request.conversationId || (await this.createConversation(request.text.slice(0, 40))).id;
    const promptId = this.addPrompt(request, conversationId);
    const run: Run = {
      runId: `run-${this.nextId++}`, kind: "answer", state: "running", label: "Answering", done: 0, total: 0, detail: "", findings: [], startedAt: new Date().toISOString(), endedAt: "",
      answer: {
        conversationId, promptId, messageId: "", text: "", sources: [], mode: this.status.model ? "model" : "retrieval", toolCalls: [], reasoning: "", promptTokens: 0, answerTokens: 0,
        contextTokens: 0, windowTokens: 0, costUsd: 0, waiting: "", egress: [], notes: [],
      },
    };
    this.emitRun("progress", run);
    window.setTimeout(() => this.say(run, this.answer.match(/[\s\S]{1,14}/g) ?? []), this.pace * 8);
    return { runId: run.runId, conversationId, promptId };
  };

  private say(run: Run, pieces: string[]): void {
    const stopped = this.runs.get(run.runId)?.state === "cancelled";
    if (stopped || pieces.length === 0) {
      this.store(run, stopped);
      return;
    }
    const next = { ...run, answer: { ...run.answer!, text: run.answer!.text + pieces[0]! } };
    this.emitRun("delta", next, pieces[0]);
    window.setTimeout(() => this.say(next, pieces.slice(1)), this.pace);
  }

  private store(run: Run, partial: boolean): void {
    const { conversationId, promptId, text } = run.answer!;
    const all = this.messages.get(conversationId)!;
    const sources = makeSources(this.resources);
    const id = `a-${this.nextId++}`;
    all.push(blankMessage({ id, role: "assistant", text, timestamp: new Date().toISOString(), seq: all.length + 1, parentId: promptId, model: this.status.model || "retrieval", partial, sources }));
    this.leaves.set(conversationId, id);
    if (!partial) this.emitRun("done", { ...run, state: "done", endedAt: new Date().toISOString(), answer: { ...run.answer!, messageId: id, sources } });
  }

  findSecrets = (text: string) => {
    const found = /AKIA[A-Z0-9]{16}/.exec(text);
    return Promise.resolve(found ? [{ rule: "aws-access-token", description: "an AWS access key id", start: found.index, end: found.index + found[0].length, preview: `${found[0].slice(0, 6)}…${found[0].slice(-2)}` }] : []);
  };
  redactSecrets = (text: string) => Promise.resolve(text.replace(/AKIA[A-Z0-9]{16}/g, "[redacted: aws-access-token]"));

  searchChats = (q: ChatQuery) => {
    const wanted = this.conversations.filter((c) => (!q.conversationId || c.id === q.conversationId) && (!q.folderId || c.folderId === q.folderId)).slice(0, 6);
    const groups = wanted.map((c): ChatGroup => ({
      conversationId: c.id, title: c.title, titleMarked: c.title.replace(new RegExp(q.text.replace(/\W/g, "."), "i"), "**$&**"), status: c.status, lastActivity: c.lastActivity, titleHit: c.title.toLowerCase().includes(q.text.toLowerCase()),
      hits: (this.messages.get(c.id) ?? []).filter((m) => q.roles.length === 0 || q.roles.includes(m.role)).slice(2, 5).map((m) => ({
        messageId: m.id, conversationId: c.id, title: c.title, role: m.role, timestamp: m.timestamp, snippet: `…${m.text.slice(0, 150)} (**${q.text}**) …`, score: 0.8, seq: m.seq,
      })),
    }));
    return Promise.resolve({ groups: groups.filter((g) => g.hits.length > 0 || g.titleHit), tookMs: 9.1, pending: 0, dense: true });
  };
  recall = (text: string, conversationId: string) => {
    const others = this.conversations.filter((c) => c.id !== conversationId).slice(0, 3);
    return Promise.resolve(others.map((c, i): RecalledPair => ({
      promptId: `${c.id}-m-1`, answerId: `${c.id}-m-2`, conversationId: c.id, title: c.title, prompt: questions[i % 3]!, answer: `Two databases in production can be reached (${text.slice(0, 20)}).`,
      model: "qwen3:8b", timestamp: c.lastActivity, seq: 2, score: 0.7 - i / 10,
    })));
  };
  exportChats = (_ids: string[], format: string) => Promise.resolve(`/home/ada/chats.${format}`);
  importChats = () => {
    const runId = `run-${this.nextId++}`;
    const base: Run = { runId, kind: "import-chats", state: "running", label: "Importing conversations", done: 0, total: 12, detail: "", findings: [], startedAt: new Date().toISOString(), endedAt: "" };
    this.emitRun("progress", base);
    window.setTimeout(() => this.emitRun("partial", {
      ...base, state: "partial", done: 12, detail: "11 conversations, 240 messages; 3 were here already", endedAt: new Date().toISOString(),
      findings: [{ code: "invalid", where: "raw/ada_9.json", message: "not JSON: unexpected end of the file", hint: "the file is cut off; export it again" }],
    }), 30);
    return Promise.resolve({ runId });
  };
}
