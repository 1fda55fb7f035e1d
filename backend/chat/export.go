package chat

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"cloudops/backend/store"
)

// Format is a format of Export.
type Format string

// The formats.
const (
	JSONL    Format = "jsonl" // one message a line; Import reads it back without loss
	Markdown Format = "md"    // for reading
)

// Line is a line of the JSONL format: one message. The first line of a conversation also describes it; a conversation
// without messages is a line with the description alone.
type Line struct {
	ConversationID string            `json:"conversation_id"`
	Conversation   *ConversationLine `json:"conversation,omitempty"`
	MessageID      string            `json:"message_id,omitempty"`
	Seq            int64             `json:"seq,omitempty"`
	Role           string            `json:"role,omitempty"`
	Content        string            `json:"content"`
	Timestamp      string            `json:"timestamp,omitempty"` // RFC 3339, milliseconds
	SessionID      string            `json:"session_id,omitempty"`
	PairID         string            `json:"pair_id,omitempty"`
	Partial        bool              `json:"partial,omitempty"`
	Sources        []Source          `json:"sources,omitempty"`
	Model          string            `json:"model,omitempty"`
	PromptTokens   int64             `json:"prompt_tokens,omitempty"`
	AnswerTokens   int64             `json:"answer_tokens,omitempty"`
	ContextTokens  int64             `json:"context_tokens,omitempty"`
	WindowTokens   int64             `json:"window_tokens,omitempty"`
	CostMicroUSD   int64             `json:"cost_micro_usd,omitempty"`
	// ParentID and Branch are those of a conversation with branches. Without them a message follows the line before;
	// the parent "" is written as "-": it begins the conversation anew.
	ParentID string `json:"parent_id,omitempty"`
	Branch   int64  `json:"branch,omitempty"`
	Detail
}

// ConversationLine describes a conversation in the JSONL format.
type ConversationLine struct {
	Title     string `json:"title"`
	CreatedAt string `json:"created_at"`
	Status    string `json:"status"`
	Pinned    bool   `json:"pinned,omitempty"`
	// Folder is the name: in another vault the folder has another id, and is made where it is missing.
	Folder       string   `json:"folder,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	Recall       string   `json:"recall,omitempty"`
	ActiveBranch int64    `json:"active_branch,omitempty"`
}

// noParent stands in an export for the parent of a message that begins a conversation with branches.
const noParent = "-"

// Exported counts what was written.
type Exported struct {
	Conversations int
	Messages      int
	Damaged       int // messages that do not open, and are left out
}

const milliseconds = "2006-01-02T15:04:05.000Z07:00"

// Export writes conversations, oldest first by creation, each with its messages in order; without ids all of the user's.
// It reads from the ledger, so it is whole while Qdrant is down. ErrNotFound for an unknown id, before anything is written.
func (s *Service) Export(ctx context.Context, w io.Writer, format Format, ids ...string) (Exported, error) {
	out := bufio.NewWriterSize(w, 64<<10)
	var write writer
	switch format {
	case JSONL:
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		folders, err := s.folders(ctx)
		if err != nil {
			return Exported{}, fmt.Errorf("export chats: %w", err)
		}
		lines := &jsonLines{enc: enc, folders: make(map[string]string, len(folders))}
		for _, f := range folders {
			lines.folders[f.ID] = f.Name
		}
		write = lines
	case Markdown:
		write = &markdown{w: out}
	default:
		return Exported{}, fmt.Errorf("export chats: %w: the format %q is not jsonl or md", ErrInvalid, cut(string(format), 20))
	}
	convs, err := s.oldestFirst(ctx, ids)
	if err != nil {
		return Exported{}, fmt.Errorf("export chats: %w", err)
	}
	var done Exported
	for _, c := range convs {
		if err := s.exportOne(ctx, write, c, &done); err != nil {
			return done, fmt.Errorf("export chats: %w", err)
		}
		done.Conversations++
	}
	if err := out.Flush(); err != nil {
		return done, fmt.Errorf("export chats: %w", err)
	}
	return done, nil
}

// writer writes one conversation after another in a format.
type writer interface {
	begin(c Conversation) error
	message(m Message) error
	end() error
}

func (s *Service) exportOne(ctx context.Context, w writer, c Conversation, done *Exported) error {
	if err := w.begin(c); err != nil {
		return err
	}
	path, err := s.exportPath(ctx, w, c)
	if err != nil {
		return err
	}
	err = s.eachOnPath(ctx, c.ID, path, func(r store.Record) error {
		m, err := messageFrom(r)
		if errors.Is(err, ErrDamaged) {
			done.Damaged++
			return nil
		}
		if err != nil {
			return err
		}
		done.Messages++
		return w.message(m)
	})
	if err != nil {
		return err
	}
	return w.end()
}

// exportPath is what is written of a conversation: all of it without loss, and for reading the path that History shows.
func (s *Service) exportPath(ctx context.Context, w writer, c Conversation) ([]segment, error) {
	if _, reading := w.(*markdown); !reading || c.Branches == 1 {
		return []segment{{to: math.MaxInt64, alone: true}}, nil
	}
	sess, err := s.session(ctx, c.ID)
	return sess.active(), err
}

func (s *Service) oldestFirst(ctx context.Context, ids []string) ([]Conversation, error) {
	var convs []Conversation
	for _, id := range ids {
		c, err := s.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		convs = append(convs, c)
	}
	if len(ids) > 0 {
		sortByCreation(convs)
		return convs, nil
	}
	for cursor := ""; ; {
		res, err := s.rw.Scroll(ctx, store.ChatSessions, store.Page{
			Filter: store.Filter{All: []store.Condition{equal(fieldUser, s.opt.UserID)}},
			Order:  store.Order{Field: fieldCreated}, Limit: 1000, Cursor: cursor,
		})
		if err != nil {
			return nil, fmt.Errorf("list conversations: %w", err)
		}
		for _, r := range res.Records {
			sess, err := sessionFrom(r)
			if err != nil {
				return nil, err
			}
			convs = append(convs, sess.Conversation)
		}
		if cursor = res.Next; cursor == "" {
			sortByCreation(convs)
			return convs, nil
		}
	}
}

// jsonLines writes the JSONL format.
type jsonLines struct {
	enc      *json.Encoder
	folders  map[string]string // names by id
	head     *ConversationLine // of the conversation that was begun, until its first line
	id       string
	branched bool
}

func (j *jsonLines) begin(c Conversation) error {
	j.id, j.branched = c.ID, c.Branches > 1
	j.head = &ConversationLine{
		Title: c.Title, CreatedAt: c.CreatedAt.Format(milliseconds), Status: c.Status, Pinned: c.Pinned,
		Folder: j.folders[c.FolderID], Tags: c.Tags, Recall: c.Recall, ActiveBranch: c.ActiveBranch,
	}
	return nil
}

func (j *jsonLines) message(m Message) error {
	line := Line{
		ConversationID: m.ConversationID, Conversation: j.head, MessageID: m.ID, Seq: m.Seq, Role: m.Role,
		Content: m.Text, Timestamp: m.Timestamp.Format(milliseconds), SessionID: m.SessionID, PairID: m.PairID,
		Partial: m.Partial, Sources: m.Sources, Model: m.Model, PromptTokens: m.PromptTokens, AnswerTokens: m.AnswerTokens,
		ContextTokens: m.ContextTokens, WindowTokens: m.WindowTokens, CostMicroUSD: m.CostMicroUSD, Detail: m.Detail,
	}
	if j.branched {
		line.ParentID, line.Branch = cmp.Or(m.ParentID, noParent), m.Branch
	}
	j.head = nil
	return j.enc.Encode(line)
}

func (j *jsonLines) end() error {
	if j.head == nil {
		return nil
	}
	line := Line{ConversationID: j.id, Conversation: j.head}
	j.head = nil
	return j.enc.Encode(line)
}

// markdown writes the format for reading. A message's own Markdown stays as it is.
type markdown struct{ w io.Writer }

func (m *markdown) begin(c Conversation) error {
	title := c.Title
	if title == "" {
		title = "Untitled conversation"
	}
	_, err := fmt.Fprintf(m.w, "# %s\n\nConversation %s, begun %s, %d messages\n\n", title, c.ID, c.CreatedAt.Format(time.RFC3339), c.MessageCount)
	return err
}

func (m *markdown) message(msg Message) error {
	name := map[string]string{RoleUser: "You", RoleAssistant: "CloudOps", RoleTool: "Tool", RoleSystem: "System"}[msg.Role]
	note := ""
	if msg.Model != "" {
		note = " · " + oneLine(msg.Model)
	}
	if msg.Partial {
		note += " · incomplete"
	}
	if _, err := fmt.Fprintf(m.w, "## %s · %s%s\n\n%s\n\n", name, msg.Timestamp.Format(time.RFC3339), note, strings.TrimRight(msg.Text, "\n")); err != nil {
		return err
	}
	for _, src := range msg.Sources {
		what := src.ARN
		if what == "" {
			what = "message " + src.MessageID
		}
		if _, err := fmt.Fprintf(m.w, "- Source: %s (`%s`)\n", oneLine(src.Title), what); err != nil {
			return err
		}
	}
	if len(msg.Sources) > 0 {
		_, err := io.WriteString(m.w, "\n")
		return err
	}
	return nil
}

func (m *markdown) end() error { return nil }
