package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// The order of a listed collection by any field is right after every kind of change, and without Qdrant.
func TestAListFollowsEveryChange(t *testing.T) {
	e := storetest.OpenWithoutModel(t, listedNotes())
	ctx := storetest.Context(t)
	random := rand.New(rand.NewPCG(1, 2))
	named := map[string]store.Record{}
	write := func(i int) {
		rec := note(i, "text")
		rec.Fields["kind"] = fmt.Sprintf("Kind-%03d", random.IntN(500))
		if i%7 == 0 {
			delete(rec.Fields, "kind")
		}
		named[rec.ID] = rec
		put(t, e, rec)
	}
	check := func(filter store.Filter, keep func(store.Record) bool, desc bool) {
		t.Helper()
		var want []string
		for id, rec := range named {
			if keep(rec) {
				want = append(want, id)
			}
		}
		key := func(id string) string { s, _ := named[id].Fields["kind"].(string); return strings.ToLower(s) }
		slices.SortFunc(want, func(a, b string) int {
			n := strings.Compare(key(a), key(b))
			switch {
			case (key(a) == "") != (key(b) == ""):
				n = map[bool]int{true: 1, false: -1}[key(a) == ""]
			case desc:
				n = -n
			}
			if n == 0 {
				n = strings.Compare(a, b)
			}
			return n
		})
		got, fromLedger := pages(t, e.Store, store.Page{Filter: filter, Order: store.Order{Field: "kind", Desc: desc}, Limit: 30})
		require.False(t, fromLedger)
		require.Equal(t, want, got)
	}
	for i := range 120 {
		write(i)
	}
	thread := store.Filter{All: []store.Condition{{Field: "thread", Op: store.Eq, Values: []any{"thread-1"}}}}
	inThread := func(r store.Record) bool { return r.Scope == "thread-1" }
	all := func(store.Record) bool { return true }
	for round := range 12 {
		switch round {
		case 5:
			e.KillQdrant()
		case 8: // a new start reads the table from the ledger
			e.StartQdrant()
			e.CloseStore()
			e.OpenStore()
		}
		if round%2 == 0 {
			check(thread, inThread, round%4 == 0)
		}
		check(store.Filter{}, all, round%3 == 0)
		check(thread, inThread, false)
		for range 10 {
			write(random.IntN(140))
		}
		for id := range named {
			delete(named, id)
			_, err := e.Store.Delete(ctx, store.ChatHistory, id)
			require.NoError(t, err)
			break
		}
	}
	// Two filters that differ in a bound alone are two lists.
	for _, least := range []float64{1010, 1050} {
		bound := least
		check(store.Filter{All: []store.Condition{{Field: "at", Op: store.Range, Min: &bound}}}, func(r store.Record) bool { return float64(r.Fields["at"].(int64)) >= least }, false)
	}
}

// TestCountsFollowEveryChange: what was counted is remembered, and never for longer than it is true.
func TestCountsFollowEveryChange(t *testing.T) {
	for name, schema := range map[string]store.Schema{"from the index": notes(), "from a table": listedNotes()} {
		t.Run(name, func(t *testing.T) { countsFollow(t, schema) })
	}
}

func countsFollow(t *testing.T, schema store.Schema) {
	e := storetest.OpenWithoutModel(t, schema)
	ctx := storetest.Context(t)
	random := rand.New(rand.NewPCG(3, 4))
	kinds := map[string]string{}
	check := func() {
		t.Helper()
		want := map[string]int64{}
		for _, kind := range kinds {
			want[kind]++
		}
		for range 2 {
			total, err := e.Store.Count(ctx, store.ChatHistory, store.Filter{})
			require.NoError(t, err)
			require.EqualValues(t, len(kinds), total)
			facets, err := e.Store.Facets(ctx, store.ChatHistory, "kind", store.Filter{}, 10)
			require.NoError(t, err)
			got := map[string]int64{}
			for i, f := range facets {
				got[f.Value] = f.Count
				facets[i].Count = -1 // what is handed out is the caller's own
			}
			require.Equal(t, want, got)
			flags, err := e.Store.Facets(ctx, store.ChatHistory, "done", store.Filter{}, 10)
			require.NoError(t, err)
			yes := map[string]int64{}
			for _, f := range flags {
				yes[f.Value] = f.Count
			}
			require.Equal(t, want["kind-0"], yes["true"])
			require.Equal(t, int64(len(kinds))-want["kind-0"], yes["false"])
		}
	}
	for i := range 60 {
		rec := note(i, "text")
		if len(kinds) > 0 && random.IntN(3) == 0 {
			for id := range kinds {
				_, err := e.Store.Delete(ctx, store.ChatHistory, id)
				require.NoError(t, err)
				delete(kinds, id)
				break
			}
		}
		rec.Fields["kind"] = fmt.Sprintf("kind-%d", random.IntN(4))
		kinds[rec.ID] = rec.Fields["kind"].(string)
		rec.Fields["done"] = kinds[rec.ID] == "kind-0"
		put(t, e, rec)
		check()
	}
	e.KillQdrant()
	check()
	e.StartQdrant()
	require.NoError(t, e.Store.Connect(ctx, e.Address()))
	e.Embedded()
	check()
}

// TestWhatIsPutBackIsListed: records come back into a list by each way there is, and leave it with each deletion.
func TestWhatIsPutBackIsListed(t *testing.T) {
	e := storetest.OpenWithoutModel(t, listedNotes())
	ctx := storetest.Context(t)
	put(t, e, many(20)...)
	gone := note(4, "").ID
	_, err := e.Store.Delete(ctx, store.ChatHistory, gone)
	require.NoError(t, err)
	ids, _ := pages(t, e.Store, store.Page{Limit: 7})
	require.Len(t, ids, 19)
	require.NotContains(t, ids, gone)
	n, err := e.Store.Restore(ctx, store.ChatHistory, gone)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	ids, _ = pages(t, e.Store, store.Page{Limit: 7})
	require.Len(t, ids, 20)
	// The same record twice in one write: the last counts.
	require.NoError(t, e.Store.Update(ctx,
		store.WriteOp{Collection: store.ChatHistory, Put: []store.Record{note(30, "for a moment")}},
		store.WriteOp{Collection: store.ChatHistory, Delete: []string{note(30, "").ID, gone}},
	))
	total, err := e.Store.Count(ctx, store.ChatHistory, store.Filter{})
	require.NoError(t, err)
	require.EqualValues(t, 19, total)
	_, err = e.Store.Put(ctx, store.ChatHistory, store.Record{ID: note(1, "").ID, Rev: 1 << 40})
	require.ErrorIs(t, err, store.ErrConflict)
	ids, _ = pages(t, e.Store, store.Page{Order: store.Order{Field: "kind"}, Limit: 50})
	require.Len(t, ids, 19, "what was refused changed nothing")
	res, err := e.Store.Scroll(ctx, store.ChatHistory, store.Page{Skip: 15, Limit: 10})
	require.NoError(t, err)
	require.Len(t, res.Records, 4)
}

// TestOnlyListedCollectionsBeginAnywhere: the others say so.
func TestOnlyListedCollectionsBeginAnywhere(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes())
	for _, p := range []store.Page{{Skip: 1}, {Order: store.Order{Field: "kind"}}, {Order: store.Order{Field: "color"}}} {
		_, err := e.Store.Scroll(storetest.Context(t), store.ChatHistory, p)
		require.ErrorContains(t, err, "not listed")
	}
}
