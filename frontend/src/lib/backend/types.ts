import type { main } from "../../../wailsjs/go/models";
import type { RecallMode } from "./chat-types";

export type * from "./backup-types";
export type * from "./chat-types";

// The wire types, as they are generated from app_types.go and app_types_estate.go.
export type AWSProfile = main.AWSProfile;
export type AppError = main.AppError;
export type AskStarted = main.AskStarted;
export type ChangeDay = main.ChangeDay;
export type ChangePage = main.ChangePage;
export type ChangeQuery = main.ChangeQuery;
export type ChangesAsked = main.ChangesAsked;
export type EstateChange = main.EstateChange;
export type EstateFilter = main.EstateFilter;
export type EstateGroups = main.EstateGroups;
export type EstatePage = main.EstatePage;
export type EstateQuery = main.EstateQuery;
export type EstateStats = main.EstateStats;
export type FacetGroup = main.FacetGroup;
export type FacetValue = main.FacetValue;
export type FieldChange = main.FieldChange;
export type Freshness = main.Freshness;
export type HealthCheck = main.HealthCheck;
export type KeyStatus = main.KeyStatus;
export type RecoveryKeySource = main.RecoveryKeySource;
export type Resource = main.Resource;
export type ResourceDetail = main.ResourceDetail;
export type ResourceRelation = main.ResourceRelation;
export type RunFinding = main.RunFinding;
export type RunRef = main.RunRef;
export type SavedSearch = main.SavedSearch;
export type ScanRequest = main.ScanRequest;
export type StartupStep = main.StartupStep;
export type Tag = main.Tag;

/** Empty: no model, answers come from retrieval alone. */
export type ModelProvider = "" | "openai" | "bedrock" | "anthropic";

export interface Settings extends Omit<main.Settings, "modelProvider" | "recallMode"> {
  modelProvider: ModelProvider;
  recallMode: RecallMode;
}

export type ModelConfig = main.ModelConfig;
export type ModelEndpoint = main.ModelEndpoint;
export type Status = main.Status;
