package chat_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

func TestFindGroupsMessagesAndTitles(t *testing.T) {
	redact := func(s string) string { return strings.ReplaceAll(s, "hunter2secret", "") }
	e := storetest.Open(t, chat.SchemasWith(redact)...)
	c := newClock()
	s := chat.New(e.Store, chat.Options{Now: c.now, ModelID: e.Model.ID()})
	folder, err := s.SaveFolder(t.Context(), "", "work")
	require.NoError(t, err)
	ask(t, s.ForUser("other"), "Postgres failover of the others", "Postgres failover?")
	titled := create(t, s, "Postgres failover runbook")
	say(t, s, titled.ID, chat.RoleUser, "What are the steps?")
	said := create(t, s, "Monday")
	say(t, s, said.ID, chat.RoleUser, "The *Postgres* primary failed over twice, **why**?")
	say(t, s, said.ID, chat.RoleAssistant, "Postgres lost its lease. My password is hunter2secret.")
	archived := create(t, s, "Postgres failover in the old region")
	say(t, s, archived.ID, chat.RoleUser, "Postgres failover, long ago")
	require.NoError(t, s.Archive(t.Context(), archived.ID, true))
	gone := create(t, s, "Postgres failover, to be deleted")
	say(t, s, gone.ID, chat.RoleUser, "Postgres failover once more")
	e.Embedded()
	require.NoError(t, s.Delete(t.Context(), gone.ID))
	_, err = s.MoveAll(t.Context(), []string{titled.ID}, folder.ID)
	require.NoError(t, err)
	e.Embedded()

	find := func(query string, f chat.Filter) map[string]chat.Group {
		t.Helper()
		found, err := s.Find(t.Context(), query, f, 20)
		require.NoError(t, err)
		out := map[string]chat.Group{}
		for i, g := range found.Groups {
			out[g.Title] = g
			if i > 0 {
				require.LessOrEqual(t, g.Score, found.Groups[i-1].Score)
			}
		}
		return out
	}
	got := find("postgres failover", chat.Filter{})
	require.Len(t, got, 2)
	require.True(t, got[titled.Title].TitleHit)
	require.Equal(t, "**Postgres** **failover** runbook", got[titled.Title].TitleMarked)
	require.False(t, got["Monday"].TitleHit)
	require.Equal(t, said.ID, got["Monday"].Hits[0].ConversationID)
	for _, h := range got["Monday"].Hits {
		if h.Role == chat.RoleUser {
			require.Equal(t, "The ∗**Postgres**∗ primary failed over twice, why?", h.Snippet)
		}
	}
	require.Len(t, find("postgres failover", chat.Filter{IncludeArchived: true}), 3)
	require.Len(t, find("postgres failover", chat.Filter{FolderID: folder.ID}), 1)
	require.Empty(t, find("postgres failover", chat.Filter{FolderID: folder.ID, Roles: []string{chat.RoleAssistant}}))
	got = find("postgres failover", chat.Filter{Roles: []string{chat.RoleAssistant, chat.RoleTool}})
	require.Len(t, got, 1)
	require.Len(t, got["Monday"].Hits, 1)
	got = find("postgres failover", chat.Filter{ConversationID: said.ID})
	require.Len(t, got, 1)
	require.Empty(t, find("postgres failover", chat.Filter{From: c.now().Add(time.Hour)}))

	// By meaning, and under its new name alone.
	got = find("database switch-over procedure", chat.Filter{})
	require.Contains(t, got, titled.Title)
	require.NoError(t, s.Rename(t.Context(), titled.ID, "Kinesis shards"))
	e.Embedded()
	require.True(t, find("kinesis", chat.Filter{})["Kinesis shards"].TitleHit)
	require.False(t, find("runbook", chat.Filter{})["Kinesis shards"].TitleHit)

	// What was taken out is kept, and not found.
	found, err := e.Store.Search(t.Context(), store.ChatHistory, store.Query{Text: "hunter2secret", Limit: 10, DenseWeight: -1})
	require.NoError(t, err)
	for _, h := range found.Hits {
		require.Zero(t, h.Terms)
	}
	require.Contains(t, export(t, s, chat.JSONL, said.ID), "hunter2secret")
}

func TestPlainRecallGoesByKeywordsAndAge(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	old := ask(t, s, "Which volumes are unattached?", "Fourteen volumes.")
	ask(t, s, "Is the queue long?", "No.")
	ask(t, s.ForUser("other"), "Which volumes are unattached?", "None.")
	newer := ask(t, s, "Which volumes are encrypted?", "All volumes.")
	e.KillQdrant()
	pairs, err := s.RecallPlain(t.Context(), "list unattached volumes, as of now", "", 0)
	require.NoError(t, err)
	require.Equal(t, []string{"Which volumes are unattached?", "Which volumes are encrypted?"}, prompts(pairs))
	require.Equal(t, []float64{17, 7}, []float64{pairs[0].Score, pairs[1].Score})
	require.EqualValues(t, 1, pairs[0].Seq)
	pairs, err = s.RecallPlain(t.Context(), "volumes", old.ID, 1)
	require.NoError(t, err)
	require.Equal(t, newer.ID, pairs[0].ConversationID)
	pairs, err = s.RecallPlain(t.Context(), "is it so", "", 5)
	require.NoError(t, err)
	require.Empty(t, pairs)
	for i := range 8 {
		ask(t, s, strings.Repeat("volumes ", i+1), "yes")
	}
	pairs, err = s.RecallPlain(t.Context(), "volumes", "", 99)
	require.NoError(t, err)
	require.Len(t, pairs, chat.MaxRecall)
}

func TestTitlesOfAnOlderVaultAreIndexed(t *testing.T) {
	old := chat.Schemas()
	for i := range old {
		if old[i].Collection == store.ChatSessions {
			old[i].Searchable, old[i].SteadyDoc, old[i].Derive, old[i].AvgTerms, old[i].KeyedTerms = false, false, nil, 0, false
		}
	}
	e := storetest.OpenWithoutModel(t, old...)
	c := create(t, service(e, newClock()), "The quokka runbook")
	e.Schemas = chat.Schemas()
	e.Reopen()
	found, err := service(e, newClock()).Find(t.Context(), "quokka", chat.Filter{}, 5)
	require.NoError(t, err)
	require.Len(t, found.Groups, 1)
	require.Equal(t, c.ID, found.Groups[0].ConversationID)
	require.True(t, found.Groups[0].TitleHit)
}
