//go:build linux

package qdrant

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/backend/config"
)

func TestMain(m *testing.M) {
	RunWatcherIfAsked()
	runHelperIfAsked()
	os.Exit(m.Run())
}

// binary is the real Qdrant.
func binary(t testing.TB) string {
	t.Helper()
	path, err := config.Resource("qdrant")
	require.NoError(t, err, "run `make setup`")
	return path
}

// deadline keeps a test from hanging for ever; nothing is measured against it.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// running starts a Qdrant, waits until it is ready, and stops it with the test.
func running(t testing.TB, o Options) *Server {
	t.Helper()
	s := started(t, o)
	require.NoError(t, s.Ready(deadline(t)))
	return s
}

func started(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := Start(deadline(t), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(deadline(t))) })
	return s
}

func writeRaw(t testing.TB, dir string, f pidFile) {
	t.Helper()
	data, err := json.Marshal(f)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(pidPath(dir), data, 0o600))
}

// createCollection makes a collection named c.
func createCollection(t testing.TB, e Endpoint) {
	t.Helper()
	req, err := http.NewRequestWithContext(deadline(t), http.MethodPut, e.REST()+"/collections/c", strings.NewReader(`{"vectors":{"size":4,"distance":"Cosine"}}`))
	require.NoError(t, err)
	req.Header.Set("api-key", e.APIKey)
	req.Header.Set("content-type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
}
