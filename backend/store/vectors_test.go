package store_test

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/embedding"
	"cloudops/backend/ledger"
	"cloudops/backend/store"
	"cloudops/backend/store/storetest"
)

// countingModel remembers the texts that are embedded to be found.
type countingModel struct {
	embedding.Model
	mu    sync.Mutex
	texts map[string]bool
}

func (m *countingModel) Embed(ctx context.Context, texts []string, kind embedding.Kind) ([][]float32, error) {
	if kind == embedding.Passage {
		m.mu.Lock()
		for _, text := range texts {
			m.texts[text] = true
		}
		m.mu.Unlock()
	}
	return m.Model.Embed(ctx, texts, kind)
}

// TestVectorsSpareTheEmbedding reads the vectors of an index, loses the index, and gives them back: only what was changed or added since
// is embedded, and search finds by meaning at once.
func TestVectorsSpareTheEmbedding(t *testing.T) {
	e := storetest.Open(t, notes(), titles())
	model := &countingModel{Model: e.Model, texts: map[string]bool{}}
	recs := append(many(20), note(20, "Our PostgreSQL primary ran out of disk space last night."), note(21, strings.Repeat("A long text has several parts. ", 100)))
	put(t, e, recs...)
	e.Embedded()
	ctx := storetest.Context(t)
	restored, err := ledger.CreateVectors(ctx, t.TempDir())
	require.NoError(t, err)
	defer restored.Close()
	read := 0
	var last string
	require.NoError(t, store.ReadVectors(ctx, e.Address(), func(c store.Collection, v store.Vector) error {
		require.Equal(t, store.ChatHistory, c)
		require.Greater(t, v.ID, last)
		require.Equal(t, e.Model.ID(), v.Model)
		require.Positive(t, v.Rev)
		last = v.ID
		read++
		var dense []byte
		for _, x := range v.Dense {
			dense = binary.LittleEndian.AppendUint32(dense, math.Float32bits(x))
		}
		return restored.Add(ctx, []ledger.Vector{{Model: v.Model, Doc: v.Doc, Dense: dense}})
	}))
	require.Equal(t, len(recs), read)

	e.CloseStore()
	e.KillQdrant()
	require.NoError(t, os.RemoveAll(filepath.Join(e.Dir, "qdrant")))
	e.Model = model
	e.OpenStore() // without Qdrant
	e.Store.UseVectors(restored)
	put(t, e, note(3, "changed since"))
	e.StartQdrant()
	require.NoError(t, e.Store.Connect(ctx, e.Address()))
	require.NoError(t, e.Store.WaitMended(ctx))
	found, err := e.Store.Search(ctx, store.ChatHistory, store.Query{Text: "database storage is full", Limit: 1, DenseWeight: 1})
	require.NoError(t, err)
	require.Equal(t, recs[20].ID, found.Hits[0].Record.ID)
	e.Embedded()
	require.Equal(t, map[string]bool{"changed since": true}, model.texts)
	before, after := vectors(t, restored, e.Model.ID()), map[string]int{}
	require.NoError(t, store.ReadVectors(ctx, e.Address(), func(_ store.Collection, v store.Vector) error {
		after[v.Doc] = len(v.Dense)
		return nil
	}))
	require.Len(t, after, len(recs))
	same := 0
	for doc, n := range after {
		if before(doc) == 4*n {
			same++
		}
	}
	require.Equal(t, len(recs)-1, same)

	// The vectors of another model are not used.
	other := &otherModel{countingModel{Model: model.Model, texts: map[string]bool{}}}
	e.CloseStore()
	e.Model = other
	e.OpenStore()
	e.Store.UseVectors(restored)
	e.Embedded()
	require.GreaterOrEqual(t, len(other.texts), len(recs))
}

type otherModel struct{ countingModel }

func (m *otherModel) ID() string { return "another model" }

func vectors(t *testing.T, v *ledger.Vectors, model string) func(doc string) int {
	t.Helper()
	return func(doc string) int {
		found, err := v.Find(context.Background(), model, []string{doc})
		require.NoError(t, err)
		return len(found[doc])
	}
}
