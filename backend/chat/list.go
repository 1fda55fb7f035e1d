package chat

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cloudops/backend/store"
)

// The values of Query.Pinned, and that of Query.FolderID for conversations outside folders.
const (
	PinnedOnly = "only"
	PinnedNot  = "not"
	NoFolder   = "none"
)

// Query asks for a page of conversations. The zero value is all of them, pinned ones first.
type Query struct {
	Status   string    // empty: both
	FolderID string    // empty: any; NoFolder: those in none
	Tag      string    // empty: any; upper and lower case are one
	Pinned   string    // empty: both; PinnedOnly, PinnedNot
	From, To time.Time // of the last activity, both included; zero: open
	Flat     bool      // newest first throughout, pinned or not
	Limit    int       // 1 … 1000; 0 means 100
	Cursor   string    // List.Next of the page before
}

// ListOptions is the name that Query had before it could filter.
type ListOptions = Query

// List is a page of conversations.
type List struct {
	Conversations []Conversation
	Next          string // empty at the end
	FromLedger    bool   // Qdrant did not answer; the list is complete all the same
	Damaged       int    // conversations whose record does not open; they are left out
}

// The cursor says in which part of the list it is: the pinned ones come first.
const (
	cursorPinned = "p:"
	cursorRest   = "r:"
	cursorFlat   = "a:"
)

// parts are the parts of the list that a query asks for, in their order.
func (q Query) parts() []string {
	switch {
	case q.Pinned == PinnedOnly:
		return []string{cursorPinned}
	case q.Pinned == PinnedNot:
		return []string{cursorRest}
	case q.Flat:
		return []string{cursorFlat}
	}
	return []string{cursorPinned, cursorRest}
}

func (q Query) check() error {
	if q.Status != "" {
		if err := checkStatus(q.Status); err != nil {
			return err
		}
	}
	if q.FolderID != "" && q.FolderID != NoFolder {
		if err := checkID("folder", q.FolderID); err != nil {
			return err
		}
	}
	switch q.Pinned {
	case "", PinnedOnly, PinnedNot:
		return nil
	}
	return fmt.Errorf("%w: %q is not one of only, not and empty", ErrInvalid, cut(q.Pinned, 20))
}

// Sessions returns the conversations of a user (empty: the service's own), newest first by last activity: what the
// earlier session manager listed.
func (s *Service) Sessions(ctx context.Context, userID string, q Query) (List, error) {
	if userID == "" {
		userID = s.opt.UserID
	}
	q.Flat = true
	return s.ForUser(userID).List(ctx, q)
}

// List returns the user's conversations, pinned ones first, each part newest first by last activity.
func (s *Service) List(ctx context.Context, q Query) (List, error) {
	if err := q.check(); err != nil {
		return List{}, fmt.Errorf("list conversations: %w", err)
	}
	limit := clamp(q.Limit, 100, 1000)
	parts, cursor := q.parts(), ""
	if q.Cursor != "" {
		for len(parts) > 0 && !strings.HasPrefix(q.Cursor, parts[0]) {
			parts = parts[1:]
		}
		if len(parts) == 0 {
			return List{}, fmt.Errorf("list conversations: %w: the cursor is not one of this list", ErrInvalid)
		}
		cursor = q.Cursor[len(parts[0]):]
	}
	var out List
	for i, part := range parts {
		if len(out.Conversations)+out.Damaged >= limit {
			out.Next = part
			return out, nil
		}
		next, err := s.listPart(ctx, q, part, limit-len(out.Conversations)-out.Damaged, cursor, &out)
		if err != nil {
			return List{}, fmt.Errorf("list conversations: %w", err)
		}
		if next != "" {
			out.Next = parts[i] + next
			return out, nil
		}
		cursor = ""
	}
	return out, nil
}

func (s *Service) listPart(ctx context.Context, q Query, part string, limit int, cursor string, out *List) (next string, err error) {
	filter := s.sessionFilter(q)
	if part != cursorFlat {
		filter.All = append(filter.All, store.Condition{Field: fieldPinned, Op: store.Eq, Values: []any{part == cursorPinned}})
	}
	res, err := s.rw.Scroll(ctx, store.ChatSessions, store.Page{
		Filter: filter, Order: store.Order{Field: fieldLastActivity, Desc: true}, Limit: limit, Cursor: cursor,
	})
	if err != nil {
		return "", err
	}
	for _, r := range res.Records {
		sess, err := sessionFrom(r)
		if err != nil {
			return "", err
		}
		out.Conversations = append(out.Conversations, sess.Conversation)
	}
	out.Damaged += len(res.Damaged)
	out.FromLedger = out.FromLedger || res.FromLedger
	return res.Next, nil
}

// sessionFilter is what a query asks for, pins aside.
func (s *Service) sessionFilter(q Query) store.Filter {
	all := []store.Condition{equal(fieldUser, s.opt.UserID)}
	if q.Status != "" {
		all = append(all, equal(fieldStatus, q.Status))
	}
	switch q.FolderID {
	case "":
	case NoFolder:
		all = append(all, store.Condition{Field: fieldFolder, Op: store.Missing})
	default:
		all = append(all, equal(fieldFolder, q.FolderID))
	}
	if q.Tag != "" {
		all = append(all, equal(fieldTags, s.tagID(q.Tag)))
	}
	if c, ok := between(fieldLastActivity, q.From, q.To); ok {
		all = append(all, c)
	}
	return store.Filter{All: all}
}

// between is the condition that a time lies in a span; ok is false where both ends are open.
func between(field string, from, to time.Time) (c store.Condition, ok bool) {
	c = store.Condition{Field: field, Op: store.Range}
	if !from.IsZero() {
		least := float64(from.UnixMilli())
		c.Min = &least
	}
	if !to.IsZero() {
		most := float64(to.UnixMilli())
		c.Max = &most
	}
	return c, c.Min != nil || c.Max != nil
}

// eachSession visits the user's conversations that a query asks for, in no order; those that do not open are left out.
func (s *Service) eachSession(ctx context.Context, filter store.Filter, visit func(session) error) error {
	for cursor := ""; ; {
		res, err := s.rw.Scroll(ctx, store.ChatSessions, store.Page{Filter: filter, Limit: 1000, Cursor: cursor})
		if err != nil {
			return err
		}
		for _, r := range res.Records {
			sess, err := sessionFrom(r)
			if err != nil {
				return err
			}
			if err := visit(sess); err != nil {
				return err
			}
		}
		if cursor = res.Next; cursor == "" {
			return nil
		}
	}
}
