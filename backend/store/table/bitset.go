package table

import (
	"iter"
	"math/bits"
)

// bitset is a set of rows.
type bitset []uint64

func newBitset(rows int) bitset { return make(bitset, (rows+63)/64) }

func (b bitset) grown(rows int) bitset {
	for len(b)*64 < rows {
		b = append(b, 0)
	}
	return b
}

func (b bitset) set(row int)      { b[row/64] |= 1 << (row % 64) }
func (b bitset) clear(row int)    { b[row/64] &^= 1 << (row % 64) }
func (b bitset) has(row int) bool { return b[row/64]&(1<<(row%64)) != 0 }

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// all are the rows of the set, in order.
func (b bitset) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range b {
			for ; w != 0; w &= w - 1 {
				if !yield(i*64 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}
