package chat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

func TestASummaryLivesAndDiesWithItsConversation(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "long")
	none, err := s.Summary(t.Context(), c.ID)
	require.NoError(t, err)
	require.Zero(t, none)
	for _, text := range []string{"first", "they spoke of zeppelins"} {
		require.NoError(t, s.SaveSummary(t.Context(), c.ID, chat.Summary{Text: text, UpTo: c.ID, Model: "m", Turns: 4}))
	}
	kept, err := s.Summary(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, chat.Summary{Text: "they spoke of zeppelins", UpTo: c.ID, Model: "m", Turns: 4}, kept)

	require.NoError(t, s.Delete(t.Context(), c.ID))
	_, err = s.Summary(t.Context(), c.ID)
	require.ErrorIs(t, err, chat.ErrNotFound)
	require.ErrorIs(t, s.SaveSummary(t.Context(), c.ID, kept), chat.ErrNotFound)
	left, err := e.Store.ByScope(t.Context(), store.ChatState, c.ID, 0, 1<<62, 10, false)
	require.NoError(t, err)
	require.Empty(t, left)
	_, err = s.UndoDelete(t.Context(), []string{c.ID})
	require.NoError(t, err)
	again, err := s.Summary(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, kept, again)
}
