package chat_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/ledger"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// damage changes what is sealed of a record behind the store's back.
func damage(t *testing.T, e *storetest.Env, c store.Collection, id string) {
	t.Helper()
	rows, err := e.Ledger.Get(t.Context(), string(c), id)
	require.NoError(t, err)
	rows[0].Sealed = rows[0].Sealed[:len(rows[0].Sealed)-8] + "AAAAAAAA"
	_, err = e.Ledger.Apply(t.Context(), []ledger.Change{{Record: rows[0]}})
	require.NoError(t, err)
}

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
		damage(t, e, store.ChatHistory, ids[i])
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
}
