package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

const columns = "collection, id, rev, scope, seq, updated_at, fields, sealed"

// getBatch stays below SQLite's limit of variables in a statement.
const getBatch = 500

// Get returns the records that live, in the order of ids; missing ones are left out.
func (l *Ledger) Get(ctx context.Context, collection string, ids ...string) ([]Record, error) {
	return l.byID(ctx, ids, collection, func(marks string) string {
		return "SELECT " + columns + " FROM records WHERE collection = ? AND id IN (" + marks + ")"
	})
}

// byID asks for ids in batches and returns what there is in the order of ids, each once. ask makes the query, whose
// variables are the collection and the ids.
func (l *Ledger) byID(ctx context.Context, ids []string, collection string, ask func(marks string) string) ([]Record, error) {
	found := make(map[string]Record, len(ids))
	for batch := range slices.Chunk(ids, getBatch) {
		args := []any{collection}
		for _, id := range batch {
			args = append(args, id)
		}
		recs, err := l.query(ctx, ask("?"+strings.Repeat(",?", len(batch)-1)), args...)
		if err != nil {
			return nil, err
		}
		for _, r := range recs {
			found[r.ID] = r
		}
	}
	out := make([]Record, 0, len(found))
	for _, id := range ids {
		if r, ok := found[id]; ok {
			out = append(out, r)
			delete(found, id)
		}
	}
	return out, nil
}

// ByScope returns up to limit records of a scope with from ≤ seq ≤ to, by seq.
func (l *Ledger) ByScope(ctx context.Context, collection, scope string, from, to int64, limit int, desc bool) ([]Record, error) {
	dir := "ASC"
	if desc {
		dir = "DESC"
	}
	return l.query(ctx, "SELECT "+columns+" FROM records WHERE collection = ? AND scope = ? AND seq BETWEEN ? AND ? ORDER BY seq "+dir+", id "+dir+" LIMIT ?",
		collection, scope, from, to, limit)
}

// After returns up to limit records of a collection with an id above after, by id: a way through a whole
// collection that holds no read transaction between calls.
func (l *Ledger) After(ctx context.Context, collection, after string, limit int) ([]Record, error) {
	return l.query(ctx, "SELECT "+columns+" FROM records WHERE collection = ? AND id > ? ORDER BY id LIMIT ?", collection, after, limit)
}

// All goes through a collection by id, in batches.
func (l *Ledger) All(ctx context.Context, collection string) iter.Seq2[Record, error] {
	return inBatches(1000, func(after string, limit int) ([]Record, error) { return l.After(ctx, collection, after, limit) })
}

// Fields does the same and reads of each record its id and its plain fields alone.
func (l *Ledger) Fields(ctx context.Context, collection string) iter.Seq2[Record, error] {
	return inBatches(5000, func(after string, limit int) ([]Record, error) { return l.fieldsAfter(ctx, collection, after, limit) })
}

// inBatches reads on after the last id until there is less than was asked for.
func inBatches(limit int, read func(after string, limit int) ([]Record, error)) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for after := ""; ; {
			recs, err := read(after, limit)
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, r := range recs {
				if !yield(r, nil) {
					return
				}
			}
			if len(recs) < limit {
				return
			}
			after = recs[len(recs)-1].ID
		}
	}
}

func (l *Ledger) fieldsAfter(ctx context.Context, collection, after string, limit int) ([]Record, error) {
	rows, err := l.read.QueryContext(ctx, "SELECT id, fields FROM records WHERE collection = ? AND id > ? ORDER BY id LIMIT ?", collection, after, limit)
	if err != nil {
		return nil, classifyRead(err)
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		r := Record{Collection: collection}
		if err := rows.Scan(&r.ID, &r.Fields); err != nil {
			return nil, classifyRead(err)
		}
		out = append(out, r)
	}
	return out, classifyRead(rows.Err())
}

// IDRev is what the mending pass compares.
type IDRev struct {
	ID  string
	Rev int64
}

// Revs returns up to limit (id, rev) of a collection with an id above after, by id.
func (l *Ledger) Revs(ctx context.Context, collection, after string, limit int) ([]IDRev, error) {
	rows, err := l.read.QueryContext(ctx, "SELECT id, rev FROM records WHERE collection = ? AND id > ? ORDER BY id LIMIT ?", collection, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", classify(err))
	}
	defer rows.Close()
	var out []IDRev
	for rows.Next() {
		var r IDRev
		if err := rows.Scan(&r.ID, &r.Rev); err != nil {
			return nil, fmt.Errorf("read ledger: %w", classify(err))
		}
		out = append(out, r)
	}
	return out, classifyRead(rows.Err())
}

// Sizes returns how many bytes the records that live take; ids that do not are left out.
func (l *Ledger) Sizes(ctx context.Context, collection string, ids ...string) (map[string]int64, error) {
	out := make(map[string]int64, len(ids))
	for batch := range slices.Chunk(ids, getBatch) {
		if err := l.addSizes(ctx, collection, batch, out); err != nil {
			return nil, classifyRead(err)
		}
	}
	return out, nil
}

func (l *Ledger) addSizes(ctx context.Context, collection string, ids []string, out map[string]int64) error {
	args := []any{collection}
	for _, id := range ids {
		args = append(args, id)
	}
	rows, err := l.read.QueryContext(ctx, "SELECT id, octet_length(fields) + octet_length(sealed) FROM records WHERE collection = ? AND id IN (?"+strings.Repeat(",?", len(ids)-1)+")", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return err
		}
		out[id] = n
	}
	return rows.Err()
}

// Count is how many records of a collection live.
func (l *Ledger) Count(ctx context.Context, collection string) (int64, error) {
	var n int64
	err := l.read.QueryRowContext(ctx, "SELECT count(*) FROM records WHERE collection = ?", collection).Scan(&n)
	return n, classifyRead(err)
}

// Meta returns a value kept with SetMeta; ok is false where there is none.
func (l *Ledger) Meta(ctx context.Context, key string) (value string, ok bool, err error) {
	err = l.read.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return value, err == nil, classifyRead(err)
}

func (l *Ledger) query(ctx context.Context, q string, args ...any) ([]Record, error) {
	rows, err := l.read.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, classifyRead(err)
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		var r Record
		if err := rows.Scan(&r.Collection, &r.ID, &r.Rev, &r.Scope, &r.Seq, &r.UpdatedAt, &r.Fields, &r.Sealed); err != nil {
			return nil, classifyRead(err)
		}
		out = append(out, r)
	}
	return out, classifyRead(rows.Err())
}

func classifyRead(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read ledger: %w", classify(err))
}
