package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Deletion is the newest log entry of a record that does not live.
type Deletion struct {
	Collection string
	ID         string
	Rev        int64 // of the deletion
	At         int64 // unix milliseconds
}

// Ref names a record.
type Ref struct {
	Collection string
	ID         string
}

const deletionsOf = `SELECT l.collection, l.id, l.rev, l.at FROM log l WHERE l.deleted = 1 AND l.collection = ? AND l.scope %s
	AND NOT EXISTS (SELECT 1 FROM records r WHERE r.collection = l.collection AND r.id = l.id)
	AND NOT EXISTS (SELECT 1 FROM log n WHERE n.collection = l.collection AND n.id = l.id AND n.rev > l.rev)
	ORDER BY l.rev DESC`

// Deletions returns the records of a scope that were deleted and do not live, the latest first. Where scope is empty:
// those of all scopes.
func (l *Ledger) Deletions(ctx context.Context, collection, scope string) ([]Deletion, error) {
	if scope == "" {
		return l.deletions(ctx, fmt.Sprintf(deletionsOf, "> ''"), collection)
	}
	return l.deletions(ctx, fmt.Sprintf(deletionsOf, "= ?"), collection, scope)
}

// Deletion returns the deletion of one record; ok is false where it lives, or the log holds nothing of it.
func (l *Ledger) Deletion(ctx context.Context, collection, id string) (d Deletion, ok bool, err error) {
	found, err := l.deletions(ctx, `SELECT l.collection, l.id, l.rev, l.at FROM log l WHERE l.collection = ? AND l.id = ?
		AND l.rev = (SELECT max(rev) FROM log WHERE collection = l.collection AND id = l.id) AND l.deleted = 1 AND l.scope > ''`, collection, id)
	if err != nil || len(found) == 0 {
		return Deletion{}, false, err
	}
	return found[0], true, nil
}

func (l *Ledger) deletions(ctx context.Context, query string, args ...any) ([]Deletion, error) {
	rows, err := l.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, classifyRead(err)
	}
	defer rows.Close()
	var out []Deletion
	for rows.Next() {
		var d Deletion
		if err := rows.Scan(&d.Collection, &d.ID, &d.Rev, &d.At); err != nil {
			return nil, classifyRead(err)
		}
		out = append(out, d)
	}
	return out, classifyRead(rows.Err())
}

// LastStates returns the newest state of each record that the log holds, whether it lives or not, in the order of ids.
// What was trimmed or purged is left out.
func (l *Ledger) LastStates(ctx context.Context, collection string, ids ...string) ([]Record, error) {
	return l.byID(ctx, ids, collection, func(marks string) string {
		return `SELECT collection, id, rev, scope, seq, at, fields, sealed FROM log WHERE rev IN (
			SELECT max(rev) FROM log WHERE collection = ? AND id IN (` + marks + `) AND deleted = 0 GROUP BY collection, id)`
	})
}

// Forget removes every log entry of records that do not live, and with them the last that the ledger knows of
// them. It returns how many entries went, and whether their bytes are gone from the write-ahead file as well; where not,
// they are at the next start.
func (l *Ledger) Forget(ctx context.Context, refs ...Ref) (entries int64, clean bool, err error) {
	entries, err = l.forget(ctx, refs)
	if err != nil {
		return 0, false, fmt.Errorf("purge ledger: %w", classify(err))
	}
	clean, err = l.checkpoint(ctx)
	if err != nil {
		return entries, false, fmt.Errorf("purge ledger: %w", classify(err))
	}
	return entries, clean, nil
}

func (l *Ledger) forget(ctx context.Context, refs []Ref) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	stmt, err := tx.PrepareContext(ctx, `DELETE FROM log WHERE collection = ?1 AND id = ?2
		AND NOT EXISTS (SELECT 1 FROM records WHERE collection = ?1 AND id = ?2)`)
	if err != nil {
		return 0, err
	}
	defer stmt.Close()
	var n int64
	for _, r := range refs {
		res, err := stmt.ExecContext(ctx, r.Collection, r.ID)
		if err != nil {
			return 0, err
		}
		gone, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		n += gone
	}
	if err := l.keepLastRev(ctx, tx); err != nil {
		return 0, err
	}
	return n, tx.Commit()
}

func (l *Ledger) keepLastRev(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", metaLastRev, l.lastRev)
	return err
}

// checkpoint moves what was committed into the file and empties the write-ahead file, which still holds pages from before.
func (l *Ledger) checkpoint(ctx context.Context) (clean bool, err error) {
	const attempts = 3
	var busy, frames, moved int
	for range attempts {
		if err := l.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
			return false, err
		}
		if busy == 0 {
			return true, nil
		}
	}
	return false, nil
}

// trimBatch is how many entries are looked at in one transaction, so that writes wait little.
const trimBatch = 5000

// Trim removes the log entries that no moment from before on needs: those that a later entry, also from before it,
// replaced, and deletions from before it. The state in which a record was at that time stays, and so does that of every
// record that lives. It returns how many went.
func (l *Ledger) Trim(ctx context.Context, before time.Time) (int64, error) {
	var until sql.NullInt64
	if err := l.read.QueryRowContext(ctx, "SELECT max(rev) FROM log WHERE at < ?", before.UnixMilli()).Scan(&until); err != nil {
		return 0, fmt.Errorf("trim ledger: %w", classify(err))
	}
	var total int64
	for from := int64(0); from < until.Int64; {
		to, n, err := l.trimSome(ctx, from, until.Int64)
		if err != nil {
			return total, fmt.Errorf("trim ledger: %w", classify(err))
		}
		total += n
		from = to
	}
	if total > 0 {
		if _, err := l.checkpoint(ctx); err != nil {
			return total, fmt.Errorf("trim ledger: %w", classify(err))
		}
	}
	return total, nil
}

// trimSome goes through the next entries, oldest first: a deletion goes no sooner than what it ended.
func (l *Ledger) trimSome(ctx context.Context, from, until int64) (to, n int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tx, err := l.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, 0, err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	err = tx.QueryRowContext(ctx, "SELECT rev FROM log WHERE rev > ? AND rev <= ? ORDER BY rev LIMIT 1 OFFSET ?", from, until, trimBatch-1).Scan(&to)
	if errors.Is(err, sql.ErrNoRows) {
		to = until
	} else if err != nil {
		return 0, 0, err
	}
	res, err := tx.ExecContext(ctx, `DELETE FROM log WHERE rev > ?1 AND rev <= ?2 AND (deleted = 1
		OR EXISTS (SELECT 1 FROM log n WHERE n.collection = log.collection AND n.id = log.id AND n.rev > log.rev AND n.rev <= ?3))`, from, to, until)
	if err != nil {
		return 0, 0, err
	}
	if n, err = res.RowsAffected(); err != nil {
		return 0, 0, err
	}
	if err := l.keepLastRev(ctx, tx); err != nil {
		return 0, 0, err
	}
	return to, n, tx.Commit()
}
