package host

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudops/backend/backup"
	"cloudops/backend/config"
	"cloudops/backend/ledger"
)

// TestTheTimerBacksUpAndShips follows a data folder from its first backup over shipped log to a folder that is gone.
func TestTheTimerBacksUpAndShips(t *testing.T) {
	ctx := context.Background()
	h, err := New(Options{DataDir: filepath.Join(t.TempDir(), "data"), ForcePassphrase: true,
		Passphrase: func(context.Context, bool) ([]byte, error) { return []byte("correct horse battery staple"), nil }})
	require.NoError(t, err)
	require.NoError(t, h.OpenLedger(ctx))
	t.Cleanup(func() { require.NoError(t, h.Close(context.Background())) })
	write := func(id string) {
		_, err := h.ledger.Apply(ctx, []ledger.Change{{Record: ledger.Record{Collection: "c", ID: id, Fields: []byte("{}"), Sealed: "x"}}})
		require.NoError(t, err)
	}
	timer := NewBackupTimer(h)
	run, err := timer.Tick(ctx, false)
	require.NoError(t, err)
	require.Empty(t, run, "no place is set")

	dir := t.TempDir()
	require.NoError(t, h.SaveBackup(func(b *config.BackupSettings) error {
		b.Target, b.Dir = config.BackupFolder, dir
		return nil
	}))
	write("1")
	run, err = timer.Tick(ctx, true)
	require.NoError(t, err)
	require.Empty(t, run, "on battery a backup can wait")
	run, err = timer.Tick(ctx, false)
	require.NoError(t, err)
	require.Equal(t, Done, wait(t, h.Runs, run).State)
	s, err := h.BackupSchedule(ctx)
	require.NoError(t, err)
	require.Equal(t, s.Last.Add(24*60*60*1e9), s.Next)

	write("2")
	run, err = timer.Tick(ctx, false)
	require.NoError(t, err)
	require.Empty(t, run)
	l, _, err := h.Backups(ctx, BackupPlace{})
	require.NoError(t, err)
	require.Len(t, l.Points, 1)
	require.Equal(t, 1, l.Points[0].Segments)

	require.NoError(t, h.SaveBackup(func(b *config.BackupSettings) error {
		b.Dir = filepath.Join(dir, "gone")
		return nil
	}))
	run, err = NewBackupTimer(h).Tick(ctx, false)
	require.NoError(t, err)
	failed := wait(t, h.Runs, run)
	require.Equal(t, Failed, failed.State)
	require.ErrorIs(t, failed.Err, backup.ErrNoBucket)
}
