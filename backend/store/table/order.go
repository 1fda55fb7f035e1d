package table

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Order sorts by a plain field; what has none comes last, and what is equal goes by id. The zero Order is by id.
type Order struct {
	Field string
	Desc  bool
	Exact bool // texts by their bytes; without it they are ordered as people do, ignoring case
}

// maxOrders are kept: a sorted column of the table in view, by name, by ARN for an export, by id.
const maxOrders = 6

// orders keeps the rows of the whole table in the orders that were asked for. What changed since is put in its place when an order is
// asked for again: sorting 100,000 texts anew takes 70 ms, this two.
type orders struct {
	mu  sync.Mutex // readers share the table, and may both want an order brought up to date
	all map[Order]*sorted
	use []Order // the one asked for last at the end
}

type sorted struct {
	rows  []int32
	dirty map[int]bool
}

// changed is called with the table locked for writing.
func (o *orders) changed(row int) {
	for _, s := range o.all {
		s.dirty[row] = true
	}
}

// ordered are all live rows in order; the slice is replaced, never changed.
func (t *Table) ordered(o Order) ([]int32, error) {
	col, ok := t.columns[o.Field]
	if !ok && o.Field != "" {
		return nil, fmt.Errorf("order by %s: the field is not declared", o.Field)
	}
	if _, hashed := col.(*hashedColumn); hashed {
		return nil, fmt.Errorf("order by %s: of its values only hashes are kept", o.Field)
	}
	t.orders.mu.Lock()
	defer t.orders.mu.Unlock()
	s := t.orders.get(o)
	if len(s.dirty) > 0 || s.rows == nil {
		s.rows = t.sort(s, col, o)
		s.dirty = map[int]bool{}
	}
	return s.rows, nil
}

func (o *orders) get(order Order) *sorted {
	if i := slices.Index(o.use, order); i >= 0 {
		o.use = append(slices.Delete(o.use, i, i+1), order)
		return o.all[order]
	}
	if len(o.use) == maxOrders {
		delete(o.all, o.use[0])
		o.use = slices.Delete(o.use, 0, 1)
	}
	if o.all == nil {
		o.all = map[Order]*sorted{}
	}
	s := &sorted{dirty: map[int]bool{}}
	o.all[order], o.use = s, append(o.use, order)
	return s
}

// sort makes an order, or mends one in which few rows are out of place.
func (t *Table) sort(s *sorted, col column, o Order) []int32 {
	if s.rows == nil || len(s.dirty) > len(s.rows)/4 {
		return t.sortAll(col, o)
	}
	compare := func(a, b int32) int { return t.compare(col, o, a, b, rowKey(col, a, o), rowKey(col, b, o)) }
	changed := make([]int32, 0, len(s.dirty))
	moved := newBitset(len(t.ids))
	for row := range s.dirty {
		moved.set(row)
		if t.live.has(row) {
			changed = append(changed, int32(row))
		}
	}
	slices.SortFunc(changed, compare)
	rest := make([]int32, 0, len(s.rows)+len(changed))
	for _, row := range s.rows {
		if !moved.has(int(row)) {
			rest = append(rest, row)
		}
	}
	return merge(rest, changed, compare)
}

// merge puts sorted rows into many more of them.
func merge(rest, changed []int32, compare func(a, b int32) int) []int32 {
	out := make([]int32, 0, len(rest)+len(changed))
	for _, row := range changed {
		at := sort.Search(len(rest), func(i int) bool { return compare(rest[i], row) > 0 })
		out = append(append(out, rest[:at]...), row)
		rest = rest[at:]
	}
	return append(out, rest...)
}

func (t *Table) sortAll(col column, o Order) []int32 {
	rows := make([]int32, 0, len(t.rows))
	for row := range t.live.all() {
		rows = append(rows, int32(row))
	}
	keys := make([]string, len(t.ids))
	for _, row := range rows {
		keys[row] = rowKey(col, row, o)
	}
	slices.SortFunc(rows, func(a, b int32) int { return t.compare(col, o, a, b, keys[a], keys[b]) })
	return rows
}

func rowKey(col column, row int32, o Order) string {
	if col == nil {
		return ""
	}
	return col.key(int(row), o.Exact)
}

func (t *Table) compare(col column, o Order, a, b int32, keyA, keyB string) int {
	if col != nil {
		if (keyA == "") != (keyB == "") {
			if keyA == "" {
				return 1
			}
			return -1
		}
		if n := strings.Compare(keyA, keyB); n != 0 {
			if o.Desc {
				return -n
			}
			return n
		}
	}
	return bytes.Compare(t.ids[a][:], t.ids[b][:])
}
