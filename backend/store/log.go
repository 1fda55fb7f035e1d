package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cloudops/backend/ledger"
)

// Deleted implements Log.
func (s *Store) Deleted(ctx context.Context, c Collection, scope string) ([]Deleted, error) {
	col, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	gone, err := s.ledger.Deletions(ctx, string(c), scope)
	if err != nil {
		return nil, fmt.Errorf("list what was deleted: %w", err)
	}
	ids := make([]string, len(gone))
	at := make(map[string]int64, len(gone))
	for i, d := range gone {
		ids[i], at[d.ID] = d.ID, d.At
	}
	rows, err := s.ledger.LastStates(ctx, string(c), ids...)
	if err != nil {
		return nil, fmt.Errorf("list what was deleted: %w", err)
	}
	out := make([]Deleted, len(rows))
	for i, row := range rows {
		out[i] = Deleted{Record: s.openMarked(col, row), At: time.UnixMilli(at[row.ID]).UTC()}
	}
	return out, nil
}

// Restore implements Log. What was sealed goes back as it is: it is bound to its place, not to its revision.
func (s *Store) Restore(ctx context.Context, c Collection, id string) (int, error) {
	d, ok, err := s.ledger.Deletion(ctx, string(c), id)
	if err != nil {
		return 0, fmt.Errorf("restore %s: %w", id, err)
	}
	if !ok {
		return 0, fmt.Errorf("restore %s: %w", id, ErrNotFound)
	}
	own, err := s.ledger.LastStates(ctx, string(c), id)
	if err != nil {
		return 0, fmt.Errorf("restore %s: %w", id, err)
	}
	if len(own) == 0 {
		return 0, fmt.Errorf("restore %s: %w", id, ErrNotFound)
	}
	rows, err := s.deletedWithin(ctx, id, func(other ledger.Deletion) bool { return other.At == d.At })
	if err != nil {
		return 0, fmt.Errorf("restore %s: %w", id, err)
	}
	rows = append(rows, own...)
	changes := make([]ledger.Change, len(rows))
	for i, row := range rows {
		changes[i] = ledger.Change{Record: row}
	}
	if _, err := s.commit(ctx, changes); err != nil {
		return 0, fmt.Errorf("restore %s: %w", id, err)
	}
	for _, row := range rows {
		if col := s.coll[Collection(row.Collection)]; !col.LedgerOnly {
			col.todo.push(row.ID)
		}
	}
	signal(s.wake)
	return len(rows), nil
}

// Replace carries out changes of rows that were sealed by this vault before, all in one transaction: it is how a part of a backup comes
// back. Puts that do not open are left out, and counted. ErrConflict where a row has not the revision that is expected; then nothing is
// changed.
func (s *Store) Replace(ctx context.Context, changes []ledger.Change) (unreadable int, err error) {
	ids := map[Collection][]string{}
	var touched []func()
	keep := make([]ledger.Change, 0, len(changes))
	for _, c := range changes {
		col, err := s.collection(Collection(c.Collection))
		if err != nil {
			return 0, err
		}
		rec := Record{}
		if !c.Delete {
			if rec, err = s.openRow(col, c.Record); err != nil {
				s.log.Warn("a record of a backup does not open", "collection", c.Collection, "id", c.ID, "error", err)
				unreadable++
				continue
			}
		}
		keep = append(keep, c)
		if col.LedgerOnly {
			continue
		}
		ids[col.Collection] = append(ids[col.Collection], c.ID)
		if col.Affects != nil && !c.Delete {
			rec.Content = nil // the neighbours are found by the fields
			touched = append(touched, func() { s.enqueue(WriteOp{Collection: col.Collection, Put: []Record{rec}}) })
		}
	}
	if len(keep) == 0 {
		return unreadable, nil
	}
	if _, err := s.commit(ctx, keep); err != nil {
		return unreadable, fmt.Errorf("put back: %w", err)
	}
	for c, list := range ids {
		s.coll[c].todo.push(list...)
	}
	for _, again := range touched {
		again()
	}
	signal(s.wake)
	return unreadable, nil
}

// deletedWithin are the last states of deleted records of a scope, of all collections.
func (s *Store) deletedWithin(ctx context.Context, scope string, want func(ledger.Deletion) bool) ([]ledger.Record, error) {
	var out []ledger.Record
	for c := range s.coll {
		gone, err := s.ledger.Deletions(ctx, string(c), scope)
		if err != nil {
			return nil, err
		}
		gone = slices.DeleteFunc(gone, func(d ledger.Deletion) bool { return !want(d) })
		ids := make([]string, len(gone))
		for i, d := range gone {
			ids[i] = d.ID
		}
		rows, err := s.ledger.LastStates(ctx, string(c), ids...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// Purge implements Log.
func (s *Store) Purge(ctx context.Context, c Collection, ids ...string) (Purged, error) {
	var refs []ledger.Ref
	for _, id := range ids {
		_, ok, err := s.ledger.Deletion(ctx, string(c), id)
		if err != nil {
			return Purged{}, fmt.Errorf("purge %s: %w", id, err)
		}
		if !ok {
			continue
		}
		refs = append(refs, ledger.Ref{Collection: string(c), ID: id})
		for other := range s.coll {
			gone, err := s.ledger.Deletions(ctx, string(other), id)
			if err != nil {
				return Purged{}, fmt.Errorf("purge %s: %w", id, err)
			}
			for _, d := range gone {
				refs = append(refs, ledger.Ref{Collection: d.Collection, ID: d.ID})
			}
		}
	}
	if len(refs) == 0 {
		return Purged{Clean: true}, nil
	}
	out := Purged{Records: len(refs)}
	var err error
	if out.Entries, out.Clean, err = s.ledger.Forget(ctx, refs...); err != nil {
		return Purged{}, err
	}
	return out, nil
}

// TrimLog removes from the log what no moment from before on needs, and returns how many entries went. What lives, and
// what was deleted since, stays restorable.
func (s *Store) TrimLog(ctx context.Context, before time.Time) (int64, error) {
	return s.ledger.Trim(ctx, before)
}
