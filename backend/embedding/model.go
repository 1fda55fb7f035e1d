package embedding

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"cloudops/backend/config"
)

// batchPieces is how many word pieces, padding included, one native call takes: throughput is flat from 256 on, and a call
// stays short enough to be broken off.
const batchPieces = 512

// New finds the model and ONNX Runtime among the bundled files. It loads neither: the first Embed does, and
// again after the session was unloaded for idleness. ErrNoModel where a file is missing.
func New(o Options) (Model, error) {
	o = o.withDefaults()
	var files [3]string
	for i, name := range []string{libraryName, path.Join(o.Model, "model.onnx"), path.Join(o.Model, "tokenizer.json")} {
		file, err := config.Resource(name)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoModel, err)
		}
		files[i] = file
	}
	if err := openLibrary(files[0]); err != nil {
		return nil, err
	}
	size, err := checkShape(files[1])
	if err != nil {
		return nil, err
	}
	tokens, err := loadWordPiece(files[2])
	if err != nil {
		return nil, err
	}
	hash, err := fileHash(files[1])
	if err != nil {
		return nil, err
	}
	return &local{
		options: o, file: files[1], size: size, tokens: tokens,
		id:       fmt.Sprintf("%s@%s/%d", path.Base(o.Model), hash[:12], o.Window),
		queries:  make(chan struct{}, 1),
		passages: make(chan struct{}, 1),
	}, nil
}

func fileHash(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// local is a model in an ONNX file on this machine.
type local struct {
	options Options
	file    string
	size    int
	id      string
	tokens  *wordPiece

	// One native call of each kind at a time bounds the cores in use, and lets a query pass a long batch.
	queries, passages chan struct{}

	mu     sync.Mutex
	native *session // nil: unloaded
	users  int      // calls that hold native
	idle   *time.Timer
	closed bool
}

func (m *local) ID() string      { return m.id }
func (m *local) Dimensions() int { return m.size }

func (m *local) Chunks(text string) []string {
	return m.tokens.chunks(text, m.options.Window, m.options.Overlap)
}

func (m *local) Embed(ctx context.Context, texts []string, kind Kind) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		return nil, nil
	}
	native, err := m.acquire()
	if err != nil {
		return nil, err
	}
	defer m.release()
	gate := m.passages
	if kind == Query {
		gate = m.queries
	}
	vectors := make([][]float32, len(texts))
	for _, part := range m.batches(texts) {
		if err := m.embedBatch(ctx, native, gate, part, vectors); err != nil {
			return nil, err
		}
	}
	return vectors, nil
}

func (m *local) embedBatch(ctx context.Context, native *session, gate chan struct{}, part batch, vectors [][]float32) error {
	select {
	case gate <- struct{}{}:
		defer func() { <-gate }()
	case <-ctx.Done():
		return ctx.Err()
	}
	found, err := native.run(ctx, part.ids)
	if err != nil {
		return err
	}
	for i, at := range part.places {
		vectors[at] = found[i]
	}
	return nil
}

// batch is texts that are embedded by one native call.
type batch struct {
	ids    [][]int64
	places []int // their places among the caller's texts
}

// batches puts texts of like length together, so that little is spent on padding.
func (m *local) batches(texts []string) []batch {
	ids, order := make([][]int64, len(texts)), make([]int, len(texts))
	for i, text := range texts {
		ids[i], order[i] = m.tokens.encode(text, m.options.Window), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(ids[a]) - len(ids[b]) })
	var out []batch
	for _, place := range order {
		last := len(out) - 1
		// The order rises, so the new text is the longest of its batch.
		if last < 0 || (len(out[last].ids)+1)*len(ids[place]) > batchPieces {
			out, last = append(out, batch{}), last+1
		}
		out[last].ids, out[last].places = append(out[last].ids, ids[place]), append(out[last].places, place)
	}
	return out
}

// acquire loads the session if need be and keeps it from being unloaded until release.
func (m *local) acquire() (*session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	if m.native == nil {
		native, err := openSession(m.file, m.size, m.options.Threads)
		if err != nil {
			return nil, err
		}
		m.native = native
	}
	if m.idle != nil {
		m.idle.Stop()
	}
	m.users++
	return m.native, nil
}

func (m *local) release() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.users--
	switch {
	case m.users > 0:
	case m.closed:
		_ = m.unload() // Close has returned already and nobody is left to tell
	case m.options.Idle > 0:
		m.idle = time.AfterFunc(m.options.Idle, m.expire)
	}
}

// expire unloads a session that nobody used for a while. A call that began meanwhile keeps it, and its release starts anew.
func (m *local) expire() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.users == 0 {
		_ = m.unload()
	}
}

func (m *local) unload() error {
	if m.native == nil {
		return nil
	}
	native := m.native
	m.native = nil
	return native.close()
}

// Close frees the session; calls that are under way finish first, later ones get ErrClosed.
func (m *local) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.idle != nil {
		m.idle.Stop()
	}
	if m.users > 0 {
		return nil
	}
	return m.unload()
}

// Name is the model's name without the hash, for people.
func Name(id string) string {
	name, _, _ := strings.Cut(id, "@")
	return name
}
