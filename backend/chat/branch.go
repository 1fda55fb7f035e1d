package chat

import (
	"context"
	"errors"
	"fmt"
	"math"

	"cloudops/backend/store"
)

// MaxBranches is the most ways through one conversation: each is kept with it and written at every append.
const MaxBranches = 1000

// branch is a way that leaves another one. A conversation's branches are kept with it, so that a page of history knows
// its path and the alternatives beside it without a query.
type branch struct {
	ID     int64 `json:"id"`
	Parent int64 `json:"parent"`
	// After is the seq of the message of the parent that it leaves; 0: it begins the conversation anew.
	After int64 `json:"after"`
	// First is its first message, Beside the one that the parent goes on with at the same place.
	First  string `json:"first,omitempty"`
	Beside string `json:"beside,omitempty"`
	Last   int64  `json:"last"` // seq of its last message
}

// segment is a run of a path: the messages of one branch with from ≤ seq ≤ to.
type segment struct {
	branch, from, to int64
	alone            bool // there is no other branch to tell it from
}

// holds says whether a message belongs to the run.
func (g segment) holds(m Message) bool {
	return (g.alone || m.Branch == g.branch) && m.Seq >= g.from && m.Seq <= g.to
}

// conditions are the same as a filter. Messages of the trunk carry no branch, as those from before there were any.
func (g segment) conditions(before int64) []store.Condition {
	seq := store.Condition{Field: fieldSeq, Op: store.Range}
	if to := min(g.to, before-1); to < math.MaxInt64-1 {
		most := float64(to)
		seq.Max = &most
	}
	if g.alone {
		if seq.Max == nil {
			return nil
		}
		return []store.Condition{seq}
	}
	least := float64(g.from)
	seq.Min = &least
	if g.branch == 0 {
		return []store.Condition{seq, {Field: fieldBranch, Op: store.Missing}}
	}
	return []store.Condition{seq, {Field: fieldBranch, Op: store.Eq, Values: []any{g.branch}}}
}

// path is the way from a place in a branch back to the beginning, its end first.
func (c *session) path(id, to int64) []segment {
	if len(c.branches) == 0 {
		return []segment{{from: 1, to: to, alone: true}}
	}
	var out []segment
	for range c.branches {
		b := c.branches[id]
		out = append(out, segment{branch: id, from: b.After + 1, to: to})
		if b.After == 0 {
			break
		}
		id, to = b.Parent, b.After
	}
	return out
}

// active is the path that History shows.
func (c *session) active() []segment { return c.path(c.ActiveBranch, math.MaxInt64) }

// alternatives are the ids beside each message that has any, oldest first.
func (c *session) alternatives() map[string][]string {
	type place struct{ branch, after int64 }
	groups := make(map[place][]string)
	for _, b := range c.branches {
		if b.ID == 0 {
			continue
		}
		at := place{b.Parent, b.After}
		if b.After == 0 {
			at.branch = 0
		}
		if groups[at] == nil {
			groups[at] = []string{b.Beside}
		}
		groups[at] = append(groups[at], b.First)
	}
	out := make(map[string][]string, 2*len(groups))
	for _, ids := range groups {
		for _, id := range ids {
			out[id] = ids
		}
	}
	return out
}

// siblings fills the alternatives of messages.
func (c *session) siblings(msgs []Message) {
	others := c.alternatives()
	for i := range msgs {
		if msgs[i].Siblings = others[msgs[i].ID]; msgs[i].Siblings == nil {
			msgs[i].Siblings = []string{msgs[i].ID}
		}
	}
}

// attach moves the end of the active path to the place that a message names; there are messages of the same batch.
func (s *Service) attach(ctx context.Context, sess *session, m NewMessage, there map[string]Message) error {
	if m.Parent == nil || *m.Parent == sess.lastMessage {
		return nil
	}
	var parent Message
	if *m.Parent != "" {
		var err error
		if parent, err = s.parent(ctx, sess.ID, *m.Parent, there); err != nil {
			return err
		}
		if end := sess.end(parent.Branch); parent.Seq == end {
			sess.ActiveBranch, sess.lastMessage, sess.lastPair = parent.Branch, parent.ID, parent.PairID
			return nil
		}
	}
	beside, err := s.goesOnWith(ctx, sess.ID, parent, there)
	if err != nil {
		return err
	}
	if len(sess.branches) == 0 {
		sess.branches = []branch{{Last: int64(sess.MessageCount)}}
	}
	if len(sess.branches) >= MaxBranches {
		return fmt.Errorf("%w: the conversation has %d branches, and no more are kept; fork it", ErrInvalid, len(sess.branches))
	}
	id := int64(len(sess.branches))
	sess.branches = append(sess.branches, branch{ID: id, Parent: parent.Branch, After: parent.Seq, First: m.ID, Beside: beside})
	sess.Branches = len(sess.branches)
	sess.ActiveBranch, sess.lastMessage, sess.lastPair = id, parent.ID, parent.PairID
	return nil
}

// end is the seq of a branch's last message.
func (c *session) end(id int64) int64 {
	if len(c.branches) == 0 {
		return int64(c.MessageCount)
	}
	return c.branches[id].Last
}

// errNoParent: the message that another is to follow is not in its conversation.
var errNoParent = errors.New("the message that it follows is not in this conversation")

func (s *Service) parent(ctx context.Context, conversationID, id string, there map[string]Message) (Message, error) {
	if m, ok := there[id]; ok && m.ConversationID == conversationID {
		return m, nil
	}
	recs, err := s.rw.Get(ctx, store.ChatHistory, id)
	if err != nil {
		return Message{}, fmt.Errorf("read the message that it follows: %w", err)
	}
	if len(recs) == 0 || recs[0].Scope != conversationID {
		return Message{}, fmt.Errorf("message %s: %w: %w", id, errNoParent, ErrNotFound)
	}
	return outline(recs[0]), nil
}

// goesOnWith is the id of the message with which the branch of parent goes on after it.
func (s *Service) goesOnWith(ctx context.Context, conversationID string, parent Message, there map[string]Message) (string, error) {
	for _, m := range there {
		if m.ConversationID == conversationID && m.ParentID == parent.ID && m.Branch == parent.Branch {
			return m.ID, nil
		}
	}
	found := ""
	err := s.eachOnPath(ctx, conversationID, []segment{{branch: parent.Branch, from: parent.Seq + 1, to: math.MaxInt64}}, func(r store.Record) error {
		found = r.ID
		return errStop
	})
	if err != nil && !errors.Is(err, errStop) {
		return "", err
	}
	return found, nil
}

// errStop ends a visit early.
var errStop = errors.New("stop")

// eachOnPath visits the messages of a path from its beginning, as the ledger has them.
func (s *Service) eachOnPath(ctx context.Context, conversationID string, path []segment, visit func(store.Record) error) error {
	for i := len(path) - 1; i >= 0; i-- {
		err := s.eachBetween(ctx, conversationID, path[i].from, path[i].to, func(r store.Record) error {
			if !path[i].holds(outline(r)) {
				return nil
			}
			return visit(r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SelectBranch makes the path through a message, and on to the newest message that follows it, the one that History
// shows and that the next message continues. ErrNotFound.
func (s *Service) SelectBranch(ctx context.Context, conversationID, messageID string) error {
	defer s.locks.lock(conversationID)()
	sess, err := s.session(ctx, conversationID)
	if err != nil {
		return fmt.Errorf("select branch: %w", err)
	}
	msg, _, err := s.message(ctx, messageID)
	if err != nil {
		return fmt.Errorf("select branch: %w", err)
	}
	if msg.ConversationID != conversationID {
		return fmt.Errorf("select branch: message %s: %w", messageID, ErrNotFound)
	}
	if len(sess.branches) == 0 {
		return nil
	}
	id := sess.through(msg)
	if err := s.activate(ctx, &sess, id); err != nil {
		return fmt.Errorf("select branch: %w", err)
	}
	rec, err := sess.record()
	if err != nil {
		return fmt.Errorf("select branch: %w", err)
	}
	if _, err := s.rw.Put(ctx, store.ChatSessions, rec); err != nil {
		return fmt.Errorf("select branch: %w", err)
	}
	return nil
}

// through is the branch with the newest end of those whose path holds a message.
func (c *session) through(m Message) int64 {
	best := m.Branch
	for _, b := range c.branches {
		if b.Last <= c.branches[best].Last {
			continue
		}
		for _, g := range c.path(b.ID, b.Last) {
			if g.holds(m) {
				best = b.ID
				break
			}
		}
	}
	return best
}

// activate makes the end of a branch what the next message continues.
func (s *Service) activate(ctx context.Context, sess *session, id int64) error {
	last := sess.branches[id].Last
	recs, err := s.rw.ByScope(ctx, store.ChatHistory, sess.ID, last, last, 1, false)
	if err != nil {
		return fmt.Errorf("read the end of the branch: %w", err)
	}
	if len(recs) == 0 {
		return fmt.Errorf("the end of branch %d of conversation %s: %w", id, sess.ID, ErrNotFound)
	}
	sess.ActiveBranch, sess.lastMessage, sess.lastPair = id, recs[0].ID, text(recs[0], fieldPair)
	return nil
}
