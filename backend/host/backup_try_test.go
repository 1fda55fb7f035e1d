package host

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/backup"
	"cloudops/backend/config"
	"cloudops/backend/ledger"
)

// TestAPlaceIsTriedAndARestorePreviewed: neither leaves anything behind, in the place or in the data folder.
func TestAPlaceIsTriedAndARestorePreviewed(t *testing.T) {
	ctx := context.Background()
	h, err := New(Options{DataDir: filepath.Join(t.TempDir(), "data"), ForcePassphrase: true,
		Passphrase: func(context.Context, bool) ([]byte, error) { return []byte("correct horse battery staple"), nil }})
	require.NoError(t, err)
	require.NoError(t, h.OpenLedger(ctx))
	t.Cleanup(func() { require.NoError(t, h.Close(context.Background())) })

	_, err = h.TryBackupPlace(ctx, config.Default().Backup)
	require.ErrorIs(t, err, backup.ErrNoTarget)
	set := config.Default().Backup
	set.Target, set.Dir = config.BackupFolder, filepath.Join(t.TempDir(), "gone")
	_, err = h.TryBackupPlace(ctx, set)
	require.ErrorIs(t, err, backup.ErrNoBucket)
	set.Dir = t.TempDir()
	tried, err := h.TryBackupPlace(ctx, set)
	require.NoError(t, err)
	require.Equal(t, TriedPlace{Target: set.Dir}, tried)
	require.Zero(t, files(t, set.Dir))

	write := func(id string) {
		_, err := h.ledger.Apply(ctx, []ledger.Change{{Record: ledger.Record{Collection: "c", ID: id, Fields: []byte("{}"), Sealed: "x"}}})
		require.NoError(t, err)
	}
	write("1")
	place := BackupPlace{Dir: set.Dir}
	made, err := h.Backup(ctx, place, nil)
	require.NoError(t, err)
	tried, err = h.TryBackupPlace(ctx, set)
	require.NoError(t, err)
	require.Equal(t, 1, tried.Backups)

	write("2")
	before := files(t, h.DataDir())
	a, err := h.PreviewRestore(ctx, place, backup.RestoreOptions{Backup: made.Manifest.ID}, nil)
	require.NoError(t, err)
	require.EqualValues(t, 1, a.Records)
	require.Equal(t, map[string]backup.Change{"c": {Removed: 1}}, a.Changes)
	require.Empty(t, a.Aside)
	require.Equal(t, before, files(t, h.DataDir()))
}

// files counts those below a folder.
func files(t *testing.T, dir string) int {
	t.Helper()
	n := 0
	require.NoError(t, filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}
