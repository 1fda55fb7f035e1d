// Package ledger is the durable half of the store: one SQLite file that holds the
// current sealed state of every record and a log of every change. What is
// acknowledged is here; everything else can be rebuilt from it.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	sqlite "github.com/mattn/go-sqlite3"
)

// FileName is the ledger's file in the data folder.
const FileName = "ledger.db"

// metaLastRev keeps the highest revision that was ever given.
const metaLastRev = "last_rev"

// Errors that callers tell apart with errors.Is.
var (
	// ErrConflict: a change expected another revision than the record has.
	ErrConflict = errors.New("the record has another revision")
	// ErrDiskFull: nothing of the change was kept, all from before is there.
	ErrDiskFull = errors.New("the disk is full")
	// ErrCorrupt: SQLite found damage that it cannot mend by itself.
	ErrCorrupt = errors.New("the ledger is damaged")
	// ErrReadOnly: the data folder cannot be written.
	ErrReadOnly = errors.New("the ledger cannot be written")
	// ErrNewer: a newer version of the program wrote the file.
	ErrNewer = errors.New("the ledger was written by a newer version of CloudOps")
)

// schema is the newest; older files are brought to it by migrations.
const schema = `
CREATE TABLE IF NOT EXISTS records (
	collection TEXT NOT NULL,
	id         TEXT NOT NULL,
	rev        INTEGER NOT NULL,
	scope      TEXT NOT NULL,
	seq        INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	fields     BLOB NOT NULL,
	sealed     TEXT NOT NULL,
	PRIMARY KEY (collection, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_scope ON records (collection, scope, seq);
CREATE TABLE IF NOT EXISTS log (
	rev        INTEGER PRIMARY KEY,
	at         INTEGER NOT NULL,
	collection TEXT NOT NULL,
	id         TEXT NOT NULL,
	deleted    INTEGER NOT NULL,
	scope      TEXT NOT NULL,
	seq        INTEGER NOT NULL,
	fields     BLOB NOT NULL,
	sealed     TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS log_by_time ON log (at);
CREATE INDEX IF NOT EXISTS log_by_record ON log (collection, id, rev);
CREATE INDEX IF NOT EXISTS log_of_deletions ON log (collection, scope) WHERE deleted = 1;
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`

// Ledger is one open SQLite file. It is safe for concurrent use; writes are serialized.
type Ledger struct {
	write *sql.DB // one connection
	read  *sql.DB
	now   func() time.Time
	path  string

	mu      sync.Mutex // held over a write transaction
	lastRev int64
	lastAt  int64 // unix ms of the newest log entry: log time never runs backwards
}

// Options of Open.
type Options struct {
	// Now is the clock; time.Now where nil.
	Now func() time.Time
	// MaxPages bounds the file, in pages of 4 KiB; a write beyond it is ErrDiskFull. 0: only the disk bounds it.
	MaxPages int
}

// Open opens or creates dir/ledger.db. A last transaction that was torn by a crash is rolled back by
// SQLite's write-ahead log; damage beyond that is ErrCorrupt.
func Open(ctx context.Context, dir string, o Options) (*Ledger, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	path := filepath.Join(dir, FileName)
	if err := CheckVersion(dir); err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", path, err)
	}
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", path, classify(err))
	}
	l := &Ledger{now: o.Now, path: path}
	var err error
	// secure_delete: what is deleted is overwritten, not only given up. synchronous=FULL: an acknowledged commit survives power loss, not only a crash of the process.
	if l.write, err = sql.Open("sqlite3", dsn(path, "_journal_mode=WAL", "_synchronous=FULL", "_txlock=immediate", "_busy_timeout=5000", "_secure_delete=on")); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	l.write.SetMaxOpenConns(1)
	if l.read, err = sql.Open("sqlite3", dsn(path, "_query_only=on", "_busy_timeout=5000")); err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger: %w", err), l.write.Close())
	}
	l.read.SetMaxOpenConns(4)
	if err := l.prepare(ctx, o.MaxPages); err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger %s: %w", path, classify(err)), l.Close())
	}
	return l, nil
}

func dsn(path string, pragmas ...string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}
	for _, p := range pragmas {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += p
	}
	return u.String()
}

// createPrivate makes the file readable by its owner alone before SQLite opens it.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func (l *Ledger) prepare(ctx context.Context, maxPages int) error {
	var version int
	if err := l.write.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if err := newer(version); err != nil {
		return err
	}
	if version > 0 && version < schemaVersion() {
		if err := l.migrate(ctx, version); err != nil {
			return err
		}
	}
	if _, err := l.write.ExecContext(ctx, schema); err != nil {
		return err
	}
	if maxPages > 0 {
		if _, err := l.write.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", maxPages)); err != nil {
			return err
		}
	}
	if version == 0 {
		if _, err := l.write.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schemaVersion())); err != nil {
			return err
		}
	}
	// A purge or a trim may have taken the newest entries away: their revisions are not given again.
	row := l.write.QueryRowContext(ctx, `SELECT max(coalesce((SELECT max(rev) FROM log), 0), coalesce((SELECT max(rev) FROM records), 0),
		coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?), 0)), coalesce((SELECT at FROM log ORDER BY rev DESC LIMIT 1), 0)`, metaLastRev)
	return row.Scan(&l.lastRev, &l.lastAt)
}

// Close checkpoints and closes the file.
func (l *Ledger) Close() error {
	return errors.Join(l.read.Close(), l.write.Close())
}

// Check reads the whole file and looks for damage; it takes about a second per GiB.
func (l *Ledger) Check(ctx context.Context) error {
	var verdict string
	if err := l.read.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("check ledger: %w", classify(err))
	}
	if verdict != "ok" {
		return fmt.Errorf("check ledger: %w: %s", ErrCorrupt, verdict)
	}
	return nil
}

// classify joins what SQLite or the file system said with the error that callers know.
func classify(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	var se sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code {
	case sqlite.ErrFull:
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	case sqlite.ErrCorrupt, sqlite.ErrNotADB:
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	case sqlite.ErrReadonly, sqlite.ErrPerm, sqlite.ErrCantOpen:
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}
