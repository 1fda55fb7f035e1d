package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/qdrant/go-client/qdrant"

	"cloudops/backend/ledger"
	"cloudops/backend/store/table"
)

// scrollLedger answers a list from the ledger: the same records in the same order as from Qdrant, only slower.
func (s *Store) scrollLedger(ctx context.Context, col *collection, p Page, cur cursor) (Result, error) {
	if scope, ok := scopeOf(col, p.Filter); ok && col.SeqField != "" && p.Order.Field == col.SeqField {
		return s.scrollScope(ctx, col, scope, p, cur)
	}
	rows, err := s.matching(ctx, col, p.Filter)
	if err != nil {
		return Result{}, err
	}
	numeric := p.Order.Field != ""
	if numeric {
		rows = slices.DeleteFunc(rows, func(r row) bool { _, ok := table.NumberOf(r.fields[p.Order.Field]); return !ok })
	}
	slices.SortStableFunc(rows, func(a, b row) int { return compareRows(a, b, p.Order) })
	start := position(rows, p.Order.Field, cur)
	end := min(start+p.Limit, len(rows))
	res := Result{FromLedger: true}
	all := make([]Record, 0, end-start)
	for _, r := range rows[start:end] {
		rec := s.openMarked(col, r.Record)
		res.add(rec)
		all = append(all, rec)
	}
	if end < len(rows) {
		res.Next = nextFromLedger(rows, all, end, p.Order.Field, cur).String()
	}
	return res, nil
}

// scrollScope reads a scope in the order of its records without reading all of them.
func (s *Store) scrollScope(ctx context.Context, col *collection, scope string, p Page, cur cursor) (Result, error) {
	res := Result{FromLedger: true}
	from, to := seqBounds(col, p, cur)
	all := make([]Record, 0, p.Limit)
	for from <= to {
		rows, err := s.ledger.ByScope(ctx, string(col.Collection), scope, from, to, p.Limit+1, p.Order.Desc)
		if err != nil {
			return Result{}, err
		}
		for _, r := range rows {
			fields, err := decodeFields(col, r.Fields)
			if err != nil || !matches(p.Filter, fields) || slices.Contains(cur.Seen, r.ID) {
				continue
			}
			if len(all) == p.Limit {
				res.Next = nextByNumber(all, col.SeqField, cur).String()
				return res, nil
			}
			rec := s.openMarked(col, r)
			res.add(rec)
			all = append(all, rec)
		}
		if len(rows) <= p.Limit {
			break
		}
		if last := rows[len(rows)-1].Seq; p.Order.Desc {
			to = last - 1
		} else {
			from = last + 1
		}
	}
	return res, nil
}

// seqBounds is the range of seq that a page can be in.
func seqBounds(col *collection, p Page, cur cursor) (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	least := func(v float64) { from = max(from, int64(math.Ceil(v))) }
	most := func(v float64) { to = min(to, int64(math.Floor(v))) }
	for _, c := range p.Filter.All {
		if c.Field != col.SeqField || c.Op != Range || c.Not {
			continue
		}
		if c.Min != nil {
			least(*c.Min)
		}
		if c.Max != nil {
			most(*c.Max)
		}
	}
	if cur.Value != nil && p.Order.Desc {
		most(*cur.Value)
	} else if cur.Value != nil {
		least(*cur.Value)
	}
	return from, to
}

// nextFromLedger makes a cursor that Qdrant understands as well: it may be back for the next page.
func nextFromLedger(rows []row, recs []Record, end int, field string, cur cursor) cursor {
	if field == "" {
		return cursor{After: rows[end].ID}
	}
	return nextByNumber(recs, field, cur)
}

func position(rows []row, field string, cur cursor) int {
	switch {
	case cur.After != "":
		i, _ := slices.BinarySearchFunc(rows, cur.After, func(r row, id string) int { return strings.Compare(r.ID, id) })
		return i
	case cur.Value != nil:
		i := slices.IndexFunc(rows, func(r row) bool { v, _ := table.NumberOf(r.fields[field]); return v == *cur.Value })
		if i < 0 {
			return len(rows)
		}
		for i < len(rows) && slices.Contains(cur.Seen, rows[i].ID) {
			i++
		}
		return i
	}
	return 0
}

func compareRows(a, b row, o Order) int {
	if o.Field == "" {
		return strings.Compare(a.ID, b.ID)
	}
	x, _ := table.NumberOf(a.fields[o.Field])
	y, _ := table.NumberOf(b.fields[o.Field])
	switch {
	case x == y:
		return strings.Compare(a.ID, b.ID)
	case (x < y) != o.Desc:
		return -1
	}
	return 1
}

// matching reads the rows that match a filter; only one scope's, where the filter names it.
// It is asked for a list, its total and each of its counts in a row: the last answer is kept until something is written.
func (s *Store) matching(ctx context.Context, col *collection, f Filter) ([]row, error) {
	key, err := resultKey(f, s.ledger.LastRev())
	if err != nil {
		return nil, err
	}
	last := &col.matched
	last.mu.Lock()
	defer last.mu.Unlock()
	if last.key == key {
		return slices.Clone(last.rows), nil
	}
	rows, err := s.readMatching(ctx, col, f)
	if err == nil && len(rows) <= maxMatched {
		last.key, last.rows = key, slices.Clone(rows)
	}
	return rows, err
}

func (s *Store) readMatching(ctx context.Context, col *collection, f Filter) ([]row, error) {
	var out []row
	add := func(r ledger.Record) {
		fields, err := decodeFields(col, r.Fields)
		if err != nil {
			s.log.Warn("a record has no readable fields", "collection", col.Collection, "id", r.ID, "error", err)
			return // no filter can say whether it belongs to the list; Mending names it
		}
		if matches(f, fields) {
			out = append(out, row{Record: r, fields: fields})
		}
	}
	if scope, ok := scopeOf(col, f); ok {
		rows, err := s.ledger.ByScope(ctx, string(col.Collection), scope, math.MinInt64, math.MaxInt64, math.MaxInt32, false)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			add(r)
		}
		return out, nil
	}
	for r, err := range s.ledger.All(ctx, string(col.Collection)) {
		if err != nil {
			return nil, err
		}
		add(r)
	}
	return out, nil
}

func scopeOf(col *collection, f Filter) (string, bool) {
	if col.ScopeField == "" {
		return "", false
	}
	for _, c := range f.All {
		if c.Field == col.ScopeField && (c.Op == Eq || c.Op == In) && len(c.Values) == 1 && !c.Not {
			scope, ok := c.Values[0].(string)
			return scope, ok
		}
	}
	return "", false
}

// Count implements Reader.
func (s *Store) Count(ctx context.Context, c Collection, f Filter) (int64, error) {
	col, err := s.collection(c)
	if err != nil {
		return 0, err
	}
	if col.Listed {
		t, err := s.listed(ctx, col)
		if err != nil {
			return 0, fmt.Errorf("count %s: %w", c, err)
		}
		return t.Count(f)
	}
	client, err := s.fresh(ctx, col)
	if err == nil {
		var n int64
		if n, err = s.countRemembered(ctx, client, col, f); err == nil {
			return n, nil
		}
	}
	if !isDown(err) || ctx.Err() != nil {
		return 0, fmt.Errorf("count %s: %w", c, err)
	}
	if len(f.All)+len(f.Any) == 0 {
		return s.ledger.Count(ctx, string(c))
	}
	rows, err := s.matching(ctx, col, f)
	return int64(len(rows)), err
}

func (s *Store) countRemembered(ctx context.Context, client *qdrant.Client, col *collection, f Filter) (int64, error) {
	key, err := resultKey(f)
	if err != nil {
		return 0, err
	}
	return col.totals.get(key, func() (int64, error) { return s.countIndex(ctx, client, col, f) })
}

func (s *Store) facetsRemembered(ctx context.Context, client *qdrant.Client, col *collection, field string, f Filter, limit int) ([]Facet, error) {
	key, err := resultKey(field, f, limit)
	if err != nil {
		return nil, err
	}
	return col.counts.get(key, func() ([]Facet, error) { return s.facetsIndex(ctx, client, col, field, f, limit) })
}

// Facets implements Reader.
func (s *Store) Facets(ctx context.Context, c Collection, field string, f Filter, limit int) ([]Facet, error) {
	col, err := s.collection(c)
	if err != nil {
		return nil, err
	}
	if kind, ok := col.Fields[field]; !ok || kind == Integer || kind == Float {
		return nil, fmt.Errorf("count the values of %s: it is no field of %s with values that repeat", field, c)
	}
	if col.Listed {
		t, err := s.listed(ctx, col)
		if err != nil {
			return nil, fmt.Errorf("count the values of %s: %w", field, err)
		}
		return t.Facets(field, f, limitOf(limit))
	}
	limit = limitOf(limit)
	client, err := s.fresh(ctx, col)
	if err == nil {
		var facets []Facet
		if facets, err = s.facetsRemembered(ctx, client, col, field, f, limit); err == nil {
			return slices.Clone(facets), nil
		}
	}
	if !isDown(err) || ctx.Err() != nil {
		return nil, fmt.Errorf("count the values of %s: %w", field, err)
	}
	rows, err := s.matching(ctx, col, f)
	if err != nil {
		return nil, err
	}
	return facetsOf(rows, field, limit), nil
}

func facetsOf(rows []row, field string, limit int) []Facet {
	counts := map[string]int64{}
	for _, r := range rows {
		switch v := r.fields[field].(type) {
		case string:
			counts[v]++
		case bool:
			counts[strconv.FormatBool(v)]++
		case []string:
			for _, s := range v {
				counts[s]++
			}
		}
	}
	facets := make([]Facet, 0, len(counts))
	for v, n := range counts {
		facets = append(facets, Facet{Value: v, Count: n})
	}
	table.SortFacets(facets)
	return facets[:min(limit, len(facets))]
}
