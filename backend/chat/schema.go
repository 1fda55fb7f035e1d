package chat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"cloudops/backend/store"
)

// The plain payload fields. The names are those of the design page.
const (
	fieldConversation = "context_id"
	fieldSession      = "session_id"
	fieldUser         = "user_id"
	fieldRole         = "role"
	fieldSeq          = "seq"
	fieldTimestamp    = "timestamp" // unix milliseconds
	fieldPair         = "pair_id"
	fieldParent       = "parent_id"
	fieldModel        = "model"
	fieldPromptTokens = "prompt_tokens"
	fieldAnswerTokens = "answer_tokens"

	fieldCreated      = "created_at"    // unix milliseconds
	fieldLastActivity = "last_activity" // unix milliseconds
	fieldCount        = "message_count"
	fieldStatus       = "status"
	fieldPinned       = "pinned"
	// What the next message continues from; kept with the conversation so that an append reads one record.
	fieldLastMessage = "last_message_id"
	fieldLastPair    = "last_pair_id"
)

// Schemas declares the two collections of this package.
func Schemas() []store.Schema {
	return []store.Schema{
		{
			Collection: store.ChatHistory,
			Fields: map[string]store.FieldKind{
				fieldUser:         store.Tenant,
				fieldConversation: store.Keyword,
				fieldSession:      store.Keyword,
				fieldRole:         store.Keyword,
				fieldPair:         store.Keyword,
				fieldModel:        store.Keyword,
				fieldSeq:          store.Integer,
				fieldTimestamp:    store.Integer,
			},
			Searchable:  true,
			Chunked:     true,
			DenseWeight: denseWeight,
			AvgTerms:    averageTerms,
			KeyedTerms:  true,
			ScopeField:  fieldConversation,
			SealedField: "encrypted_content",
			Derive:      derive,
			Affects:     affects,
		},
		{
			Collection: store.ChatSessions,
			Fields: map[string]store.FieldKind{
				fieldUser:         store.Tenant,
				fieldConversation: store.Keyword,
				fieldStatus:       store.Keyword,
				fieldPinned:       store.Bool,
				fieldCreated:      store.Integer,
				fieldLastActivity: store.Integer,
				fieldCount:        store.Integer,
			},
			ScopeField:  fieldUser,
			SealedField: "encrypted_title",
		},
	}
}

// messageContent is what is sealed of a message.
type messageContent struct {
	Text    string   `json:"text"`
	Partial bool     `json:"partial,omitempty"`
	Sources []Source `json:"sources,omitempty"`
}

// sessionContent is what is sealed of a conversation.
type sessionContent struct {
	Title string `json:"title"`
}

// session is a conversation with what only this package needs.
type session struct {
	Conversation
	rev         int64
	lastMessage string
	lastPair    string
}

func (c session) record() (store.Record, error) {
	content, err := encode(sessionContent{Title: c.Title})
	if err != nil {
		return store.Record{}, err
	}
	return store.Record{
		ID:    c.ID,
		Rev:   c.rev,
		Scope: c.UserID,
		Fields: map[string]any{
			fieldConversation: c.ID,
			fieldUser:         c.UserID,
			fieldCreated:      c.CreatedAt.UnixMilli(),
			fieldLastActivity: c.LastActivity.UnixMilli(),
			fieldCount:        int64(c.MessageCount),
			fieldStatus:       c.Status,
			fieldPinned:       c.Pinned,
			fieldLastMessage:  c.lastMessage,
			fieldLastPair:     c.lastPair,
		},
		Content: content,
	}, nil
}

func sessionFrom(r store.Record) (session, error) {
	var content sessionContent
	if err := json.Unmarshal(r.Content, &content); err != nil {
		return session{}, fmt.Errorf("open the title of conversation %s: %w", r.ID, err)
	}
	return session{
		Conversation: Conversation{
			ID:           r.ID,
			Title:        content.Title,
			UserID:       text(r, fieldUser),
			CreatedAt:    time.UnixMilli(integer(r, fieldCreated)).UTC(),
			LastActivity: time.UnixMilli(integer(r, fieldLastActivity)).UTC(),
			MessageCount: int(integer(r, fieldCount)),
			Status:       text(r, fieldStatus),
			Pinned:       r.Fields[fieldPinned] == true,
		},
		rev:         r.Rev,
		lastMessage: text(r, fieldLastMessage),
		lastPair:    text(r, fieldLastPair),
	}, nil
}

// record makes the record of a message; the user is a plain field that Message does not carry.
func (m Message) record(userID string, rev int64) (store.Record, error) {
	content, err := encode(messageContent{Text: m.Text, Partial: m.Partial, Sources: m.Sources})
	if err != nil {
		return store.Record{}, err
	}
	fields := map[string]any{
		fieldConversation: m.ConversationID,
		fieldSession:      m.SessionID,
		fieldUser:         userID,
		fieldRole:         m.Role,
		fieldSeq:          m.Seq,
		fieldTimestamp:    m.Timestamp.UnixMilli(),
		fieldPair:         m.PairID,
		fieldParent:       m.ParentID,
	}
	if m.Model != "" {
		fields[fieldModel] = m.Model
	}
	if m.PromptTokens > 0 {
		fields[fieldPromptTokens] = m.PromptTokens
	}
	if m.AnswerTokens > 0 {
		fields[fieldAnswerTokens] = m.AnswerTokens
	}
	return store.Record{ID: m.ID, Rev: rev, Scope: m.ConversationID, Seq: m.Seq, Fields: fields, Content: content}, nil
}

func messageFrom(r store.Record) (Message, error) {
	var content messageContent
	if err := json.Unmarshal(r.Content, &content); err != nil {
		return Message{}, fmt.Errorf("open message %s: %w", r.ID, err)
	}
	return Message{
		ID:             r.ID,
		ConversationID: text(r, fieldConversation),
		SessionID:      text(r, fieldSession),
		Role:           text(r, fieldRole),
		Seq:            integer(r, fieldSeq),
		Timestamp:      time.UnixMilli(integer(r, fieldTimestamp)).UTC(),
		PairID:         text(r, fieldPair),
		ParentID:       text(r, fieldParent),
		Text:           content.Text,
		Partial:        content.Partial,
		Sources:        content.Sources,
		Metadata: Metadata{
			Model:        text(r, fieldModel),
			PromptTokens: integer(r, fieldPromptTokens),
			AnswerTokens: integer(r, fieldAnswerTokens),
		},
	}, nil
}

func messagesFrom(recs []store.Record) ([]Message, error) {
	out := make([]Message, len(recs))
	for i, r := range recs {
		m, err := messageFrom(r)
		if err != nil {
			return nil, err
		}
		out[i] = m
	}
	return out, nil
}

// encode is JSON without the escapes for HTML, which would make code and ARNs longer.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode content: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func text(r store.Record, field string) string {
	s, _ := r.Fields[field].(string)
	return s
}

// integer reads a number however the store's formats gave it back.
func integer(r store.Record, field string) int64 {
	switch n := r.Fields[field].(type) {
	case int64:
		return n
	case int:
		return int64(n)
	case float64:
		return int64(n)
	}
	return 0
}
