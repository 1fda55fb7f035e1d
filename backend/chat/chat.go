// Package chat keeps conversations: their messages in order, what is found in them, and which earlier
// answers bear on a new prompt. Everything that somebody typed is sealed by the store; the plain fields
// say only who, when and in which order.
package chat

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"cloudops/backend/store"
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrNotFound: no conversation or message of this user has that id.
	ErrNotFound = store.ErrNotFound
	// ErrInvalid: an argument can not be used as it is; the message says which and why.
	ErrInvalid = errors.New("invalid")
	// ErrTooLong: a message is longer than MaxMessage.
	ErrTooLong = fmt.Errorf("%w: the message is too long", ErrInvalid)
	// ErrDamaged: what is sealed of a message does not open.
	ErrDamaged = errors.New("it does not open: its sealed text was damaged or exchanged")
	// ErrExists: another message has the id that the caller chose.
	ErrExists = errors.New("another message has this id")
)

const (
	// MaxMessage is the longest text of a message, in bytes of UTF-8. It keeps a record, sealed and in
	// base64, far below the 64 MB that Qdrant takes in one request.
	MaxMessage = 4 << 20
	// MaxTitle is the longest title, in runes; longer ones are cut.
	MaxTitle = 200
	// DefaultLogWindow is the time in which a deletion can be undone.
	DefaultLogWindow = 30 * 24 * time.Hour
	// DefaultUser is the profile when none is set.
	DefaultUser = "local"
	// DefaultModel is the embedding model that Recall assumes. Assuming it wrongly recalls too little, never too much.
	DefaultModel = "e5-small-v2"
)

// The roles of a message.
const (
	RoleUser      = "user"
	RoleAssistant = "assistant"
	RoleTool      = "tool"
	RoleSystem    = "system"
)

// The states of a conversation.
const (
	StatusActive   = "active"
	StatusArchived = "archived"
)

// How a conversation recalls earlier answers.
const (
	RecallOn    = "on"    // by meaning and words (Recall)
	RecallOff   = "off"   // not
	RecallPlain = "plain" // newest conversations and keywords (RecallPlain)
)

// Conversation is a row of the list.
type Conversation struct {
	ID           string
	Title        string // sealed at rest
	UserID       string
	CreatedAt    time.Time
	LastActivity time.Time // of the latest message; CreatedAt while there is none
	MessageCount int
	Status       string // StatusActive or StatusArchived
	Pinned       bool
	FolderID     string   // empty: in none
	Tags         []string // sealed at rest
	Recall       string   // RecallOn, RecallOff, RecallPlain; empty: nobody chose for this conversation
	// What its messages say together, those of all branches.
	PromptTokens int64
	AnswerTokens int64
	CostMicroUSD int64
	Branches     int   // ways through it; 1 for most
	ActiveBranch int64 // the one that History shows; 0 the trunk
}

// Message is one message of a conversation.
type Message struct {
	ID             string
	ConversationID string
	SessionID      string // the launch of the app in which it was written
	Role           string
	Seq            int64 // 1, 2, 3 … in the order of writing; on one path through the conversation it rises, with gaps
	Timestamp      time.Time
	PairID         string // the id of the user message that opened the pair; empty before the first one
	ParentID       string // the message before it on its path; empty for the first
	Branch         int64  // 0 the trunk
	// Siblings are the ids of the alternatives at its place, oldest first, itself included: one where there is no
	// other. History, Last and Message fill it.
	Siblings []string
	Text     string // sealed at rest
	Partial  bool   // an answer that was stopped, broke off or is still being written; sealed at rest
	Sources  []Source
	Detail
	Metadata
}

// Source is what an answer rests on; sealed at rest.
type Source struct {
	Kind           string `json:"kind"` // resource | message
	ARN            string `json:"arn,omitempty"`
	Title          string `json:"title,omitempty"`
	Subtitle       string `json:"subtitle,omitempty"`
	ConversationID string `json:"conversation_id,omitempty"`
	MessageID      string `json:"message_id,omitempty"`
}

// Metadata is plain: whoever can read the data folder can read it. It never holds text that was typed.
type Metadata struct {
	Model         string // "retrieval" for an answer without a model; empty for what a person wrote
	PromptTokens  int64  // as the model's server counted; 0 unknown
	AnswerTokens  int64
	ContextTokens int64 // of the model's window that were in use; 0 unknown
	WindowTokens  int64 // the model's window; 0 unknown
	CostMicroUSD  int64 // millionths of a US dollar; 0 unknown or free
}

// Options of a Service. The zero value is usable.
type Options struct {
	// UserID is the profile whose conversations these are; DefaultUser when empty.
	UserID string
	// SessionID names this launch of the app; a new UUID v7 when empty.
	SessionID string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// LogWindow is for how long the ledger's log keeps what was deleted; DefaultLogWindow when zero. Whoever trims the
	// log (store.TrimLog) goes by the same.
	LogWindow time.Duration
	// Backups says what remains in backups of something that is deleted now; nil where none are configured.
	Backups func() []Remainder
	// Redact takes out of a prompt what is not to stand in a title; nil: nothing.
	Redact func(string) string
	// ModelID is that of the embedding model (embedding.Model.ID), whose similarities Recall judges; DefaultModel when empty.
	ModelID string
}

// Service is the conversations of one user. It is safe for concurrent use. One Service, with those that
// ForUser makes of it, writes to a vault at a time.
type Service struct {
	rw    store.ReadWriter
	opt   Options
	locks *locks
}

// New makes a Service over the store. It reads and writes nothing.
func New(rw store.ReadWriter, opt Options) *Service {
	if opt.UserID == "" {
		opt.UserID = DefaultUser
	}
	if opt.SessionID == "" {
		opt.SessionID = newID()
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.LogWindow == 0 {
		opt.LogWindow = DefaultLogWindow
	}
	if opt.ModelID == "" {
		opt.ModelID = DefaultModel
	}
	return &Service{rw: rw, opt: opt, locks: &locks{}}
}

// ForUser is the same service for another profile of the vault.
func (s *Service) ForUser(userID string) *Service {
	other := *s
	other.opt.UserID = userID
	if userID == "" {
		other.opt.UserID = DefaultUser
	}
	return &other
}

// SessionID names this launch.
func (s *Service) SessionID() string { return s.opt.SessionID }

// Pending is how many messages the search index does not hold in full yet.
func (s *Service) Pending() int { return s.rw.Pending(store.ChatHistory) }

// locks serialise the writers of a conversation; conversations share a fixed number of them.
type locks struct {
	shards  [64]sync.Mutex
	folders sync.Mutex // held while folders, or which are in use, change
}

func (l *locks) lock(conversationID string) (unlock func()) {
	m := &l.shards[l.shard(conversationID)]
	m.Lock()
	return m.Unlock
}

func (l *locks) shard(conversationID string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(conversationID))
	return h.Sum32() % uint32(len(l.shards))
}

// lockAll locks many conversations, always in the same order.
func (l *locks) lockAll(ids []string) (unlock func()) {
	shards := make([]uint32, len(ids))
	for i, id := range ids {
		shards[i] = l.shard(id)
	}
	slices.Sort(shards)
	shards = slices.Compact(shards)
	for _, i := range shards {
		l.shards[i].Lock()
	}
	return func() {
		for _, i := range shards {
			l.shards[i].Unlock()
		}
	}
}

// newID is a UUID v7: it sorts by the time it was made.
func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		// The system has no randomness: nothing that is sealed could be trusted either.
		panic(fmt.Sprintf("make a message id: %v", err))
	}
	return id.String()
}

func checkID(kind, id string) error {
	parsed, err := uuid.Parse(id)
	if err != nil || parsed.String() != id {
		return fmt.Errorf("%w: the %s id %q is not a UUID", ErrInvalid, kind, cut(id, 60))
	}
	return nil
}

// session opens the record of a conversation that belongs to the user.
func (s *Service) session(ctx context.Context, id string) (session, error) {
	if err := checkID("conversation", id); err != nil {
		return session{}, err
	}
	recs, err := s.rw.Get(ctx, store.ChatSessions, id)
	if err != nil {
		return session{}, fmt.Errorf("read conversation: %w", err)
	}
	if len(recs) == 0 {
		return session{}, fmt.Errorf("conversation %s: %w", id, ErrNotFound)
	}
	sess, err := sessionFrom(recs[0])
	if err != nil {
		return session{}, err
	}
	if sess.UserID != s.opt.UserID {
		return session{}, fmt.Errorf("conversation %s: %w", id, ErrNotFound)
	}
	return sess, nil
}
