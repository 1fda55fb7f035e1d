package embedding

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"cloudops/backend/config"
)

// New finds the model and ONNX Runtime among the bundled files. It loads neither: the first Embed does, and
// again after the session was unloaded for idleness. ErrNoModel where a file is missing.
func New(o Options) (Model, error) {
	o = o.withDefaults()
	libraryFile, err := config.Resource(libraryName)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoModel, err)
	}
	known, modelFile, tokenizerFile, err := find(o.Model)
	if err != nil {
		return nil, err
	}
	if err := openLibrary(libraryFile); err != nil {
		return nil, err
	}
	size, err := checkShape(modelFile)
	if err != nil {
		return nil, err
	}
	tokens, err := loadWordPiece(tokenizerFile)
	if err != nil {
		return nil, err
	}
	hash, err := fileHash(modelFile)
	if err != nil {
		return nil, err
	}
	latest, err := lru.New[[sha256.Size]byte, []float32](latestVectors)
	if err != nil {
		return nil, err
	}
	m := &local{
		latest: latest, options: o, known: known, file: modelFile, size: size, tokens: tokens,
		id:       fmt.Sprintf("%s@%s/%d", known.name, hash[:12], o.Window),
		queries:  make(chan struct{}, 1),
		passages: make(chan struct{}, 1),
	}
	m.room = o.Window - (len(tokens.encode(known.passage, o.Window)) - 2)
	return m, nil
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

// latestVectors is how many vectors are remembered, in memory alone (1.5 KB each): when a message is added, those beside
// it are indexed again though their texts did not change.
const latestVectors = 2048

// local is a model in an ONNX file on this machine.
type local struct {
	latest  *lru.Cache[[sha256.Size]byte, []float32]
	options Options
	known   known
	file    string
	size    int
	id      string
	tokens  *wordPiece
	room    int // word pieces of a chunk, [CLS] and [SEP] included, that the window leaves beside the prefix

	// One native call of each kind at a time bounds the cores in use, and lets a query pass many passages.
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
	return m.tokens.chunks(text, m.room, m.options.Overlap)
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
	gate, prefix := m.passages, m.known.passage
	if kind == Query {
		gate, prefix = m.queries, m.known.query
	}
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		// One text at a time: an int8 model scales its activations by the whole batch, so that the vector of a text would
		// depend on its neighbours; a batch is only a fifth faster.
		if vectors[i], err = m.embedOne(ctx, native, gate, prefix+text); err != nil {
			return nil, err
		}
	}
	return vectors, nil
}

func (m *local) embedOne(ctx context.Context, native *session, gate chan struct{}, text string) ([]float32, error) {
	key := sha256.Sum256([]byte(text))
	if vector, ok := m.latest.Get(key); ok {
		return slices.Clone(vector), nil
	}
	select {
	case gate <- struct{}{}:
		defer func() { <-gate }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	vector, err := native.run(ctx, m.tokens.encode(text, m.options.Window))
	if err == nil {
		m.latest.Add(key, slices.Clone(vector))
	}
	return vector, err
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
