package chat

import (
	"context"
	"fmt"
	"slices"

	"cloudops/backend/store"
)

// MaxPage is the most messages that History and Last return at once.
const MaxPage = 500

// History is a part of a conversation.
type History struct {
	Messages   []Message // oldest first
	HasOlder   bool
	FromLedger bool // Qdrant did not answer; the messages are complete all the same
}

// History returns up to limit messages (0 means 50, at most MaxPage) before the seq given, oldest first; beforeSeq 0
// means from the end. ErrNotFound where the user has no such conversation.
func (s *Service) History(ctx context.Context, conversationID string, beforeSeq int64, limit int) (History, error) {
	if _, err := s.session(ctx, conversationID); err != nil {
		return History{}, fmt.Errorf("read history: %w", err)
	}
	limit = clamp(limit, 50, MaxPage)
	filter := store.Filter{All: []store.Condition{equal(fieldUser, s.opt.UserID), equal(fieldConversation, conversationID)}}
	if beforeSeq > 0 {
		most := float64(beforeSeq - 1)
		filter.All = append(filter.All, store.Condition{Field: fieldSeq, Op: store.Range, Max: &most})
	}
	res, err := s.rw.Scroll(ctx, store.ChatHistory, store.Page{
		Filter: filter, Order: store.Order{Field: fieldSeq, Desc: true}, Limit: limit + 1,
	})
	if err != nil {
		return History{}, fmt.Errorf("read history: %w", err)
	}
	recs, older := res.Records, len(res.Records) > limit
	if older {
		recs = recs[:limit]
	}
	msgs, err := messagesFrom(recs)
	if err != nil {
		return History{}, fmt.Errorf("read history: %w", err)
	}
	slices.Reverse(msgs)
	return History{Messages: msgs, HasOlder: older, FromLedger: res.FromLedger}, nil
}

// Last returns the last n messages, oldest first.
func (s *Service) Last(ctx context.Context, conversationID string, n int) ([]Message, error) {
	h, err := s.History(ctx, conversationID, 0, n)
	return h.Messages, err
}
