package host

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/backup"
	"cloudops/backend/config"
)

// TestAPurgedConversationComesBack: nothing here holds it any more, and the backups do.
func TestAPurgedConversationComesBack(t *testing.T) {
	ctx := context.Background()
	h, err := New(Options{DataDir: filepath.Join(t.TempDir(), "data"), ForcePassphrase: true,
		Passphrase: func(context.Context, bool) ([]byte, error) { return []byte("correct horse battery staple"), nil }})
	require.NoError(t, err)
	require.NoError(t, h.Open(ctx))
	t.Cleanup(func() { require.NoError(t, h.Close(context.Background())) })
	require.NoError(t, h.SaveBackup(func(b *config.BackupSettings) error {
		b.Target, b.Dir = config.BackupFolder, t.TempDir()
		return nil
	}))
	stays, err := h.Chat.Create(ctx, "Stays")
	require.NoError(t, err)
	goes, err := h.Chat.Create(ctx, "Storage of billing")
	require.NoError(t, err)
	_, err = h.Chat.Append(ctx, goes.ID, "user", "The volume was enlarged to 2 TiB.")
	require.NoError(t, err)
	_, err = h.Backup(ctx, BackupPlace{}, nil)
	require.NoError(t, err)
	then := time.Now()
	time.Sleep(2 * time.Millisecond) // the log's times are whole milliseconds
	require.NoError(t, h.Chat.Delete(ctx, goes.ID))
	_, err = h.Chat.PurgeDeleted(ctx, []string{goes.ID})
	require.NoError(t, err)

	part := RestorePartOptions{Conversation: goes.ID, At: then}
	_, err = h.RestorePart(ctx, part)
	require.ErrorIs(t, err, backup.ErrNoBackup, "the log of this machine was purged of it")
	phases := map[string]bool{}
	gone, damaged, err := h.GoneConversations(ctx, backup.RestoreOptions{At: then}, func(p backup.Progress) { phases[p.Phase] = true })
	require.NoError(t, err)
	require.Zero(t, damaged)
	require.Len(t, gone, 1)
	require.Equal(t, []any{goes.ID, "Storage of billing", 1}, []any{gone[0].ID, gone[0].Title, gone[0].MessageCount})
	require.Contains(t, phases, "fetching")

	part.FromPlace = true
	r, err := h.RestorePart(ctx, part)
	require.NoError(t, err)
	require.NotEmpty(t, r.Backup)
	back, err := h.Chat.Get(ctx, goes.ID)
	require.NoError(t, err)
	require.Equal(t, "Storage of billing", back.Title)
	gone, _, err = h.GoneConversations(ctx, backup.RestoreOptions{At: then}, nil)
	require.NoError(t, err)
	require.Empty(t, gone)
	_, err = h.Chat.Get(ctx, stays.ID)
	require.NoError(t, err)
}
