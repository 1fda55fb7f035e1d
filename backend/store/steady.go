package store

import (
	"crypto/sha256"
	"sync"
)

// maxKept is how many vectors a collection with a steady Doc keeps, in memory alone: 1.5 MB at 384 dimensions.
const maxKept = 1000

// vectorCache keeps the vectors of the last texts that were embedded, by their hash.
type vectorCache struct {
	mu   sync.Mutex
	all  map[[sha256.Size]byte][][]float32
	keys [][sha256.Size]byte // oldest first
}

func docKey(d Doc) [sha256.Size]byte { return sha256.Sum256([]byte(d.Dense + "\x00" + d.Context)) }

func (c *vectorCache) get(d Doc) ([][]float32, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.all[docKey(d)]
	return v, ok
}

func (c *vectorCache) put(d Doc, vectors [][]float32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := docKey(d)
	if _, known := c.all[key]; known {
		return
	}
	if c.all == nil {
		c.all = map[[sha256.Size]byte][][]float32{}
	}
	if len(c.keys) == maxKept {
		delete(c.all, c.keys[0])
		c.keys = c.keys[1:]
	}
	c.all[key] = vectors
	c.keys = append(c.keys, key)
}

// keptVectors are those of a row whose text was embedded before; nil where it has to be.
func (s *Store) keptVectors(col *collection, r row) [][]float32 {
	if !col.SteadyDoc {
		return nil
	}
	vectors, _ := col.kept.get(r.doc)
	return vectors
}
