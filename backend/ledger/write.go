package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Record is the current sealed state of one record.
type Record struct {
	Collection string
	ID         string
	Rev        int64 // rises with every write of the ledger
	Scope      string
	Seq        int64
	UpdatedAt  int64  // unix milliseconds
	Fields     []byte // plain fields as a JSON object
	Sealed     string
}

// Change puts or deletes one record.
type Change struct {
	Record
	Delete bool
	// Expect, if not zero, is the revision the record must have (ErrConflict).
	Expect int64
}

// Apply carries out all changes in one transaction, in order, or none of them. When it returns nil they are on disk.
// The revisions are those of the changes; a delete of what does not live has revision 0 and leaves no trace.
func (l *Ledger) Apply(ctx context.Context, changes []Change) ([]int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("write ledger: %w", classify(err))
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	w := writer{ctx: ctx, tx: tx, rev: l.lastRev, at: max(l.now().UnixMilli(), l.lastAt)}
	if err := w.prepare(); err != nil {
		return nil, fmt.Errorf("write ledger: %w", classify(err))
	}
	revs := make([]int64, len(changes))
	for i, c := range changes {
		if revs[i], err = w.apply(c); err != nil {
			return nil, fmt.Errorf("write ledger: %s %s: %w", c.Collection, c.ID, classify(err))
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("write ledger: %w", classify(err))
	}
	l.lastRev, l.lastAt = w.rev, w.at
	return revs, nil
}

type writer struct {
	ctx                   context.Context
	tx                    *sql.Tx
	rev, at               int64
	find, put, del, entry *sql.Stmt
}

func (w *writer) prepare() error {
	for _, s := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&w.find, "SELECT rev, scope, seq FROM records WHERE collection = ? AND id = ?"},
		{&w.put, "INSERT OR REPLACE INTO records (collection, id, rev, scope, seq, updated_at, fields, sealed) VALUES (?,?,?,?,?,?,?,?)"},
		{&w.del, "DELETE FROM records WHERE collection = ? AND id = ?"},
		{&w.entry, "INSERT INTO log (rev, at, collection, id, deleted, scope, seq, fields, sealed) VALUES (?,?,?,?,?,?,?,?,?)"},
	} {
		var err error
		if *s.to, err = w.tx.PrepareContext(w.ctx, s.sql); err != nil { //nolint:sqlclosecheck // they end with their transaction
			return err
		}
	}
	return nil
}

func (w *writer) apply(c Change) (int64, error) {
	var current, seq int64
	var scope string
	err := w.find.QueryRowContext(w.ctx, c.Collection, c.ID).Scan(&current, &scope, &seq)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if c.Expect != 0 && c.Expect != current {
		return 0, fmt.Errorf("%w: expected %d, it is %d", ErrConflict, c.Expect, current)
	}
	if c.Delete && current == 0 {
		return 0, nil
	}
	w.rev++
	if c.Delete {
		if _, err := w.del.ExecContext(w.ctx, c.Collection, c.ID); err != nil {
			return 0, err
		}
		_, err := w.entry.ExecContext(w.ctx, w.rev, w.at, c.Collection, c.ID, 1, scope, seq, []byte("{}"), "")
		return w.rev, err
	}
	if _, err := w.put.ExecContext(w.ctx, c.Collection, c.ID, w.rev, c.Scope, c.Seq, w.at, c.Fields, c.Sealed); err != nil {
		return 0, err
	}
	_, err = w.entry.ExecContext(w.ctx, w.rev, w.at, c.Collection, c.ID, 0, c.Scope, c.Seq, c.Fields, c.Sealed)
	return w.rev, err
}

// Separate makes the next change later than everything before it, also where the clock stands still or was set back, and returns the
// moment before, in unix milliseconds.
func (l *Ledger) Separate() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := max(l.now().UnixMilli(), l.lastAt)
	l.lastAt = before + 1
	return before
}

// SetMeta keeps a small value of the app's own (a version, a watermark) under key.
func (l *Ledger) SetMeta(ctx context.Context, key, value string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.write.ExecContext(ctx, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value); err != nil {
		return fmt.Errorf("write ledger: %w", classify(err))
	}
	return nil
}
