package main

// The wire types of the chats.

// Conversation is a row of the conversation list.
type Conversation struct {
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	CreatedAt    string   `json:"createdAt"`
	LastActivity string   `json:"lastActivity"` // of a deleted one: when it was deleted
	MessageCount int      `json:"messageCount"`
	Status       string   `json:"status"` // active | archived
	Pinned       bool     `json:"pinned"`
	FolderID     string   `json:"folderId"` // empty: in none
	Tags         []string `json:"tags"`
	Recall       string   `json:"recall"` // on | off | plain; empty: as the settings say
	PromptTokens int      `json:"promptTokens"`
	AnswerTokens int      `json:"answerTokens"`
	CostUSD      float64  `json:"costUsd"` // 0: unknown, or nothing
}

// ConversationQuery asks for a page of the conversation list. Empty fields do not narrow it.
type ConversationQuery struct {
	Status   string `json:"status"`   // active | archived
	FolderID string `json:"folderId"` // "none": those in no folder
	Tag      string `json:"tag"`
	Pinned   string `json:"pinned"` // only | not
	Cursor   string `json:"cursor"`
	Limit    int    `json:"limit"`
}

// ConversationPage is a page of them: pinned ones first, then newest first.
type ConversationPage struct {
	Conversations []Conversation `json:"conversations"`
	Next          string         `json:"next"`
	FromLedger    bool           `json:"fromLedger"` // Qdrant is down: read from the ledger
}

// Folder holds conversations.
type Folder struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Draft is what was typed and not sent.
type Draft struct {
	Text       string   `json:"text"`
	AttachARNs []string `json:"attachArns"`
}

// Remainder says where something of what was deleted still is.
type Remainder struct {
	Where  string `json:"where"`
	Until  string `json:"until"` // empty: not known
	Detail string `json:"detail"`
}

// Deletion says what was deleted, and what of it remains.
type Deletion struct {
	Count   int         `json:"count"`
	Missing []string    `json:"missing"` // ids that were not there any more
	Remains []Remainder `json:"remains"`
}

// Changed says how many conversations a change reached.
type Changed struct {
	Count   int      `json:"count"`
	Missing []string `json:"missing"`
}

// Message is one message of a conversation.
type Message struct {
	ID        string   `json:"id"`
	Role      string   `json:"role"` // user | assistant | tool | system
	Text      string   `json:"text"`
	Timestamp string   `json:"timestamp"`
	Seq       int      `json:"seq"` // rises along the path that is shown; other branches leave gaps
	ParentID  string   `json:"parentId"`
	Siblings  []string `json:"siblings"` // the alternatives at this place, oldest first, itself among them
	Model     string   `json:"model"`    // "retrieval" for an answer without a model
	Partial   bool     `json:"partial"`  // stopped or broken off
	Sources   []Source `json:"sources"`

	ToolCalls     []ToolCall `json:"toolCalls"`
	Reasoning     string     `json:"reasoning"`
	Notes         []string   `json:"notes"` // what is to be said of the answer, whatever its words are
	Egress        []Egress   `json:"egress"`
	Error         *AppError  `json:"error"` // why it is not whole
	PromptTokens  int        `json:"promptTokens"`
	AnswerTokens  int        `json:"answerTokens"`
	ContextTokens int        `json:"contextTokens"` // of the window, at its last step
	WindowTokens  int        `json:"windowTokens"`
	CostUSD       float64    `json:"costUsd"` // 0: unknown, or nothing
}

// MessagePage is part of a conversation, oldest first.
type MessagePage struct {
	Messages   []Message `json:"messages"`
	HasOlder   bool      `json:"hasOlder"`
	FromLedger bool      `json:"fromLedger"`
}

// Source is what an answer rests on.
type Source struct {
	Kind           string `json:"kind"` // resource | message
	ARN            string `json:"arn"`
	Title          string `json:"title"`
	Subtitle       string `json:"subtitle"`
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
	Seq            int    `json:"seq"` // of the message, for the jump to it; 0: unknown
}

// ToolCall is one look that a model took at the inventory or the history.
type ToolCall struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Label     string   `json:"label"`
	Input     string   `json:"input"`  // JSON
	Output    string   `json:"output"` // as the model was given it
	State     string   `json:"state"`  // running | done | failed
	TookMS    int      `json:"tookMs"`
	Resources []Source `json:"resources"`
}

// Egress is one request that left this machine.
type Egress struct {
	Host  string   `json:"host"`
	At    string   `json:"at"`
	What  []string `json:"what"`
	Bytes int      `json:"bytes"`
}

// AskRequest sends a prompt.
type AskRequest struct {
	ConversationID string   `json:"conversationId"` // empty: a new conversation
	FolderID       string   `json:"folderId"`       // of a new conversation
	PromptID       string   `json:"promptId"`       // of a prompt that is kept and asked again; empty: a new one
	Text           string   `json:"text"`
	AttachARNs     []string `json:"attachArns"` // resources the prompt is about
	EditOf         string   `json:"editOf"`     // id of a message of the user: the prompt stands beside it
	Regenerate     string   `json:"regenerate"` // id of a prompt: another answer to it; the text is not looked at
	RecallChosen   bool     `json:"recallChosen"`
	RecallIDs      []string `json:"recallIds"`      // answers of recalled pairs that were left in, where recallChosen
	SecretsAllowed bool     `json:"secretsAllowed"` // the user was shown what looks like a credential, and sends it
}

// AskStarted says where the answer will come.
type AskStarted struct {
	RunID          string `json:"runId"`
	ConversationID string `json:"conversationId"`
	PromptID       string `json:"promptId"`
}

// SecretFinding is a place in a text that looks like a credential.
type SecretFinding struct {
	Rule        string `json:"rule"`
	Description string `json:"description"`
	Start       int    `json:"start"` // in UTF-16 units, as the window counts
	End         int    `json:"end"`
	Preview     string `json:"preview"` // its first characters
}

// RecalledPair is an earlier question with its answer, from another conversation.
type RecalledPair struct {
	PromptID       string  `json:"promptId"`
	AnswerID       string  `json:"answerId"`
	ConversationID string  `json:"conversationId"`
	Title          string  `json:"title"`
	Prompt         string  `json:"prompt"`
	Answer         string  `json:"answer"`
	Model          string  `json:"model"`
	Timestamp      string  `json:"timestamp"`
	Seq            int     `json:"seq"` // of the prompt
	Score          float64 `json:"score"`
}

// ChatQuery asks for messages by meaning and by words. Empty fields do not narrow it.
type ChatQuery struct {
	Text           string   `json:"text"`
	Limit          int      `json:"limit"`
	Roles          []string `json:"roles"`
	FolderID       string   `json:"folderId"`
	ConversationID string   `json:"conversationId"`
	From           string   `json:"from"` // RFC 3339, or a date
	To             string   `json:"to"`   // as from; a date means its end
}

// ChatHit is a message that was found.
type ChatHit struct {
	MessageID      string  `json:"messageId"`
	ConversationID string  `json:"conversationId"`
	Title          string  `json:"title"`
	Role           string  `json:"role"`
	Timestamp      string  `json:"timestamp"`
	Snippet        string  `json:"snippet"` // matched words between **
	Score          float64 `json:"score"`
	Seq            int     `json:"seq"`
}

// ChatGroup is what was found in one conversation.
type ChatGroup struct {
	ConversationID string    `json:"conversationId"`
	Title          string    `json:"title"`
	TitleMarked    string    `json:"titleMarked"` // matched words between **
	LastActivity   string    `json:"lastActivity"`
	Status         string    `json:"status"`
	TitleHit       bool      `json:"titleHit"`
	Hits           []ChatHit `json:"hits"`
}

// ChatResults is the outcome of a search in the chats.
type ChatResults struct {
	Groups  []ChatGroup `json:"groups"`
	TookMS  float64     `json:"tookMs"`
	Pending int         `json:"pending"`
	Dense   bool        `json:"dense"`
}

// AnswerState is what an answering run has so far.
type AnswerState struct {
	ConversationID string     `json:"conversationId"`
	PromptID       string     `json:"promptId"`
	MessageID      string     `json:"messageId"` // empty until the answer is stored
	Text           string     `json:"text"`      // so far
	Reasoning      string     `json:"reasoning"`
	Sources        []Source   `json:"sources"`
	ToolCalls      []ToolCall `json:"toolCalls"`
	Notes          []string   `json:"notes"`
	Egress         []Egress   `json:"egress"`
	Mode           string     `json:"mode"`    // model | retrieval
	Waiting        string     `json:"waiting"` // "retry in 12 s: too many requests"; empty: for nothing
	PromptTokens   int        `json:"promptTokens"`
	AnswerTokens   int        `json:"answerTokens"`
	ContextTokens  int        `json:"contextTokens"`
	WindowTokens   int        `json:"windowTokens"`
	CostUSD        float64    `json:"costUsd"`
}
