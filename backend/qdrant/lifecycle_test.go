//go:build linux

package qdrant

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestReadyAndKeyNeeded(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "must-not-be-passed-on")
	begin := time.Now()
	s := running(t, Options{})
	t.Logf("ready after %s", time.Since(begin))
	require.Equal(t, Running, s.State())
	require.Equal(t, "1.16.3", s.Version())
	e := s.Endpoint()
	require.Equal(t, "127.0.0.1", e.Host)
	require.NotContains(t, e.String(), e.APIKey)

	for key, want := range map[string]int{"": 401, "wrong": 401, e.APIKey: 200} {
		req, err := http.NewRequestWithContext(deadline(t), http.MethodGet, e.REST()+"/collections", nil)
		require.NoError(t, err)
		if key != "" {
			req.Header.Set("api-key", key)
		}
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		_ = res.Body.Close()
		require.Equal(t, want, res.StatusCode)
	}
	p := newProbe(e)
	defer p.close()
	require.NoError(t, p.refusesGRPC(deadline(t)))
	require.NoError(t, p.list(deadline(t), e.APIKey))

	for _, file := range []string{"environ", "cmdline"} {
		data, err := os.ReadFile(filepath.Join("/proc", itoa(s.PID()), file))
		require.NoError(t, err)
		require.NotContains(t, string(data), "must-not-be-passed-on")
		require.Equal(t, file == "environ", strings.Contains(string(data), e.APIKey))
	}
}

func TestStopIsConfirmed(t *testing.T) {
	s := running(t, Options{})
	id, err := identify(s.PID())
	require.NoError(t, err)
	begin := time.Now()
	require.NoError(t, s.Stop(deadline(t)))
	t.Logf("stopped after %s", time.Since(begin))
	require.Equal(t, Stopped, s.State())
	require.Zero(t, s.PID())
	require.ErrorIs(t, syscall.Kill(id.PID, 0), syscall.ESRCH)
	require.ErrorIs(t, s.Ready(deadline(t)), ErrStopped)
	require.ErrorIs(t, s.Restart(deadline(t)), ErrStopped)
	require.NoFileExists(t, pidPath(s.opts.Dir))
}

func TestStopWithoutPatienceKills(t *testing.T) {
	s := running(t, Options{StopTimeout: time.Hour})
	require.NoError(t, syscall.Kill(s.PID(), syscall.SIGSTOP)) // it cannot act on SIGTERM
	pid := s.PID()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, s.Stop(ctx))
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}
