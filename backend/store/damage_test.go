package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"cloudops/backend/ledger"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// damage changes the sealed content of a record behind the ledger's back.
func damage(t *testing.T, dir, id string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(dir, ledger.FileName))
	require.NoError(t, err)
	defer db.Close()
	res, err := db.Exec("UPDATE records SET rev = rev + 1000, sealed = substr(sealed, 1, length(sealed) - 8) || 'AAAAAAAA' WHERE id = ?", id)
	require.NoError(t, err)
	n, err := res.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}

func TestAListLeavesOutWhatDoesNotOpen(t *testing.T) {
	orders := map[string]store.Order{"id": {}, "number": {Field: "at", Desc: true}}
	leavesOutWhatDoesNotOpen(t, notes(), orders)
	orders["word"] = store.Order{Field: "thread"}
	leavesOutWhatDoesNotOpen(t, listedNotes(), orders)
}

func leavesOutWhatDoesNotOpen(t *testing.T, schema store.Schema, orders map[string]store.Order) {
	e := storetest.OpenWithoutModel(t, schema, titles())
	var ids []string
	for i := range 12 {
		rec := note(i, "text")
		put(t, e, rec)
		ids = append(ids, rec.ID)
	}
	e.Store.Disconnect()
	for _, i := range []int{0, 5, 11} {
		damage(t, e.Dir, ids[i])
	}
	for name, order := range orders {
		for _, limit := range []int{1, 3, 50} {
			var good, bad int
			for p := (store.Page{Order: order, Limit: limit}); ; {
				res, err := e.Store.Scroll(storetest.Context(t), store.ChatHistory, p)
				require.NoError(t, err)
				good, bad = good+len(res.Records), bad+len(res.Damaged)
				if p.Cursor = res.Next; p.Cursor == "" {
					break
				}
			}
			require.Equal(t, []int{9, 3}, []int{good, bad}, "by %s, pages of %d", name, limit)
		}
	}
}

func TestACollectionOfTheLedgerAlone(t *testing.T) {
	private := store.Schema{Collection: store.ChatState, Fields: map[string]store.FieldKind{"kind": store.Keyword}, SealedField: "sealed", LedgerOnly: true}
	e := storetest.OpenWithoutModel(t, notes(), private)
	ctx := storetest.Context(t)
	rec := store.Record{ID: note(1, "").ID, Scope: "s", Fields: map[string]any{"kind": "draft"}, Content: []byte("typed")}
	_, err := e.Store.Put(ctx, store.ChatState, rec)
	require.NoError(t, err)
	require.Zero(t, e.Store.Pending(store.ChatState))
	res, err := e.Store.Scroll(ctx, store.ChatState, store.Page{})
	require.NoError(t, err)
	require.Equal(t, "typed", string(res.Records[0].Content))
	facets, err := e.Store.Facets(ctx, store.ChatState, "kind", store.Filter{}, 5)
	require.NoError(t, err)
	require.Equal(t, []store.Facet{{Value: "draft", Count: 1}}, facets)
	e.Reopen()
	require.Len(t, e.Store.Mending(), 1) // the index has nothing of it
	got, err := e.Store.ByScope(ctx, store.ChatState, "s", 0, 1, 5, false)
	require.NoError(t, err)
	require.Len(t, got, 1)
}

func TestWhatWasDeletedComesBackOrIsGone(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes(), titles())
	ctx := storetest.Context(t)
	owner := note(100, "the owner")
	var recs []store.Record
	var ids []string
	for i := range 30 {
		rec := note(i, fmt.Sprint("note ", i, " sealed-marker"))
		rec.Scope = owner.ID
		recs = append(recs, rec)
		ids = append(ids, rec.ID)
	}
	put(t, e, append(recs, owner)...)
	remove := func() {
		require.NoError(t, e.Store.Update(ctx, store.WriteOp{Collection: store.ChatHistory, Delete: append(slices.Clone(ids), owner.ID)}))
	}
	remove()
	gone, err := e.Store.Deleted(ctx, store.ChatHistory, owner.Scope)
	require.NoError(t, err)
	require.Len(t, gone, 1)
	require.Equal(t, "the owner", string(gone[0].Record.Content))

	n, err := e.Store.Restore(ctx, store.ChatHistory, owner.ID)
	require.NoError(t, err)
	require.Equal(t, 31, n)
	_, err = e.Store.Restore(ctx, store.ChatHistory, owner.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
	res, err := e.Store.Scroll(ctx, store.ChatHistory, store.Page{Limit: 100})
	require.NoError(t, err)
	require.False(t, res.FromLedger)
	require.Len(t, res.Records, 31)
	untouched, err := e.Store.Purge(ctx, store.ChatHistory, owner.ID) // it lives
	require.NoError(t, err)
	require.Zero(t, untouched.Records)

	remove()
	rows, err := e.Ledger.LastStates(ctx, string(store.ChatHistory), ids[3])
	require.NoError(t, err)
	purged, err := e.Store.Purge(ctx, store.ChatHistory, owner.ID)
	require.NoError(t, err)
	require.Equal(t, 31, purged.Records)
	require.True(t, purged.Clean)
	_, err = e.Store.Restore(ctx, store.ChatHistory, owner.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(filepath.Join(e.Dir, ledger.FileName+suffix))
		require.NoError(t, err)
		require.NotContains(t, string(raw), rows[0].Sealed[20:60], "ledger%s", suffix)
		require.NotContains(t, string(raw), ids[3], "ledger%s", suffix)
	}
}
