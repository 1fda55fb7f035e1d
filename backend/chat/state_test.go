package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/store/storetest"
)

func titlesOf(t *testing.T, s *chat.Service, q chat.Query) []string {
	t.Helper()
	var out []string
	for {
		page, err := s.List(t.Context(), q)
		require.NoError(t, err)
		for _, c := range page.Conversations {
			out = append(out, c.Title)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return out
		}
	}
}

func TestFoldersTagsAndFilters(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	other := s.ForUser("other")
	theirs := create(t, other, "theirs")
	var ids []string
	for i := range 6 {
		ids = append(ids, create(t, s, fmt.Sprint("c", i)).ID)
	}
	prod, err := s.SaveFolder(t.Context(), "", " prod\n")
	require.NoError(t, err)
	require.Equal(t, "prod", prod.Name)
	dev, err := s.SaveFolder(t.Context(), "", "Dev")
	require.NoError(t, err)
	for _, bad := range []string{"PROD", " "} {
		_, err = s.SaveFolder(t.Context(), "", bad)
		require.ErrorIs(t, err, chat.ErrInvalid)
	}

	done, err := s.MoveAll(t.Context(), append(ids[:3:3], theirs.ID, uuid.NewString(), ids[0]), prod.ID)
	require.NoError(t, err)
	require.Equal(t, 3, done.Count)
	require.Len(t, done.Missing, 2)
	_, err = s.MoveAll(t.Context(), ids, uuid.NewString())
	require.ErrorIs(t, err, chat.ErrNotFound)
	_, err = other.MoveAll(t.Context(), []string{theirs.ID}, prod.ID)
	require.ErrorIs(t, err, chat.ErrNotFound)
	_, err = s.TagAll(t.Context(), ids[1:4], []string{"Cost", " cost ", "eu  west"}, nil)
	require.NoError(t, err)
	_, err = s.TagAll(t.Context(), ids[3:4], []string{"late"}, []string{"COST"})
	require.NoError(t, err)
	_, err = s.ArchiveAll(t.Context(), ids[2:3], true)
	require.NoError(t, err)
	_, err = s.PinAll(t.Context(), ids[1:2], true)
	require.NoError(t, err)
	require.NoError(t, s.SetRecall(t.Context(), ids[0], chat.RecallPlain))
	require.ErrorIs(t, s.SetRecall(t.Context(), ids[0], "sometimes"), chat.ErrInvalid)
	_, err = s.TagAll(t.Context(), ids[:1], []string{strings.Repeat("x", 61)}, nil)
	require.ErrorIs(t, err, chat.ErrInvalid)

	e.Reopen()
	s = service(e, newClock())
	check := func() {
		t.Helper()
		require.Equal(t, []string{"c1", "c2", "c0"}, titlesOf(t, s, chat.Query{FolderID: prod.ID, Limit: 1}))
		require.Equal(t, []string{"c2", "c1", "c0"}, titlesOf(t, s, chat.Query{FolderID: prod.ID, Flat: true, Limit: 2}))
		require.Equal(t, []string{"c5", "c4", "c3"}, titlesOf(t, s, chat.Query{FolderID: chat.NoFolder}))
		require.Equal(t, []string{"c1", "c2"}, titlesOf(t, s, chat.Query{Tag: "COST"}))
		require.Equal(t, []string{"c3"}, titlesOf(t, s, chat.Query{Tag: "eu west", FolderID: chat.NoFolder}))
		require.Equal(t, []string{"c1"}, titlesOf(t, s, chat.Query{Pinned: chat.PinnedOnly}))
		require.Equal(t, []string{"c5", "c4", "c3", "c0"}, titlesOf(t, s, chat.Query{Pinned: chat.PinnedNot, Status: chat.StatusActive, Limit: 3}))
		folders, err := s.Folders(t.Context(), "")
		require.NoError(t, err)
		require.Equal(t, []chat.Folder{{ID: dev.ID, Name: "Dev"}, {ID: prod.ID, Name: "prod", Count: 3}}, folders)
		folders, err = s.Folders(t.Context(), chat.StatusActive)
		require.NoError(t, err)
		require.EqualValues(t, 2, folders[1].Count)
		tags, err := s.Tags(t.Context(), "")
		require.NoError(t, err)
		require.Equal(t, []chat.TagCount{{Name: "eu west", Count: 3}, {Name: "Cost", Count: 2}, {Name: "late", Count: 1}}, tags)
	}
	check()
	e.Store.Disconnect()
	check() // from the ledger
	got, err := s.Get(t.Context(), ids[0])
	require.NoError(t, err)
	require.Equal(t, chat.RecallPlain, got.Recall)
	sessions, err := s.Sessions(t.Context(), "other", chat.Query{})
	require.NoError(t, err)
	require.Len(t, sessions.Conversations, 1)
	require.Equal(t, "other", sessions.Conversations[0].UserID)

	require.NoError(t, s.DeleteFolder(t.Context(), prod.ID))
	require.ErrorIs(t, s.DeleteFolder(t.Context(), prod.ID), chat.ErrNotFound)
	require.Len(t, titlesOf(t, s, chat.Query{FolderID: chat.NoFolder}), 6)
	// Names and tags are typed text: nothing of them is in the clear.
	for _, word := range []string{"prod", "eu west", "Cost", "late\""} {
		require.NotContains(t, e.LedgerBytes(), word)
	}
}

func TestManyConversationsAreChangedAtOnce(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	var ids []string
	for range 520 {
		ids = append(ids, create(t, s, "").ID)
	}
	done, err := s.ArchiveAll(t.Context(), ids, true)
	require.NoError(t, err)
	require.Equal(t, 520, done.Count)
	require.Empty(t, titlesOf(t, s, chat.Query{Status: chat.StatusActive}))
	gone, err := s.DeleteAll(t.Context(), append(ids[:20:20], uuid.NewString()))
	require.NoError(t, err)
	require.Equal(t, 20, gone.Count)
	require.Len(t, gone.Missing, 1)
	require.Len(t, titlesOf(t, s, chat.Query{}), 500)
}

func TestDeletionCanBeUndoneAndPurged(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	clock := newClock()
	s := chat.New(e.Store, chat.Options{Now: clock.now, LogWindow: time.Hour, Backups: func() []chat.Remainder {
		return []chat.Remainder{{Where: "backups", Detail: "until the retention of your backups drops them"}}
	}})
	folder, err := s.SaveFolder(t.Context(), "", "work")
	require.NoError(t, err)
	kept, c := create(t, s, "kept"), create(t, s, "undo me")
	say(t, s, kept.ID, chat.RoleUser, "zebra kept")
	var first chat.Appended
	for i := range 210 {
		a := say(t, s, c.ID, chat.RoleUser, fmt.Sprint("zebra ", i))
		if i == 0 {
			first = a
		}
	}
	say(t, s, c.ID, chat.RoleUser, "zebra branch", chat.WithParent(first.MessageID))
	_, err = s.MoveAll(t.Context(), []string{c.ID}, folder.ID)
	require.NoError(t, err)
	require.NoError(t, s.SaveDraft(t.Context(), c.ID, chat.Draft{Text: "half a prompt", AttachARNs: []string{"arn:aws:s3:::b"}}))
	require.NoError(t, s.SaveDraft(t.Context(), "", chat.Draft{Text: "new"}))
	before := export(t, s, chat.JSONL, c.ID)

	gone, err := s.DeleteAll(t.Context(), []string{c.ID})
	require.NoError(t, err)
	require.Equal(t, 1, gone.Count)
	require.Len(t, gone.Remains, 3)
	require.WithinDuration(t, clock.now().Add(time.Hour), gone.Remains[0].Until, time.Minute)
	d, err := s.Draft(t.Context(), c.ID)
	require.NoError(t, err)
	require.Zero(t, d)
	require.ErrorIs(t, s.SaveDraft(t.Context(), c.ID, chat.Draft{Text: "x"}), chat.ErrNotFound)
	require.NoError(t, s.DeleteFolder(t.Context(), folder.ID))
	e.Reopen()
	s = service(e, clock)
	list, err := s.ListDeleted(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "undo me", list[0].Title)
	n, err := s.ForUser("other").UndoDelete(t.Context(), []string{c.ID})
	require.NoError(t, err)
	require.Zero(t, n)

	n, err = s.UndoDelete(t.Context(), []string{c.ID, uuid.NewString(), kept.ID})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	got, err := s.Get(t.Context(), c.ID)
	require.NoError(t, err)
	require.Empty(t, got.FolderID) // its folder is gone
	require.True(t, strings.Replace(before, `"folder":"work",`, "", 1) == export(t, s, chat.JSONL, c.ID))
	d, err = s.Draft(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, "half a prompt", d.Text)
	found, err := s.Search(t.Context(), "zebra", chat.Filter{}, 1000)
	require.NoError(t, err)
	require.Len(t, found.Hits, 212)
	say(t, s, c.ID, chat.RoleUser, "and on")

	require.NoError(t, s.Delete(t.Context(), c.ID))
	purged, err := s.PurgeDeleted(t.Context(), []string{c.ID, kept.ID})
	require.NoError(t, err)
	require.Equal(t, 1, purged.Count)
	require.Equal(t, []string{kept.ID}, purged.Missing)
	n, err = s.UndoDelete(t.Context(), []string{c.ID})
	require.NoError(t, err)
	require.Zero(t, n)
	list, err = s.ListDeleted(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
	require.NotContains(t, e.LedgerBytes(), c.ID)
	require.NotContains(t, e.LedgerBytes(), first.MessageID)
	require.Equal(t, []string{"zebra kept"}, texts(all(t, s, kept.ID, 10)))
	trimmed, err := e.Store.TrimLog(t.Context(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Positive(t, trimmed)
	require.Len(t, all(t, s, kept.ID, 10), 1)
}

// TestADraftSurvivesAKill opens the files as a process that was killed leaves them: nothing was closed.
func TestADraftSurvivesAKill(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	for _, text := range []string{"t", "typed before", "typed before the kill"} {
		require.NoError(t, s.SaveDraft(t.Context(), "", chat.Draft{Text: text}))
	}
	d, err := chat.New(e.AfterKill(), chat.Options{}).Draft(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, "typed before the kill", d.Text)
	require.NoError(t, s.SaveDraft(t.Context(), "", chat.Draft{}))
	d, err = s.Draft(t.Context(), "")
	require.NoError(t, err)
	require.Zero(t, d)
}
