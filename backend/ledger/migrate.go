package ledger

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// migration brings a file from one schema to the next. What it does is committed with the new version, or not at all.
type migration func(ctx context.Context, tx *sql.Tx) error

// migrations lead from the first schema to this program's: the first of them from 1 to 2. A schema that was released is never changed otherwise.
var migrations = []migration{}

// schemaVersion is kept in SQLite's user_version.
func schemaVersion() int { return 1 + len(migrations) }

// CopyOfSchema is the name of the copy that is made of a ledger of an older schema before it is migrated. It stays until somebody
// removes it: put back in the ledger's place, the older program reads it.
func CopyOfSchema(version int) string { return fmt.Sprintf("%s.schema-%d", FileName, version) }

// CheckVersion tells whether a folder's ledger is one that this program knows, by reading its first bytes: ErrNewer where it is not.
// Nothing is opened, so that nothing changes.
func CheckVersion(dir string) error {
	f, err := os.Open(filepath.Join(dir, FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open ledger: %w", classify(err))
	}
	defer f.Close()
	var head [100]byte // of every SQLite file; user_version is the big-endian number at 60
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:16]) != "SQLite format 3\x00" {
		return nil // it is empty or damaged, which opening it says better
	}
	return newer(int(int32(binary.BigEndian.Uint32(head[60:]))))
}

func newer(version int) error {
	if version > schemaVersion() {
		return fmt.Errorf("%w: its schema is %d, this program knows %d; install the newer version", ErrNewer, version, schemaVersion())
	}
	return nil
}

// migrate brings the open file from version to this program's, after a copy of it was made beside it.
func (l *Ledger) migrate(ctx context.Context, version int) error {
	if err := l.copyTo(ctx, filepath.Join(filepath.Dir(l.path), CopyOfSchema(version))); err != nil {
		return fmt.Errorf("copy it before its schema changes: %w", err)
	}
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	for from := version; from < schemaVersion(); from++ {
		if err := migrations[from-1](ctx, tx); err != nil {
			return fmt.Errorf("bring it from schema %d to %d: %w", from, from+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schemaVersion())); err != nil {
		return err
	}
	return tx.Commit()
}

// copyTo writes all that is committed to another file. One of an attempt that was cut off is written anew; one that is whole stays.
func (l *Ledger) copyTo(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := l.write.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return err
	}
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(part, path)
}
