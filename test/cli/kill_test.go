//go:build linux

package cli_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cloudops/test/kill"
)

// TestKills is five rounds of what `go run ./bench/kill -rounds 50` does.
func TestKills(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	cmd := a.command(t.Context())
	report, err := kill.Run(t.Context(), kill.Options{Binary: cloudops, Env: cmd.Env, DataDir: a.dir, Rounds: 5, VerifyEvery: 5, Seed: seed, Log: t.Logf})
	require.NoError(t, err)
	require.Equal(t, 5, report.Rounds)
	t.Log(report)
}
