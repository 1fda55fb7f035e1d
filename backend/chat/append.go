package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloudops/backend/store"
)

// NewMessage is a message to append. Only Role and Text are needed.
type NewMessage struct {
	// ID is a UUID of the caller's; empty: a new UUID v7. Appending the same id to the same conversation again
	// changes nothing and answers as the first time, so that a caller may repeat what it is not sure of.
	ID   string
	Role string
	Text string
	// PairID joins the messages of a question; empty: a user message opens a pair, others belong to the pair of
	// the message before.
	PairID string
	// Parent is the id of the message that it follows; empty: none, it begins the conversation anew; nil: the end of
	// the active path. Where the parent is not the end of its branch, the message opens a new one. Either way the path
	// through it becomes the active one.
	Parent    *string
	Timestamp time.Time // zero: now
	SessionID string    // empty: this launch
	Partial   bool
	Sources   []Source
	Detail
	Metadata

	chosen bool // the caller chose the id
}

// Appended says where a message went. The message is on disk.
type Appended struct {
	MessageID string
	Seq       int64
	Timestamp time.Time
	// Repaired: bytes that are not UTF-8 were replaced by U+FFFD.
	Repaired bool
	// Existed: a message with this id was there already, and nothing was written.
	Existed bool
}

// Option sets what Append leaves to its default.
type Option func(*NewMessage)

// WithID chooses the id of the message.
func WithID(id string) Option { return func(m *NewMessage) { m.ID = id } }

// WithPair joins the message to a question.
func WithPair(pairID string) Option { return func(m *NewMessage) { m.PairID = pairID } }

// WithSources says what an answer rests on.
func WithSources(sources []Source) Option { return func(m *NewMessage) { m.Sources = sources } }

// WithMetadata says which model wrote an answer.
func WithMetadata(md Metadata) Option { return func(m *NewMessage) { m.Metadata = md } }

// WithParent says which message it follows; empty: none. See NewMessage.Parent.
func WithParent(messageID string) Option { return func(m *NewMessage) { m.Parent = &messageID } }

// WithDetail says what belongs to an answer besides its text.
func WithDetail(d Detail) Option { return func(m *NewMessage) { m.Detail = d } }

// AsPartial marks an answer that is not whole.
func AsPartial() Option { return func(m *NewMessage) { m.Partial = true } }

// The size of one transaction of AppendBatch.
const (
	batchMessages = 500
	batchBytes    = 8 << 20
)

// Append adds a message at the end of a conversation. When it returns, message and conversation (its count and
// last activity) are on disk, both or neither. ErrNotFound, ErrInvalid, ErrTooLong, ErrExists.
func (s *Service) Append(ctx context.Context, conversationID, role, text string, opts ...Option) (Appended, error) {
	m := NewMessage{Role: role, Text: text}
	for _, opt := range opts {
		opt(&m)
	}
	out, err := s.AppendBatch(ctx, conversationID, []NewMessage{m})
	if err != nil {
		return Appended{}, err
	}
	return out[0], nil
}

// AppendBatch adds messages in their order, up to 500 or 8 MiB in one transaction. All are checked before the first is
// written. With an error it returns those that are on disk.
func (s *Service) AppendBatch(ctx context.Context, conversationID string, msgs []NewMessage) ([]Appended, error) {
	prepared := make([]NewMessage, len(msgs))
	repaired := make([]bool, len(msgs))
	for i, m := range msgs {
		var err error
		if prepared[i], repaired[i], err = s.prepare(m); err != nil {
			return nil, fmt.Errorf("append message: %w", err)
		}
	}
	defer s.locks.lock(conversationID)()
	done := make([]Appended, 0, len(msgs))
	for start := 0; start < len(prepared); {
		end := start + 1
		for size := len(prepared[start].Text); end < len(prepared) && end-start < batchMessages; end++ {
			if size += len(prepared[end].Text); size > batchBytes {
				break
			}
		}
		part, err := s.appendOnce(ctx, conversationID, prepared[start:end])
		if err != nil {
			return done, fmt.Errorf("append message: %w", err)
		}
		for i := range part {
			part[i].Repaired = repaired[start+i]
		}
		done = append(done, part...)
		start = end
	}
	return done, nil
}

func (s *Service) prepare(m NewMessage) (NewMessage, bool, error) {
	switch m.Role {
	case RoleUser, RoleAssistant, RoleTool, RoleSystem:
	default:
		return m, false, fmt.Errorf("%w: the role %q is not user, assistant, tool or system", ErrInvalid, cut(m.Role, 60))
	}
	if err := checkLength(m.Text); err != nil {
		return m, false, err
	}
	var repaired bool
	m.Text, repaired = clean(m.Text)
	if err := checkLength(m.Text); err != nil {
		return m, false, err
	}
	if m.ID == "" {
		m.ID = newID()
	} else if err := checkID("message", m.ID); err != nil {
		return m, false, err
	} else {
		m.chosen = true
	}
	if m.PairID != "" {
		if err := checkID("pair", m.PairID); err != nil {
			return m, false, err
		}
	}
	if m.Parent != nil && *m.Parent != "" {
		if err := checkID("message", *m.Parent); err != nil {
			return m, false, err
		}
	}
	if err := m.checkDetail(); err != nil {
		return m, false, err
	}
	if m.SessionID == "" {
		m.SessionID = s.opt.SessionID
	}
	if m.Timestamp.IsZero() {
		m.Timestamp = s.opt.Now()
	}
	return m, repaired, nil
}

// appendOnce writes one transaction. The caller holds the conversation's lock; the revision of the conversation
// guards against a writer elsewhere.
func (s *Service) appendOnce(ctx context.Context, conversationID string, msgs []NewMessage) ([]Appended, error) {
	const attempts = 5
	for attempt := 1; ; attempt++ {
		sess, err := s.session(ctx, conversationID)
		if err != nil {
			return nil, err
		}
		out, recs, err := s.place(ctx, &sess, msgs)
		if err != nil || len(recs) == 0 {
			return out, err
		}
		rec, err := sess.record()
		if err != nil {
			return nil, err
		}
		err = s.rw.Update(ctx,
			store.WriteOp{Collection: store.ChatSessions, Put: []store.Record{rec}},
			store.WriteOp{Collection: store.ChatHistory, Put: recs})
		if err == nil {
			return out, nil
		}
		if !errors.Is(err, store.ErrConflict) || attempt == attempts {
			return nil, err
		}
	}
}

// place gives each message its place behind the conversation's last one and moves the conversation on.
func (s *Service) place(ctx context.Context, sess *session, msgs []NewMessage) ([]Appended, []store.Record, error) {
	there, err := s.existing(ctx, msgs)
	if err != nil {
		return nil, nil, err
	}
	out := make([]Appended, len(msgs))
	var recs []store.Record
	for i, m := range msgs {
		if old, ok := there[m.ID]; ok {
			if old.ConversationID != sess.ID || old.Role != m.Role {
				return nil, nil, fmt.Errorf("message %s: %w", m.ID, ErrExists)
			}
			out[i] = Appended{MessageID: m.ID, Seq: old.Seq, Timestamp: old.Timestamp, Existed: true}
			continue
		}
		if err := s.attach(ctx, sess, m, there); err != nil {
			return nil, nil, err
		}
		msg := sess.next(m, s.TitleOf)
		rec, err := msg.record(sess.UserID, 0)
		if err != nil {
			return nil, nil, err
		}
		recs = append(recs, rec)
		there[m.ID] = msg
		out[i] = Appended{MessageID: msg.ID, Seq: msg.Seq, Timestamp: msg.Timestamp}
	}
	return out, recs, nil
}

// next is the message behind the end of the active path.
func (c *session) next(m NewMessage, titleOf func(string) string) Message {
	pair := m.PairID
	switch {
	case pair != "":
	case m.Role == RoleUser:
		pair = m.ID
	default:
		pair = c.lastPair
	}
	msg := Message{
		ID: m.ID, ConversationID: c.ID, SessionID: m.SessionID, Role: m.Role, Seq: int64(c.MessageCount) + 1,
		Timestamp: m.Timestamp.UTC().Truncate(time.Millisecond), PairID: pair, ParentID: c.lastMessage,
		Branch: c.ActiveBranch, Text: m.Text, Partial: m.Partial, Sources: m.Sources, Detail: m.Detail, Metadata: m.Metadata,
	}
	c.MessageCount++
	if len(c.branches) > 0 {
		c.branches[c.ActiveBranch].Last = msg.Seq
	}
	c.count(Metadata{}, m.Metadata)
	c.lastMessage, c.lastPair = msg.ID, pair
	if c.MessageCount == 1 || msg.Timestamp.After(c.LastActivity) {
		c.LastActivity = msg.Timestamp
	}
	if c.Title == "" && m.Role == RoleUser {
		c.Title = titleOf(m.Text)
	}
	return msg
}

// count adds what a message uses now, in place of what it used before.
func (c *session) count(before, now Metadata) {
	c.PromptTokens = max(0, c.PromptTokens+now.PromptTokens-before.PromptTokens)
	c.AnswerTokens = max(0, c.AnswerTokens+now.AnswerTokens-before.AnswerTokens)
	c.CostMicroUSD = max(0, c.CostMicroUSD+now.CostMicroUSD-before.CostMicroUSD)
}

// existing reads those of the messages with chosen ids that live already.
func (s *Service) existing(ctx context.Context, msgs []NewMessage) (map[string]Message, error) {
	var ids []string
	for _, m := range msgs {
		if m.chosen {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return map[string]Message{}, nil
	}
	recs, err := s.rw.Get(ctx, store.ChatHistory, ids...)
	if err != nil {
		return nil, fmt.Errorf("look for earlier messages: %w", err)
	}
	there := make(map[string]Message, len(recs))
	for _, r := range recs {
		m, err := messageFrom(r)
		if err != nil {
			return nil, err
		}
		there[m.ID] = m
	}
	return there, nil
}
