package chat

import (
	"cmp"
	"context"
	"fmt"
	"math"
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
	Damaged    int  // messages that do not open: they stand in their places with a Failure and no text
}

// History returns up to limit messages of the active path (0 means 50, at most MaxPage) before the seq given, oldest
// first; beforeSeq 0 means from the end. ErrNotFound where the user has no such conversation.
func (s *Service) History(ctx context.Context, conversationID string, beforeSeq int64, limit int) (History, error) {
	sess, err := s.session(ctx, conversationID)
	if err != nil {
		return History{}, fmt.Errorf("read history: %w", err)
	}
	return s.readPath(ctx, &sess, sess.active(), beforeSeq, limit)
}

// HistoryBefore returns up to limit messages of the path that leads to a message, whichever branch it is on, without the
// message itself: what a model is to know of the conversation when it answers.
func (s *Service) HistoryBefore(ctx context.Context, messageID string, limit int) (History, error) {
	m, _, err := s.message(ctx, messageID)
	if err != nil {
		return History{}, fmt.Errorf("read history: %w", err)
	}
	sess, err := s.session(ctx, m.ConversationID)
	if err != nil {
		return History{}, fmt.Errorf("read history: %w", err)
	}
	return s.readPath(ctx, &sess, sess.path(m.Branch, m.Seq), m.Seq, limit)
}

// readPath reads a page, run by run from the end of the path.
func (s *Service) readPath(ctx context.Context, sess *session, path []segment, before int64, limit int) (History, error) {
	limit = clamp(limit, 50, MaxPage)
	if before <= 0 {
		before = math.MaxInt64
	}
	var out History
	for _, g := range path {
		room := limit + 1 - len(out.Messages)
		if room == 0 {
			break
		}
		if g.from >= before {
			continue
		}
		if err := s.readSegment(ctx, sess.ID, g, before, room, &out); err != nil {
			return History{}, fmt.Errorf("read history: %w", err)
		}
	}
	if out.HasOlder = len(out.Messages) > limit; out.HasOlder {
		out.Messages = out.Messages[:limit]
	}
	slices.Reverse(out.Messages)
	sess.siblings(out.Messages)
	return out, nil
}

// readSegment adds up to limit messages of a run, newest first.
func (s *Service) readSegment(ctx context.Context, conversationID string, g segment, before int64, limit int, out *History) error {
	filter := store.Filter{All: append([]store.Condition{equal(fieldUser, s.opt.UserID), equal(fieldConversation, conversationID)}, g.conditions(before)...)}
	res, err := s.rw.Scroll(ctx, store.ChatHistory, store.Page{
		Filter: filter, Order: store.Order{Field: fieldSeq, Desc: true}, Limit: limit,
	})
	if err != nil {
		return err
	}
	recs := slices.Concat(res.Records, res.Damaged)
	slices.SortStableFunc(recs, func(a, b store.Record) int { return cmp.Compare(b.Seq, a.Seq) })
	for _, r := range recs {
		m := messageOrDamage(r)
		if m.Failure != nil && m.Failure.Code == CodeDamaged {
			out.Damaged++
		}
		out.Messages = append(out.Messages, m)
	}
	out.FromLedger = out.FromLedger || res.FromLedger
	return nil
}

// Last returns the last n messages of the active path, oldest first.
func (s *Service) Last(ctx context.Context, conversationID string, n int) ([]Message, error) {
	h, err := s.History(ctx, conversationID, 0, n)
	return h.Messages, err
}
