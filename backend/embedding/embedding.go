// Package embedding turns text into what it is found by: dense vectors from a
// local ONNX model, and sparse terms.
package embedding

import (
	"context"
	"errors"
)

// ErrNoModel: a file of the model or ONNX Runtime itself is missing. The app then runs on terms alone.
var ErrNoModel = errors.New("no embedding model")

// ErrClosed: the model was used after Close.
var ErrClosed = errors.New("the embedding model is closed")

// Kind tells a model whether a text asks or is asked for; some models want a prefix.
type Kind int

// The kinds.
const (
	Passage Kind = iota
	Query
)

// Model makes dense vectors. Implementations are safe for concurrent use.
type Model interface {
	// ID changes whenever vectors of the same text would: it is stored with each vector.
	ID() string
	// Dimensions of a vector.
	Dimensions() int
	// Embed returns one L2-normalized vector for each text. A text over the model's window is cut at its end:
	// use Chunks first. Queries do not wait for the passages that are being embedded.
	Embed(ctx context.Context, texts []string, kind Kind) ([][]float32, error)
	// Chunks cuts text into overlapping pieces that fit the window; one piece for most texts, none for blank text.
	Chunks(text string) []string
	// Close frees the native session.
	Close() error
}

// Terms is a sparse vector: Indices are distinct term ids, Values their weights.
// The server multiplies by the inverse document frequency.
type Terms struct {
	Indices []uint32
	Values  []float32
}

// WeightedText is text whose terms count Weight times as much.
type WeightedText struct {
	Text   string
	Weight float32
}
