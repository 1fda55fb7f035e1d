import type { BackupBackend } from "./backup-backend";
import type {
  ChangeDay, ChangePage, ChangeQuery, ChangesAsked, EstateChange, EstateGroups, Freshness, SavedSearch,
  AskRequest, AskStarted, AWSProfile, ChatQuery, ChatResults, Conversation, ConversationPage, ConversationQuery, Deletion, Draft,
  EstatePage, EstateQuery, EstateStats, FacetValue, Folder, HealthCheck, KeyStatus, MessagePage, ModelConfig, ModelEndpoint,
  RecalledPair, RecallMode, RecoveryKeySource, ResourceDetail, Run, RunEvent, RunRef, ScanRequest, SecretFinding, Settings, Status,
} from "./types";

export type ExportFormat = "csv" | "json";
export type ChatFormat = "jsonl" | "md";

/** What the window asks of the Go side. Every rejection is a BackendError; every list is a list, never null. */
export interface Backend extends ChatBackend, EstateBackend, BackupBackend {
  getStatus(): Promise<Status>;
  unlock(passphrase: string): Promise<void>;
  /** Starts again after a failed start. */
  retry(): Promise<void>;
  /** Hides everything until the passphrase is given again. */
  lockNow(): Promise<void>;
  unlockWindow(passphrase: string): Promise<void>;
  /** Starts Qdrant again after it was given up. */
  restartIndex(): Promise<void>;
  runDoctor(): Promise<HealthCheck[]>;
  getKeyStatus(): Promise<KeyStatus>;
  /** Opens the native save dialog; the path, or "" if it was cancelled. A file that was written counts as kept. */
  exportRecoveryKey(): Promise<string>;
  /** The recovery key itself, for paper and password managers. */
  getRecoveryKey(): Promise<string>;
  /** The user has it. */
  keepRecoveryKey(): Promise<void>;
  /** The user goes on without it. */
  declineRecoveryKey(): Promise<void>;
  /** Opens the native file dialog; the path, or "" if it was cancelled. */
  chooseRecoveryKey(): Promise<string>;
  /** Rejects where the key does not open this vault. */
  checkRecoveryKey(key: RecoveryKeySource): Promise<void>;
  /** After a start that failed for want of a key: opens the data folder with its recovery key and starts. */
  openWithRecoveryKey(key: RecoveryKeySource): Promise<void>;
  /** Puts the master key under a passphrase, a new one where there is one already. */
  setPassphrase(passphrase: string): Promise<KeyStatus>;
  /** Moves the master key from the passphrase into the system's keychain. */
  useKeychain(): Promise<KeyStatus>;
  /** A new master key and a new data key; everything stays readable. */
  rotateKeys(): Promise<KeyStatus>;
  /** Opens the system's print dialog. */
  printWindow(): Promise<void>;
  getSettings(): Promise<Settings>;
  saveSettings(settings: Settings): Promise<Settings>;
  detectModels(): Promise<ModelEndpoint[]>;
  testModel(config: ModelConfig): Promise<ModelEndpoint>;
  listProfiles(): Promise<AWSProfile[]>;
  startScan(request: ScanRequest): Promise<RunRef>;
  loadSample(count: number): Promise<RunRef>;
  getRun(id: string): Promise<Run>;
  listRuns(): Promise<Run[]>;
  cancelRun(id: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Opens an https address in the system's browser. */
  openExternal(url: string): Promise<void>;
  /** The returned function ends the subscription. */
  onStatus(handler: (status: Status) => void): () => void;
  onRun(handler: (event: RunEvent) => void): () => void;
  /** A conversation changed in the background: its title was worded. */
  onConversation(handler: (id: string) => void): () => void;
}

/** The part of it that is about conversations. */
export interface ChatBackend {
  listConversations(query: ConversationQuery): Promise<ConversationPage>;
  getConversation(id: string): Promise<Conversation>;
  createConversation(title: string): Promise<Conversation>;
  renameConversation(id: string, title: string): Promise<Conversation>;
  pinConversations(ids: string[], pinned: boolean): Promise<void>;
  archiveConversations(ids: string[], archived: boolean): Promise<void>;
  /** An empty folderId takes them out of their folder. */
  moveConversations(ids: string[], folderId: string): Promise<void>;
  tagConversations(ids: string[], add: string[], remove: string[]): Promise<void>;
  setRecall(id: string, mode: RecallMode): Promise<void>;
  deleteConversations(ids: string[]): Promise<Deletion>;
  /** How many came back. */
  undoDelete(ids: string[]): Promise<number>;
  purgeDeleted(ids: string[]): Promise<Deletion>;
  /** Their lastActivity is when they were deleted. */
  listDeleted(): Promise<Conversation[]>;
  listFolders(): Promise<Folder[]>;
  /** An empty id makes a folder. */
  saveFolder(id: string, name: string): Promise<Folder>;
  /** Its conversations stay, in no folder. */
  deleteFolder(id: string): Promise<void>;
  listTags(): Promise<FacetValue[]>;
  /** A conversation of its own: the path up to and including this message. */
  forkConversation(messageId: string, title: string): Promise<Conversation>;
  /** Makes the path through this message, and the newest below it, the one that is shown. */
  selectBranch(conversationId: string, messageId: string): Promise<void>;
  getDraft(conversationId: string): Promise<Draft>;
  saveDraft(conversationId: string, text: string, attachArns: string[]): Promise<void>;
  /** Messages before beforeSeq (0: the newest), oldest first. */
  getMessages(conversationId: string, beforeSeq: number, limit: number): Promise<MessagePage>;
  ask(request: AskRequest): Promise<AskStarted>;
  findSecrets(text: string): Promise<SecretFinding[]>;
  redactSecrets(text: string): Promise<string>;
  searchChats(query: ChatQuery): Promise<ChatResults>;
  recall(text: string, conversationId: string): Promise<RecalledPair[]>;
  /** Empty ids: all. Opens the native save dialog; the path, or "" if it was cancelled. */
  exportChats(ids: string[], format: ChatFormat): Promise<string>;
  /** Opens the native dialog for a file or a folder; runId is "" if it was cancelled. */
  importChats(folder: boolean): Promise<RunRef>;
}

/** The part of it that is about the inventory. */
export interface EstateBackend {
  /** Opens the native file dialog; runId is "" if it was cancelled. */
  importEstate(): Promise<RunRef>;
  /** Writes what the query finds. The path, or "" if the dialog was cancelled. */
  exportEstate(query: EstateQuery, format: ExportFormat): Promise<string>;
  searchEstate(query: EstateQuery): Promise<EstatePage>;
  /** Counts what the query finds by a field; "tag:KEY" is one too. */
  groupEstate(query: EstateQuery, field: string): Promise<EstateGroups>;
  getResource(arn: string): Promise<ResourceDetail>;
  /** Newest first; it outlives the resource. */
  getResourceHistory(arn: string): Promise<EstateChange[]>;
  getEstateStats(): Promise<EstateStats>;
  getFreshness(): Promise<Freshness[]>;
  /** Newest first. */
  findChanges(query: ChangeQuery): Promise<ChangePage>;
  /** Oldest first. */
  getChangeDays(query: ChangeQuery): Promise<ChangeDay[]>;
  /** Whether words ask for what changed, and since when. */
  askForChanges(text: string): Promise<ChangesAsked>;
  listSavedSearches(): Promise<SavedSearch[]>;
  /** An empty id makes a new one. */
  saveSearch(search: SavedSearch): Promise<SavedSearch>;
  deleteSavedSearch(id: string): Promise<void>;
  /** Empty: none were chosen. */
  getEstateColumns(): Promise<string[]>;
  saveEstateColumns(columns: string[]): Promise<void>;
}
