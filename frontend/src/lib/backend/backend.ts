import type {
  AskRequest, AskStarted, AWSProfile, ChatHit, ChatResults, Conversation, ConversationPage, EstatePage, EstateQuery,
  EstateStats, HealthCheck, KeyStatus, MessagePage, ModelEndpoint, ResourceDetail, Run, RunEvent, RunRef, ScanRequest,
  Settings, Status,
} from "./types";

export type ExportFormat = "csv" | "json";

/** What the window asks of the Go side. Every rejection is a BackendError; every list is a list, never null. */
export interface Backend {
  getStatus(): Promise<Status>;
  unlock(passphrase: string): Promise<void>;
  /** Starts again after a failed start. */
  retry(): Promise<void>;
  /** Starts Qdrant again after it was given up. */
  restartIndex(): Promise<void>;
  runDoctor(): Promise<HealthCheck[]>;
  getKeyStatus(): Promise<KeyStatus>;
  /** Opens the native save dialog; the path, or "" if it was cancelled. */
  exportRecoveryKey(): Promise<string>;
  getSettings(): Promise<Settings>;
  saveSettings(settings: Settings): Promise<Settings>;
  detectModels(): Promise<ModelEndpoint[]>;
  testModel(baseUrl: string, apiKey: string): Promise<ModelEndpoint>;
  listProfiles(): Promise<AWSProfile[]>;
  startScan(request: ScanRequest): Promise<RunRef>;
  loadSample(count: number): Promise<RunRef>;
  /** Opens the native file dialog; runId is "" if it was cancelled. */
  importEstate(): Promise<RunRef>;
  /** The path that was written, or "" if the dialog was cancelled. */
  exportEstate(query: EstateQuery, format: ExportFormat): Promise<string>;
  getRun(id: string): Promise<Run>;
  listRuns(): Promise<Run[]>;
  cancelRun(id: string): Promise<void>;
  searchEstate(query: EstateQuery): Promise<EstatePage>;
  getResource(arn: string): Promise<ResourceDetail>;
  getEstateStats(): Promise<EstateStats>;
  listConversations(cursor: string, limit: number): Promise<ConversationPage>;
  createConversation(title: string): Promise<Conversation>;
  renameConversation(id: string, title: string): Promise<Conversation>;
  deleteConversation(id: string): Promise<void>;
  /** Messages before beforeSeq (0: the newest), oldest first. */
  getMessages(conversationId: string, beforeSeq: number, limit: number): Promise<MessagePage>;
  ask(request: AskRequest): Promise<AskStarted>;
  searchChats(text: string, limit: number): Promise<ChatResults>;
  recall(text: string, conversationId: string): Promise<ChatHit[]>;
  copyText(text: string): Promise<void>;
  /** Opens an https address in the system's browser. */
  openExternal(url: string): Promise<void>;
  /** The returned function ends the subscription. */
  onStatus(handler: (status: Status) => void): () => void;
  onRun(handler: (event: RunEvent) => void): () => void;
}
