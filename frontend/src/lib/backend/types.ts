import type { main } from "../../../wailsjs/go/models";

// The wire types, as they are generated from app_types.go.
export type AWSProfile = main.AWSProfile;
export type AnswerState = main.AnswerState;
export type AppError = main.AppError;
export type AskRequest = main.AskRequest;
export type AskStarted = main.AskStarted;
export type ChatHit = main.ChatHit;
export type ChatResults = main.ChatResults;
export type Conversation = main.Conversation;
export type ConversationPage = main.ConversationPage;
export type EstateFilter = main.EstateFilter;
export type EstatePage = main.EstatePage;
export type EstateQuery = main.EstateQuery;
export type EstateStats = main.EstateStats;
export type FacetGroup = main.FacetGroup;
export type FacetValue = main.FacetValue;
export type HealthCheck = main.HealthCheck;
export type KeyStatus = main.KeyStatus;
export type Message = main.Message;
export type MessagePage = main.MessagePage;
export type ModelEndpoint = main.ModelEndpoint;
export type Resource = main.Resource;
export type ResourceDetail = main.ResourceDetail;
export type ResourceRelation = main.ResourceRelation;
export type Run = main.Run;
export type RunFinding = main.RunFinding;
export type RunRef = main.RunRef;
export type ScanRequest = main.ScanRequest;
export type Settings = main.Settings;
export type Source = main.Source;
export type StartupStep = main.StartupStep;
export type Status = main.Status;
export type Tag = main.Tag;

/**
 * The envelope of the event "run", in the shape of RunEvent in app_types.go. It is written by hand, because bindings
 * are generated for what methods take and return only.
 */
export interface RunEvent {
  runId: string;
  /** Rises by one within a run. */
  seq: number;
  /** progress | delta | sources | done | partial | failed | cancelled; the last four end the run. */
  kind: string;
  /** Text to append, for kind delta. */
  delta: string;
  /** The state, for every kind but delta. */
  run?: main.Run;
}
