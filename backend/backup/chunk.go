package backup

import (
	"crypto/sha256"
	"encoding/binary"
)

// chunkSizes bound the content of an object, in bytes before compression.
type chunkSizes struct {
	min    int // no cut before
	spread int // after min, a cut comes this much later on average
	max    int // a cut comes here in any case; an entry that is larger stands alone
}

// chunk is the content of one object: entries of one collection in the order of revisions.
type chunk struct {
	collection        string
	firstRev, lastRev int64
	entries           int
	content           []byte
}

// chunker cuts the entries of a collection where their own content says so. What is appended, and an entry that went away,
// move no cut but the next: all other objects stay what they are.
type chunker struct {
	sizes      chunkSizes
	collection string
	cur        chunk
}

// add takes the next entry's line with its SHA-256 and returns the chunks that are full.
func (c *chunker) add(rev int64, line []byte, sum [sha256.Size]byte) []chunk {
	var full []chunk
	if c.cur.entries > 0 && len(c.cur.content)+len(line) > c.sizes.max {
		full = append(full, c.take())
	}
	if c.cur.entries == 0 {
		c.cur.collection, c.cur.firstRev = c.collection, rev
	}
	c.cur.content = append(c.cur.content, line...)
	c.cur.lastRev = rev
	c.cur.entries++
	if len(c.cur.content) >= c.sizes.min && c.cuts(len(line), sum) {
		full = append(full, c.take())
	}
	return full
}

// cuts says yes with a chance that grows with the length of the line.
func (c *chunker) cuts(length int, sum [sha256.Size]byte) bool {
	return binary.BigEndian.Uint64(sum[:])%uint64(c.sizes.spread) < uint64(length)
}

func (c *chunker) rest() (chunk, bool) {
	if c.cur.entries == 0 {
		return chunk{}, false
	}
	return c.take(), true
}

func (c *chunker) take() chunk {
	out := c.cur
	c.cur = chunk{}
	return out
}
