package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// How many results of a collection are remembered: a count of values is a few lines.
const (
	maxCounts = 512
	// maxMatched bounds what is kept of the ledger while the index is down: a row is about a kilobyte.
	maxMatched = 30_000
)

// remembered keeps what was asked of the index until the collection changes there: an overview is asked for at each step of a browse.
type remembered[V any] struct {
	most int
	mu   sync.Mutex
	all  map[string]V
	keys []string // the one asked for last at the end
	gen  int      // rises when the collection changes: what was asked for before is not kept
}

func (c *remembered[V]) get(key string, ask func() (V, error)) (V, error) {
	c.mu.Lock()
	v, ok := c.all[key]
	if ok {
		i := slices.Index(c.keys, key)
		c.keys = append(slices.Delete(c.keys, i, i+1), key)
	}
	gen := c.gen
	c.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if gen != c.gen {
		return v, nil
	}
	if c.all == nil {
		c.all = map[string]V{}
	}
	if _, ok := c.all[key]; !ok {
		if len(c.keys) == c.most {
			delete(c.all, c.keys[0])
			c.keys = c.keys[1:]
		}
		c.keys = append(c.keys, key)
	}
	c.all[key] = v
	return v, nil
}

func (c *remembered[V]) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all, c.keys = nil, nil
	c.gen++
}

// matched is the last list that was made from the ledger. The lock is also held while one is made: those who ask meanwhile want the same.
type matched struct {
	mu   sync.Mutex
	key  string // empty: none
	rows []row
}

func (m *matched) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.key, m.rows = "", nil
}

// changed drops what was remembered of the collection as it was.
func (col *collection) changed() {
	col.counts.drop()
	col.totals.drop()
	col.matched.drop()
}

// resultKey names a result by what it was asked with.
func resultKey(asked ...any) (string, error) {
	key, err := json.Marshal(asked)
	if err != nil {
		return "", fmt.Errorf("name the result: %w", err)
	}
	return string(key), nil
}
