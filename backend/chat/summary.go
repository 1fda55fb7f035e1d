package chat

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"cloudops/backend/store"
)

// Summary is what the beginning of a conversation comes to, for a model whose window is smaller than the conversation;
// sealed at rest, and deleted with the conversation.
type Summary struct {
	Text  string `json:"text"`
	UpTo  string `json:"up_to"` // id of the last message that it covers
	Model string `json:"model"` // that wrote it
	Turns int    `json:"turns"` // how many messages it covers
}

const kindSummary = "summary"

// summaryNamespace is the namespace of the ids of summaries (UUID v5): a conversation has one.
var summaryNamespace = uuid.MustParse("7b1a2f0e-5a3c-5d0e-9c55-2f3f5f2f8f11")

func summaryID(conversationID string) string {
	return uuid.NewSHA1(summaryNamespace, []byte(conversationID)).String()
}

// Summary returns the summary of a conversation; the zero Summary where there is none.
func (s *Service) Summary(ctx context.Context, conversationID string) (Summary, error) {
	if _, err := s.session(ctx, conversationID); err != nil {
		return Summary{}, fmt.Errorf("read summary: %w", err)
	}
	recs, err := s.rw.Get(ctx, store.ChatState, summaryID(conversationID))
	if err != nil {
		return Summary{}, fmt.Errorf("read summary: %w", err)
	}
	var sum Summary
	if len(recs) > 0 {
		if err := json.Unmarshal(recs[0].Content, &sum); err != nil {
			return Summary{}, fmt.Errorf("open summary: %w", err)
		}
	}
	return sum, nil
}

// SaveSummary keeps the summary of a conversation in place of the one before. ErrNotFound where there is no such
// conversation.
func (s *Service) SaveSummary(ctx context.Context, conversationID string, sum Summary) error {
	if err := checkLength(sum.Text); err != nil {
		return fmt.Errorf("save summary: %w", err)
	}
	sum.Text, _ = clean(sum.Text)
	content, err := encode(sum)
	if err != nil {
		return fmt.Errorf("save summary: %w", err)
	}
	defer s.locks.lock(conversationID)()
	if _, err := s.session(ctx, conversationID); err != nil {
		return fmt.Errorf("save summary: %w", err)
	}
	if _, err := s.rw.Put(ctx, store.ChatState, store.Record{
		ID: summaryID(conversationID), Scope: conversationID, Content: content,
		Fields: map[string]any{fieldUser: s.opt.UserID, fieldKind: kindSummary, fieldConversation: conversationID},
	}); err != nil {
		return fmt.Errorf("save summary: %w", err)
	}
	return nil
}
