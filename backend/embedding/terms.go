package embedding

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"hash/fnv"
	"math"
	"slices"
)

// TermOptions of NewTerms; a zero field takes its default.
type TermOptions struct {
	// Key makes term ids keyed: the first 4 bytes of HMAC-SHA256(key, term). Without a key they are FNV-1a.
	Key []byte
	// K1 is how soon more of the same term stops to count (BM25). Default: DefaultK1.
	K1 float32
	// B is how much a long document is held against its terms (BM25), 0 … 1. Default: DefaultB. Negative: 0.
	B float32
	// AverageLength of a document, in weighted words (BM25). It is fixed, since a document is encoded before the
	// others are known; what it is off by only shifts B. Default: DefaultAverageLength.
	AverageLength float32
}

// The defaults of TermOptions; docs/retrieval.md has the figures.
const (
	DefaultK1            = 0.9
	DefaultB             = 0.4
	DefaultAverageLength = 40
)

// TermEncoder makes sparse vectors. It is safe for concurrent use.
type TermEncoder struct {
	key             []byte
	k1, b, averageL float64
}

// NewTerms makes an encoder. Two encoders with the same options give the same vectors.
func NewTerms(o TermOptions) *TermEncoder {
	orDefault := func(value, fallback float32) float64 {
		if value == 0 {
			value = fallback
		}
		return float64(max(value, 0))
	}
	return &TermEncoder{
		key: slices.Clone(o.Key),
		k1:  orDefault(o.K1, DefaultK1), b: orDefault(o.B, DefaultB),
		averageL: max(orDefault(o.AverageLength, DefaultAverageLength), 1),
	}
}

// Document encodes the texts a record is found by. A term's value is its weighted count after BM25's saturation;
// texts without a weight above 0 are left out. No words: the zero Terms.
func (e *TermEncoder) Document(texts []WeightedText) Terms {
	counts, length := make(map[string]float64), 0.0
	for _, text := range texts {
		weight := float64(text.Weight)
		if !(weight > 0) || math.IsInf(weight, 1) {
			continue
		}
		count(text.Text, func(term string, words int) {
			counts[term] += weight
			length += weight * float64(words)
		})
	}
	norm := e.k1 * (1 - e.b + e.b*length/e.averageL)
	return e.vector(counts, func(tf float64) float64 { return tf * (e.k1 + 1) / (tf + norm) })
}

// Query encodes what is searched for: every distinct term counts 1.
func (e *TermEncoder) Query(text string) Terms {
	counts := make(map[string]float64)
	count(text, func(term string, _ int) { counts[term] = 1 })
	return e.vector(counts, func(tf float64) float64 { return tf })
}

// vector gives the terms their ids. Terms that share one are merged: the larger value stays.
func (e *TermEncoder) vector(counts map[string]float64, value func(float64) float64) Terms {
	if len(counts) == 0 {
		return Terms{}
	}
	id := e.hasher()
	values := make(map[uint32]float32, len(counts))
	for term, tf := range counts {
		at, v := id(term), float32(value(tf))
		values[at] = max(values[at], v)
	}
	terms := Terms{Indices: make([]uint32, 0, len(values)), Values: make([]float32, 0, len(values))}
	for at := range values {
		terms.Indices = append(terms.Indices, at)
	}
	slices.Sort(terms.Indices)
	for _, at := range terms.Indices {
		terms.Values = append(terms.Values, values[at])
	}
	return terms
}

// hasher returns a function for one goroutine.
func (e *TermEncoder) hasher() func(string) uint32 {
	var sum hash.Hash
	if len(e.key) == 0 {
		sum = fnv.New32a()
	} else {
		sum = hmac.New(sha256.New, e.key)
	}
	var out []byte
	return func(term string) uint32 {
		sum.Reset()
		sum.Write([]byte(term))
		out = sum.Sum(out[:0])
		return binary.BigEndian.Uint32(out)
	}
}
