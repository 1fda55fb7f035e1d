package main

// The wire types of backups.

// BackupSettings say where backups go, when, and how long they stay. Credentials are found by the AWS SDK.
type BackupSettings struct {
	Target         string      `json:"target"` // s3 | folder; empty: none
	Dir            string      `json:"dir"`
	Bucket         string      `json:"bucket"`
	Prefix         string      `json:"prefix"`
	Region         string      `json:"region"`  // empty: the profile's
	Profile        string      `json:"profile"` // empty: the default chain
	EndpointURL    string      `json:"endpointUrl"`
	KMSKey         string      `json:"kmsKey"`
	StorageClass   string      `json:"storageClass"` // empty: STANDARD
	PlainChecksums bool        `json:"plainChecksums"`
	LimitKB        int         `json:"limitKb"`    // KiB a second; 0: no limit
	EveryHours     int         `json:"everyHours"` // 0: only when asked for
	ShipLog        bool        `json:"shipLog"`
	LogDays        int         `json:"logDays"` // for as long any moment can be restored
	Keep           BackupRules `json:"keep"`
}

// BackupRules are the rules of retention; a backup stays where any wants it. All zero: all stay.
type BackupRules struct {
	Last       int `json:"last"`
	Hourly     int `json:"hourly"`
	Daily      int `json:"daily"`
	Weekly     int `json:"weekly"`
	Monthly    int `json:"monthly"`
	WithinDays int `json:"withinDays"`
}

// BackupState is how backups stand, from what this machine remembers: the place itself is not asked.
type BackupState struct {
	Settings         BackupSettings `json:"settings"`
	Target           string         `json:"target"` // for people; empty: none is set
	Last             string         `json:"last"`   // the newest backup from here
	Next             string         `json:"next"`   // empty: only when asked for
	Due              bool           `json:"due"`
	Verified         string         `json:"verified"` // when a verification last ended without a finding
	Drilled          string         `json:"drilled"`  // the same of a drill
	RecoveryKeySaved bool           `json:"recoveryKeySaved"`
	Error            *AppError      `json:"error"` // why the place cannot be used
}

// BackupTest is what a try of a place found.
type BackupTest struct {
	Target  string    `json:"target"`
	Backups int       `json:"backups"` // of this vault, that are there already
	Held    bool      `json:"held"`    // an Object Lock keeps what is written there
	Error   *AppError `json:"error"`   // what is wrong; null: it can be used
}

// BackupCount is a number of records of a kind.
type BackupCount struct {
	Collection string `json:"collection"` // chat_history, chat_sessions, aws_estate, aws_changes
	Records    int    `json:"records"`
}

// BackupPoint is a backup that can be restored, with the log after it.
type BackupPoint struct {
	ID           string        `json:"id"`
	CreatedAt    string        `json:"createdAt"`
	Machine      string        `json:"machine"`
	Version      string        `json:"version"`
	Records      int           `json:"records"`
	Entries      int           `json:"entries"`
	Counts       []BackupCount `json:"counts"`
	Bytes        int           `json:"bytes"`    // of all that it consists of
	NewBytes     int           `json:"newBytes"` // of them, in no earlier backup that is there
	Objects      int           `json:"objects"`
	NewObjects   int           `json:"newObjects"`
	Earliest     string        `json:"earliest"` // the first moment that it can be restored to
	Latest       string        `json:"latest"`   // the last one, with the log after it
	Segments     int           `json:"segments"`
	SegmentBytes int           `json:"segmentBytes"`
	LogError     *AppError     `json:"logError"` // where the log after it breaks off
}

// BackupListing is what a place holds of this vault.
type BackupListing struct {
	Target  string        `json:"target"`
	Points  []BackupPoint `json:"points"` // oldest first
	Damaged []AppError    `json:"damaged"`
	Bytes   int           `json:"bytes"` // of everything that is there
	Objects int           `json:"objects"`
}

// PruneDecision is what becomes of a backup.
type PruneDecision struct {
	ID        string   `json:"id"`
	CreatedAt string   `json:"createdAt"`
	Keep      bool     `json:"keep"`
	Reasons   []string `json:"reasons"` // newest | newest whole | last | hourly | daily | weekly | monthly | within
}

// PruneResult is what a clean-up did, or would do.
type PruneResult struct {
	Decisions []PruneDecision `json:"decisions"` // newest first
	Removed   int             `json:"removed"`   // backups
	Objects   int             `json:"objects"`
	Bytes     int             `json:"bytes"`
	Held      int             `json:"held"` // objects that an Object Lock keeps for now
	Warnings  []AppError      `json:"warnings"`
}

// RestoreRequest names a backup, or a moment, or both; neither: the latest state.
type RestoreRequest struct {
	Backup string `json:"backup"`
	At     string `json:"at"` // RFC 3339; whole seconds take in all of that second
}

// RestoreChange counts how the records of a kind differ from those before.
type RestoreChange struct {
	Collection string `json:"collection"`
	Added      int    `json:"added"`
	Changed    int    `json:"changed"`
	Removed    int    `json:"removed"`
}

// RestoreResult is what a restore brought back, or would bring back.
type RestoreResult struct {
	Backup  string          `json:"backup"`
	MadeAt  string          `json:"madeAt"`
	Moment  string          `json:"moment"` // of the newest change that comes back
	Records int             `json:"records"`
	Counts  []BackupCount   `json:"counts"`
	Changes []RestoreChange `json:"changes"`
	Checked bool            `json:"checked"` // compared with the sums of the backup
	Before  string          `json:"before"`  // the folder with the state before; empty in a preview
}

// PartRequest names what comes back while everything else goes on: a conversation or the estate, as of a moment.
type PartRequest struct {
	ConversationID string `json:"conversationId"` // empty: the estate
	At             string `json:"at"`             // RFC 3339; whole seconds take in all of that second
	FromBackups    bool   `json:"fromBackups"`    // not from the log of this machine, which knows nothing of what was purged
}

// GoneConversation is one that was there at a moment, and is not here now.
type GoneConversation struct {
	ID           string `json:"id"`
	Title        string `json:"title"`
	LastActivity string `json:"lastActivity"`
	MessageCount int    `json:"messageCount"`
}

// GoneConversations are those that the backups know as of a moment and that are not here now, latest activity first.
type GoneConversations struct {
	Conversations []GoneConversation `json:"conversations"`
	Damaged       int                `json:"damaged"` // that do not open
}

// PartResult is what came back, or would come back.
type PartResult struct {
	Backup     string          `json:"backup"` // empty: from the log of this machine
	Records    int             `json:"records"`
	Changes    []RestoreChange `json:"changes"`
	Unreadable int             `json:"unreadable"` // records that do not open; those of now stayed
	Before     string          `json:"before"`     // restoring the same part to this moment takes it back; empty in a preview
}

// RestoreState is how far the last restore of this launch has come. It can be asked for while the services are closed for it.
type RestoreState struct {
	State  string         `json:"state"` // none | running | done | failed | cancelled
	Phase  string         `json:"phase"` // closing | fetching | checking | opening …
	Done   int            `json:"done"`
	Total  int            `json:"total"` // 0: unknown
	Result *RestoreResult `json:"result"`
	Error  *AppError      `json:"error"` // everything is as it was before
}
