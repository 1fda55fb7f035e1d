package chat

import (
	"context"
	"fmt"
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
	From, To            time.Time // both included; zero: open
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
	msgs := make([]Message, len(found.Hits))
	for i, h := range found.Hits {
		if msgs[i], err = messageFrom(h.Record); err != nil {
			return Results{}, fmt.Errorf("search chats: %w", err)
		}
	}
	titles, err := s.titles(ctx, msgs)
	if err != nil {
		return Results{}, fmt.Errorf("search chats: %w", err)
	}
	match := newMatcher(query)
	for i, m := range msgs {
		out.Hits = append(out.Hits, Hit{
			MessageID: m.ID, ConversationID: m.ConversationID, Title: titles[m.ConversationID], Role: m.Role,
			Timestamp: m.Timestamp, Snippet: match.snippet(m.Text), Score: found.Hits[i].Score, Seq: m.Seq,
		})
	}
	return out, nil
}

// find asks the store and returns the query as it was used.
func (s *Service) find(ctx context.Context, query string, f Filter, limit int) (string, store.Found, error) {
	query, _ = clean(cut(query, maxQuery))
	query = strings.TrimSpace(strings.ReplaceAll(query, "\x00", " "))
	if query == "" {
		return "", store.Found{}, fmt.Errorf("%w: the query is empty", ErrInvalid)
	}
	found, err := s.rw.Search(ctx, store.ChatHistory, store.Query{
		Text: query, Filter: f.conditions(s.opt.UserID), Limit: limit, DenseWeight: -1,
	})
	return query, found, err
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
	if !f.From.IsZero() || !f.To.IsZero() {
		c := store.Condition{Field: fieldTimestamp, Op: store.Range}
		if !f.From.IsZero() {
			from := float64(f.From.UnixMilli())
			c.Min = &from
		}
		if !f.To.IsZero() {
			to := float64(f.To.UnixMilli())
			c.Max = &to
		}
		all = append(all, c)
	}
	return store.Filter{All: all}
}

// titles opens the titles of the messages' conversations.
func (s *Service) titles(ctx context.Context, msgs []Message) (map[string]string, error) {
	titles := make(map[string]string)
	var ids []string
	for _, m := range msgs {
		if _, known := titles[m.ConversationID]; !known {
			titles[m.ConversationID] = ""
			ids = append(ids, m.ConversationID)
		}
	}
	if len(ids) == 0 {
		return titles, nil
	}
	recs, err := s.rw.Get(ctx, store.ChatSessions, ids...)
	if err != nil {
		return nil, fmt.Errorf("read titles: %w", err)
	}
	for _, r := range recs {
		sess, err := sessionFrom(r)
		if err != nil {
			return nil, err
		}
		titles[r.ID] = sess.Title
	}
	return titles, nil
}
