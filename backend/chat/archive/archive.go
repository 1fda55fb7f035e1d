// Package archive reads chats that other programs wrote: the files of the earlier Node.js module and the export archives of
// ChatGPT and Claude. It hands them over in one shape and stores nothing. docs/import.md says what is carried over.
//
// Whoever made the files is not trusted: how much is read is bounded, nothing is unpacked to disk, links are not followed, and
// what cannot be used is left out and reported while the rest goes on.
package archive

import (
	"errors"
	"fmt"
	"time"
)

// Format is the program a file comes from.
type Format string

// The formats.
const (
	FormatOwn         Format = "cloudops"         // our JSON lines: chat.Import reads them, Read does not
	FormatNodeRaw     Format = "node-raw"         // a session of the Node.js module, raw/
	FormatNodeContext Format = "node-context"     // a context of the Node.js module, contexts/
	FormatChatGPT     Format = "chatgpt"          // ChatGPT's data export
	FormatClaude      Format = "claude"           // Claude's data export
	formatMaybe       Format = "maybe"            // the beginning does not tell
	formatCompanion   Format = "no conversations" // JSON, but of something else
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrUnknown: nothing at the path is a chat of a known format.
	ErrUnknown = errors.New("no chats of a known format")
	// ErrTooLarge: the archive passes a limit of Options, or unpacks to far more than it holds.
	ErrTooLarge = errors.New("too large")
	// ErrDamaged: the archive cannot be read at all.
	ErrDamaged = errors.New("damaged")
)

// MaxText is the longest text of a message, in bytes of UTF-8, as a conversation of ours can hold it (chat.MaxMessage).
// Longer ones are left out and reported.
const MaxText = 4 << 20

// Conversation is a chat of another program.
type Conversation struct {
	ID         string // UUID v5: the same for the same conversation and profile each time it is read
	UserID     string // whose it is, as the file says; empty: it does not
	OriginalID string // as the other program calls it; empty: it has no name there
	Title      string
	CreatedAt  time.Time // zero: unknown
	UpdatedAt  time.Time // zero: unknown
	Archived   bool
	Pinned     bool
	Format     Format
	Origin     string // the file, as a path within what was opened
	Files      []string
	// Messages are in the order in which they were written, each after the one that it answers.
	Messages []Message
	// ActiveLeaf is the id of the last message of the branch that was open last.
	ActiveLeaf string
}

// FillTimes gives messages without a time one that keeps their order: a millisecond after the message that they answer, or,
// where they begin the conversation, its creation. It changes nothing while that is unknown too.
func (c *Conversation) FillTimes() {
	at := make(map[string]time.Time, len(c.Messages))
	for i := range c.Messages {
		m := &c.Messages[i]
		if before, ok := at[m.ParentID]; m.At.IsZero() && ok && !before.IsZero() {
			m.At = before.Add(time.Millisecond)
		} else if m.At.IsZero() {
			m.At = c.CreatedAt
		}
		at[m.ID] = m.At
	}
}

// Message is one message of a Conversation.
type Message struct {
	ID         string // UUID v5 of the conversation and the message's own id, or its role and text where it has none
	OriginalID string // empty: it has none
	ParentID   string // the message that it answers; empty: it begins the conversation. More than one can.
	Role       string // user | assistant | system | tool
	Text       string // valid UTF-8, at most MaxText; empty only beside ToolCalls or Reasoning
	At         time.Time
	Model      string
	Reasoning  string // what the model thought before it answered; with ToolCalls at most MaxText
	ToolCalls  []ToolCall
}

// ToolCall is a tool that an answer used.
type ToolCall struct {
	Name   string
	Input  string // JSON
	Output string
	Failed bool
}

// Options of Open. The zero value is usable.
type Options struct {
	// UserID is the profile that the chats are read for; ids derive from it, so that two profiles can read the same
	// archive into one vault. "local" when empty.
	UserID string
	// MaxBytes is how much is read in all, unpacked; 4 GiB when 0.
	MaxBytes int64
	// MaxFiles is how many files a folder or an archive may hold; 100,000 when 0.
	MaxFiles int
	// MaxConversation is how many bytes of JSON one conversation may have; 64 MiB when 0. Reading takes about four times as
	// much memory as the largest conversation.
	MaxConversation int
	// Progress is told how many bytes of total were read, after each piece. nil: nobody is.
	Progress func(done, total int64)
}

func (o Options) withDefaults() Options {
	if o.UserID == "" {
		o.UserID = "local"
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 4 << 30
	}
	if o.MaxFiles <= 0 {
		o.MaxFiles = 100_000
	}
	if o.MaxConversation <= 0 {
		o.MaxConversation = 64 << 20
	}
	return o
}

// maxKept is how many entries the lists of a Report have at most; the counts go on.
const maxKept = 1000

// Report says what was read, and what was not and why.
type Report struct {
	Formats       []Format // sorted
	Files         int      // that held conversations
	Users         []string // whose conversations they are, as the files say, sorted; the first 1000
	Conversations int      // handed over
	Messages      int      // handed over
	Ignored       int      // files without conversations that belong to an export: pictures, settings, feedback

	Skipped      []Skipped // the first 1000
	SkippedCount int

	Merged      []Merge // the first 1000
	MergedCount int

	Repeated       int // conversations that came more than once, with the same id; each was handed over
	Empty          int // conversations without a message to show; they were not handed over
	Hidden         int // messages that the other program does not show, or that hold nothing
	Attachments    int // pictures, recordings and files that stayed behind; the text names them
	Repaired       int // texts with bytes that are not UTF-8, each run of which is U+FFFD now
	TimesFromFiles int // conversations without a time of their own, which got that of the file
	WithoutUser    int // conversations of the Node.js module whose user is not known
}

// Skipped is something that was left out.
type Skipped struct {
	Where  string // the file within what was opened, and the message
	Offset int64  // in the unpacked file, in bytes, where the conversation or the damage begins; -1: the whole file
	Reason string
}

func (s Skipped) String() string {
	if s.Offset < 0 {
		return s.Where + ": " + s.Reason
	}
	return fmt.Sprintf("%s, byte %d: %s", s.Where, s.Offset, s.Reason)
}

// Merge says that several files held the same conversation, which was handed over once.
type Merge struct {
	ConversationID string
	Files          []string
	Doubles        int // messages that were in more than one of them
}
