import type { main } from "../../../wailsjs/go/models";

// The wire types of conversations, in the shape of app_types.go.

/** A row of the conversation list. */
export interface Conversation {
  id: string;
  title: string;
  createdAt: string;
  lastActivity: string;
  messageCount: number;
  /** active | archived */
  status: string;
  pinned: boolean;
  /** Empty: in no folder. */
  folderId: string;
  tags: string[];
  recall: RecallMode;
  promptTokens: number;
  answerTokens: number;
  costUsd: number;
}

/** on: by meaning; plain: newest pairs and keywords; off: nothing of other conversations is sent along. */
export type RecallMode = "on" | "off" | "plain";

export interface ConversationQuery {
  /** active | archived | all */
  status: string;
  /** Empty: any. */
  folderId: string;
  tag: string;
  /** Empty: any; "only" or "not". */
  pinned: string;
  cursor: string;
  limit: number;
}

export interface ConversationPage {
  conversations: Conversation[];
  next: string;
  fromLedger: boolean;
}

export interface Folder {
  id: string;
  name: string;
  count: number;
}

/** Where something of a deleted conversation still is, and until when. */
export interface Remainder {
  where: string;
  /** RFC 3339; empty: not known. */
  until: string;
  detail: string;
}

export interface Deletion {
  count: number;
  remains: Remainder[];
}

export interface Draft {
  text: string;
  attachArns: string[];
}

export interface ToolCall {
  id: string;
  name: string;
  label: string;
  /** JSON text. */
  input: string;
  output: string;
  /** running | done | failed */
  state: string;
  tookMs: number;
  resources: Source[];
}

/** A request that left this machine. */
export interface Egress {
  host: string;
  at: string;
  what: string[];
  bytes: number;
}

export interface Message {
  id: string;
  /** user | assistant | tool | system */
  role: string;
  text: string;
  timestamp: string;
  /** Rises along the path that is shown, with gaps where other branches are. */
  seq: number;
  /** "retrieval" for an answer without a model. */
  model: string;
  /** Stopped or broken off. */
  partial: boolean;
  sources: Source[];
  parentId: string;
  /** The alternatives at this place in the order of time, this one among them. */
  siblings: string[];
  toolCalls: ToolCall[];
  reasoning: string;
  promptTokens: number;
  answerTokens: number;
  costUsd: number;
  contextTokens: number;
  windowTokens: number;
  error?: main.AppError | null;
  egress: Egress[];
  notes: string[];
}

export interface MessagePage {
  messages: Message[];
  hasOlder: boolean;
  fromLedger: boolean;
}

export interface Source {
  /** resource | message */
  kind: string;
  arn: string;
  title: string;
  subtitle: string;
  conversationId: string;
  messageId: string;
}

export interface AskRequest {
  conversationId: string;
  promptId: string;
  text: string;
  attachArns: string[];
  /** A user message: the new prompt becomes its sibling. */
  editOf: string;
  /** A prompt that gets another answer; the text is ignored. */
  regenerate: string;
  /** Answers of recalled pairs that the user left in. */
  recallIds: string[];
  /** False: the backend recalls by itself. */
  recallChosen: boolean;
  secretsAllowed: boolean;
  folderId: string;
}

export interface SecretFinding {
  rule: string;
  description: string;
  /** UTF-16 offsets into the text that was looked through. */
  start: number;
  end: number;
  preview: string;
}

export interface RecalledPair {
  promptId: string;
  answerId: string;
  conversationId: string;
  title: string;
  prompt: string;
  answer: string;
  model: string;
  timestamp: string;
  seq: number;
  score: number;
}

/** What an answering run has so far. */
export interface AnswerState {
  conversationId: string;
  promptId: string;
  messageId: string;
  text: string;
  sources: Source[];
  /** model | retrieval */
  mode: string;
  toolCalls: ToolCall[];
  reasoning: string;
  promptTokens: number;
  answerTokens: number;
  contextTokens: number;
  windowTokens: number;
  costUsd: number;
  /** Empty, or what is waited for: "retry in 12 s". */
  waiting: string;
  egress: Egress[];
}

/** State of long work. */
export interface Run {
  runId: string;
  kind: string;
  /** running | done | partial | failed | cancelled */
  state: string;
  label: string;
  done: number;
  total: number;
  detail: string;
  error?: main.AppError | null;
  findings: main.RunFinding[];
  startedAt: string;
  endedAt: string;
  answer?: AnswerState | null;
}

/** The envelope of the event "run". */
export interface RunEvent {
  runId: string;
  /** Rises by one within a run. */
  seq: number;
  /** progress | delta | reasoning | tool | sources | done | partial | failed | cancelled; the last four end the run. */
  kind: string;
  /** Text to append, for the kinds delta and reasoning. */
  delta: string;
  /** The state, for every other kind. */
  run?: Run | null;
}

export interface ChatQuery {
  text: string;
  limit: number;
  roles: string[];
  folderId: string;
  conversationId: string;
  /** RFC 3339 dates; empty: open. */
  from: string;
  to: string;
  titles: boolean;
}

export interface ChatHit {
  messageId: string;
  conversationId: string;
  title: string;
  role: string;
  timestamp: string;
  /** The words that matched stand between two asterisks on either side. */
  snippet: string;
  score: number;
  seq: number;
}

export interface ChatGroup {
  conversationId: string;
  title: string;
  lastActivity: string;
  titleHit: boolean;
  hits: ChatHit[];
}

export interface ChatResults {
  groups: ChatGroup[];
  tookMs: number;
  pending: number;
  dense: boolean;
}
