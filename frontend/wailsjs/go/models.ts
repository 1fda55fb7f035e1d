export namespace main {
	
	export interface AWSProfile {
	    name: string;
	    region: string;
	}
	export interface Source {
	    kind: string;
	    arn: string;
	    title: string;
	    subtitle: string;
	    conversationId: string;
	    messageId: string;
	}
	export interface AnswerState {
	    conversationId: string;
	    promptId: string;
	    messageId: string;
	    text: string;
	    sources: Source[];
	    mode: string;
	}
	export interface AppError {
	    code: string;
	    message: string;
	    hint: string;
	    retryable: boolean;
	}
	export interface AskRequest {
	    conversationId: string;
	    promptId: string;
	    text: string;
	    attachArns: string[];
	}
	export interface AskStarted {
	    runId: string;
	    conversationId: string;
	    promptId: string;
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
	export interface ChatResults {
	    hits: ChatHit[];
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
	}
	export interface ConversationPage {
	    conversations: Conversation[];
	    next: string;
	    fromLedger: boolean;
	}
	export interface EstateFilter {
	    field: string;
	    values: string[];
	    label: string;
	    fromQuery: boolean;
	    relaxed: boolean;
	}
	export interface FacetValue {
	    value: string;
	    label: string;
	    count: number;
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
	    env: string;
	    state: string;
	    tags: Tag[];
	    score: number;
	    why: string[];
	}
	export interface EstatePage {
	    resources: Resource[];
	    total: number;
	    next: string;
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
	    cursor: string;
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
	    model: string;
	    partial: boolean;
	    sources: Source[];
	}
	export interface MessagePage {
	    messages: Message[];
	    hasOlder: boolean;
	    fromLedger: boolean;
	}
	export interface ModelEndpoint {
	    baseUrl: string;
	    models: string[];
	    ok: boolean;
	    detail: string;
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
	    firstSeen: string;
	    lastSeen: string;
	    consoleUrl: string;
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
	export interface ScanRequest {
	    profiles: string[];
	    regions: string[];
	    services: string[];
	}
	export interface Settings {
	    profiles: string[];
	    regions: string[];
	    services: string[];
	    roleArns: string[];
	    endpointUrl: string;
	    modelBaseUrl: string;
	    modelName: string;
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
	    version: string;
	    steps: StartupStep[];
	    error?: AppError;
	    firstLaunch: boolean;
	    qdrant: string;
	    embedder: string;
	    pending: number;
	    model: string;
	    resources: number;
	    recoveryKeySaved: boolean;
	    notices: AppError[];
	}

}

