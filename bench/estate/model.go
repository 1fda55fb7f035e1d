package main

import (
	"context"
	"hash/maphash"
	"math"
	"math/rand/v2"
	"sync"

	"cloudops/backend/embedding"
)

// counting remembers what it embedded.
type counting struct {
	embedding.Model
	mu   sync.Mutex
	seen [][]string
}

// Embed implements embedding.Model.
func (c *counting) Embed(ctx context.Context, texts []string, kind embedding.Kind) ([][]float32, error) {
	if kind == embedding.Passage {
		c.mu.Lock()
		c.seen = append(c.seen, append([]string(nil), texts...))
		c.mu.Unlock()
	}
	return c.Model.Embed(ctx, texts, kind)
}

// directions gives each passage a random direction of its own, and leaves questions to the model.
type directions struct{ embedding.Model }

var seed = maphash.MakeSeed()

// Embed implements embedding.Model.
func (d directions) Embed(ctx context.Context, texts []string, kind embedding.Kind) ([][]float32, error) {
	if kind == embedding.Query {
		return d.Model.Embed(ctx, texts, kind)
	}
	out := make([][]float32, len(texts))
	for i, text := range texts {
		r := rand.New(rand.NewPCG(maphash.String(seed, text), 1))
		v := make([]float32, d.Dimensions())
		var sum float64
		for j := range v {
			v[j] = float32(r.NormFloat64())
			sum += float64(v[j]) * float64(v[j])
		}
		for j := range v {
			v[j] /= float32(math.Sqrt(sum))
		}
		out[i] = v
	}
	return out, nil
}
