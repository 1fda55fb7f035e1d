package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudops/backend/store"
)

// maxQuery is how much of a query is searched by, in bytes. Both models' windows are shorter.
const maxQuery = 8192

// Filter narrows a search. The zero value is all messages of the user.
type Filter struct {
	ConversationID      string
	ExcludeConversation string
	SessionID           string
	Role                string
	Roles               []string  // any of these; empty: all
	From, To            time.Time // both included; zero: open
	FolderID            string    // of the conversation; NoFolder: those in none
	// IncludeArchived is for Find, which leaves archived conversations out without it.
	IncludeArchived bool

	hideArchived bool
}

// Hit is a message that was found.
type Hit struct {
	MessageID      string
	ConversationID string
	Title          string
	Role           string
	Timestamp      time.Time
	Snippet        string // plain text around the best matching words, at most SnippetRunes
	Score          float64
	Seq            int64
}

// Results is the outcome of a search.
type Results struct {
	Hits    []Hit // best first
	Pending int   // messages that are stored and not yet searchable in full
	Dense   bool  // meaning took part, not words alone
}

// Search finds messages of the user by meaning and by words; limit 1 … 1000, 0 means 10. Of a query over 8 KiB only the
// beginning is used; a blank one is ErrInvalid. store.ErrIndexDown without Qdrant.
func (s *Service) Search(ctx context.Context, query string, f Filter, limit int) (Results, error) {
	query, found, err := s.find(ctx, query, f, clamp(limit, 10, 1000))
	if err != nil {
		return Results{}, fmt.Errorf("search chats: %w", err)
	}
	out := Results{Pending: found.Pending, Dense: found.Dense, Hits: make([]Hit, 0, len(found.Hits))}
	heads, msgs, err := s.opened(ctx, found.Hits)
	if err != nil {
		return Results{}, fmt.Errorf("search chats: %w", err)
	}
	match := newMatcher(query)
	for i, m := range msgs {
		head, lives := heads[m.ConversationID]
		if !lives {
			continue // it was deleted while it was searched
		}
		out.Hits = append(out.Hits, hitOf(m, head.Title, found.Hits[i].Score, match.snippet(m.Text)))
	}
	return out, nil
}

func hitOf(m Message, title string, score float64, snippet string) Hit {
	return Hit{
		MessageID: m.ID, ConversationID: m.ConversationID, Title: title, Role: m.Role,
		Timestamp: m.Timestamp, Snippet: snippet, Score: score, Seq: m.Seq,
	}
}

// opened are the messages of hits, in their order, and the conversations they belong to, as far as those live.
func (s *Service) opened(ctx context.Context, hits []store.Hit) (map[string]session, []Message, error) {
	msgs := make([]Message, len(hits))
	ids := make([]string, len(hits))
	for i, h := range hits {
		var err error
		if msgs[i], err = messageFrom(h.Record); err != nil {
			return nil, nil, err
		}
		ids[i] = msgs[i].ConversationID
	}
	heads, err := s.heads(ctx, ids)
	return heads, msgs, err
}

// find asks the store and returns the query as it was used.
func (s *Service) find(ctx context.Context, query string, f Filter, limit int) (string, store.Found, error) {
	query, _ = clean(cut(query, maxQuery))
	query = strings.TrimSpace(strings.ReplaceAll(query, "\x00", " "))
	if query == "" {
		return "", store.Found{}, fmt.Errorf("%w: the query is empty", ErrInvalid)
	}
	conditions := f.conditions(s.opt.UserID)
	within, err := s.within(ctx, f)
	if err != nil {
		return "", store.Found{}, err
	}
	conditions.All = append(conditions.All, within...)
	found, err := s.rw.Search(ctx, store.ChatHistory, store.Query{Text: query, Filter: conditions, Limit: limit, DenseWeight: -1})
	return query, found, err
}

// within is what a filter says about conversations, in terms of their messages: which they belong to.
func (s *Service) within(ctx context.Context, f Filter) ([]store.Condition, error) {
	q := Query{FolderID: f.FolderID}
	switch {
	case f.FolderID != "" && f.hideArchived:
		q.Status = StatusActive
	case f.FolderID != "":
	case f.hideArchived && f.ConversationID == "":
		q.Status = StatusArchived
	default:
		return nil, nil
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	c := store.Condition{Field: fieldConversation, Op: store.In, Not: f.FolderID == ""}
	err := s.eachSession(ctx, s.sessionFilter(q), func(head session) error {
		c.Values = append(c.Values, head.ID)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(c.Values) > 0:
		return []store.Condition{c}, nil
	case c.Not:
		return nil, nil
	}
	return []store.Condition{{Field: fieldConversation, Op: store.Missing}}, nil // an empty folder holds nothing
}

func (f Filter) conditions(userID string) store.Filter {
	all := []store.Condition{equal(fieldUser, userID)}
	for field, value := range map[string]string{
		fieldConversation: f.ConversationID, fieldSession: f.SessionID, fieldRole: f.Role,
	} {
		if value != "" {
			all = append(all, equal(field, value))
		}
	}
	if f.ExcludeConversation != "" {
		not := equal(fieldConversation, f.ExcludeConversation)
		not.Not = true
		all = append(all, not)
	}
	if len(f.Roles) > 0 {
		c := store.Condition{Field: fieldRole, Op: store.In}
		for _, role := range f.Roles {
			c.Values = append(c.Values, role)
		}
		all = append(all, c)
	}
	if c, ok := between(fieldTimestamp, f.From, f.To); ok {
		all = append(all, c)
	}
	return store.Filter{All: all}
}

// heads opens conversations by their ids. Those that do not live are left out; those that do not open are there without
// a title.
func (s *Service) heads(ctx context.Context, ids []string) (map[string]session, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	out := make(map[string]session, len(ids))
	recs, err := s.rw.Get(ctx, store.ChatSessions, ids...)
	if err == nil {
		for _, r := range recs {
			if out[r.ID], err = sessionFrom(r); err != nil {
				out[r.ID] = sessionOutline(r)
			}
		}
		return out, nil
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("read titles: %w", ctx.Err())
		}
		recs, err := s.rw.Get(ctx, store.ChatSessions, id)
		if err != nil {
			out[id] = session{Conversation: Conversation{ID: id, UserID: s.opt.UserID}}
			continue
		}
		for _, r := range recs {
			if out[id], err = sessionFrom(r); err != nil {
				out[id] = sessionOutline(r)
			}
		}
	}
	return out, nil
}
