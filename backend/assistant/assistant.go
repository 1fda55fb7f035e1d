// Package assistant answers a prompt: it keeps the prompt, looks in the inventory and in earlier conversations for
// what bears on it, asks a language model where one is connected, which may look further with tools that only read, and
// otherwise composes an answer from what was found. It declares what it needs of other parts as small interfaces; it
// knows none of them.
package assistant

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"cloudops/backend/assistant/model"
	"cloudops/backend/secret"
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

// States of a ToolCall.
const (
	ToolRunning = "running"
	ToolDone    = "done"
	ToolFailed  = "failed"
)

// ToolCall is a tool that the model had run.
type ToolCall struct {
	ID        string
	Name      string
	Label     string // for people
	Input     string // JSON
	Output    string // what the model was given, cut for people
	State     string // ToolRunning, ToolDone or ToolFailed
	Took      time.Duration
	Resources []Source // that it found
}

// Egress is a request that left this machine.
type Egress struct {
	Host  string
	At    time.Time
	What  []string // its parts, for people: "system prompt", "3 recalled pairs"
	Bytes int64    // of its body
}

// State says what an answer is at.
type State string

// The states, in their order; waiting, tools and streaming may come again.
const (
	StateRetrieving State = "retrieving" // looking for what bears on the prompt
	StateWaiting    State = "waiting"    // for the model's first word
	StateTools      State = "tools"      // looking up what the model asked for
	StateStreaming  State = "streaming"
	StateSaving     State = "saving"
)

// Sink is told of an answer while it is made, from one goroutine at a time. It should not block.
type Sink interface {
	State(State)
	// Sources may be told several times: what was given to the model, what tools found, and at the end what the answer names.
	Sources([]Source)
	// Delta is text to append.
	Delta(text string)
	// Reasoning is text to append to the model's thoughts.
	Reasoning(text string)
	// Tool is told twice of each call, when it starts and when it has ended.
	Tool(ToolCall)
	// Waiting says why nothing happens for so long: the server asked for it, or had an error. 0: it goes on.
	Waiting(d time.Duration, why string)
	// Egress is a request that has left this machine.
	Egress(Egress)
}

// NoSink is a Sink that nobody listens to, to embed in one that listens to some of it.
type NoSink struct{}

// State implements Sink.
func (NoSink) State(State) {}

// Sources implements Sink.
func (NoSink) Sources([]Source) {}

// Delta implements Sink.
func (NoSink) Delta(string) {}

// Reasoning implements Sink.
func (NoSink) Reasoning(string) {}

// Tool implements Sink.
func (NoSink) Tool(ToolCall) {}

// Waiting implements Sink.
func (NoSink) Waiting(time.Duration, string) {}

// Egress implements Sink.
func (NoSink) Egress(Egress) {}

// Request is a prompt.
type Request struct {
	ConversationID string // empty: a new conversation
	FolderID       string // of a new conversation
	PromptID       string // a UUID; empty: a new one. A prompt that is kept already is not kept twice.
	Text           string
	AttachARNs     []string // resources the prompt is about
	EditOf         string   // a user's message: the prompt stands beside it
	Regenerate     string   // a prompt that is kept: another answer to it; Text is ignored

	RecallMode   string   // RecallOn when empty
	RecallChosen bool     // the user chose: RecallIDs are recalled, and nothing else
	RecallIDs    []string // of answers

	SecretsAllowed bool // the user knows that it holds credentials

	begun bool // Begin has kept it
	found chosen
}

// Answer is what became of a prompt.
type Answer struct {
	ConversationID string
	PromptID       string
	MessageID      string // empty where no word of an answer came
	Text           string
	Reasoning      string
	Sources        []Source
	Mode           string
	Model          string
	Partial        bool  // stopped, broken off or cut at the model's limit
	Notice         error // why an answer was composed although a model is connected
	ToolCalls      []ToolCall
	PromptTokens   int64 // of all requests together, as the server counted, or estimated where it did not
	AnswerTokens   int64
	ContextTokens  int   // of the largest request, of WindowTokens
	WindowTokens   int   // 0: no model
	CostMicroUSD   int64 // 0: unknown
	// Notes are to be shown whatever the words say: how old the inventory is, what was summarised or taken out.
	Notes  []string
	Egress []Egress
}

// Deps are what the service works with. Keeper and History are needed; without the others it does with less.
type Deps struct {
	Keeper    Keeper
	History   HistoryReader
	Summaries Summaries
	Recall    Recaller
	Estate    EstateSearcher
	Tools     EstateTools
	Chats     HistorySearcher
	Coverage  CoverageReader
	Provider  Provider // nil: ModeRetrieval
	Log       *slog.Logger
}

// Options of a Service. The zero value is usable.
type Options struct {
	// NoFallback: an error of the model is the outcome, and no answer is composed instead.
	NoFallback bool
	// SaveEvery is how often the text of an answer that streams is kept; 2 s when 0.
	SaveEvery time.Duration
	// FirstSave is when it is kept for the first time; 500 ms when 0.
	FirstSave time.Duration
	// Resources, Pairs and Turns are the most that are looked for; 12, 5 and 60 when 0. With tools, Upfront resources are
	// given before the model asks; 6 when 0.
	Resources, Pairs, Turns, Upfront int
	// Steps is how often the model may ask for tools; 8 when 0. One more request follows, without tools.
	Steps int
	// Time is after how long no more tools are run; 120 s when 0.
	Time time.Duration
	// ToolTokens bounds what one tool gives the model; 1,500 when 0, and less in a small window.
	ToolTokens int
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Service answers prompts. It is safe for concurrent use.
type Service struct {
	deps     Deps
	opt      Options
	tools    []estateTool
	provider atomic.Pointer[connected]
}

// connected is a provider and what was learnt of it.
type connected struct {
	Provider
	price   model.Price
	noTools atomic.Bool
}

// New makes a Service.
func New(deps Deps, opt Options) *Service {
	if deps.Log == nil {
		deps.Log = slog.Default()
	}
	defaultTo(&opt.SaveEvery, 2*time.Second)
	defaultTo(&opt.FirstSave, 500*time.Millisecond)
	defaultTo(&opt.Resources, 12)
	defaultTo(&opt.Pairs, 5)
	defaultTo(&opt.Turns, 60)
	defaultTo(&opt.Upfront, 6)
	defaultTo(&opt.Steps, 8)
	defaultTo(&opt.Time, 120*time.Second)
	defaultTo(&opt.ToolTokens, 1500)
	if opt.Now == nil {
		opt.Now = time.Now
	}
	s := &Service{deps: deps, opt: opt}
	s.tools = s.estateTools()
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
	c := &connected{Provider: p, price: model.PriceFor(p.Label(), model.Price{})}
	if _, remote := p.Host(); remote {
		go secret.Load() // the first prompt need not wait for it
	} else {
		c.price = model.Price{}
	}
	if priced, ok := p.(interface{ Price() model.Price }); ok {
		c.price = priced.Price()
	}
	s.provider.Store(c)
}

// Model is the label of the connected model; empty without one.
func (s *Service) Model() string {
	if p := s.provider.Load(); p != nil {
		return p.Label()
	}
	return ""
}

// Remote says where the connected model is; remote: not on this machine.
func (s *Service) Remote() (host string, remote bool) {
	if p := s.provider.Load(); p != nil {
		return p.Host()
	}
	return "", false
}

// notes collects what is said about an answer, each once.
type notes struct {
	mu   sync.Mutex
	list []string
}

func (n *notes) add(note string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, have := range n.list {
		if have == note {
			return
		}
	}
	n.list = append(n.list, note)
}

func (n *notes) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.list...)
}
