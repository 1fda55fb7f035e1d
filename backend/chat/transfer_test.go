package chat_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/store/storetest"
)

func export(t *testing.T, s *chat.Service, format chat.Format, ids ...string) string {
	t.Helper()
	var out bytes.Buffer
	_, err := s.Export(t.Context(), &out, format, ids...)
	require.NoError(t, err)
	return out.String()
}

func TestExportIsReadBackWithoutLoss(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	var ids []string
	for i := range 5 {
		c := create(t, s, fmt.Sprintf("conversation %d", i))
		ids = append(ids, c.ID)
		for j := range i * 150 {
			role := chat.RoleUser
			if j%2 == 1 {
				role = chat.RoleAssistant
			}
			say(t, s, c.ID, role, fmt.Sprintf("message %d <b>\x00 漢", j), chat.WithMetadata(chat.Metadata{Model: "m", AnswerTokens: 1}),
				chat.WithSources([]chat.Source{{Kind: "resource", ARN: "arn:aws:s3:::x", Title: "x"}}))
		}
	}
	require.NoError(t, s.Pin(t.Context(), ids[2], true))
	require.NoError(t, s.Archive(t.Context(), ids[3], true))
	before := export(t, s, chat.JSONL)
	require.Equal(t, 1+150+300+450+600, strings.Count(before, "\n"))

	again, err := s.Import(t.Context(), strings.NewReader(before))
	require.NoError(t, err)
	require.Equal(t, chat.Imported{Unchanged: 1500}, again)
	require.Equal(t, before, export(t, s, chat.JSONL))

	for _, id := range ids {
		require.NoError(t, s.Delete(t.Context(), id))
	}
	done, err := s.Import(t.Context(), strings.NewReader(before))
	require.NoError(t, err)
	require.Equal(t, chat.Imported{Conversations: 5, Messages: 1500}, done)
	require.Equal(t, before, export(t, s, chat.JSONL))
	require.NotContains(t, export(t, s, chat.JSONL, ids[1]), ids[2])
}

func TestImportTakesWhatItCan(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	mine, foreign := create(t, s, "mine"), create(t, s.ForUser("other"), "theirs")
	a := say(t, s, mine.ID, chat.RoleUser, "one")
	fresh := uuid.NewString()
	lines := []string{
		`not json`,
		`{"conversation_id":"nope","role":"user","content":"x"}`,
		`{"conversation_id":"` + fresh + `","role":"king","content":"x"}`,
		`{"conversation_id":"` + fresh + `","role":"user","content":"x","timestamp":"yesterday"}`,
		``,
		`{"conversation_id":"` + fresh + `","role":"user","content":"first"}`,
		`{"conversation_id":"` + fresh + `","role":"assistant","content":"second \ud800"}`,
		`{"conversation_id":"` + fresh + `","role":"user","content":"taken","message_id":"` + a.MessageID + `"}`,
		`{"conversation_id":"` + foreign.ID + `","role":"user","content":"not yours"}`,
		`{"conversation_id":"` + fresh + `","role":"user","content":"third"}`,
	}
	for round := range 2 {
		done, err := s.Import(t.Context(), strings.NewReader(strings.Join(lines, "\r\n")))
		require.NoError(t, err)
		require.Equal(t, 6, done.Bad, "%v", done.BadLines)
		require.Equal(t, 3, done.Messages+done.Unchanged)
		if round == 1 {
			require.Equal(t, 3, done.Unchanged)
		}
	}
	msgs := all(t, s, fresh, 10)
	require.Len(t, msgs, 3)
	require.Equal(t, "second \uFFFD", msgs[1].Text)
	require.Equal(t, msgs[0].ID, msgs[1].PairID)
}

func TestMarkdownExportIsReadable(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "Public buckets")
	say(t, s, c.ID, chat.RoleUser, "Which are public?")
	say(t, s, c.ID, chat.RoleAssistant, "Only `assets`.", chat.AsPartial(), chat.WithMetadata(chat.Metadata{Model: "retrieval"}),
		chat.WithSources([]chat.Source{{Kind: "resource", ARN: "arn:aws:s3:::assets", Title: "assets"}}))
	md := export(t, s, chat.Markdown, c.ID)
	require.Contains(t, md, "# Public buckets\n")
	require.Contains(t, md, "· retrieval · incomplete\n\nOnly `assets`.")
	require.Contains(t, md, "- Source: assets (`arn:aws:s3:::assets`)")
	require.Less(t, strings.Index(md, "Which are public?"), strings.Index(md, "Only `assets`."))
}

func TestEveryLineOfTheExportIsAMessage(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "t")
	say(t, s, c.ID, chat.RoleUser, "a")
	say(t, s, c.ID, chat.RoleAssistant, "b")
	for i, raw := range strings.Split(strings.TrimSpace(export(t, s, chat.JSONL)), "\n") {
		var line chat.Line
		require.NoError(t, json.Unmarshal([]byte(raw), &line))
		require.Equal(t, int64(i+1), line.Seq)
		require.Equal(t, i == 0, line.Conversation != nil)
	}
}

func TestBranchesAreExportedWithoutLoss(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	folder, err := s.SaveFolder(t.Context(), "", "work")
	require.NoError(t, err)
	c, err := s.CreateWith(t.Context(), chat.NewConversation{Title: "t", FolderID: folder.ID, Tags: []string{"cost"}, Recall: chat.RecallOff})
	require.NoError(t, err)
	var ids []string
	for i := range 520 {
		var opts []chat.Option
		switch {
		case i > 0 && i%90 == 0:
			opts = append(opts, chat.WithParent(ids[i/2]))
		case i == 333:
			opts = append(opts, chat.WithParent(""))
		case i%200 == 199:
			require.NoError(t, s.SelectBranch(t.Context(), c.ID, ids[i/3]))
		}
		opts = append(opts, chat.WithDetail(chat.Detail{Reasoning: fmt.Sprint(i), Egress: []chat.Egress{{Host: "h"}}}), chat.WithMetadata(chat.Metadata{CostMicroUSD: 1, WindowTokens: 9}))
		ids = append(ids, say(t, s, c.ID, chat.RoleUser, fmt.Sprint("m", i), opts...).MessageID)
	}
	require.NoError(t, s.SelectBranch(t.Context(), c.ID, ids[5]))
	before, path := export(t, s, chat.JSONL), texts(all(t, s, c.ID, 100))
	head, err := s.Get(t.Context(), c.ID)
	require.NoError(t, err)
	require.NotZero(t, head.ActiveBranch)
	again, err := s.Import(t.Context(), strings.NewReader(before))
	require.NoError(t, err)
	require.Equal(t, chat.Imported{Unchanged: 520}, again)
	require.NoError(t, s.Delete(t.Context(), c.ID))
	require.NoError(t, s.DeleteFolder(t.Context(), folder.ID))

	done, err := s.Import(t.Context(), strings.NewReader(before))
	require.NoError(t, err)
	require.Equal(t, chat.Imported{Conversations: 1, Messages: 520}, done)
	require.True(t, before == export(t, s, chat.JSONL))
	require.Equal(t, path, texts(all(t, s, c.ID, 100)))
	got, err := s.Get(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, head.Branches, got.Branches)
	require.EqualValues(t, 520, got.CostMicroUSD)
	require.Equal(t, len(path), strings.Count(export(t, s, chat.Markdown, c.ID), "## You"))

	// A line that is lost takes no other with it.
	lines := strings.SplitAfter(before, "\n")
	require.NoError(t, s.Delete(t.Context(), c.ID))
	done, err = s.Import(t.Context(), strings.NewReader(strings.Join(append(lines[:45:45], lines[46:]...), "")))
	require.NoError(t, err)
	require.Equal(t, 519, done.Messages)
}
