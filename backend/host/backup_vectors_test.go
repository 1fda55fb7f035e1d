package host

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/chat"
	"cloudops/backend/embedding"
	"cloudops/backend/ledger"
)

// watchedModel remembers the texts that are embedded to be found.
type watchedModel struct {
	embedding.Model
	mu    sync.Mutex
	texts []string
}

func (m *watchedModel) Embed(ctx context.Context, texts []string, kind embedding.Kind) ([][]float32, error) {
	if kind == embedding.Passage {
		m.mu.Lock()
		m.texts = append(m.texts, texts...)
		m.mu.Unlock()
	}
	return m.Model.Embed(ctx, texts, kind)
}

// TestANewMachineEmbedsNothing backs up with the index running, restores on another machine with the recovery key alone, and finds by
// meaning there without a single text being embedded again.
func TestANewMachineEmbedsNothing(t *testing.T) {
	ctx := context.Background()
	model := &watchedModel{}
	openEmbedding = func(o embedding.Options) (_ embedding.Model, err error) {
		model.Model, err = embedding.New(o)
		return model, err
	}
	t.Cleanup(func() { openEmbedding = embedding.New })
	machine := func() Options {
		return Options{DataDir: filepath.Join(t.TempDir(), "data"), ForcePassphrase: true,
			Passphrase: func(context.Context, bool) ([]byte, error) { return []byte("correct horse battery staple"), nil }}
	}
	start := func(o Options) *Host {
		h, err := New(o)
		require.NoError(t, err)
		require.NoError(t, h.Open(ctx))
		require.NoError(t, h.WaitEmbedded(ctx, func(int, int) {}))
		return h
	}
	a := start(machine())
	c, err := a.Chat.Create(ctx, "Storage")
	require.NoError(t, err)
	for _, text := range []string{"Our PostgreSQL primary ran out of disk space last night.", "The volume was enlarged to 2 TiB.", "Lunch is at noon."} {
		_, err := a.Chat.Append(ctx, c.ID, "user", text)
		require.NoError(t, err)
	}
	require.NoError(t, a.WaitEmbedded(ctx, func(int, int) {}))
	require.NotEmpty(t, model.texts)
	place := BackupPlace{Dir: t.TempDir()}
	r, err := a.Backup(ctx, place, nil)
	require.NoError(t, err)
	require.Empty(t, r.Warnings)
	require.GreaterOrEqual(t, r.Manifest.VectorPoints(), int64(3))
	require.NotEmpty(t, r.Manifest.Qdrant)
	recovery, err := a.Vault.ExportRecovery()
	require.NoError(t, err)
	require.NoError(t, a.Close(ctx))

	o := machine()
	applied, err := Restore(ctx, o, RestoreRequest{Place: place, RecoveryKey: recovery})
	require.NoError(t, err)
	require.Equal(t, r.Manifest.VectorPoints(), applied.Vectors)
	model.texts = nil
	b, err := New(o)
	require.NoError(t, err)
	require.NoError(t, b.Open(ctx))
	defer b.Close(ctx)
	require.NoError(t, b.WaitIndex(ctx, func(int, int) {}))
	found, err := b.Chat.Search(ctx, "a midday meal", chat.Filter{}, 1)
	require.NoError(t, err)
	require.NotEmpty(t, found.Hits)
	require.Contains(t, found.Hits[0].Snippet, "Lunch")
	require.NoError(t, b.WaitEmbedded(ctx, func(int, int) {}))
	require.Empty(t, model.texts)
	// A command that opens the ledger alone starts the index for as long as it reads; nothing has changed.
	require.NoError(t, b.Close(ctx))
	require.NoFileExists(t, filepath.Join(o.DataDir, ledger.VectorFileName))
	again, err := New(o)
	require.NoError(t, err)
	require.NoError(t, again.OpenLedger(ctx))
	defer again.Close(ctx)
	second, err := again.Backup(ctx, place, nil)
	require.NoError(t, err)
	require.Empty(t, second.Warnings)
	require.Equal(t, r.Manifest.Vectors[0].Sum, second.Manifest.Vectors[0].Sum)
}
