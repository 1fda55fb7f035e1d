package qdrant

import (
	"context"
	"os"
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
