package table

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Op is the comparison of a Condition.
type Op int

// The comparisons.
const (
	Eq      Op = iota // the field is Values[0], or contains it where it is a list
	In                // … is one of Values
	Range             // Min ≤ field ≤ Max; a nil bound is open
	Exists            // the field is there
	Missing           // the field is not there
)

// Condition compares one plain field.
type Condition struct {
	Field    string
	Op       Op
	Values   []any // string, int64 or bool
	Min, Max *float64
	Not      bool // negates the comparison
}

// Filter is a conjunction; Any is a disjunction inside it. The zero Filter matches all.
type Filter struct {
	All []Condition
	Any []Condition
}

// Facet is a value of a field and how many records have it.
type Facet struct {
	Value string
	Count int64
}

// Count is how many records meet a filter.
func (t *Table) Count(f Filter) (int64, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	rows, err := t.selected(f)
	return int64(rows.count()), err
}

// Facets counts the values of a Coded field ("true", "false" for booleans), most frequent first, at most limit of them.
func (t *Table) Facets(field string, f Filter, limit int) ([]Facet, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	col, ok := t.columns[field].(*codedColumn)
	if !ok {
		return nil, fmt.Errorf("count the values of %s: it is no field with values that repeat", field)
	}
	rows, err := t.selected(f)
	if err != nil {
		return nil, err
	}
	facets := col.count(rows)
	SortFacets(facets)
	return facets[:min(limit, len(facets))], nil
}

// SortFacets puts the most frequent first.
func SortFacets(facets []Facet) {
	slices.SortFunc(facets, func(a, b Facet) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Value, b.Value)
	})
}

// IDs are up to limit of the records that meet a filter, in order, without the first skip, and how many there are in all.
func (t *Table) IDs(f Filter, o Order, skip, limit int) (ids []uuid.UUID, total int, err error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	rows, err := t.selected(f)
	if err != nil {
		return nil, 0, err
	}
	ordered, err := t.ordered(o)
	if err != nil {
		return nil, 0, err
	}
	total = rows.count()
	want := min(limit, max(0, total-skip))
	for _, row := range ordered {
		switch {
		case len(ids) == want:
			return ids, total, nil
		case !rows.has(int(row)):
		case skip > 0:
			skip--
		default:
			ids = append(ids, t.ids[row])
		}
	}
	return ids, total, nil
}

// selected are the rows that meet a filter. They belong to the cache, and are only read.
func (t *Table) selected(f Filter) (bitset, error) {
	if len(f.All)+len(f.Any) == 0 {
		return t.live, nil
	}
	key, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("name the filter: %w", err)
	}
	if rows, ok := t.picked.get(string(key)); ok {
		return rows, nil
	}
	rows, err := t.evaluate(f)
	if err == nil {
		t.picked.keep(string(key), rows)
	}
	return rows, err
}

func (t *Table) evaluate(f Filter) (bitset, error) {
	rows := slices.Clone(t.live)
	for _, c := range f.All {
		met, err := t.matching(c)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			rows[i] &= met[i]
		}
	}
	if len(f.Any) == 0 {
		return rows, nil
	}
	either := newBitset(len(t.ids))
	for _, c := range f.Any {
		met, err := t.matching(c)
		if err != nil {
			return nil, err
		}
		for i := range either {
			either[i] |= met[i]
		}
	}
	for i := range rows {
		rows[i] &= either[i]
	}
	return rows, nil
}

// matching are the rows that meet one condition; those of deleted records may be among them.
func (t *Table) matching(c Condition) (bitset, error) {
	col, ok := t.columns[c.Field]
	if !ok {
		return nil, fmt.Errorf("filter on %s: the field is not declared", c.Field)
	}
	met := newBitset(len(t.ids))
	col.match(c, met)
	if c.Not {
		for i := range met {
			met[i] = ^met[i]
		}
	}
	return met, nil
}

// maxSelections: a view of the estate asks some fifteen times with the same filter, or the same less one condition.
const maxSelections = 32

// selections keeps what filters selected until something changes.
type selections struct {
	mu  sync.Mutex
	all map[string]bitset
}

func (s *selections) get(key string) (bitset, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, ok := s.all[key]
	return rows, ok
}

func (s *selections) keep(key string, rows bitset) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil || len(s.all) == maxSelections {
		s.all = map[string]bitset{}
	}
	s.all[key] = rows
}

func (s *selections) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = nil
}
