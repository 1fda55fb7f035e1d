package chat

import (
	"context"
	"fmt"
	"math"
	"strings"
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
	}}
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

// ListOptions asks for a page of conversations.
type ListOptions struct {
	Status string // empty: both
	Limit  int    // 1 … 1000; 0 means 100
	Cursor string // List.Next of the page before
}

// List is a page of conversations.
type List struct {
	Conversations []Conversation
	Next          string // empty at the end
	FromLedger    bool   // Qdrant did not answer; the list is complete all the same
}

// The cursor says in which part of the list it is: the pinned ones come first.
const (
	cursorPinned = "p:"
	cursorRest   = "r:"
)

// List returns the user's conversations, pinned ones first, each part newest first by last activity.
func (s *Service) List(ctx context.Context, o ListOptions) (List, error) {
	if o.Status != "" {
		if err := checkStatus(o.Status); err != nil {
			return List{}, fmt.Errorf("list conversations: %w", err)
		}
	}
	limit := clamp(o.Limit, 100, 1000)
	part, cursor := cursorPinned, ""
	if o.Cursor != "" {
		if len(o.Cursor) < 2 || (o.Cursor[:2] != cursorPinned && o.Cursor[:2] != cursorRest) {
			return List{}, fmt.Errorf("list conversations: %w: the cursor is not one of this list", ErrInvalid)
		}
		part, cursor = o.Cursor[:2], o.Cursor[2:]
	}
	var out List
	for {
		page, err := s.listPart(ctx, o.Status, part == cursorPinned, limit-len(out.Conversations), cursor)
		if err != nil {
			return List{}, fmt.Errorf("list conversations: %w", err)
		}
		out.Conversations = append(out.Conversations, page.Conversations...)
		out.FromLedger = out.FromLedger || page.FromLedger
		switch {
		case page.Next != "":
			out.Next = part + page.Next
			return out, nil
		case part == cursorRest:
			return out, nil
		case len(out.Conversations) >= limit:
			out.Next = cursorRest
			return out, nil
		}
		part, cursor = cursorRest, ""
	}
}

func (s *Service) listPart(ctx context.Context, status string, pinned bool, limit int, cursor string) (List, error) {
	filter := store.Filter{All: []store.Condition{
		equal(fieldUser, s.opt.UserID),
		{Field: fieldPinned, Op: store.Eq, Values: []any{pinned}},
	}}
	if status != "" {
		filter.All = append(filter.All, equal(fieldStatus, status))
	}
	res, err := s.rw.Scroll(ctx, store.ChatSessions, store.Page{
		Filter: filter, Order: store.Order{Field: fieldLastActivity, Desc: true}, Limit: limit, Cursor: cursor,
	})
	if err != nil {
		return List{}, err
	}
	out := List{Next: res.Next, FromLedger: res.FromLedger, Conversations: make([]Conversation, len(res.Records))}
	for i, r := range res.Records {
		sess, err := sessionFrom(r)
		if err != nil {
			return List{}, err
		}
		out.Conversations[i] = sess.Conversation
	}
	return out, nil
}

// FindTitles returns the user's conversations whose titles hold all words of query, in the order of List, at most limit
// (0 means 20). Titles are sealed and have no index: they are opened and compared.
func (s *Service) FindTitles(ctx context.Context, query string, limit int) ([]Conversation, error) {
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 {
		return nil, fmt.Errorf("find conversations: %w: the query is empty", ErrInvalid)
	}
	limit = clamp(limit, 20, 1000)
	var found []Conversation
	for o := (ListOptions{Limit: 1000}); ; {
		page, err := s.List(ctx, o)
		if err != nil {
			return nil, err
		}
		for _, c := range page.Conversations {
			if holdsAll(strings.ToLower(c.Title), words) {
				if found = append(found, c); len(found) == limit {
					return found, nil
				}
			}
		}
		if o.Cursor = page.Next; o.Cursor == "" {
			return found, nil
		}
	}
}

func holdsAll(s string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
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

// Delete removes a conversation and all its messages in one transaction. They stay deleted.
func (s *Service) Delete(ctx context.Context, id string) error {
	defer s.locks.lock(id)()
	if _, err := s.session(ctx, id); err != nil {
		return fmt.Errorf("delete conversation: %w", err)
	}
	var ids []string
	err := s.eachRecord(ctx, id, func(r store.Record) error {
		ids = append(ids, r.ID)
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete conversation: %w", err)
	}
	err = s.rw.Update(ctx,
		store.WriteOp{Collection: store.ChatHistory, Delete: ids},
		store.WriteOp{Collection: store.ChatSessions, Delete: []string{id}})
	if err != nil {
		return fmt.Errorf("delete conversation: %w", err)
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
