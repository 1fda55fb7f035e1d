package chat_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// clock gives every call another millisecond, so that orders by time are certain.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

func newClock() *clock { return &clock{at: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)} }

func service(e *storetest.Env, c *clock) *chat.Service {
	return chat.New(e.Store, chat.Options{Now: c.now})
}

func create(t *testing.T, s *chat.Service, title string) chat.Conversation {
	t.Helper()
	c, err := s.Create(t.Context(), title)
	require.NoError(t, err)
	return c
}

func say(t *testing.T, s *chat.Service, conversation, role, text string, opts ...chat.Option) chat.Appended {
	t.Helper()
	a, err := s.Append(t.Context(), conversation, role, text, opts...)
	require.NoError(t, err)
	return a
}

// all reads a conversation in pages of a size, from its end.
func all(t *testing.T, s *chat.Service, conversation string, page int) []chat.Message {
	t.Helper()
	var out []chat.Message
	for before := int64(0); ; {
		h, err := s.History(t.Context(), conversation, before, page)
		require.NoError(t, err)
		require.LessOrEqual(t, len(h.Messages), page)
		out = append(slices.Clone(h.Messages), out...)
		if !h.HasOlder {
			return out
		}
		require.NotEmpty(t, h.Messages)
		before = h.Messages[0].Seq
	}
}

func TestMessagesKeepOneOrder(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "order")
	const writers, each = 8, 40
	var wg sync.WaitGroup
	var mu sync.Mutex
	acknowledged := map[int64]string{}
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				text := fmt.Sprintf("writer %d message %d", w, i)
				a, err := s.Append(context.Background(), c.ID, chat.RoleUser, text)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				acknowledged[a.Seq] = text
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, acknowledged, writers*each)
	for _, size := range []int{1, 7, 64, 319, 320, 321, 500} {
		msgs := all(t, s, c.ID, size)
		require.Len(t, msgs, writers*each, "pages of %d", size)
		for i, m := range msgs {
			require.Equal(t, int64(i+1), m.Seq)
			require.Equal(t, acknowledged[m.Seq], m.Text)
			if i > 0 {
				require.Equal(t, msgs[i-1].ID, m.ParentID)
			}
		}
	}
	got, err := s.Get(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, writers*each, got.MessageCount)

	last, err := s.Last(t.Context(), c.ID, 5)
	require.NoError(t, err)
	require.Equal(t, int64(writers*each-4), last[0].Seq)
	require.Equal(t, int64(writers*each), last[4].Seq)
}

func TestConversationsSurviveARestart(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	clock := newClock()
	s := service(e, clock)
	kept, gone := create(t, s, "kept"), create(t, s, "gone")
	for i := range 10 {
		say(t, s, kept.ID, chat.RoleUser, fmt.Sprintf("kept %d zebra", i))
		say(t, s, gone.ID, chat.RoleUser, fmt.Sprintf("gone %d zebra", i))
	}
	require.NoError(t, s.Delete(t.Context(), gone.ID))
	e.Reopen()
	s = service(e, clock)

	got, err := s.Get(t.Context(), kept.ID)
	require.NoError(t, err)
	require.Equal(t, 10, got.MessageCount)
	require.Equal(t, "kept", got.Title)
	require.Len(t, all(t, s, kept.ID, 3), 10)

	_, err = s.Get(t.Context(), gone.ID)
	require.ErrorIs(t, err, chat.ErrNotFound)
	_, err = s.History(t.Context(), gone.ID, 0, 10)
	require.ErrorIs(t, err, chat.ErrNotFound)
	_, err = s.Append(t.Context(), gone.ID, chat.RoleUser, "still there?")
	require.ErrorIs(t, err, chat.ErrNotFound)
	require.ErrorIs(t, s.Delete(t.Context(), gone.ID), chat.ErrNotFound)
	found, err := s.Search(t.Context(), "zebra", chat.Filter{}, 100)
	require.NoError(t, err)
	require.Len(t, found.Hits, 10)
	for _, h := range found.Hits {
		require.Equal(t, kept.ID, h.ConversationID)
	}
	list, err := s.List(t.Context(), chat.ListOptions{})
	require.NoError(t, err)
	require.Len(t, list.Conversations, 1)
}

func TestARevisedAnswerDoesNotComeBackAfterDelete(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "")
	q := say(t, s, c.ID, chat.RoleUser, "Is the bucket public?")
	a := say(t, s, c.ID, chat.RoleAssistant, "It is", chat.AsPartial())
	require.NoError(t, s.Revise(t.Context(), a.MessageID, chat.Revision{
		Text: "It is not.", Sources: []chat.Source{{Kind: "resource", ARN: "arn:aws:s3:::b"}},
		Metadata: chat.Metadata{Model: "m", PromptTokens: 7, AnswerTokens: 3},
	}))
	m, err := s.Message(t.Context(), a.MessageID)
	require.NoError(t, err)
	require.Equal(t, "It is not.", m.Text)
	require.False(t, m.Partial)
	require.Equal(t, q.MessageID, m.PairID)
	require.Equal(t, int64(2), m.Seq)
	require.Equal(t, chat.Metadata{Model: "m", PromptTokens: 7, AnswerTokens: 3}, m.Metadata)
	require.Equal(t, "arn:aws:s3:::b", m.Sources[0].ARN)

	require.NoError(t, s.Delete(t.Context(), c.ID))
	require.ErrorIs(t, s.Revise(t.Context(), a.MessageID, chat.Revision{Text: "late"}), chat.ErrNotFound)
	e.Reopen()
	n, err := e.Store.Count(t.Context(), store.ChatHistory, store.Filter{})
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestListIsNewestFirstWithPinnedOnTop(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	other := s.ForUser("somebody else")
	create(t, other, "not mine")
	var ids []string
	for i := range 12 {
		ids = append(ids, create(t, s, fmt.Sprintf("conversation %d", i)).ID)
	}
	say(t, s, ids[3], chat.RoleUser, "now it is the newest")
	require.NoError(t, s.Pin(t.Context(), ids[5], true))
	require.NoError(t, s.Pin(t.Context(), ids[1], true))
	require.NoError(t, s.Archive(t.Context(), ids[0], true))
	require.NoError(t, s.Rename(t.Context(), ids[7], "  the\nproduction  database "))
	want := []string{ids[5], ids[1], ids[3], ids[11], ids[10], ids[9], ids[8], ids[7], ids[6], ids[4], ids[2]}

	for _, size := range []int{1, 2, 3, 5, 100} {
		var got []string
		for o := (chat.ListOptions{Status: chat.StatusActive, Limit: size}); ; {
			page, err := s.List(t.Context(), o)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page.Conversations), size)
			for _, c := range page.Conversations {
				got = append(got, c.ID)
			}
			if o.Cursor = page.Next; o.Cursor == "" {
				break
			}
		}
		require.Equal(t, want, got, "pages of %d", size)
	}
	archived, err := s.List(t.Context(), chat.ListOptions{Status: chat.StatusArchived})
	require.NoError(t, err)
	require.Len(t, archived.Conversations, 1)
	everything, err := s.List(t.Context(), chat.ListOptions{})
	require.NoError(t, err)
	require.Len(t, everything.Conversations, 12)

	_, err = s.List(t.Context(), chat.ListOptions{Cursor: "nonsense"})
	require.ErrorIs(t, err, chat.ErrInvalid)
	_, err = s.List(t.Context(), chat.ListOptions{Status: "lost"})
	require.ErrorIs(t, err, chat.ErrInvalid)
	_, err = other.Get(t.Context(), ids[0])
	require.ErrorIs(t, err, chat.ErrNotFound)
	require.ErrorIs(t, other.Delete(t.Context(), ids[0]), chat.ErrNotFound)
}

func TestAnyTextIsKeptAsItIs(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "texts")
	texts := []string{
		"", " ", "\x00", "a\x00b\x01\x1b[31m", "<script>&amp;</script>\u2028\u2029", "🦊👩‍👩‍👧‍👦 e\u0301 漢字 עברית",
		"\uFEFF\uFFFD\uFFFF", "\"\\\n\r\t", strings.Repeat("long line with a needle-4711 at its end? ", 26_000) + "haystackend",
		strings.Repeat("x", chat.MaxMessage),
	}
	for _, text := range texts {
		a := say(t, s, c.ID, chat.RoleUser, text)
		require.False(t, a.Repaired)
	}
	a := say(t, s, c.ID, chat.RoleUser, "caf\xe9 \xf0\x28\x8c")
	require.True(t, a.Repaired)
	_, err := s.Append(t.Context(), c.ID, chat.RoleUser, strings.Repeat("x", chat.MaxMessage+1))
	require.ErrorIs(t, err, chat.ErrTooLong)
	require.ErrorIs(t, err, chat.ErrInvalid)

	e.Reopen()
	s = service(e, newClock())
	msgs := all(t, s, c.ID, 4)
	require.Len(t, msgs, len(texts)+1)
	for i, text := range texts {
		require.True(t, msgs[i].Text == text, "text %d", i)
	}
	require.Equal(t, "caf\uFFFD \uFFFD(\uFFFD", msgs[len(texts)].Text)
	found, err := s.Search(t.Context(), "haystackend", chat.Filter{}, 3)
	require.NoError(t, err)
	require.Equal(t, int64(9), found.Hits[0].Seq)
	require.Contains(t, found.Hits[0].Snippet, "haystackend")
}

func TestArgumentsAreChecked(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c, d := create(t, s, ""), create(t, s, "")
	id := uuid.NewString()
	first := say(t, s, c.ID, chat.RoleUser, "How many subnets are there?", chat.WithID(id))
	again := say(t, s, c.ID, chat.RoleUser, "How many subnets are there?", chat.WithID(id))
	require.Equal(t, first.Seq, again.Seq)
	require.True(t, again.Existed)
	got, err := s.Get(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, 1, got.MessageCount)
	require.Equal(t, "How many subnets are there?", got.Title)

	_, err = s.Append(t.Context(), d.ID, chat.RoleUser, "elsewhere", chat.WithID(id))
	require.ErrorIs(t, err, chat.ErrExists)
	_, err = s.Append(t.Context(), c.ID, "robot", "text")
	require.ErrorIs(t, err, chat.ErrInvalid)
	_, err = s.Append(t.Context(), c.ID, chat.RoleUser, "text", chat.WithID("not a uuid"))
	require.ErrorIs(t, err, chat.ErrInvalid)
	_, err = s.Append(t.Context(), "../etc/passwd", chat.RoleUser, "text")
	require.ErrorIs(t, err, chat.ErrInvalid)
	_, err = s.Append(t.Context(), uuid.NewString(), chat.RoleUser, "text")
	require.ErrorIs(t, err, chat.ErrNotFound)
	_, err = s.CreateWith(t.Context(), chat.NewConversation{ID: c.ID})
	require.ErrorIs(t, err, chat.ErrExists)
	for _, query := range []string{"", " \n", "\x00"} {
		_, err = s.Search(t.Context(), query, chat.Filter{}, 1)
		require.ErrorIs(t, err, chat.ErrInvalid)
	}
	_, err = s.Search(t.Context(), strings.Repeat("subnets? ", 12_000)+"\xff", chat.Filter{}, 5)
	require.NoError(t, err)
	_, err = s.Export(t.Context(), &bytes.Buffer{}, "pdf")
	require.ErrorIs(t, err, chat.ErrInvalid)
	_, err = s.Export(t.Context(), &bytes.Buffer{}, chat.JSONL, uuid.NewString())
	require.ErrorIs(t, err, chat.ErrNotFound)
}

func TestHistoryAndWritesWithoutQdrant(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "outage")
	say(t, s, c.ID, chat.RoleUser, "before the outage")
	e.KillQdrant()
	say(t, s, c.ID, chat.RoleUser, "during the outage")
	h, err := s.History(t.Context(), c.ID, 0, 10)
	require.NoError(t, err)
	require.True(t, h.FromLedger)
	require.Len(t, h.Messages, 2)
	list, err := s.List(t.Context(), chat.ListOptions{})
	require.NoError(t, err)
	require.Len(t, list.Conversations, 1)
	_, err = s.Search(t.Context(), "outage", chat.Filter{}, 10)
	require.ErrorIs(t, err, store.ErrIndexDown)
	var out bytes.Buffer
	done, err := s.Export(t.Context(), &out, chat.JSONL)
	require.NoError(t, err)
	require.Equal(t, chat.Exported{Conversations: 1, Messages: 2}, done)
	require.NoError(t, s.Delete(t.Context(), c.ID))

	e.StartQdrant()
	e.Reopen()
	s = service(e, newClock())
	found, err := s.Search(t.Context(), "outage", chat.Filter{}, 10)
	require.NoError(t, err)
	require.Empty(t, found.Hits)
}
