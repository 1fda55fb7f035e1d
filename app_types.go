package main

// The wire types: what the window sees. Times are RFC 3339 strings, long work is a run.

// AppError is how an error reaches the window.
type AppError struct {
	Code      string `json:"code"` // not_found, invalid, locked, index_down, credentials, denied, network, cancelled, internal …
	Message   string `json:"message"`
	Hint      string `json:"hint"` // what to do about it
	Retryable bool   `json:"retryable"`
}

// StartupStep is a part of the start, in the order it happens.
type StartupStep struct {
	Name   string `json:"name"`   // "keys", "ledger", "qdrant", "model", "mending"
	State  string `json:"state"`  // waiting | running | done | failed
	Detail string `json:"detail"` // "rebuilding 1,200 of 10,000"
	Done   int    `json:"done"`
	Total  int    `json:"total"` // 0: unknown
}

// Status is the state of the whole app; the event "status" says that it changed.
type Status struct {
	Phase            string        `json:"phase"`         // starting | ready | needs_passphrase | locked | restoring | failed
	PassphraseNew    bool          `json:"passphraseNew"` // phase needs_passphrase: one is being chosen, for a new vault
	LockAsks         bool          `json:"lockAsks"`      // phase locked: it opens with a passphrase, not at a click
	Version          string        `json:"version"`
	Steps            []StartupStep `json:"steps"`
	Error            *AppError     `json:"error"`       // why phase is failed
	FirstLaunch      bool          `json:"firstLaunch"` // nothing in the estate and no conversation yet
	Qdrant           string        `json:"qdrant"`      // running | starting | down
	Embedder         string        `json:"embedder"`    // the model id; empty: terms alone
	Pending          int           `json:"pending"`     // records not yet searchable in full
	Model            string        `json:"model"`       // the chat model's label; empty: retrieval alone
	ModelRemote      bool          `json:"modelRemote"` // the chat model is not on this machine
	ModelHost        string        `json:"modelHost"`
	Resources        int           `json:"resources"`
	RecoveryKeySaved bool          `json:"recoveryKeySaved"`
	RecoveryDeclined bool          `json:"recoveryDeclined"` // the user said no to saving it
	Notices          []AppError    `json:"notices"`          // conditions that the user should know of while they last
}

// HealthCheck is one line of doctor.
type HealthCheck struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Hint   string `json:"hint"`
}

// KeyStatus says where the keys are, never what they are.
type KeyStatus struct {
	Backend           string `json:"backend"` // keychain | passphrase
	VaultID           string `json:"vaultId"`
	MasterKeyID       string `json:"masterKeyId"`
	DataKeyID         string `json:"dataKeyId"`
	DataKeys          int    `json:"dataKeys"`
	RecoveryRecipient string `json:"recoveryRecipient"` // the public half, age1…
	RecoveryKeySaved  bool   `json:"recoveryKeySaved"`
	CreatedAt         string `json:"createdAt"`
}

// RecoveryKey is the recovery key itself, for paper and password managers.
type RecoveryKey struct {
	Text string `json:"text"` // an age identity file
}

// RecoveryKeySource is where the user has the recovery key: a file, or pasted text.
type RecoveryKeySource struct {
	File string `json:"file"`
	Text string `json:"text"`
}

// Settings is what the user can set.
type Settings struct {
	Profiles         []string `json:"profiles"` // AWS profiles to scan
	Regions          []string `json:"regions"`  // empty: every enabled region
	Services         []string `json:"services"` // empty: all
	RoleARNs         []string `json:"roleArns"`
	ScanEveryHours   int      `json:"scanEveryHours"`   // 0: only when asked to
	CloudControl     bool     `json:"cloudControl"`     // also the types that have no collector
	ResourceExplorer bool     `json:"resourceExplorer"` // also what its index names, where one is turned on
	EndpointURL      string   `json:"endpointUrl"`      // another AWS-compatible endpoint
	ModelProvider    string   `json:"modelProvider"`    // openai | bedrock | anthropic; empty: none
	ModelBaseURL     string   `json:"modelBaseUrl"`     // openai: http://127.0.0.1:11434/v1; anthropic: empty for its own
	ModelRegion      string   `json:"modelRegion"`      // bedrock
	ModelProfile     string   `json:"modelProfile"`     // bedrock: a profile of the AWS configuration; empty: the default chain
	ModelEndpoint    string   `json:"modelEndpoint"`    // bedrock: another address than AWS's own
	ModelName        string   `json:"modelName"`
	WindowTokens     int      `json:"windowTokens"` // 0: what is known of the model
	PriceIn          float64  `json:"priceIn"`      // USD for a million tokens; 0: the table of known prices
	PriceOut         float64  `json:"priceOut"`
	TitlesByModel    bool     `json:"titlesByModel"`
	RecallMode       string   `json:"recallMode"` // on | off | plain

	IdleLockMinutes   int    `json:"idleLockMinutes"` // 0: never
	LockPassphraseSet bool   `json:"lockPassphraseSet"`
	LockPassphrase    string `json:"lockPassphrase"` // only inwards; empty leaves the stored one, "-" removes it

	ModelAPIKeySet bool   `json:"modelApiKeySet"`
	ModelAPIKey    string `json:"modelApiKey"` // only inwards; empty leaves the stored one, "-" removes it
	Theme          string `json:"theme"`       // system | light | dark
	QdrantURL      string `json:"qdrantUrl"`   // empty: the bundled one
	DataDir        string `json:"dataDir"`     // read only
}

// ModelConfig is a model to connect to, for a test.
type ModelConfig struct {
	Provider string `json:"provider"` // openai | bedrock | anthropic
	BaseURL  string `json:"baseUrl"`
	Region   string `json:"region"`
	Profile  string `json:"profile"`
	Endpoint string `json:"endpoint"`
	Name     string `json:"name"`
	APIKey   string `json:"apiKey"` // empty: the one that is kept, where it belongs to the same address
}

// ModelEndpoint is a chat model server that was found or tested.
type ModelEndpoint struct {
	BaseURL string   `json:"baseUrl"`
	Models  []string `json:"models"`
	OK      bool     `json:"ok"`
	Detail  string   `json:"detail"`
	Hint    string   `json:"hint"` // what to do where it is not ok
}

// AWSProfile is a profile of the shared configuration.
type AWSProfile struct {
	Name   string `json:"name"`
	Region string `json:"region"`
}

// RunRef names long work that was started.
type RunRef struct {
	RunID string `json:"runId"`
}

// RunFinding is something a run could not do while the rest went on.
type RunFinding struct {
	Code    string `json:"code"`
	Where   string `json:"where"` // "444455556666 eu-west-1 rds"
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// Run is the state of long work; the event "run" carries the same as it changes.
type Run struct {
	RunID     string       `json:"runId"`
	Kind      string       `json:"kind"`  // scan | sample | import | import-chats | answer | rebuild
	State     string       `json:"state"` // running | done | partial | failed | cancelled
	Label     string       `json:"label"`
	Done      int          `json:"done"`
	Total     int          `json:"total"`
	Detail    string       `json:"detail"`
	Error     *AppError    `json:"error"`
	Findings  []RunFinding `json:"findings"`
	StartedAt string       `json:"startedAt"`
	EndedAt   string       `json:"endedAt"`
	// Answer is filled for runs of kind answer.
	Answer *AnswerState `json:"answer"`
}

// RunEvent is the one envelope of the event "run".
type RunEvent struct {
	RunID string `json:"runId"`
	Seq   int    `json:"seq"`   // rises by one within a run
	Kind  string `json:"kind"`  // progress | delta | reasoning | tool | sources | done | partial | failed | cancelled (the last four are terminal: exactly one)
	Delta string `json:"delta"` // text to append, kinds delta and reasoning
	Run   *Run   `json:"run"`   // the state, for every other kind
}
