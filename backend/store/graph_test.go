package store_test

import (
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"github.com/stretchr/testify/require"

	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// TestAGraphIsBuiltWhereOneIsNeeded: a small collection is searched without one, and one that outgrew it gets one at the next connection.
func TestAGraphIsBuiltWhereOneIsNeeded(t *testing.T) {
	schema := notes()
	schema.FlatBelow = 5
	e := storetest.Open(t, schema)
	ctx := storetest.Context(t)
	a := e.Address()
	client, err := qdrant.NewClient(&qdrant.Config{Host: a.Host, Port: a.Port, APIKey: a.APIKey, SkipCompatibilityCheck: true})
	require.NoError(t, err)
	defer client.Close()
	edges := func() uint64 {
		info, err := client.GetCollectionInfo(ctx, string(store.ChatHistory))
		require.NoError(t, err)
		return info.GetConfig().GetHnswConfig().GetM()
	}
	find := func() {
		found, err := e.Store.Search(ctx, store.ChatHistory, store.Query{Text: "the giraffe", Limit: 3})
		require.NoError(t, err)
		require.NotEmpty(t, found.Hits)
		require.True(t, found.Dense)
	}
	put(t, e, note(1, "a giraffe at the water"), note(2, "an invoice"))
	e.Embedded()
	require.Zero(t, edges())
	find()
	for i := 3; i < 10; i++ {
		put(t, e, note(i, "more of the same"))
	}
	e.Embedded()
	require.NoError(t, e.Store.Connect(ctx, e.Address()))
	e.Embedded()
	require.EqualValues(t, 16, edges())
	find()
}
