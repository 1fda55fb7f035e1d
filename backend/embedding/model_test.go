package embedding

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
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
	var golden map[string][]struct {
		Text           string
		Query, Passage []float32
	}
	readGolden(t, "vectors.json", &golden)
	for _, name := range Known() {
		m := open(t, Options{Model: name, Window: 256})
		require.Equal(t, 384, m.Dimensions())
		require.NotEmpty(t, golden[name])
		var texts []string
		for _, g := range golden[name] {
			texts = append(texts, g.Text)
		}
		queries, err := m.Embed(t.Context(), texts, Query)
		require.NoError(t, err)
		passages, err := m.Embed(t.Context(), texts, Passage)
		require.NoError(t, err)
		for i, g := range golden[name] {
			if g.Query != nil {
				require.Greater(t, cosine(g.Query, queries[i]), 0.999, "%s: %s", name, g.Text)
			}
			require.Greater(t, cosine(g.Passage, passages[i]), 0.999, "%s: %s", name, g.Text)
			var square float64
			for _, v := range passages[i] {
				square += float64(v) * float64(v)
			}
			require.InDelta(t, 1, square, 1e-5, "unit length")
		}
	}
}

func TestVectorsDoNotDependOnTheBatch(t *testing.T) {
	m := open(t, Options{})
	texts := []string{"one", "a somewhat longer text about volumes", strings.Repeat("snapshot of a database ", 60), "two"}
	together, err := m.Embed(t.Context(), texts, Passage)
	require.NoError(t, err)
	other := open(t, Options{}) // remembers nothing
	for i, text := range texts {
		alone, err := other.Embed(t.Context(), []string{text}, Passage)
		require.NoError(t, err)
		require.Greater(t, cosine(alone[0], together[i]), 0.9999)
	}
}

func TestMeaningRanksAboveWords(t *testing.T) {
	m := open(t, Options{})
	query, err := m.Embed(t.Context(), []string{"where are our container images kept"}, Query)
	require.NoError(t, err)
	found, err := m.Embed(t.Context(), []string{"ECR repository for docker images", "an invoice from last year"}, Passage)
	require.NoError(t, err)
	require.Greater(t, cosine(query[0], found[0]), cosine(query[0], found[1])+0.05)
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
	var want [2][]float32
	for kind := range want {
		v, err := m.Embed(t.Context(), []string{"a busy text"}, Kind(kind))
		require.NoError(t, err)
		want[kind] = v[0]
	}
	var wg sync.WaitGroup
	for worker := range 6 {
		wg.Go(func() {
			for i := range 5 {
				got, err := m.Embed(context.Background(), []string{fmt.Sprint("other ", worker, i), "a busy text"}, Kind(worker%2))
				if err != nil || cosine(got[1], want[worker%2]) < 0.9999 {
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

// resourcesWithout makes a resources folder that lacks the files that end in one of missing.
func resourcesWithout(t *testing.T, missing ...string) {
	dir := t.TempDir()
	names := []string{libraryName}
	for _, name := range Known() {
		names = append(names, "models/"+name+"/model.onnx", "models/"+name+"/tokenizer.json")
	}
	for _, name := range names {
		if slices.ContainsFunc(missing, func(end string) bool { return strings.HasSuffix(name, end) }) {
			continue
		}
		source, err := config.Resource(name)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.Symlink(source, filepath.Join(dir, name)))
	}
	t.Setenv(config.ResourcesDirEnv, dir)
}

func TestMissingFilesAreErrNoModel(t *testing.T) {
	for _, missing := range []string{libraryName, "model.onnx", "tokenizer.json"} {
		t.Run(filepath.Base(missing), func(t *testing.T) {
			resourcesWithout(t, missing)
			_, err := New(Options{})
			require.ErrorIs(t, err, ErrNoModel)
			require.ErrorIs(t, err, config.ErrResourceMissing)
		})
	}
	_, err := New(Options{Model: "unheard-of"})
	require.ErrorIs(t, err, ErrNoModel)
}

func TestNextModelServesWhereThePreferredIsMissing(t *testing.T) {
	resourcesWithout(t, Known()[0]+"/model.onnx")
	require.Equal(t, Known()[1], Name(open(t, Options{}).ID()))
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
	require.Regexp(t, `^e5-small-v2-int8@[0-9a-f]{12}/128$`, m.ID())
	require.NotEqual(t, m.ID(), open(t, Options{Window: 256}).ID())
	require.Equal(t, "e5-small-v2-int8", Name(m.ID()))
}
