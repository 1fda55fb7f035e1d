package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// BenchmarkPut is what a caller waits for until a message is durable.
func BenchmarkPut(b *testing.B) {
	e := storetest.OpenWithoutModel(b, notes(), titles())
	ctx := context.Background()
	i := 0
	for b.Loop() {
		_, err := e.Store.Put(ctx, store.ChatHistory, note(i, fmt.Sprintf("message number %d about nothing in particular", i)))
		require.NoError(b, err)
		i++
	}
}

// filled is a store of n records with terms, all of them in the index.
func filled(b *testing.B, n int) *storetest.Env {
	b.Helper()
	e := storetest.OpenWithoutModel(b, notes(), titles())
	ctx := storetest.Context(b)
	for start := 0; start < n; start += 1000 {
		recs := make([]store.Record, 0, 1000)
		for i := start; i < start+1000; i++ {
			recs = append(recs, note(i, fmt.Sprintf("message %d on topic %d and subject %d", i, i%97, i%31)))
		}
		_, err := e.Store.Put(ctx, store.ChatHistory, recs...)
		require.NoError(b, err)
	}
	require.NoError(b, e.Store.WaitMended(ctx))
	return e
}

// BenchmarkReads are over 10,000 records.
func BenchmarkReads(b *testing.B) {
	e := filled(b, 10_000)
	ctx := context.Background()
	thread := store.Filter{All: []store.Condition{{Field: "thread", Op: store.Eq, Values: []any{"thread-1"}}}}
	b.Run("last5", func(b *testing.B) {
		for b.Loop() {
			res, err := e.Store.Scroll(ctx, store.ChatHistory, store.Page{Filter: thread, Order: store.Order{Field: "at", Desc: true}, Limit: 5})
			require.NoError(b, err)
			require.Len(b, res.Records, 5)
		}
	})
	b.Run("search", func(b *testing.B) {
		for b.Loop() {
			found, err := e.Store.Search(ctx, store.ChatHistory, store.Query{Text: "topic 42 subject 7", Limit: 10, DenseWeight: -1})
			require.NoError(b, err)
			require.Len(b, found.Hits, 10)
		}
	})
	b.Run("facets", func(b *testing.B) {
		for b.Loop() {
			_, err := e.Store.Facets(ctx, store.ChatHistory, "tags", store.Filter{}, 20)
			require.NoError(b, err)
		}
	})
}

// BenchmarkImport is the whole way of 1,000 records into the index, dense vectors aside.
func BenchmarkImport(b *testing.B) {
	e := storetest.OpenWithoutModel(b, notes(), titles())
	ctx := storetest.Context(b)
	round := 0
	for b.Loop() {
		recs := make([]store.Record, 1000)
		for i := range recs {
			recs[i] = note(round*1000+i, fmt.Sprintf("resource %d of round %d", i, round))
		}
		_, err := e.Store.Put(ctx, store.ChatHistory, recs...)
		require.NoError(b, err)
		require.NoError(b, e.Store.WaitMended(ctx))
		round++
	}
}
