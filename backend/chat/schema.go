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
	fieldContext      = "context_tokens"
	fieldWindow       = "window_tokens"
	fieldCost         = "cost_micro_usd"
	fieldBranch       = "branch" // absent on the trunk

	fieldCreated      = "created_at"    // unix milliseconds
	fieldLastActivity = "last_activity" // unix milliseconds
	fieldCount        = "message_count"
	fieldStatus       = "status"
	fieldPinned       = "pinned"
	fieldFolder       = "folder_id" // absent outside folders
	fieldTags         = "tag_ids"   // keyed ids: the tags themselves are sealed
	fieldRecall       = "recall"    // absent where nobody chose
	// What the next message continues from; kept with the conversation so that an append reads one record.
	fieldLastMessage = "last_message_id"
	fieldLastPair    = "last_pair_id"
)

// Schemas declares the collections of this package.
func Schemas() []store.Schema { return SchemasWith(nil) }

// SchemasWith is Schemas where texts go through redact before they become vectors or terms: what it takes out is
// never found, and never embedded. Nil keeps them as they are. What is stored is not changed by it.
func SchemasWith(redact func(string) string) []store.Schema {
	if redact == nil {
		redact = func(s string) string { return s }
	}
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
				fieldBranch:       store.Integer,
			},
			Searchable:  true,
			Chunked:     true,
			DenseWeight: denseWeight,
			AvgTerms:    averageTerms,
			KeyedTerms:  true,
			ScopeField:  fieldConversation,
			SeqField:    fieldSeq,
			SealedField: "encrypted_content",
			Derive:      deriver(redact),
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
				fieldFolder:       store.Keyword,
				fieldTags:         store.Keyword,
			},
			ScopeField:  fieldUser,
			SealedField: "encrypted_title",
			// The title is what a conversation is found by. It changes seldom, its record with every message.
			Searchable:  true,
			SteadyDoc:   true,
			DenseWeight: denseWeight,
			AvgTerms:    averageTitleTerms,
			KeyedTerms:  true,
			Derive:      titleDeriver(redact),
		},
		{
			Collection:  store.ChatState,
			Fields:      map[string]store.FieldKind{fieldUser: store.Tenant, fieldKind: store.Keyword},
			SealedField: "encrypted_content",
			LedgerOnly:  true,
		},
	}
}

// messageContent is what is sealed of a message.
type messageContent struct {
	Text    string   `json:"text"`
	Partial bool     `json:"partial,omitempty"`
	Sources []Source `json:"sources,omitempty"`
	Detail
}

// sessionContent is what is sealed of a conversation.
type sessionContent struct {
	Title    string   `json:"title"`
	Tags     []string `json:"tags,omitempty"`
	Branches []branch `json:"branches,omitempty"`
	Active   int64    `json:"active_branch,omitempty"`
}

// session is a conversation with what only this package needs.
type session struct {
	Conversation
	rev         int64
	lastMessage string // the end of the active path
	lastPair    string
	tagIDs      []string // of Tags, in their order
	branches    []branch // by id; none while there is the trunk alone
}

func (c session) record() (store.Record, error) {
	content, err := encode(sessionContent{Title: c.Title, Tags: c.Tags, Branches: c.branches, Active: c.ActiveBranch})
	if err != nil {
		return store.Record{}, err
	}
	fields := map[string]any{
		fieldConversation: c.ID,
		fieldUser:         c.UserID,
		fieldCreated:      c.CreatedAt.UnixMilli(),
		fieldLastActivity: c.LastActivity.UnixMilli(),
		fieldCount:        int64(c.MessageCount),
		fieldStatus:       c.Status,
		fieldPinned:       c.Pinned,
		fieldLastMessage:  c.lastMessage,
		fieldLastPair:     c.lastPair,
	}
	setPositive(fields, fieldPromptTokens, c.PromptTokens)
	setPositive(fields, fieldAnswerTokens, c.AnswerTokens)
	setPositive(fields, fieldCost, c.CostMicroUSD)
	if c.FolderID != "" {
		fields[fieldFolder] = c.FolderID
	}
	if c.Recall != "" {
		fields[fieldRecall] = c.Recall
	}
	if len(c.tagIDs) > 0 {
		fields[fieldTags] = c.tagIDs
	}
	return store.Record{ID: c.ID, Rev: c.rev, Scope: c.UserID, Fields: fields, Content: content}, nil
}

// setPositive leaves out what is unknown, so that records stay short.
func setPositive(fields map[string]any, name string, n int64) {
	if n > 0 {
		fields[name] = n
	}
}

func sessionFrom(r store.Record) (session, error) {
	c := sessionOutline(r)
	if r.Damaged {
		return session{}, fmt.Errorf("conversation %s: %w", r.ID, ErrDamaged)
	}
	var content sessionContent
	if err := json.Unmarshal(r.Content, &content); err != nil {
		return session{}, fmt.Errorf("open the title of conversation %s: %w", r.ID, err)
	}
	c.Title, c.Tags, c.ActiveBranch, c.branches = content.Title, content.Tags, content.Active, content.Branches
	c.Branches = max(1, len(content.Branches))
	return c, nil
}

// sessionOutline is what the plain fields say of a conversation.
func sessionOutline(r store.Record) session {
	tagIDs, _ := r.Fields[fieldTags].([]string)
	return session{
		Conversation: Conversation{
			ID:           r.ID,
			UserID:       text(r, fieldUser),
			CreatedAt:    time.UnixMilli(integer(r, fieldCreated)).UTC(),
			LastActivity: time.UnixMilli(integer(r, fieldLastActivity)).UTC(),
			MessageCount: int(integer(r, fieldCount)),
			Status:       text(r, fieldStatus),
			Pinned:       r.Fields[fieldPinned] == true,
			FolderID:     text(r, fieldFolder),
			Recall:       text(r, fieldRecall),
			PromptTokens: integer(r, fieldPromptTokens),
			AnswerTokens: integer(r, fieldAnswerTokens),
			CostMicroUSD: integer(r, fieldCost),
			Branches:     1,
		},
		rev:         r.Rev,
		lastMessage: text(r, fieldLastMessage),
		lastPair:    text(r, fieldLastPair),
		tagIDs:      tagIDs,
	}
}

// record makes the record of a message; the user is a plain field that Message does not carry.
func (m Message) record(userID string, rev int64) (store.Record, error) {
	content, err := encode(messageContent{Text: m.Text, Partial: m.Partial, Sources: m.Sources, Detail: m.Detail})
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
	setPositive(fields, fieldPromptTokens, m.PromptTokens)
	setPositive(fields, fieldAnswerTokens, m.AnswerTokens)
	setPositive(fields, fieldContext, m.ContextTokens)
	setPositive(fields, fieldWindow, m.WindowTokens)
	setPositive(fields, fieldCost, m.CostMicroUSD)
	setPositive(fields, fieldBranch, m.Branch)
	return store.Record{ID: m.ID, Rev: rev, Scope: m.ConversationID, Seq: m.Seq, Fields: fields, Content: content}, nil
}

func messageFrom(r store.Record) (Message, error) {
	m := outline(r)
	if r.Damaged {
		return Message{}, fmt.Errorf("message %s: %w", r.ID, ErrDamaged)
	}
	var content messageContent
	if err := json.Unmarshal(r.Content, &content); err != nil {
		return Message{}, fmt.Errorf("open message %s: %w", r.ID, err)
	}
	m.Text, m.Partial, m.Sources, m.Detail = content.Text, content.Partial, content.Sources, content.Detail
	return m, nil
}

// messageOrDamage is the message, or what stands in its place where it does not open.
func messageOrDamage(r store.Record) Message {
	m, err := messageFrom(r)
	if err == nil {
		return m
	}
	m = outline(r)
	m.Seq = r.Seq // proven by its place in the ledger, which a filter found
	m.Failure = &Failure{
		Code: CodeDamaged, Message: "This message does not open: its sealed text was damaged or exchanged.",
		Hint: "The others are not affected. A backup from before the damage still holds it.",
	}
	return m
}

// outline is what the plain fields say of a message.
func outline(r store.Record) Message {
	return Message{
		ID:             r.ID,
		ConversationID: text(r, fieldConversation),
		SessionID:      text(r, fieldSession),
		Role:           text(r, fieldRole),
		Seq:            integer(r, fieldSeq),
		Timestamp:      time.UnixMilli(integer(r, fieldTimestamp)).UTC(),
		PairID:         text(r, fieldPair),
		ParentID:       text(r, fieldParent),
		Branch:         integer(r, fieldBranch),
		Metadata: Metadata{
			Model:         text(r, fieldModel),
			PromptTokens:  integer(r, fieldPromptTokens),
			AnswerTokens:  integer(r, fieldAnswerTokens),
			ContextTokens: integer(r, fieldContext),
			WindowTokens:  integer(r, fieldWindow),
			CostMicroUSD:  integer(r, fieldCost),
		},
	}
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
