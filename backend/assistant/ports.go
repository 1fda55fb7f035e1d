package assistant

import (
	"context"
	"errors"
	"time"
)

// Turn is a message of the conversation that is asked in.
type Turn struct {
	ID   string
	Role string // user | assistant | tool | system
	Text string
	Seq  int64
}

// Stored says where a message is. It is on disk.
type Stored struct {
	MessageID string
	Seq       int64
}

// NewPrompt is a prompt to keep, or as it is kept.
type NewPrompt struct {
	ConversationID string
	ID             string // a UUID; empty: one is made
	Text           string
	EditOf         string // a user's message that this one stands beside, with the same parent; empty: at the end of the active path
	AttachARNs     []string
}

// AnswerRecord is an answer as it is kept.
type AnswerRecord struct {
	ConversationID string
	PromptID       string // the pair it belongs to, and its parent
	MessageID      string // empty the first time: the keeper makes one, beside other answers to the same prompt
	Text           string
	Reasoning      string
	Partial        bool
	Sources        []Source
	Model          string // "retrieval" for ModeRetrieval
	ToolCalls      []ToolCall
	PromptTokens   int64
	AnswerTokens   int64
	ContextTokens  int
	WindowTokens   int
	CostMicroUSD   int64
	Notes          []string
	Egress         []Egress
	Failure        *ModelError // why it broke off; nil where it is whole, or was stopped
}

// Keeper keeps what is said. Every call that returned nil is on disk.
type Keeper interface {
	// CreateConversation makes an empty conversation in a folder ("": none); its title comes from the first prompt.
	CreateConversation(ctx context.Context, folderID string) (conversationID string, err error)
	// AppendPrompt adds the user's message. An id that is there already changes nothing.
	AppendPrompt(ctx context.Context, p NewPrompt) (Stored, error)
	// Prompt reads a prompt that is kept, to answer it again.
	Prompt(ctx context.Context, conversationID, promptID string) (NewPrompt, error)
	// SaveAnswer adds the answer, or replaces what is kept of it where MessageID is set.
	SaveAnswer(ctx context.Context, a AnswerRecord) (Stored, error)
}

// HistoryReader reads the conversation that is asked in.
type HistoryReader interface {
	// Before returns the last limit messages of the path that ends in the parent of a message, oldest first.
	Before(ctx context.Context, conversationID, messageID string, limit int) ([]Turn, error)
}

// Summary is what the beginning of a conversation comes to.
type Summary struct {
	Text  string
	UpTo  string // id of the last message that it covers
	Model string // that wrote it
	Turns int    // how many messages it covers
}

// Summaries keeps one summary of a conversation. It is text of the conversation, to be sealed like it.
type Summaries interface {
	// Summary returns the zero value where there is none.
	Summary(ctx context.Context, conversationID string) (Summary, error)
	SaveSummary(ctx context.Context, conversationID string, s Summary) error
}

// Pair is an earlier question with its answer, from another conversation.
type Pair struct {
	ConversationID string
	Title          string
	PromptID       string
	AnswerID       string
	Prompt         string
	Answer         string
	Model          string
	At             time.Time
}

// Ways to recall.
const (
	RecallOn    = "on"    // by meaning and words
	RecallOff   = "off"   // not at all
	RecallPlain = "plain" // the newest pairs by keyword, as the earlier module did
)

// RecallQuery asks for earlier answers.
type RecallQuery struct {
	Prompt              string
	ExcludeConversation string
	Mode                string // RecallOn or RecallPlain
	Limit               int
}

// Recaller finds earlier answers.
type Recaller interface {
	// Recall returns pairs that bear on the prompt, best first, none rather than unrelated ones.
	Recall(ctx context.Context, q RecallQuery) ([]Pair, error)
	// Pairs returns the pairs of these answers that are there, in their order.
	Pairs(ctx context.Context, answerIDs []string) ([]Pair, error)
}

// Resource is a row of the inventory.
type Resource struct {
	ARN       string
	Type      string // AWS::EC2::Instance
	TypeLabel string // EC2 instance
	Name      string
	Region    string
	AccountID string
	Env       string
	State     string
	Tags      []Tag
	Facts     []Tag    // plain facets worth telling a model: engine, version, size, public …
	Why       []string // reasons for the hit
}

// Tag is a key with its value.
type Tag struct{ Key, Value string }

// Count is a value and how many resources have it.
type Count struct {
	Label string
	N     int
}

// EstateResult is what a search in the inventory found.
type EstateResult struct {
	Resources  []Resource // best first
	Total      int        // of the whole result; 0: unknown
	Understood []string   // filters that the words became, for people: "environment is production"
	ByType     []Count    // of the whole result; empty: counted over Resources
	ByEnv      []Count
	Empty      bool      // nothing is in the inventory at all
	AsOf       time.Time // the oldest scan that the result rests on; zero: unknown
	Pending    int       // resources that are not yet searchable in full
}

// EstateSearcher looks in the inventory for what bears on a prompt.
type EstateSearcher interface {
	// SearchEstate returns what bears on the text; for one that has nothing to do with the inventory, no resources.
	SearchEstate(ctx context.Context, text string, limit int) (EstateResult, error)
	// ResourcesByARN returns those that are there, in the order of the ARNs.
	ResourcesByARN(ctx context.Context, arns []string) ([]Resource, error)
}

// ErrNoResource: the inventory has no such resource.
var ErrNoResource = errors.New("the inventory has no such resource")

// Filters narrow a list. Values of one field are alternatives; all fields must hold.
type Filters struct {
	Type, Service, Region, Account, Env, State []string // Type: a CloudFormation name, a label, or a word such as "database"
	Tag                                        []string // "k=v" or "k"
}

// EstateQuery asks for the resources that words speak of.
type EstateQuery struct {
	Text    string
	Filters Filters
	Limit   int
}

// ListQuery asks for the resources that filters leave, and for their counts by a field.
type ListQuery struct {
	Filters Filters
	GroupBy string // "", type, service, region, account, env, state
	Limit   int    // of rows; 0: counts alone
}

// ListResult is a list and its counts.
type ListResult struct {
	Resources []Resource
	Total     int
	Groups    []Count // the most first
}

// Relation is how a resource is tied to another.
type Relation struct {
	Kind     string
	Outgoing bool
	Resource Resource // with the ARN alone where it is not in the inventory
}

// ResourceDetail is everything about a resource.
type ResourceDetail struct {
	Resource
	Attributes string // JSON object
	LastSeen   time.Time
	Relations  []Relation
}

// ChangeQuery asks what changed.
type ChangeQuery struct {
	Since   time.Time
	Filters Filters
	Limit   int
}

// Change is one difference between two scans.
type Change struct {
	At       time.Time
	Kind     string // added | changed | removed
	Resource Resource
	Fields   []string // "InstanceType: t3.micro → t3.small"
}

// ChangeResult are changes, newest first.
type ChangeResult struct {
	Changes []Change
	Total   int // 0: unknown
}

// EstateTools is what a model may look up in the inventory. All of it only reads.
type EstateTools interface {
	FindResources(ctx context.Context, q EstateQuery) (EstateResult, error)
	ResourceDetail(ctx context.Context, arn string) (ResourceDetail, error) // ErrNoResource
	ListResources(ctx context.Context, q ListQuery) (ListResult, error)
	ListChanges(ctx context.Context, q ChangeQuery) (ChangeResult, error)
	// RelatedResources goes out, in, or both.
	RelatedResources(ctx context.Context, arn, direction string) ([]Relation, error) // ErrNoResource
}

// HistoryHit is a message of an earlier conversation.
type HistoryHit struct {
	ConversationID, MessageID, Title, Role, Snippet string
	At                                              time.Time
}

// HistorySearcher searches all conversations.
type HistorySearcher interface {
	SearchHistory(ctx context.Context, query string, limit int) ([]HistoryHit, error)
}

// Unreadable is a part of the estate that the last scan could not read.
type Unreadable struct{ Account, Region, Service, Why string }

// Coverage says how old and how whole the inventory is.
type Coverage struct {
	AsOf       time.Time // the oldest of the last complete looks; zero: unknown
	Empty      bool
	Unreadable []Unreadable
}

// CoverageReader knows how old and how whole the inventory is.
type CoverageReader interface {
	Coverage(ctx context.Context) (Coverage, error)
}
