package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"cloudops/backend/ledger"
	"cloudops/backend/store/table"
)

// listing is what a Listed collection is listed and counted by. It has what the ledger has: commit changes both under one lock.
type listing struct{ table atomic.Pointer[table.Table] }

// fillBatch is how many records are put into a table at a time.
const fillBatch = 5000

// commit carries out changes in the ledger and in the tables of listed collections.
func (s *Store) commit(ctx context.Context, changes []ledger.Change) ([]int64, error) {
	touched := map[*collection][]ledger.Change{}
	for _, c := range changes {
		if col := s.coll[Collection(c.Collection)]; col.Listed {
			touched[col] = append(touched[col], c)
		}
	}
	if len(touched) == 0 {
		revs, err := s.ledger.Apply(ctx, changes)
		return revs, translate(err)
	}
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	revs, err := s.ledger.Apply(ctx, changes)
	for col, own := range touched {
		switch t := col.listing.table.Load(); {
		case t == nil: // filled when it is first asked for
		case err != nil:
			col.listing.table.Store(nil) // whether the ledger has them is not known
		default:
			s.tabulate(col, t, own)
		}
	}
	return revs, translate(err)
}

// tabulate brings changes into a table; of several of one record the last counts.
func (s *Store) tabulate(col *collection, t *table.Table, changes []ledger.Change) {
	last := make(map[string]ledger.Change, len(changes))
	for _, c := range changes {
		last[c.ID] = c
	}
	var put []table.Row
	var remove []uuid.UUID
	for id, c := range last {
		row, ok := table.Row{}, false
		if !c.Delete {
			row, ok = s.tableRow(col, id, c.Fields)
		}
		if ok {
			put = append(put, row)
			continue
		}
		if parsed, err := uuid.Parse(id); err == nil {
			remove = append(remove, parsed)
		}
	}
	t.Apply(put, remove)
}

func (s *Store) tableRow(col *collection, id string, plain []byte) (table.Row, bool) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return table.Row{}, false
	}
	fields, err := decodeFields(col, plain)
	if err != nil {
		s.log.Warn("a record has no readable fields", "collection", col.Collection, "id", id, "error", err)
		return table.Row{}, false // no filter can say whether it belongs to the list; Mending names it
	}
	return table.Row{ID: parsed, Fields: fields}, true
}

// listed returns the table of a collection, and fills it where that was not done yet.
func (s *Store) listed(ctx context.Context, col *collection) (*table.Table, error) {
	if t := col.listing.table.Load(); t != nil {
		return t, nil
	}
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	if t := col.listing.table.Load(); t != nil {
		return t, nil
	}
	start := time.Now()
	t := table.New(columnsOf(col))
	batch := make([]table.Row, 0, fillBatch)
	for r, err := range s.ledger.Fields(ctx, string(col.Collection)) {
		if err != nil {
			return nil, fmt.Errorf("read the fields of %s: %w", col.Collection, err)
		}
		if row, ok := s.tableRow(col, r.ID, r.Fields); ok {
			batch = append(batch, row)
		}
		if len(batch) == fillBatch {
			t.Apply(batch, nil)
			batch = batch[:0]
		}
	}
	t.Apply(batch, nil)
	col.listing.table.Store(t)
	s.log.Debug("read the fields of a collection", "collection", col.Collection, "records", t.Len(), "took", time.Since(start))
	return t, nil
}

// fillListings reads the tables before they are asked for.
func (s *Store) fillListings() {
	for _, col := range s.coll {
		if !col.Listed {
			continue
		}
		if _, err := s.listed(s.ctx, col); err != nil && s.ctx.Err() == nil {
			s.log.Warn("prepare the lists", "collection", col.Collection, "error", err)
		}
	}
}

func columnsOf(col *collection) map[string]table.Kind {
	kinds := map[FieldKind]table.Kind{
		Keyword: table.Coded, Tenant: table.Coded, Bool: table.Coded, Labels: table.Coded, Lookup: table.Text, Lookups: table.Hashed,
		Integer: table.Number, Float: table.Number,
	}
	columns := make(map[string]table.Kind, len(col.Fields))
	for field, kind := range col.Fields {
		columns[field] = kinds[kind]
	}
	return columns
}

// scrollTable lists a Listed collection; the records come from the ledger.
func (s *Store) scrollTable(ctx context.Context, col *collection, p Page, cur cursor) (Result, error) {
	t, err := s.listed(ctx, col)
	if err != nil {
		return Result{}, err
	}
	found, total, err := t.IDs(p.Filter, p.Order, cur.Offset, p.Limit)
	if err != nil {
		return Result{}, err
	}
	ids := make([]string, len(found))
	for i, id := range found {
		ids[i] = id.String()
	}
	rows, err := s.ledger.Get(ctx, string(col.Collection), ids...)
	if err != nil {
		return Result{}, err
	}
	var res Result
	for _, rec := range s.openAll(col, rows) {
		res.add(rec)
	}
	if end := cur.Offset + len(ids); end < total {
		res.Next = cursor{Offset: end}.String()
	}
	return res, nil
}
