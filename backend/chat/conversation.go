package chat

import (
	"context"
	"fmt"
	"math"
	"time"

	"cloudops/backend/store"
)

// NewConversation is what an import knows of a conversation. The zero value is a new, untitled one.
type NewConversation struct {
	ID        string // a UUID of the caller's; empty: a new UUID v7
	Title     string
	CreatedAt time.Time // zero: now
	Status    string    // empty: StatusActive
	Pinned    bool
	FolderID  string
	Tags      []string
	Recall    string // empty: as the settings say
}

// Create makes an empty conversation. An empty title is filled from the first message of the user.
func (s *Service) Create(ctx context.Context, title string) (Conversation, error) {
	return s.CreateWith(ctx, NewConversation{Title: title})
}

// CreateWith makes an empty conversation as an import describes it. ErrExists when the id is taken.
func (s *Service) CreateWith(ctx context.Context, n NewConversation) (Conversation, error) {
	if n.ID == "" {
		n.ID = newID()
	} else if err := checkID("conversation", n.ID); err != nil {
		return Conversation{}, fmt.Errorf("create conversation: %w", err)
	}
	if n.CreatedAt.IsZero() {
		n.CreatedAt = s.opt.Now()
	}
	if n.Status == "" {
		n.Status = StatusActive
	}
	if err := checkStatus(n.Status); err != nil {
		return Conversation{}, fmt.Errorf("create conversation: %w", err)
	}
	tags, err := cleanTags(n.Tags)
	if err != nil {
		return Conversation{}, fmt.Errorf("create conversation: %w", err)
	}
	if err := checkRecall(n.Recall); err != nil {
		return Conversation{}, fmt.Errorf("create conversation: %w", err)
	}
	if n.FolderID != "" {
		if _, err := s.folder(ctx, n.FolderID); err != nil {
			return Conversation{}, fmt.Errorf("create conversation: %w", err)
		}
	}
	defer s.locks.lock(n.ID)()
	there, err := s.rw.Get(ctx, store.ChatSessions, n.ID)
	if err != nil {
		return Conversation{}, fmt.Errorf("create conversation: %w", err)
	}
	if len(there) > 0 {
		return Conversation{}, fmt.Errorf("create conversation %s: %w", n.ID, ErrExists)
	}
	created := n.CreatedAt.UTC().Truncate(time.Millisecond)
	sess := session{Conversation: Conversation{
		ID: n.ID, Title: cleanTitle(n.Title), UserID: s.opt.UserID,
		CreatedAt: created, LastActivity: created, Status: n.Status, Pinned: n.Pinned, Branches: 1,
		FolderID: n.FolderID, Recall: n.Recall,
	}}
	s.setTags(&sess, tags)
	rec, err := sess.record()
	if err != nil {
		return Conversation{}, fmt.Errorf("create conversation: %w", err)
	}
	if _, err := s.rw.Put(ctx, store.ChatSessions, rec); err != nil {
		return Conversation{}, fmt.Errorf("create conversation: %w", err)
	}
	return sess.Conversation, nil
}

func checkStatus(status string) error {
	if status != StatusActive && status != StatusArchived {
		return fmt.Errorf("%w: the status %q is not active or archived", ErrInvalid, cut(status, 60))
	}
	return nil
}

// Get returns one conversation of the user, or ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (Conversation, error) {
	sess, err := s.session(ctx, id)
	return sess.Conversation, err
}

// Rename gives a conversation another title: one line, at most MaxTitle runes.
func (s *Service) Rename(ctx context.Context, id, title string) error {
	return s.change(ctx, "rename", id, func(c *session) { c.Title = cleanTitle(title) })
}

// Archive puts a conversation away, or takes it back.
func (s *Service) Archive(ctx context.Context, id string, archived bool) error {
	return s.change(ctx, "archive", id, func(c *session) {
		c.Status = StatusActive
		if archived {
			c.Status = StatusArchived
		}
	})
}

// Pin puts a conversation on top of the list, or takes it down.
func (s *Service) Pin(ctx context.Context, id string, pinned bool) error {
	return s.change(ctx, "pin", id, func(c *session) { c.Pinned = pinned })
}

// SetRecall chooses how a conversation recalls earlier answers; empty: as the settings say.
func (s *Service) SetRecall(ctx context.Context, id, mode string) error {
	if err := checkRecall(mode); err != nil {
		return fmt.Errorf("set recall: %w", err)
	}
	return s.change(ctx, "set recall of", id, func(c *session) { c.Recall = mode })
}

func checkRecall(mode string) error {
	switch mode {
	case "", RecallOn, RecallOff, RecallPlain:
		return nil
	}
	return fmt.Errorf("%w: the recall mode %q is not on, off or plain", ErrInvalid, cut(mode, 60))
}

func (s *Service) change(ctx context.Context, what, id string, apply func(*session)) error {
	defer s.locks.lock(id)()
	sess, err := s.session(ctx, id)
	if err != nil {
		return fmt.Errorf("%s conversation: %w", what, err)
	}
	apply(&sess)
	rec, err := sess.record()
	if err != nil {
		return fmt.Errorf("%s conversation: %w", what, err)
	}
	if _, err := s.rw.Put(ctx, store.ChatSessions, rec); err != nil {
		return fmt.Errorf("%s conversation: %w", what, err)
	}
	return nil
}

// eachRecord visits the messages of a conversation by seq, those of all branches, as the ledger has them.
func (s *Service) eachRecord(ctx context.Context, conversationID string, visit func(store.Record) error) error {
	return s.eachBetween(ctx, conversationID, 0, math.MaxInt64, visit)
}

func (s *Service) eachBetween(ctx context.Context, conversationID string, from, to int64, visit func(store.Record) error) error {
	const page = 200
	for from <= to {
		recs, err := s.rw.ByScope(ctx, store.ChatHistory, conversationID, from, to, page, false)
		if err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
		for _, r := range recs {
			if err := visit(r); err != nil {
				return err
			}
		}
		if len(recs) < page {
			return nil
		}
		from = recs[len(recs)-1].Seq + 1
	}
	return nil
}

func equal(field, value string) store.Condition {
	return store.Condition{Field: field, Op: store.Eq, Values: []any{value}}
}

func clamp(n, def, most int) int {
	if n <= 0 {
		return def
	}
	return min(n, most)
}
