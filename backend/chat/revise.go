package chat

import (
	"context"
	"fmt"

	"cloudops/backend/store"
)

// Revision replaces what an answer holds while it is being written and when it ends.
type Revision struct {
	Text    string
	Partial bool
	Sources []Source
	Detail
	Metadata
}

// Revise replaces text, sources, detail and metadata of a message; its place and time stay. What the conversation's
// messages used together changes with it, however often it is revised. ErrNotFound where the message, or its
// conversation, was deleted meanwhile: it does not come back.
func (s *Service) Revise(ctx context.Context, messageID string, rev Revision) error {
	if err := s.revise(ctx, messageID, rev); err != nil {
		return fmt.Errorf("revise message: %w", err)
	}
	return nil
}

func (s *Service) revise(ctx context.Context, messageID string, rev Revision) error {
	if err := checkLength(rev.Text); err != nil {
		return err
	}
	body, _ := clean(rev.Text)
	if err := checkLength(body); err != nil {
		return err
	}
	if err := rev.checkDetail(); err != nil {
		return err
	}
	msg, _, err := s.message(ctx, messageID)
	if err != nil {
		return err
	}
	defer s.locks.lock(msg.ConversationID)()
	// Read again: it may have been deleted before the lock was held.
	msg, recRev, err := s.message(ctx, messageID)
	if err != nil {
		return err
	}
	before := msg.Metadata
	msg.Text, msg.Partial, msg.Sources, msg.Detail, msg.Metadata = body, rev.Partial, rev.Sources, rev.Detail, rev.Metadata
	rec, err := msg.record(s.opt.UserID, recRev)
	if err != nil {
		return err
	}
	ops := []store.WriteOp{{Collection: store.ChatHistory, Put: []store.Record{rec}}}
	if used(before) != used(rev.Metadata) {
		sess, err := s.session(ctx, msg.ConversationID)
		if err != nil {
			return err
		}
		sess.count(before, rev.Metadata)
		head, err := sess.record()
		if err != nil {
			return err
		}
		ops = append(ops, store.WriteOp{Collection: store.ChatSessions, Put: []store.Record{head}})
	}
	return s.rw.Update(ctx, ops...)
}

// used is what of the metadata is counted for the conversation.
func used(m Metadata) [3]int64 { return [3]int64{m.PromptTokens, m.AnswerTokens, m.CostMicroUSD} }

// Message returns one message of the user.
func (s *Service) Message(ctx context.Context, id string) (Message, error) {
	m, _, err := s.message(ctx, id)
	if err != nil {
		return Message{}, err
	}
	sess, err := s.session(ctx, m.ConversationID)
	if err != nil {
		return Message{}, err
	}
	one := []Message{m}
	sess.siblings(one)
	return one[0], nil
}

func (s *Service) message(ctx context.Context, id string) (Message, int64, error) {
	if err := checkID("message", id); err != nil {
		return Message{}, 0, err
	}
	recs, err := s.rw.Get(ctx, store.ChatHistory, id)
	if err != nil {
		return Message{}, 0, fmt.Errorf("read message: %w", err)
	}
	if len(recs) == 0 || text(recs[0], fieldUser) != s.opt.UserID {
		return Message{}, 0, fmt.Errorf("message %s: %w", id, ErrNotFound)
	}
	m, err := messageFrom(recs[0])
	return m, recs[0].Rev, err
}
