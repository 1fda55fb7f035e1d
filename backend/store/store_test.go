package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// notes is a searchable collection with every kind of field.
func notes() store.Schema {
	return store.Schema{
		Collection: store.ChatHistory,
		Fields: map[string]store.FieldKind{
			"owner": store.Tenant, "thread": store.Keyword, "kind": store.Keyword, "tags": store.Keyword,
			"at": store.Integer, "size": store.Float, "done": store.Bool,
		},
		Searchable: true, Chunked: true, KeyedTerms: true, SealedField: "encrypted_content", ScopeField: "thread", DenseWeight: 0.5,
		Derive: func(_ context.Context, _ store.Reader, recs []store.Record) ([]store.Doc, error) {
			docs := make([]store.Doc, len(recs))
			for i, r := range recs {
				docs[i] = store.Doc{Dense: string(r.Content), Terms: []store.WeightedText{{Text: string(r.Content), Weight: 1}}}
			}
			return docs, nil
		},
	}
}

// listedNotes are the same, listed from memory.
func listedNotes() store.Schema {
	schema := notes()
	schema.Listed = true
	return schema
}

func titles() store.Schema {
	return store.Schema{Collection: store.ChatSessions, Fields: map[string]store.FieldKind{"at": store.Integer}, SealedField: "encrypted_title"}
}

func note(i int, text string) store.Record {
	return store.Record{
		ID: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "note-%d", i)).String(), Scope: fmt.Sprintf("thread-%d", i%3), Seq: int64(i),
		Fields: map[string]any{
			"owner": "local", "thread": fmt.Sprintf("thread-%d", i%3), "kind": []string{"memo", "task"}[i%2], "tags": []string{"all", fmt.Sprintf("t%d", i%5)},
			"at": int64(1000 + i/2), "size": float64(i) / 2, "done": i%4 == 0,
		},
		Content: []byte(text),
	}
}

func put(t *testing.T, e *storetest.Env, recs ...store.Record) {
	t.Helper()
	_, err := e.Store.Put(storetest.Context(t), store.ChatHistory, recs...)
	require.NoError(t, err)
}

func many(n int) []store.Record {
	recs := make([]store.Record, n)
	for i := range recs {
		recs[i] = note(i, fmt.Sprintf("note number %d", i))
	}
	return recs
}

func pages(t *testing.T, s *store.Store, p store.Page) (ids []string, fromLedger bool) {
	t.Helper()
	for {
		res, err := s.Scroll(storetest.Context(t), store.ChatHistory, p)
		require.NoError(t, err)
		fromLedger = res.FromLedger
		for _, r := range res.Records {
			ids = append(ids, r.ID)
		}
		if p.Cursor = res.Next; p.Cursor == "" {
			return ids, fromLedger
		}
	}
}

// TestConformance holds the three ways of answering a list — Qdrant, the ledger and a table — to the same answers.
func TestConformance(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes(), titles())
	listed := storetest.OpenWithoutModel(t, listedNotes(), titles())
	recs := many(137)
	put(t, e, recs...)
	put(t, listed, recs...)
	minSize, maxAt := 10.0, 1050.0
	filters := map[string]store.Filter{
		"all":     {},
		"equal":   {All: []store.Condition{{Field: "kind", Op: store.Eq, Values: []any{"memo"}}}},
		"not":     {All: []store.Condition{{Field: "kind", Op: store.Eq, Values: []any{"memo"}, Not: true}}},
		"in list": {All: []store.Condition{{Field: "tags", Op: store.In, Values: []any{"t1", "t2"}}}},
		"bool":    {All: []store.Condition{{Field: "done", Op: store.Eq, Values: []any{true}}}},
		"int":     {All: []store.Condition{{Field: "at", Op: store.In, Values: []any{int64(1003), int64(1004)}}}},
		"range":   {All: []store.Condition{{Field: "size", Op: store.Range, Min: &minSize}, {Field: "at", Op: store.Range, Max: &maxAt}}},
		"any":     {Any: []store.Condition{{Field: "thread", Op: store.Eq, Values: []any{"thread-0"}}, {Field: "kind", Op: store.Eq, Values: []any{"task"}, Not: true}}},
		"scope":   {All: []store.Condition{{Field: "thread", Op: store.Eq, Values: []any{"thread-1"}}}},
		"nothing": {All: []store.Condition{{Field: "thread", Op: store.In}}},
		"missing": {All: []store.Condition{{Field: "thread", Op: store.Missing}}},
		"present": {All: []store.Condition{{Field: "tags", Op: store.Exists}}},
	}
	orders := map[string]store.Order{"id": {}, "number": {Field: "at", Desc: true}, "float": {Field: "size"}}
	type answer struct {
		ids    map[string][]string
		counts int64
		facets []store.Facet
	}
	ask := func(e *storetest.Env, f store.Filter, wantLedger bool) answer {
		a := answer{ids: map[string][]string{}}
		for name, o := range orders {
			ids, fromLedger := pages(t, e.Store, store.Page{Filter: f, Order: o, Limit: 20})
			require.Equal(t, wantLedger, fromLedger)
			require.Len(t, slices.Compact(slices.Sorted(slices.Values(ids))), len(ids), "%s: no record twice", name)
			if name == "number" || name == "float" {
				// Qdrant leaves the order of equal values open: compare as the values they have.
				ids = valuesOf(t, e, o.Field, ids)
			}
			a.ids[name] = ids
		}
		var err error
		a.counts, err = e.Store.Count(storetest.Context(t), store.ChatHistory, f)
		require.NoError(t, err)
		a.facets, err = e.Store.Facets(storetest.Context(t), store.ChatHistory, "tags", f, 10)
		require.NoError(t, err)
		return a
	}
	served := map[string]answer{}
	for name, f := range filters {
		served[name] = ask(e, f, false)
		require.Equal(t, served[name], ask(listed, f, false), "filter %q from a table", name)
	}
	require.Len(t, served["all"].ids["id"], len(recs))
	require.Len(t, served["scope"].ids["id"], 46)
	require.Empty(t, served["nothing"].ids["id"])
	e.Store.Disconnect()
	for name, f := range filters {
		require.Equal(t, served[name], ask(e, f, true), "filter %q from the ledger", name)
	}
	_, err := e.Store.Search(storetest.Context(t), store.ChatHistory, store.Query{Text: "note", DenseWeight: -1})
	require.ErrorIs(t, err, store.ErrIndexDown)
}

func valuesOf(t *testing.T, e *storetest.Env, field string, ids []string) []string {
	t.Helper()
	recs, err := e.Store.Get(storetest.Context(t), store.ChatHistory, ids...)
	require.NoError(t, err)
	require.Len(t, recs, len(ids))
	out := make([]string, len(recs))
	for i, r := range recs {
		out[i] = fmt.Sprint(r.Fields[field])
	}
	return out
}

func TestRoundTripKeepsTypesAndContent(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes(), titles())
	rec := note(7, "Grüße \x00 مرحبا 🦀")
	put(t, e, rec)
	got, err := e.Store.Get(storetest.Context(t), store.ChatHistory, rec.ID)
	require.NoError(t, err)
	rec.Rev = got[0].Rev
	require.Equal(t, rec, got[0])
	res, err := e.Store.Scroll(storetest.Context(t), store.ChatHistory, store.Page{})
	require.NoError(t, err)
	require.False(t, res.FromLedger)
	require.Equal(t, []store.Record{rec}, res.Records)
}

func TestRevisionsGuardAgainstLostUpdates(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes(), titles())
	rec := note(1, "first")
	put(t, e, rec)
	got, err := e.Store.Get(storetest.Context(t), store.ChatHistory, rec.ID)
	require.NoError(t, err)
	mine, theirs := got[0], got[0]
	theirs.Content = []byte("theirs")
	put(t, e, theirs)
	mine.Content = []byte("mine")
	_, err = e.Store.Put(storetest.Context(t), store.ChatHistory, mine)
	require.ErrorIs(t, err, store.ErrConflict)
	got, err = e.Store.Get(storetest.Context(t), store.ChatHistory, rec.ID)
	require.NoError(t, err)
	require.Equal(t, "theirs", string(got[0].Content))
}

func TestUpdateIsWholeOrAbsent(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes(), titles())
	bad := note(2, "bad")
	bad.Rev = 99
	err := e.Store.Update(storetest.Context(t), store.WriteOp{Collection: store.ChatHistory, Put: []store.Record{note(1, "good"), bad}})
	require.ErrorIs(t, err, store.ErrConflict)
	n, err := e.Store.Count(storetest.Context(t), store.ChatHistory, store.Filter{})
	require.NoError(t, err)
	require.Zero(t, n)
	_, err = e.Store.Put(storetest.Context(t), store.ChatHistory, store.Record{ID: "msg-1"})
	require.ErrorContains(t, err, "UUID")
}

func TestSearchByMeaningAndByWords(t *testing.T) {
	e := storetest.Open(t, notes(), titles())
	texts := []string{
		"The invoice service was rolled back after the payment outage.",
		"Remember to water the plants on Friday.",
		"Our PostgreSQL primary ran out of disk space last night.",
		"The error code was ZX-4471-B in the gateway log.",
		"Lunch is at noon in the canteen.",
	}
	for i, text := range texts {
		put(t, e, note(i, text))
	}
	e.Embedded()
	search := func(q string) store.Found {
		found, err := e.Store.Search(storetest.Context(t), store.ChatHistory, store.Query{Text: q, Limit: 3, DenseWeight: -1})
		require.NoError(t, err)
		require.True(t, found.Dense)
		return found
	}
	require.Equal(t, texts[2], string(search("database storage is full").Hits[0].Record.Content))
	require.Equal(t, texts[3], string(search("ZX-4471-B").Hits[0].Record.Content))
	found, err := e.Store.Search(storetest.Context(t), store.ChatHistory, store.Query{DenseWeight: -1})
	require.NoError(t, err)
	require.Empty(t, found.Hits)

	// What stands at the end of a text longer than the model's window is found by meaning, too.
	long := strings.Repeat("Nothing of interest happened on this day. ", 200) + "The certificate of the customer portal expires in March."
	put(t, e, note(9, long))
	e.Embedded()
	found, err = e.Store.Search(storetest.Context(t), store.ChatHistory, store.Query{Text: "TLS renewal for the client website", Limit: 1, DenseWeight: 1})
	require.NoError(t, err)
	require.Equal(t, long, string(found.Hits[0].Record.Content))
}

func TestWithoutModelSearchesByWords(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes(), titles())
	put(t, e, note(1, "the quick brown fox"), note(2, "a lazy dog"))
	found, err := e.Store.Search(storetest.Context(t), store.ChatHistory, store.Query{Text: "brown foxes", DenseWeight: -1})
	require.NoError(t, err)
	require.False(t, found.Dense)
	require.Len(t, found.Hits, 1)
}

// TestMending loses, corrupts and outdates the index in every way there is and expects the ledger's state back.
func TestMending(t *testing.T) {
	e := storetest.Open(t, notes(), titles())
	recs := many(60)
	put(t, e, recs...)
	e.Embedded()
	want, _ := pages(t, e.Store, store.Page{})

	t.Run("writes while the server is down", func(t *testing.T) {
		e.KillQdrant()
		changed := note(3, "changed while the server was down")
		put(t, e, note(60, "written while the server was down"), changed)
		_, err := e.Store.Delete(storetest.Context(t), store.ChatHistory, recs[5].ID)
		require.NoError(t, err)
		ids, fromLedger := pages(t, e.Store, store.Page{})
		require.True(t, fromLedger, "what was acknowledged is read from the ledger")
		require.Len(t, ids, 60)
		want = ids
		e.StartQdrant()
		require.NoError(t, e.Store.Connect(storetest.Context(t), e.Address()))
		requireMended(t, e, want)
		found, err := e.Store.Search(storetest.Context(t), store.ChatHistory, store.Query{Text: "changed while the server was down", Limit: 1, DenseWeight: -1})
		require.NoError(t, err)
		require.Equal(t, changed.ID, found.Hits[0].Record.ID)
	})
	t.Run("folder deleted", func(t *testing.T) {
		e.CloseStore()
		e.KillQdrant()
		require.NoError(t, os.RemoveAll(filepath.Join(e.Dir, "qdrant")))
		e.StartQdrant()
		e.OpenStore()
		requireMended(t, e, want)
	})
	t.Run("older folder comes back", func(t *testing.T) {
		e.CloseStore()
		e.KillQdrant()
		old := filepath.Join(t.TempDir(), "qdrant")
		require.NoError(t, os.CopyFS(old, os.DirFS(filepath.Join(e.Dir, "qdrant"))))
		e.StartQdrant()
		e.OpenStore()
		_, err := e.Store.Delete(storetest.Context(t), store.ChatHistory, want[0], want[1])
		require.NoError(t, err)
		put(t, e, note(61, "newer"))
		want, _ = pages(t, e.Store, store.Page{})
		e.CloseStore()
		e.KillQdrant()
		require.NoError(t, os.RemoveAll(filepath.Join(e.Dir, "qdrant")))
		require.NoError(t, os.CopyFS(filepath.Join(e.Dir, "qdrant"), os.DirFS(old)))
		e.StartQdrant()
		e.OpenStore()
		requireMended(t, e, want)
	})
	t.Run("without and with the model", func(t *testing.T) {
		model := e.Model
		e.CloseStore()
		e.Model = nil
		e.OpenStore()
		requireMended(t, e, want)
		e.CloseStore()
		e.Model = model
		e.OpenStore()
		requireMended(t, e, want)
		found, err := e.Store.Search(storetest.Context(t), store.ChatHistory, store.Query{Text: "more recent", Limit: 1, DenseWeight: 1})
		require.NoError(t, err)
		require.Equal(t, "newer", string(found.Hits[0].Record.Content))
	})
}

func requireMended(t *testing.T, e *storetest.Env, want []string) {
	t.Helper()
	e.Embedded()
	ids, fromLedger := pages(t, e.Store, store.Page{Limit: 13})
	require.False(t, fromLedger)
	require.Equal(t, want, ids)
	for _, m := range e.Store.Mending() {
		require.True(t, m.Compared)
		require.NoError(t, m.Err)
		require.Empty(t, m.Broken)
	}
	require.Zero(t, e.Store.Pending(store.ChatHistory))
}

func TestADamagedRecordHoldsUpNoOther(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes(), titles())
	put(t, e, many(5)...)
	e.CloseStore()
	damage(t, e.Dir, note(2, "").ID)
	e.OpenStore()
	put(t, e, note(7, "after the damage"))
	require.NoError(t, e.Store.WaitMended(storetest.Context(t)))
	found, err := e.Store.Search(storetest.Context(t), store.ChatHistory, store.Query{Text: "damage", DenseWeight: -1})
	require.NoError(t, err)
	require.Len(t, found.Hits, 1)
	require.Equal(t, []string{note(2, "").ID}, e.Store.Mending()[0].Broken)
	_, err = e.Store.Get(storetest.Context(t), store.ChatHistory, note(2, "").ID)
	require.Error(t, err)
}

// TestRandomWork writes, deletes, crashes and reopens at random and compares with a map.
func TestRandomWork(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes(), titles())
	rnd := rand.New(rand.NewPCG(1, 2))
	model := map[string]string{}
	for step := range 300 {
		i := rnd.IntN(80)
		rec := note(i, fmt.Sprintf("step %d", step))
		switch n := rnd.IntN(100); {
		case n < 65:
			put(t, e, rec)
			model[rec.ID] = string(rec.Content)
		case n < 95:
			_, err := e.Store.Delete(storetest.Context(t), store.ChatHistory, rec.ID)
			require.NoError(t, err)
			delete(model, rec.ID)
		case n < 98:
			e.KillQdrant()
			e.StartQdrant()
			require.NoError(t, e.Store.Connect(storetest.Context(t), e.Address()))
		default:
			e.Reopen()
		}
	}
	require.NoError(t, e.Store.WaitMended(storetest.Context(t)))
	got := map[string]string{}
	p := store.Page{Limit: 50}
	for {
		res, err := e.Store.Scroll(storetest.Context(t), store.ChatHistory, p)
		require.NoError(t, err)
		require.False(t, res.FromLedger)
		for _, r := range res.Records {
			got[r.ID] = string(r.Content)
		}
		if p.Cursor = res.Next; p.Cursor == "" {
			break
		}
	}
	require.Equal(t, model, got)
}

func TestNothingTypedIsReadableOnDisk(t *testing.T) {
	e := storetest.Open(t, notes(), titles())
	const secret = "xylophone-quartz-9931"
	put(t, e, note(1, "please remember "+secret))
	e.Embedded()
	e.CloseStore()
	e.KillQdrant()
	files := 0
	err := filepath.WalkDir(e.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, word := range []string{secret, "xylophone", "remember"} {
			if strings.Contains(string(data), word) {
				return fmt.Errorf("%s contains %q", path, word)
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, files, 5)
}

func TestACancelledCallerGetsAnErrorAndNoList(t *testing.T) {
	e := storetest.OpenWithoutModel(t, notes(), titles())
	put(t, e, many(3)...)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := e.Store.Scroll(ctx, store.ChatHistory, store.Page{})
	require.Error(t, err)
	res, err := e.Store.Scroll(storetest.Context(t), store.ChatHistory, store.Page{})
	require.NoError(t, err)
	require.Len(t, res.Records, 3)
}
