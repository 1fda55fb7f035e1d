export namespace main {
	
	export interface AWSProfile {
	    name: string;
	    region: string;
	}
	export interface Egress {
	    host: string;
	    at: string;
	    what: string[];
	    bytes: number;
	}
	export interface ToolCall {
	    id: string;
	    name: string;
	    label: string;
	    input: string;
	    output: string;
	    state: string;
	    tookMs: number;
	    resources: Source[];
	}
	export interface Source {
	    kind: string;
	    arn: string;
	    title: string;
	    subtitle: string;
	    conversationId: string;
	    messageId: string;
	    seq: number;
	}
	export interface AnswerState {
	    conversationId: string;
	    promptId: string;
	    messageId: string;
	    text: string;
	    reasoning: string;
	    sources: Source[];
	    toolCalls: ToolCall[];
	    notes: string[];
	    egress: Egress[];
	    mode: string;
	    waiting: string;
	    promptTokens: number;
	    answerTokens: number;
	    contextTokens: number;
	    windowTokens: number;
	    costUsd: number;
	}
	export interface AppError {
	    code: string;
	    message: string;
	    hint: string;
	    retryable: boolean;
	}
	export interface AskRequest {
	    conversationId: string;
	    folderId: string;
	    promptId: string;
	    text: string;
	    attachArns: string[];
	    editOf: string;
	    regenerate: string;
	    recallChosen: boolean;
	    recallIds: string[];
	    secretsAllowed: boolean;
	}
	export interface AskStarted {
	    runId: string;
	    conversationId: string;
	    promptId: string;
	}
	export interface BackupCount {
	    collection: string;
	    records: number;
	}
	export interface BackupPoint {
	    id: string;
	    createdAt: string;
	    machine: string;
	    version: string;
	    records: number;
	    entries: number;
	    counts: BackupCount[];
	    bytes: number;
	    newBytes: number;
	    objects: number;
	    newObjects: number;
	    earliest: string;
	    latest: string;
	    segments: number;
	    segmentBytes: number;
	    logError?: AppError;
	}
	export interface BackupListing {
	    target: string;
	    points: BackupPoint[];
	    damaged: AppError[];
	    bytes: number;
	    objects: number;
	}
	
	export interface BackupRules {
	    last: number;
	    hourly: number;
	    daily: number;
	    weekly: number;
	    monthly: number;
	    withinDays: number;
	}
	export interface BackupSettings {
	    target: string;
	    dir: string;
	    bucket: string;
	    prefix: string;
	    region: string;
	    profile: string;
	    endpointUrl: string;
	    kmsKey: string;
	    storageClass: string;
	    plainChecksums: boolean;
	    limitKb: number;
	    everyHours: number;
	    shipLog: boolean;
	    logDays: number;
	    keep: BackupRules;
	}
	export interface BackupState {
	    settings: BackupSettings;
	    target: string;
	    last: string;
	    next: string;
	    due: boolean;
	    verified: string;
	    drilled: string;
	    recoveryKeySaved: boolean;
	    error?: AppError;
	}
	export interface BackupTest {
	    target: string;
	    backups: number;
	    held: boolean;
	    error?: AppError;
	}
	export interface ChangeDay {
	    from: string;
	    to: string;
	    added: number;
	    changed: number;
	    removed: number;
	}
	export interface FieldChange {
	    field: string;
	    before: string;
	    after: string;
	}
	export interface EstateChange {
	    id: string;
	    at: string;
	    kind: string;
	    arn: string;
	    type: string;
	    typeLabel: string;
	    service: string;
	    name: string;
	    region: string;
	    accountId: string;
	    accountName: string;
	    env: string;
	    fields: FieldChange[];
	}
	export interface ChangePage {
	    changes: EstateChange[];
	    total: number;
	    next: string;
	}
	export interface EstateFilter {
	    field: string;
	    values: string[];
	    not: boolean;
	    min?: number;
	    max?: number;
	    label: string;
	    fromQuery: boolean;
	    relaxed: boolean;
	}
	export interface ChangeQuery {
	    since: string;
	    until: string;
	    filters: EstateFilter[];
	    limit: number;
	    cursor: string;
	}
	export interface Changed {
	    count: number;
	    missing: string[];
	}
	export interface ChangesAsked {
	    asked: boolean;
	    since: string;
	    label: string;
	    filters: EstateFilter[];
	}
	export interface ChatHit {
	    messageId: string;
	    conversationId: string;
	    title: string;
	    role: string;
	    timestamp: string;
	    snippet: string;
	    score: number;
	    seq: number;
	}
	export interface ChatGroup {
	    conversationId: string;
	    title: string;
	    titleMarked: string;
	    lastActivity: string;
	    status: string;
	    titleHit: boolean;
	    hits: ChatHit[];
	}
	
	export interface ChatQuery {
	    text: string;
	    limit: number;
	    roles: string[];
	    folderId: string;
	    conversationId: string;
	    from: string;
	    to: string;
	}
	export interface ChatResults {
	    groups: ChatGroup[];
	    tookMs: number;
	    pending: number;
	    dense: boolean;
	}
	export interface Conversation {
	    id: string;
	    title: string;
	    createdAt: string;
	    lastActivity: string;
	    messageCount: number;
	    status: string;
	    pinned: boolean;
	    folderId: string;
	    tags: string[];
	    recall: string;
	    promptTokens: number;
	    answerTokens: number;
	    costUsd: number;
	}
	export interface ConversationPage {
	    conversations: Conversation[];
	    next: string;
	    fromLedger: boolean;
	}
	export interface ConversationQuery {
	    status: string;
	    folderId: string;
	    tag: string;
	    pinned: string;
	    cursor: string;
	    limit: number;
	}
	export interface Remainder {
	    where: string;
	    until: string;
	    detail: string;
	}
	export interface Deletion {
	    count: number;
	    missing: string[];
	    remains: Remainder[];
	}
	export interface Draft {
	    text: string;
	    attachArns: string[];
	}
	
	
	
	export interface FacetValue {
	    value: string;
	    label: string;
	    count: number;
	}
	export interface EstateGroups {
	    total: number;
	    groups: FacetValue[];
	}
	export interface FacetGroup {
	    field: string;
	    label: string;
	    values: FacetValue[];
	}
	export interface Tag {
	    key: string;
	    value: string;
	}
	export interface Resource {
	    arn: string;
	    type: string;
	    typeLabel: string;
	    service: string;
	    name: string;
	    region: string;
	    accountId: string;
	    accountName: string;
	    env: string;
	    state: string;
	    firstSeen: string;
	    facts: Tag[];
	    tags: Tag[];
	    score: number;
	    why: string[];
	}
	export interface EstatePage {
	    resources: Resource[];
	    total: number;
	    understood: EstateFilter[];
	    facets: FacetGroup[];
	    tookMs: number;
	    pending: number;
	    dense: boolean;
	    fromLedger: boolean;
	    notes: string[];
	}
	export interface EstateQuery {
	    text: string;
	    filters: EstateFilter[];
	    ignoreUnderstood: string[];
	    sortBy: string;
	    desc: boolean;
	    limit: number;
	    skip: number;
	}
	export interface EstateStats {
	    total: number;
	    byType: FacetValue[];
	    byService: FacetValue[];
	    byRegion: FacetValue[];
	    byAccount: FacetValue[];
	    byEnv: FacetValue[];
	    lastScan: string;
	}
	
	
	
	export interface Folder {
	    id: string;
	    name: string;
	    count: number;
	}
	export interface UnreadCell {
	    service: string;
	    complete: string;
	}
	export interface Freshness {
	    accountId: string;
	    accountName: string;
	    region: string;
	    services: number;
	    oldest: string;
	    newest: string;
	    unread: UnreadCell[];
	}
	export interface GoneConversation {
	    id: string;
	    title: string;
	    lastActivity: string;
	    messageCount: number;
	}
	export interface GoneConversations {
	    conversations: GoneConversation[];
	    damaged: number;
	}
	export interface HealthCheck {
	    name: string;
	    ok: boolean;
	    detail: string;
	    hint: string;
	}
	export interface KeyStatus {
	    backend: string;
	    vaultId: string;
	    masterKeyId: string;
	    dataKeyId: string;
	    dataKeys: number;
	    recoveryRecipient: string;
	    recoveryKeySaved: boolean;
	    createdAt: string;
	}
	export interface Message {
	    id: string;
	    role: string;
	    text: string;
	    timestamp: string;
	    seq: number;
	    parentId: string;
	    siblings: string[];
	    model: string;
	    partial: boolean;
	    sources: Source[];
	    toolCalls: ToolCall[];
	    reasoning: string;
	    notes: string[];
	    egress: Egress[];
	    error?: AppError;
	    promptTokens: number;
	    answerTokens: number;
	    contextTokens: number;
	    windowTokens: number;
	    costUsd: number;
	}
	export interface MessagePage {
	    messages: Message[];
	    hasOlder: boolean;
	    fromLedger: boolean;
	}
	export interface ModelConfig {
	    provider: string;
	    baseUrl: string;
	    region: string;
	    profile: string;
	    endpoint: string;
	    name: string;
	    apiKey: string;
	}
	export interface ModelEndpoint {
	    baseUrl: string;
	    models: string[];
	    ok: boolean;
	    detail: string;
	    hint: string;
	}
	export interface PartRequest {
	    conversationId: string;
	    at: string;
	    fromBackups: boolean;
	}
	export interface RestoreChange {
	    collection: string;
	    added: number;
	    changed: number;
	    removed: number;
	}
	export interface PartResult {
	    backup: string;
	    records: number;
	    changes: RestoreChange[];
	    unreadable: number;
	    before: string;
	}
	export interface PruneDecision {
	    id: string;
	    createdAt: string;
	    keep: boolean;
	    reasons: string[];
	}
	export interface PruneResult {
	    decisions: PruneDecision[];
	    removed: number;
	    objects: number;
	    bytes: number;
	    held: number;
	    warnings: AppError[];
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
	export interface RecoveryKey {
	    text: string;
	}
	export interface RecoveryKeySource {
	    file: string;
	    text: string;
	}
	
	
	export interface ResourceRelation {
	    kind: string;
	    outgoing: boolean;
	    arn: string;
	    resource?: Resource;
	}
	export interface ResourceDetail {
	    resource: Resource;
	    attributes: string;
	    relations: ResourceRelation[];
	    incoming: number;
	    firstSeen: string;
	    lastSeen: string;
	    consoleUrl: string;
	}
	
	
	export interface RestoreRequest {
	    backup: string;
	    at: string;
	}
	export interface RestoreResult {
	    backup: string;
	    madeAt: string;
	    moment: string;
	    records: number;
	    counts: BackupCount[];
	    changes: RestoreChange[];
	    checked: boolean;
	    before: string;
	}
	export interface RestoreState {
	    state: string;
	    phase: string;
	    done: number;
	    total: number;
	    result?: RestoreResult;
	    error?: AppError;
	}
	export interface RunFinding {
	    code: string;
	    where: string;
	    message: string;
	    hint: string;
	}
	export interface Run {
	    runId: string;
	    kind: string;
	    state: string;
	    label: string;
	    done: number;
	    total: number;
	    detail: string;
	    error?: AppError;
	    findings: RunFinding[];
	    startedAt: string;
	    endedAt: string;
	    answer?: AnswerState;
	}
	
	export interface RunRef {
	    runId: string;
	}
	export interface SavedSearch {
	    id: string;
	    name: string;
	    text: string;
	    filters: EstateFilter[];
	    ignoreUnderstood: string[];
	    columns: string[];
	    sortBy: string;
	    desc: boolean;
	}
	export interface ScanRequest {
	    profiles: string[];
	    regions: string[];
	    services: string[];
	}
	export interface SecretFinding {
	    rule: string;
	    description: string;
	    start: number;
	    end: number;
	    preview: string;
	}
	export interface Settings {
	    profiles: string[];
	    regions: string[];
	    services: string[];
	    roleArns: string[];
	    scanEveryHours: number;
	    cloudControl: boolean;
	    resourceExplorer: boolean;
	    endpointUrl: string;
	    modelProvider: string;
	    modelBaseUrl: string;
	    modelRegion: string;
	    modelProfile: string;
	    modelEndpoint: string;
	    modelName: string;
	    windowTokens: number;
	    priceIn: number;
	    priceOut: number;
	    titlesByModel: boolean;
	    recallMode: string;
	    idleLockMinutes: number;
	    lockPassphraseSet: boolean;
	    lockPassphrase: string;
	    modelApiKeySet: boolean;
	    modelApiKey: string;
	    theme: string;
	    qdrantUrl: string;
	    dataDir: string;
	}
	
	export interface StartupStep {
	    name: string;
	    state: string;
	    detail: string;
	    done: number;
	    total: number;
	}
	export interface Status {
	    phase: string;
	    passphraseNew: boolean;
	    lockAsks: boolean;
	    version: string;
	    steps: StartupStep[];
	    error?: AppError;
	    firstLaunch: boolean;
	    qdrant: string;
	    embedder: string;
	    pending: number;
	    model: string;
	    modelRemote: boolean;
	    modelHost: string;
	    resources: number;
	    recoveryKeySaved: boolean;
	    recoveryDeclined: boolean;
	    notices: AppError[];
	}
	
	

}

