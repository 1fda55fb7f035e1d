package ledger

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// frozen is a copy of a ledger that the program wrote when its schema was 1.
func frozen(t *testing.T) (dir string, before []byte) {
	t.Helper()
	before, err := os.ReadFile(filepath.Join("..", "..", "test", "cli", "testdata", "folder-1", "data", FileName))
	require.NoError(t, err)
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, FileName), before, 0o600))
	return dir, before
}

func withMigrations(t *testing.T, steps ...migration) {
	t.Helper()
	old := migrations
	migrations = append(append([]migration{}, old...), steps...)
	t.Cleanup(func() { migrations = old })
}

func exec(statement string) migration {
	return func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	}
}

// TestMigrations brings a frozen file two schemas on: all of it is there, a copy of the file before stands beside it, and a step
// that fails leaves everything as it was.
func TestMigrations(t *testing.T) {
	ctx := context.Background()
	dir, _ := frozen(t)
	l, err := Open(ctx, dir, Options{})
	require.NoError(t, err)
	want, err := l.Revs(ctx, "chat_history", "", 100)
	require.NoError(t, err)
	require.Len(t, want, 4)
	require.NoError(t, l.Close())
	require.NoFileExists(t, filepath.Join(dir, CopyOfSchema(1)), "there is no newer schema yet")

	dir, before := frozen(t)
	broken := errors.New("this step does not work")
	withMigrations(t, exec("ALTER TABLE records ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'"), func(context.Context, *sql.Tx) error { return broken })
	_, err = Open(ctx, dir, Options{})
	require.ErrorIs(t, err, broken)
	left, err := os.ReadFile(filepath.Join(dir, FileName))
	require.NoError(t, err)
	require.Equal(t, before, left)

	migrations = migrations[:len(migrations)-1]
	withMigrations(t, exec("INSERT INTO meta (key, value) VALUES ('migrated', 'yes')"))
	l, err = Open(ctx, dir, Options{})
	require.NoError(t, err)
	got, err := l.Revs(ctx, "chat_history", "", 100)
	require.NoError(t, err)
	require.Equal(t, want, got)
	var colour string
	require.NoError(t, l.read.QueryRowContext(ctx, "SELECT DISTINCT colour FROM records").Scan(&colour))
	require.Equal(t, "blue", colour)
	yes, _, err := l.Meta(ctx, "migrated")
	require.NoError(t, err)
	require.Equal(t, "yes", yes)
	require.NoError(t, l.Close())
	l, err = Open(ctx, dir, Options{})
	require.NoError(t, err, "each step is done once")
	require.NoError(t, l.Close())

	// The copy is a ledger of the old schema, for the old program.
	migrations = migrations[:0]
	_, err = Open(ctx, dir, Options{})
	require.ErrorIs(t, err, ErrNewer)
	back := t.TempDir()
	require.NoError(t, os.Rename(filepath.Join(dir, CopyOfSchema(1)), filepath.Join(back, FileName)))
	l, err = Open(ctx, back, Options{})
	require.NoError(t, err)
	got, err = l.Revs(ctx, "chat_history", "", 100)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.NoError(t, l.Close())
}
