// Package table keeps the plain fields of records in memory, column by column. A list, its count and the counts of its values over
// 100,000 records are then made in a few milliseconds, and need no other process. It knows nothing of where records come from: the store
// fills it from the ledger and tells it of every change.
package table

import (
	"sync"

	"github.com/google/uuid"
)

// Kind says how the values of a field are kept.
type Kind int

// The kinds of column.
const (
	Coded  Kind = iota // string, []string or bool with values that repeat: filtered, ordered and counted
	Text               // string that is hardly ever the same twice: filtered and ordered
	Hashed             // []string that is looked up in by whole values, of which only hashes are kept: filtered
	Number             // int64 or float64: filtered and ordered
)

// Row is a record's plain fields. A field that the table does not have, or whose value is not of its kind, is left out.
type Row struct {
	ID     uuid.UUID
	Fields map[string]any
}

// Table is safe for concurrent use.
type Table struct {
	mu      sync.RWMutex // held for writing by Apply alone
	rows    map[uuid.UUID]int
	ids     []uuid.UUID
	free    []int // rows of deleted records, to be used again
	live    bitset
	columns map[string]column

	picked selections
	orders orders
}

// New makes an empty table with these fields.
func New(fields map[string]Kind) *Table {
	t := &Table{rows: map[uuid.UUID]int{}, columns: make(map[string]column, len(fields))}
	for name, kind := range fields {
		t.columns[name] = newColumn(kind)
	}
	return t
}

// Apply puts rows in the place of those with their ids, and removes others; a reader sees all of it or nothing.
func (t *Table) Apply(put []Row, remove []uuid.UUID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range remove {
		t.remove(id)
	}
	for _, r := range put {
		t.put(r)
	}
	t.picked.drop()
}

// Len is the number of records.
func (t *Table) Len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.rows)
}

func (t *Table) put(r Row) {
	row, known := t.rows[r.ID]
	if !known {
		row = t.newRow()
		t.rows[r.ID], t.ids[row] = row, r.ID
		t.live.set(row)
	}
	for name, col := range t.columns {
		col.set(row, r.Fields[name])
	}
	t.orders.changed(row)
}

func (t *Table) newRow() int {
	if n := len(t.free); n > 0 {
		row := t.free[n-1]
		t.free = t.free[:n-1]
		return row
	}
	row := len(t.ids)
	t.ids = append(t.ids, uuid.UUID{})
	t.live = t.live.grown(row + 1)
	for _, col := range t.columns {
		col.add()
	}
	return row
}

func (t *Table) remove(id uuid.UUID) {
	row, ok := t.rows[id]
	if !ok {
		return
	}
	delete(t.rows, id)
	t.live.clear(row)
	for _, col := range t.columns {
		col.set(row, nil)
	}
	t.free = append(t.free, row)
	t.orders.changed(row)
}
