package chat

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"cloudops/backend/store"
)

// titleHits is how many conversations Find looks for by their titles.
const titleHits = 20

// titleBonus is what a title that holds what was asked for adds to the score of its conversation.
const titleBonus = 0.1

// Group is a conversation in which something was found.
type Group struct {
	ConversationID string
	Title          string
	TitleMarked    string // with ** around the words that match
	TitleHit       bool   // the title was found, not only messages
	LastActivity   time.Time
	Status         string
	Score          float64 // of its best hit
	Hits           []Hit   // best first; none where only the title was found
}

// Groups is the outcome of Find.
type Groups struct {
	Groups  []Group // best first
	Pending int     // messages and titles that are stored and not yet searchable in full
	Dense   bool    // meaning took part, not words alone
}

// Find searches messages and titles by meaning and by words, and returns at most limit messages (0 means 20, at most
// 1000), together with the conversations they are in. Snippets and TitleMarked have ** around the words that match, and show
// asterisks of the text as ∗, so that every ** is a mark. Titles are left out where the filter asks for roles.
func (s *Service) Find(ctx context.Context, query string, f Filter, limit int) (Groups, error) {
	f.hideArchived = !f.IncludeArchived
	query, found, err := s.find(ctx, query, f, clamp(limit, 20, 1000))
	if err != nil {
		return Groups{}, fmt.Errorf("search chats: %w", err)
	}
	heads, msgs, err := s.opened(ctx, found.Hits)
	if err != nil {
		return Groups{}, fmt.Errorf("search chats: %w", err)
	}
	g := grouping{match: newMatcher(query), byID: make(map[string]*Group)}
	for i, m := range msgs {
		if head, lives := heads[m.ConversationID]; lives {
			g.add(head, hitOf(m, head.Title, found.Hits[i].Score, g.match.marked(m.Text)))
		}
	}
	out := Groups{Pending: found.Pending, Dense: found.Dense}
	if f.Role == "" && len(f.Roles) == 0 {
		titled, err := s.titled(ctx, query, f)
		if err != nil {
			return Groups{}, fmt.Errorf("search chats: %w", err)
		}
		out.Pending += titled.Pending
		if err := s.addTitles(ctx, &g, titled); err != nil {
			return Groups{}, fmt.Errorf("search chats: %w", err)
		}
	}
	out.Groups = g.groups()
	return out, nil
}

// titled asks for conversations by their titles.
func (s *Service) titled(ctx context.Context, query string, f Filter) (store.Found, error) {
	q := Query{FolderID: f.FolderID}
	if f.hideArchived {
		q.Status = StatusActive
	}
	filter := s.sessionFilter(q)
	if f.ConversationID != "" {
		filter.All = append(filter.All, equal(fieldConversation, f.ConversationID))
	}
	if f.ExcludeConversation != "" {
		not := equal(fieldConversation, f.ExcludeConversation)
		not.Not = true
		filter.All = append(filter.All, not)
	}
	// A conversation belongs to a span of time that it overlaps.
	if c, ok := between(fieldLastActivity, f.From, time.Time{}); ok {
		filter.All = append(filter.All, c)
	}
	if c, ok := between(fieldCreated, time.Time{}, f.To); ok {
		filter.All = append(filter.All, c)
	}
	return s.rw.Search(ctx, store.ChatSessions, store.Query{Text: query, Filter: filter, Limit: titleHits, DenseWeight: -1})
}

// addTitles adds the conversations whose titles bear on the query: the nearest of few titles may have nothing to do with it.
func (s *Service) addTitles(ctx context.Context, g *grouping, found store.Found) error {
	ids := make([]string, len(found.Hits))
	for i, h := range found.Hits {
		ids[i] = h.Record.ID
	}
	heads, err := s.heads(ctx, ids)
	if err != nil {
		return err
	}
	near := floorOf(s.opt.ModelID)
	for _, h := range found.Hits {
		head, lives := heads[h.Record.ID]
		if !lives {
			continue
		}
		if share, _ := g.match.coverage(head.Title); share < sharedWords && h.Dense <= near.title {
			continue
		}
		group := g.of(head)
		group.TitleHit = true
		group.Score = max(group.Score, h.Score) + titleBonus
	}
	return nil
}

// grouping collects hits by conversation.
type grouping struct {
	match *matcher
	byID  map[string]*Group
	order []*Group
}

func (g *grouping) of(head session) *Group {
	group := g.byID[head.ID]
	if group == nil {
		group = &Group{
			ConversationID: head.ID, Title: head.Title, TitleMarked: g.match.mark(head.Title), LastActivity: head.LastActivity, Status: head.Status,
		}
		g.byID[head.ID] = group
		g.order = append(g.order, group)
	}
	return group
}

func (g *grouping) add(head session, hit Hit) {
	group := g.of(head)
	group.Hits = append(group.Hits, hit)
	group.Score = max(group.Score, hit.Score)
}

func (g *grouping) groups() []Group {
	slices.SortStableFunc(g.order, func(a, b *Group) int { return cmp.Compare(b.Score, a.Score) })
	out := make([]Group, len(g.order))
	for i, group := range g.order {
		out[i] = *group
	}
	return out
}
