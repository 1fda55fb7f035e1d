package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
)

// Entry is one change as the log keeps it.
type Entry struct {
	Record  // UpdatedAt is the time of the change
	Deleted bool
	// Last: no later entry of the same record stands at or below the revision that was asked for, so that this one is the
	// record's state there.
	Last bool
}

// Extent is what the log holds at one moment.
type Extent struct {
	FirstRev, LastRev int64 // 0 in an empty log
	FirstAt, LastAt   int64 // unix milliseconds
	Entries           int64
}

// Extent returns the extent of the log up to a revision; 0 asks for all of it.
func (l *Ledger) Extent(ctx context.Context, through int64) (Extent, error) {
	var e Extent
	if through == 0 {
		if err := l.read.QueryRowContext(ctx, "SELECT coalesce(max(rev), 0) FROM log").Scan(&through); err != nil {
			return e, classifyRead(err)
		}
	}
	if through == 0 {
		return e, nil
	}
	// Four look-ups instead of one aggregate: each is answered at an end of an index.
	err := l.read.QueryRowContext(ctx, `SELECT coalesce((SELECT rev FROM log WHERE rev <= ?1 ORDER BY rev LIMIT 1), 0), coalesce((SELECT at FROM log WHERE rev <= ?1 ORDER BY rev LIMIT 1), 0),
		coalesce((SELECT rev FROM log WHERE rev <= ?1 ORDER BY rev DESC LIMIT 1), 0), coalesce((SELECT at FROM log WHERE rev <= ?1 ORDER BY rev DESC LIMIT 1), 0),
		(SELECT count(*) FROM log WHERE rev <= ?1)`, through).Scan(&e.FirstRev, &e.FirstAt, &e.LastRev, &e.LastAt, &e.Entries)
	return e, classifyRead(err)
}

// Collections lists the collections that have records or log entries.
func (l *Ledger) Collections(ctx context.Context) ([]string, error) {
	rows, err := l.read.QueryContext(ctx, "SELECT DISTINCT collection FROM records UNION SELECT DISTINCT collection FROM log ORDER BY 1")
	if err != nil {
		return nil, classifyRead(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, classifyRead(err)
		}
		out = append(out, name)
	}
	return out, classifyRead(rows.Err())
}

// entryBytes bounds what Entries returns at once, so that a pass over large records needs little memory.
const entryBytes = 8 << 20

// Entries returns log entries with after < rev ≤ through, by rev: up to limit, and fewer where they are large. None are
// left where it returns none. It holds no transaction between calls.
func (l *Ledger) Entries(ctx context.Context, after, through int64, limit int) ([]Entry, error) {
	rows, err := l.read.QueryContext(ctx, `SELECT rev, at, collection, id, deleted, scope, seq, fields, sealed,
		NOT EXISTS (SELECT 1 FROM log n WHERE n.collection = log.collection AND n.id = log.id AND n.rev > log.rev AND n.rev <= ?2)
		FROM log WHERE rev > ?1 AND rev <= ?2 ORDER BY rev LIMIT ?3`, after, through, limit)
	if err != nil {
		return nil, classifyRead(err)
	}
	defer rows.Close()
	var out []Entry
	size := 0
	for size < entryBytes && rows.Next() {
		var e Entry
		if err := rows.Scan(&e.Rev, &e.UpdatedAt, &e.Collection, &e.ID, &e.Deleted, &e.Scope, &e.Seq, &e.Fields, &e.Sealed, &e.Last); err != nil {
			return nil, classifyRead(err)
		}
		size += len(e.Fields) + len(e.Sealed)
		out = append(out, e)
	}
	return out, classifyRead(rows.Err())
}

// BeginReplay makes a ledger that is being restored fast and forgetful: after a crash in the middle it is not to be used.
// EndReplay makes it what Open gave.
func (l *Ledger) BeginReplay(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pragmas(ctx, "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA secure_delete = OFF", "PRAGMA cache_size = -65536",
		"DROP INDEX records_by_scope", "DROP INDEX log_by_time", "DROP INDEX log_by_record", "DROP INDEX log_of_deletions")
}

// EndReplay builds the indexes and brings everything to disk.
func (l *Ledger) EndReplay(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pragmas(ctx, schema, "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON", "PRAGMA journal_mode = WAL")
}

func (l *Ledger) pragmas(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := l.write.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("replay: %w", classify(err))
		}
	}
	return nil
}

// Replay writes entries with the revisions and times that they have, in one transaction: into the log, and into the
// records where no later state of the record is there. It is for a ledger that is being restored and that nobody else
// writes to.
func (l *Ledger) Replay(ctx context.Context, entries []Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("replay: %w", classify(err))
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	r := replay{ctx: ctx, tx: tx}
	if err := r.prepare(); err != nil {
		return fmt.Errorf("replay: %w", classify(err))
	}
	rev, at := l.lastRev, l.lastAt
	for _, e := range entries {
		if err := r.apply(e); err != nil {
			return fmt.Errorf("replay: %s %s: %w", e.Collection, e.ID, classify(err))
		}
		rev, at = max(rev, e.Rev), max(at, e.UpdatedAt)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("replay: %w", classify(err))
	}
	l.lastRev, l.lastAt = rev, at
	return nil
}

type replay struct {
	ctx             context.Context
	tx              *sql.Tx
	entry, put, del *sql.Stmt
}

func (r *replay) prepare() error {
	for _, s := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&r.entry, "INSERT OR REPLACE INTO log (rev, at, collection, id, deleted, scope, seq, fields, sealed) VALUES (?,?,?,?,?,?,?,?,?)"},
		{&r.put, `INSERT INTO records (collection, id, rev, scope, seq, updated_at, fields, sealed) VALUES (?,?,?,?,?,?,?,?)
			ON CONFLICT (collection, id) DO UPDATE SET rev = excluded.rev, scope = excluded.scope, seq = excluded.seq,
			updated_at = excluded.updated_at, fields = excluded.fields, sealed = excluded.sealed WHERE excluded.rev > records.rev`},
		{&r.del, "DELETE FROM records WHERE collection = ? AND id = ? AND rev < ?"},
	} {
		var err error
		if *s.to, err = r.tx.PrepareContext(r.ctx, s.sql); err != nil { //nolint:sqlclosecheck // they end with their transaction
			return err
		}
	}
	return nil
}

func (r *replay) apply(e Entry) error {
	if _, err := r.entry.ExecContext(r.ctx, e.Rev, e.UpdatedAt, e.Collection, e.ID, e.Deleted, e.Scope, e.Seq, e.Fields, e.Sealed); err != nil {
		return err
	}
	if e.Deleted {
		_, err := r.del.ExecContext(r.ctx, e.Collection, e.ID, e.Rev)
		return err
	}
	_, err := r.put.ExecContext(r.ctx, e.Collection, e.ID, e.Rev, e.Scope, e.Seq, e.UpdatedAt, e.Fields, e.Sealed)
	return err
}

// LastRev is the highest revision that was ever given.
func (l *Ledger) LastRev() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lastRev
}

// RaiseRev makes the next revision higher than rev. After a restore to an earlier moment no revision may be given a second
// time: the index tells states apart by them.
func (l *Ledger) RaiseRev(ctx context.Context, rev int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rev <= l.lastRev {
		return nil
	}
	if _, err := l.write.ExecContext(ctx, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", metaLastRev, strconv.FormatInt(rev, 10)); err != nil {
		return fmt.Errorf("write ledger: %w", classify(err))
	}
	l.lastRev = rev
	return nil
}
