import type { main } from "../../../wailsjs/go/models";

// The wire types of conversations, as they are generated from app_types_chat.go.
export type AnswerState = main.AnswerState;
export type AskRequest = main.AskRequest;
export type ChatGroup = main.ChatGroup;
export type ChatHit = main.ChatHit;
export type ChatQuery = main.ChatQuery;
export type ChatResults = main.ChatResults;
export type ConversationQuery = main.ConversationQuery;
export type Deletion = main.Deletion;
export type Draft = main.Draft;
export type Egress = main.Egress;
export type Folder = main.Folder;
export type Message = main.Message;
export type MessagePage = main.MessagePage;
export type RecalledPair = main.RecalledPair;
export type Remainder = main.Remainder;
export type Run = main.Run;
export type SecretFinding = main.SecretFinding;
export type Source = main.Source;
export type ToolCall = main.ToolCall;

/** on: by meaning; plain: newest pairs and keywords; off: nothing of other conversations is sent along. */
export type RecallMode = "on" | "off" | "plain";

export interface Conversation extends Omit<main.Conversation, "recall"> {
  /** Empty: as the settings say. */
  recall: RecallMode | "";
}

export interface ConversationPage extends Omit<main.ConversationPage, "conversations"> {
  conversations: Conversation[];
}

/**
 * The envelope of the event "run". It is written by hand, because bindings are generated for what methods take and
 * return only.
 */
export interface RunEvent {
  runId: string;
  /** Rises by one within a run. */
  seq: number;
  /** progress | delta | reasoning | tool | sources | done | partial | failed | cancelled; the last four end the run. */
  kind: string;
  /** Text to append, for the kinds delta and reasoning. */
  delta: string;
  /** The state, for every other kind. */
  run?: main.Run;
}
