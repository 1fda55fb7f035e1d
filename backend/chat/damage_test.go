package chat_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

func TestADamagedMessageHidesNoOther(t *testing.T) {
	e := storetest.OpenWithoutModel(t, chat.Schemas()...)
	s := service(e, newClock())
	c := create(t, s, "")
	var ids []string
	for i := range 9 {
		ids = append(ids, say(t, s, c.ID, chat.RoleUser, fmt.Sprint(i)).MessageID)
	}
	e.Store.Disconnect()
	for _, i := range []int{3, 4, 8} {
		e.Damage(store.ChatHistory, ids[i])
	}
	for _, size := range []int{1, 2, 4, 50} {
		msgs := all(t, s, c.ID, size)
		require.Len(t, msgs, 9, "pages of %d", size)
		for i, m := range msgs {
			if i == 3 || i == 4 || i == 8 {
				require.Equal(t, chat.CodeDamaged, m.Failure.Code)
				require.Empty(t, m.Text)
				continue
			}
			require.Nil(t, m.Failure)
			require.Equal(t, fmt.Sprint(i), m.Text)
		}
	}
	export(t, s, chat.JSONL, c.ID)
	say(t, s, c.ID, chat.RoleUser, "it goes on")
	require.NoError(t, s.Delete(t.Context(), c.ID))
	damaged := create(t, s, "whose title does not open")
	say(t, s, damaged.ID, chat.RoleUser, "kept")
	e.Damage(store.ChatSessions, damaged.ID)
	list, err := s.List(t.Context(), chat.Query{})
	require.NoError(t, err)
	require.Equal(t, 1, list.Damaged)
	require.NoError(t, s.Delete(t.Context(), damaged.ID))
}
