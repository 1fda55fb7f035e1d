package chat

import (
	"context"
	"fmt"
	"time"

	"cloudops/backend/store"
)

// Fork copies the path that leads to a message, with it, into a new conversation of the same folder and tags: new ids,
// the same times and texts. An empty title takes the old one. It is there whole or not at all.
func (s *Service) Fork(ctx context.Context, messageID, title string) (Conversation, error) {
	msg, _, err := s.message(ctx, messageID)
	if err != nil {
		return Conversation{}, fmt.Errorf("fork conversation: %w", err)
	}
	from, err := s.session(ctx, msg.ConversationID)
	if err != nil {
		return Conversation{}, fmt.Errorf("fork conversation: %w", err)
	}
	if title = cleanTitle(title); title == "" {
		title = from.Title
	}
	now := s.opt.Now().UTC().Truncate(time.Millisecond)
	to := session{Conversation: Conversation{
		ID: newID(), Title: title, UserID: s.opt.UserID, CreatedAt: now, LastActivity: now, Status: StatusActive,
		FolderID: from.FolderID, Tags: from.Tags, Recall: from.Recall, Branches: 1,
	}, tagIDs: from.tagIDs}
	recs, err := s.copyPath(ctx, &from, &to, msg)
	if err != nil {
		return Conversation{}, fmt.Errorf("fork conversation: %w", err)
	}
	to.LastActivity = now // in the list it is new
	rec, err := to.record()
	if err != nil {
		return Conversation{}, fmt.Errorf("fork conversation: %w", err)
	}
	err = s.rw.Update(ctx,
		store.WriteOp{Collection: store.ChatSessions, Put: []store.Record{rec}},
		store.WriteOp{Collection: store.ChatHistory, Put: recs})
	if err != nil {
		return Conversation{}, fmt.Errorf("fork conversation: %w", err)
	}
	return to.Conversation, nil
}

// copyPath makes the records of the copy and moves the new conversation on to its end.
func (s *Service) copyPath(ctx context.Context, from, to *session, end Message) ([]store.Record, error) {
	ids := map[string]string{"": ""} // of messages and pairs
	fresh := func(old string) string {
		if _, known := ids[old]; !known {
			ids[old] = newID()
		}
		return ids[old]
	}
	var recs []store.Record
	err := s.eachOnPath(ctx, from.ID, from.path(end.Branch, end.Seq), func(r store.Record) error {
		m, err := messageFrom(r)
		if err != nil {
			return err
		}
		copied := to.next(NewMessage{
			ID: fresh(m.ID), Role: m.Role, Text: m.Text, PairID: fresh(m.PairID), Timestamp: m.Timestamp,
			SessionID: m.SessionID, Partial: m.Partial, Sources: m.Sources, Detail: m.Detail, Metadata: m.Metadata,
		}, s.TitleOf)
		rec, err := copied.record(s.opt.UserID, 0)
		recs = append(recs, rec)
		return err
	})
	return recs, err
}
