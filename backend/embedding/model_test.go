package embedding

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudops/backend/config"

	"github.com/stretchr/testify/require"
)

func open(t testing.TB, o Options) *local {
	t.Helper()
	m, err := New(o)
	require.NoError(t, err, "run `make setup`")
	t.Cleanup(func() { _ = m.Close() })
	return m.(*local)
}

func cosine(a, b []float32) float64 {
	var dot, aa, bb float64
	for i := range a {
		dot, aa, bb = dot+float64(a[i])*float64(b[i]), aa+float64(a[i])*float64(a[i]), bb+float64(b[i])*float64(b[i])
	}
	return dot / math.Sqrt(aa*bb)
}

// vectors.json was computed by ONNX Runtime for Python from the same model.onnx, one text at a time, pooled with numpy.
func TestVectorsMatchReference(t *testing.T) {
	var golden []struct {
		Text   string
		Vector []float32
	}
	readGolden(t, "vectors.json", &golden)
	texts := make([]string, len(golden))
	for i, g := range golden {
		texts[i] = g.Text
	}
	m := open(t, Options{Window: 256})
	require.Equal(t, 384, m.Dimensions())
	vectors, err := m.Embed(t.Context(), texts, Passage)
	require.NoError(t, err)
	for i, g := range golden {
		require.Greater(t, cosine(g.Vector, vectors[i]), 0.999, g.Text)
		require.InDelta(t, 1, cosine(vectors[i], vectors[i]), 1e-6)
		var square float64
		for _, v := range vectors[i] {
			square += float64(v) * float64(v)
		}
		require.InDelta(t, 1, square, 1e-5, "unit length")
	}
}

func TestVectorsDoNotDependOnTheBatch(t *testing.T) {
	m := open(t, Options{})
	texts := []string{"one", "a somewhat longer text about volumes", strings.Repeat("snapshot of a database ", 60), "two"}
	together, err := m.Embed(t.Context(), texts, Passage)
	require.NoError(t, err)
	for i, text := range texts {
		alone, err := m.Embed(t.Context(), []string{text}, Query)
		require.NoError(t, err)
		require.Greater(t, cosine(alone[0], together[i]), 0.9999)
	}
}

func TestMeaningRanksAboveWords(t *testing.T) {
	m := open(t, Options{})
	v, err := m.Embed(t.Context(), []string{"where are our container images kept", "ECR repository for docker images", "an invoice from last year"}, Passage)
	require.NoError(t, err)
	require.Greater(t, cosine(v[0], v[1]), cosine(v[0], v[2])+0.2)
}

func TestEmbedTakesAnyText(t *testing.T) {
	m := open(t, Options{})
	texts := []string{"", " ", "\x00", "\xff\xfe\xfd", strings.Repeat("a", 100_000), strings.Repeat("word ", 20_000), "\u200b\u200d"}
	vectors, err := m.Embed(t.Context(), texts, Passage)
	require.NoError(t, err)
	for _, v := range vectors {
		require.Len(t, v, m.Dimensions())
		require.InDelta(t, 1, cosine(v, v), 1e-6)
	}
	none, err := m.Embed(t.Context(), nil, Query)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestIdleSessionIsUnloadedAndLoadedAgain(t *testing.T) {
	m := open(t, Options{Idle: time.Millisecond})
	loaded := func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.native != nil
	}
	require.False(t, loaded(), "New loads no session")
	for range 3 {
		_, err := m.Embed(t.Context(), []string{"again"}, Query)
		require.NoError(t, err)
		require.Eventually(t, func() bool { return !loaded() }, 10*time.Second, time.Millisecond)
	}
}

func TestConcurrentUse(t *testing.T) {
	m := open(t, Options{Idle: time.Microsecond})
	want, err := m.Embed(t.Context(), []string{"a busy text"}, Query)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for worker := range 6 {
		wg.Go(func() {
			for i := range 5 {
				got, err := m.Embed(context.Background(), []string{fmt.Sprint("other ", i), "a busy text"}, Kind(worker%2))
				if err != nil || cosine(got[1], want[0]) < 0.9999 {
					t.Errorf("embed: %v", err)
				}
			}
		})
	}
	wg.Wait()
}

func TestCancelledEmbedStops(t *testing.T) {
	m := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	texts := make([]string, 400)
	for i := range texts {
		texts[i] = strings.Repeat("a long text ", 100)
	}
	done := make(chan error, 1)
	go func() {
		_, err := m.Embed(ctx, texts, Passage)
		done <- err
	}()
	_, err := m.Embed(t.Context(), []string{"a query passes the passages"}, Query)
	require.NoError(t, err)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	_, err = m.Embed(t.Context(), []string{"and goes on"}, Passage)
	require.NoError(t, err)
}

func TestCloseIsFinal(t *testing.T) {
	m := open(t, Options{})
	_, err := m.Embed(t.Context(), []string{"x"}, Query)
	require.NoError(t, err)
	require.NoError(t, m.Close())
	require.NoError(t, m.Close())
	_, err = m.Embed(t.Context(), []string{"x"}, Query)
	require.ErrorIs(t, err, ErrClosed)
}

func TestMissingFilesAreErrNoModel(t *testing.T) {
	for _, missing := range []string{libraryName, DefaultModel + "/model.onnx", DefaultModel + "/tokenizer.json"} {
		dir := t.TempDir()
		for _, name := range []string{libraryName, DefaultModel + "/model.onnx", DefaultModel + "/tokenizer.json"} {
			if name == missing {
				continue
			}
			source, err := config.Resource(name)
			require.NoError(t, err)
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
			require.NoError(t, os.Symlink(source, filepath.Join(dir, name)))
		}
		t.Run(filepath.Base(missing), func(t *testing.T) {
			t.Setenv(config.ResourcesDirEnv, dir)
			_, err := New(Options{})
			require.ErrorIs(t, err, ErrNoModel)
			require.ErrorIs(t, err, config.ErrResourceMissing)
		})
	}
}

func TestBrokenModelIsAnError(t *testing.T) {
	library, err := config.Resource(libraryName)
	require.NoError(t, err)
	require.NoError(t, openLibrary(library))
	file := filepath.Join(t.TempDir(), "model.onnx")
	require.NoError(t, os.WriteFile(file, []byte("not a model"), 0o600))
	_, err = checkShape(file)
	require.Error(t, err)
	require.False(t, errors.Is(err, ErrNoModel))
}

func TestIDNamesModelFileAndWindow(t *testing.T) {
	m := open(t, Options{Window: 128})
	require.Regexp(t, `^all-MiniLM-L6-v2-int8@[0-9a-f]{12}/128$`, m.ID())
	require.NotEqual(t, m.ID(), open(t, Options{Window: 256}).ID())
	require.Equal(t, "all-MiniLM-L6-v2-int8", Name(m.ID()))
}
