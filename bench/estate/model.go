package main

import (
	"context"
	"hash/maphash"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"cloudops/backend/embedding"
)

// timing sums up how long the model itself took for passages.
type timing struct {
	embedding.Model
	mu   sync.Mutex
	took time.Duration
}

// Embed implements embedding.Model.
func (m *timing) Embed(ctx context.Context, texts []string, kind embedding.Kind) ([][]float32, error) {
	start := time.Now()
	out, err := m.Model.Embed(ctx, texts, kind)
	if kind == embedding.Passage {
		m.mu.Lock()
		m.took += time.Since(start)
		m.mu.Unlock()
	}
	return out, err
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
