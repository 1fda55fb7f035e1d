// Package assistant answers a prompt: it keeps the prompt, looks in the inventory and in earlier conversations for
// what bears on it, asks a language model where one is connected, and otherwise composes an answer from what
// was found. It declares what it needs of other parts as small interfaces; it knows none of them.
package assistant

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// Modes of an answer.
const (
	ModeModel     = "model"     // a language model wrote it
	ModeRetrieval = "retrieval" // composed from what was found, without a language model
)

// ErrEmptyPrompt: the prompt has no words in it.
var ErrEmptyPrompt = errors.New("the prompt is empty")

// Source is what an answer rests on.
type Source struct {
	Kind           string // SourceResource or SourceMessage
	ARN            string
	Title          string
	Subtitle       string
	ConversationID string
	MessageID      string
}

// Kinds of a Source.
const (
	SourceResource = "resource"
	SourceMessage  = "message"
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

// AnswerRecord is an answer as it is kept.
type AnswerRecord struct {
	ConversationID string
	PromptID       string // the pair it belongs to
	MessageID      string // empty the first time: the keeper makes one
	Text           string
	Partial        bool
	Sources        []Source
	Model          string // "retrieval" for ModeRetrieval
	PromptTokens   int64
	AnswerTokens   int64
}

// Keeper keeps what is said. Every call that returned nil is on disk.
type Keeper interface {
	// CreateConversation makes an empty conversation; its title comes from the first prompt.
	CreateConversation(ctx context.Context) (conversationID string, err error)
	// AppendPrompt adds the user's message. An id that is there already changes nothing; an empty one is made.
	AppendPrompt(ctx context.Context, conversationID, promptID, text string) (Stored, error)
	// SaveAnswer adds the answer, or replaces what is kept of it where MessageID is set.
	SaveAnswer(ctx context.Context, a AnswerRecord) (Stored, error)
}

// HistoryReader reads the conversation that is asked in.
type HistoryReader interface {
	// Before returns up to limit messages before seq, oldest first.
	Before(ctx context.Context, conversationID string, seq int64, limit int) ([]Turn, error)
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

// Recaller finds earlier answers.
type Recaller interface {
	// Recall returns pairs that bear on the prompt, best first, none rather than unrelated ones.
	Recall(ctx context.Context, prompt, excludeConversation string, limit int) ([]Pair, error)
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

// EstateSearcher looks in the inventory.
type EstateSearcher interface {
	// SearchEstate returns what bears on the text; for one that has nothing to do with the inventory, no resources.
	SearchEstate(ctx context.Context, text string, limit int) (EstateResult, error)
	// ResourcesByARN returns those that are there, in the order of the ARNs.
	ResourcesByARN(ctx context.Context, arns []string) ([]Resource, error)
}

// State says what an answer is at.
type State string

// The states, in their order.
const (
	StateRetrieving State = "retrieving" // looking for what bears on the prompt
	StateWaiting    State = "waiting"    // for the model's first word
	StateStreaming  State = "streaming"
	StateSaving     State = "saving"
)

// Sink is told of an answer while it is made, from one goroutine at a time. It should not block.
type Sink interface {
	State(State)
	// Sources may be told twice: what was given to the model, and at the end what the answer names.
	Sources([]Source)
	// Delta is text to append.
	Delta(text string)
}

// Request is a prompt.
type Request struct {
	ConversationID string // empty: a new conversation
	PromptID       string // a UUID; empty: a new one. A prompt that is kept already is not kept twice.
	Text           string
	AttachARNs     []string // resources the prompt is about
}

// Answer is what became of a prompt.
type Answer struct {
	ConversationID string
	PromptID       string
	MessageID      string // empty where no word of an answer came
	Text           string
	Sources        []Source
	Mode           string
	Model          string
	Partial        bool  // stopped, broken off or cut at the model's limit
	Notice         error // why an answer was composed although a model is connected
	PromptTokens   int64
	AnswerTokens   int64
}

// Deps are what the service works with. Keeper and History are needed; without the others it does with less.
type Deps struct {
	Keeper   Keeper
	History  HistoryReader
	Recall   Recaller
	Estate   EstateSearcher
	Provider Provider // nil: ModeRetrieval
	Log      *slog.Logger
}

// Options of a Service. The zero value is usable.
type Options struct {
	// NoFallback: an error of the model is the outcome, and no answer is composed instead.
	NoFallback bool
	// SaveEvery is how often the text of an answer that streams is kept; 2 s when 0.
	SaveEvery time.Duration
	// FirstSave is when it is kept for the first time; 500 ms when 0.
	FirstSave time.Duration
	// Resources, Pairs and Turns are the most that are looked for; 12, 3 and 40 when 0.
	Resources, Pairs, Turns int
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Service answers prompts. It is safe for concurrent use.
type Service struct {
	deps     Deps
	opt      Options
	provider atomic.Pointer[Provider]
}

// New makes a Service.
func New(deps Deps, opt Options) *Service {
	if deps.Log == nil {
		deps.Log = slog.Default()
	}
	defaultTo(&opt.SaveEvery, 2*time.Second)
	defaultTo(&opt.FirstSave, 500*time.Millisecond)
	defaultTo(&opt.Resources, 12)
	defaultTo(&opt.Pairs, 3)
	defaultTo(&opt.Turns, 40)
	if opt.Now == nil {
		opt.Now = time.Now
	}
	s := &Service{deps: deps, opt: opt}
	s.SetProvider(deps.Provider)
	return s
}

func defaultTo[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// SetProvider connects another model, or none (nil). Answers under way keep theirs.
func (s *Service) SetProvider(p Provider) {
	if p == nil {
		s.provider.Store(nil)
		return
	}
	s.provider.Store(&p)
}

// Model is the label of the connected model; empty without one.
func (s *Service) Model() string {
	if p := s.provider.Load(); p != nil {
		return (*p).Label()
	}
	return ""
}
