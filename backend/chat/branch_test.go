package chat_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/store/storetest"
)

func texts(msgs []chat.Message) []string {
	out := make([]string, len(msgs))
	for i, m := range msgs {
		out[i] = m.Text
	}
	return out
}

func TestAnEditedPromptOpensABranch(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "")
	say(t, s, c.ID, chat.RoleUser, "p1")
	a1 := say(t, s, c.ID, chat.RoleAssistant, "a1")
	p2 := say(t, s, c.ID, chat.RoleUser, "p2")
	a2 := say(t, s, c.ID, chat.RoleAssistant, "a2")

	edited := say(t, s, c.ID, chat.RoleUser, "p2 edited", chat.WithParent(a1.MessageID))
	say(t, s, c.ID, chat.RoleAssistant, "a2 edited")
	path := all(t, s, c.ID, 3)
	require.Equal(t, []string{"p1", "a1", "p2 edited", "a2 edited"}, texts(path))
	require.Equal(t, []string{p2.MessageID, edited.MessageID}, path[2].Siblings)
	require.Equal(t, []string{path[3].ID}, path[3].Siblings)
	require.Equal(t, edited.MessageID, path[3].PairID)

	// Another answer to the first edit, then to the first prompt of all.
	again := say(t, s, c.ID, chat.RoleAssistant, "a2 again", chat.WithParent(edited.MessageID), chat.WithPair(edited.MessageID))
	require.Equal(t, []string{"p1", "a1", "p2 edited", "a2 again"}, texts(all(t, s, c.ID, 50)))
	anew := say(t, s, c.ID, chat.RoleUser, "p1 anew", chat.WithParent(""))
	path = all(t, s, c.ID, 50)
	require.Equal(t, []string{"p1 anew"}, texts(path))
	require.Len(t, path[0].Siblings, 2)

	require.NoError(t, s.SelectBranch(t.Context(), c.ID, p2.MessageID))
	require.Equal(t, []string{"p1", "a1", "p2", "a2"}, texts(all(t, s, c.ID, 1)))
	require.NoError(t, s.SelectBranch(t.Context(), c.ID, edited.MessageID))
	require.Equal(t, []string{"p1", "a1", "p2 edited", "a2 again"}, texts(all(t, s, c.ID, 2)))
	got, err := s.Get(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, 4, got.Branches)
	require.Equal(t, 8, got.MessageCount)

	before, err := s.HistoryBefore(t.Context(), a2.MessageID, 2)
	require.NoError(t, err)
	require.Equal(t, []string{"a1", "p2"}, texts(before.Messages))
	require.True(t, before.HasOlder)
	require.ErrorIs(t, s.SelectBranch(t.Context(), create(t, s, "").ID, again.MessageID), chat.ErrNotFound)
	_, err = s.Append(t.Context(), create(t, s, "").ID, chat.RoleUser, "x", chat.WithParent(anew.MessageID))
	require.ErrorIs(t, err, chat.ErrNotFound)
	m, err := s.Message(t.Context(), p2.MessageID)
	require.NoError(t, err)
	require.Len(t, m.Siblings, 2)
}

// tree is what a conversation with branches should be, kept the simplest way.
type tree struct {
	parent map[string]string
	seq    map[string]int64
	end    string
}

func (r tree) path() []string {
	var ids []string
	for id := r.end; id != ""; id = r.parent[id] {
		ids = append(ids, id)
	}
	slices.Reverse(ids)
	return ids
}

func (r tree) beside(id string) []string {
	var ids []string
	for other, parent := range r.parent {
		if parent == r.parent[id] {
			ids = append(ids, other)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return int(r.seq[a] - r.seq[b]) })
	return ids
}

// below is the newest message that follows id, or id itself.
func (r tree) below(id string) string {
	best := id
	for other := range r.parent {
		for up := other; up != ""; up = r.parent[up] {
			if up == id && r.seq[other] > r.seq[best] {
				best = other
			}
		}
	}
	return best
}

func TestBranchesAreThoseOfATree(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "")
	want := tree{parent: map[string]string{}, seq: map[string]int64{}}
	r := rand.New(rand.NewPCG(4, 2))
	var ids []string
	check := func() {
		t.Helper()
		msgs := all(t, s, c.ID, 1+r.IntN(12))
		var got []string
		for i, m := range msgs {
			got = append(got, m.ID)
			require.Equal(t, want.beside(m.ID), m.Siblings)
			require.Equal(t, want.parent[m.ID], m.ParentID)
			if i > 0 {
				require.Greater(t, m.Seq, msgs[i-1].Seq)
			}
		}
		require.Equal(t, want.path(), got)
	}
	for step := range 160 {
		var opts []chat.Option
		parent := want.end
		switch n := r.IntN(10); {
		case n < 3 && len(ids) > 0:
			parent = ids[r.IntN(len(ids))]
			opts = append(opts, chat.WithParent(parent))
		case n == 3:
			parent = ""
			opts = append(opts, chat.WithParent(""))
		case n == 4 && len(ids) > 0:
			id := ids[r.IntN(len(ids))]
			require.NoError(t, s.SelectBranch(t.Context(), c.ID, id))
			want.end = want.below(id)
			check()
			continue
		}
		a := say(t, s, c.ID, chat.RoleUser, fmt.Sprint(step), opts...)
		want.parent[a.MessageID], want.seq[a.MessageID], want.end = parent, a.Seq, a.MessageID
		ids = append(ids, a.MessageID)
		if step%8 == 0 {
			check()
		}
	}
	check()
	e.Store.Disconnect()
	check()
	// The copy of any path is that path alone.
	copied, err := s.Fork(t.Context(), ids[len(ids)/2], "")
	require.NoError(t, err)
	require.NoError(t, s.SelectBranch(t.Context(), c.ID, ids[len(ids)/2]))
	part := texts(all(t, s, c.ID, 50))
	got := all(t, s, copied.ID, 7)
	require.Equal(t, part[:len(got)], texts(got))
	require.Equal(t, 1, copied.Branches)
}

func TestAForkStandsAlone(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "volumes")
	for i := range 3 {
		say(t, s, c.ID, chat.RoleUser, fmt.Sprint("p", i))
		say(t, s, c.ID, chat.RoleAssistant, fmt.Sprint("a", i), chat.WithMetadata(chat.Metadata{Model: "m", PromptTokens: 10, AnswerTokens: 2, CostMicroUSD: 5}),
			chat.WithSources([]chat.Source{{Kind: "resource", ARN: "arn:aws:s3:::b"}}), chat.WithDetail(chat.Detail{Reasoning: "because"}))
	}
	old := all(t, s, c.ID, 50)
	f, err := s.Fork(t.Context(), old[3].ID, " a fork\n")
	require.NoError(t, err)
	require.Equal(t, "a fork", f.Title)
	require.Equal(t, int64(20), f.PromptTokens)
	require.Equal(t, int64(10), f.CostMicroUSD)
	say(t, s, f.ID, chat.RoleUser, "on")
	require.NoError(t, s.Delete(t.Context(), c.ID))
	e.Reopen()
	s = service(e, newClock())
	msgs := all(t, s, f.ID, 2)
	require.Equal(t, []string{"p0", "a0", "p1", "a1", "on"}, texts(msgs))
	for i, m := range msgs[:4] {
		require.NotEqual(t, old[i].ID, m.ID)
		require.Equal(t, old[i].Timestamp, m.Timestamp)
		require.Equal(t, msgs[i-i%2].ID, m.PairID)
		require.Equal(t, old[i].Sources, m.Sources)
		require.Equal(t, old[i].Detail, m.Detail)
	}
	require.Equal(t, msgs[3].ID, msgs[4].ParentID)
}

func TestWhatAnAnswerHoldsIsKeptAndCountedOnce(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "")
	p := say(t, s, c.ID, chat.RoleUser, "p")
	a := say(t, s, c.ID, chat.RoleAssistant, "", chat.AsPartial(), chat.WithMetadata(chat.Metadata{PromptTokens: 5}))
	at := time.Date(2026, 5, 1, 9, 0, 0, 5e6, time.UTC)
	detail := chat.Detail{
		ToolCalls: []chat.ToolCall{{ID: "1", Name: "search_estate", Label: "Search", Input: `{"q":"<b>"}`, Output: "2", State: chat.ToolDone, TookMS: 12, Resources: []chat.Source{{Kind: "resource", ARN: "arn:aws:s3:::b"}}}},
		Reasoning: "first", Notes: []string{"old inventory"}, Failure: &chat.Failure{Code: "rate_limited", Message: "m", Hint: "h"},
		Egress: []chat.Egress{{Host: "api.example.com", At: at, What: []string{"system prompt"}, Bytes: 100}},
	}
	md := chat.Metadata{Model: "m", PromptTokens: 100, AnswerTokens: 20, ContextTokens: 120, WindowTokens: 8192, CostMicroUSD: 77}
	for range 3 {
		require.NoError(t, s.Revise(t.Context(), a.MessageID, chat.Revision{Text: "a", Detail: detail, Metadata: md}))
	}
	say(t, s, c.ID, chat.RoleAssistant, "b", chat.WithParent(p.MessageID), chat.WithMetadata(chat.Metadata{PromptTokens: 1, CostMicroUSD: 3}))
	got, err := s.Get(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, []int64{101, 20, 80}, []int64{got.PromptTokens, got.AnswerTokens, got.CostMicroUSD})
	e.Reopen()
	s = service(e, newClock())
	m, err := s.Message(t.Context(), a.MessageID)
	require.NoError(t, err)
	require.Equal(t, detail, m.Detail)
	require.Equal(t, md, m.Metadata)
	long := chat.Detail{Reasoning: string(make([]byte, chat.MaxDetail))}
	require.ErrorIs(t, s.Revise(t.Context(), a.MessageID, chat.Revision{Text: "a", Detail: long}), chat.ErrTooLong)
}
