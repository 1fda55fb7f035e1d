//go:build linux

package qdrant

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// script writes an executable that does what the lines say.
func script(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "qdrant")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o700))
	return path
}

func TestKilledQdrantIsRestartedAndAnnounced(t *testing.T) {
	s := running(t, Options{})
	events := make(chan event, 20)
	cancel := s.Watch(func(state State, e Endpoint) { events <- event{state, e} })
	defer cancel()
	first := <-events
	require.Equal(t, Running, first.state)
	for range 3 {
		require.NotZero(t, s.PID())
		require.NoError(t, syscall.Kill(s.PID(), syscall.SIGKILL))
		require.Equal(t, Restarting, next(t, events).state)
		got := next(t, events)
		for got.state == Restarting {
			got = next(t, events)
		}
		require.Equal(t, Running, got.state)
		require.NotEqual(t, first.endpoint.APIKey, got.endpoint.APIKey)
		require.Equal(t, got.endpoint, s.Endpoint())
		require.NoError(t, newProbe(got.endpoint).alive(deadline(t)))
	}
}

func next(t *testing.T, events chan event) event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-deadline(t).Done():
		t.Fatal("no change was announced")
		return event{}
	}
}

func TestCrashLoopIsGivenUpAndTriedAgainOnDemand(t *testing.T) {
	dir := t.TempDir()
	marker := filepath.Join(dir, "works")
	bin := script(t, fmt.Sprintf(`[ -e %q ] && exec %q
echo "Error: the sky is falling" >&2; exit 3`, marker, binary(t)))
	s := started(t, Options{Dir: dir, Binary: bin})
	err := s.Ready(deadline(t))
	require.ErrorIs(t, err, ErrCrashLoop)
	var crash *CrashError
	require.True(t, errors.As(err, &crash))
	require.True(t, crash.AtStart)
	require.False(t, crash.Storage) // no Qdrant at all
	require.Equal(t, "exit status 3", crash.Exit)
	require.Contains(t, crash.Lines, "Error: the sky is falling")
	require.Contains(t, err.Error(), "the sky is falling")
	require.Equal(t, Down, s.State())

	require.ErrorIs(t, s.Restart(deadline(t)), ErrCrashLoop)
	require.NoError(t, os.WriteFile(marker, nil, 0o600))
	require.NoError(t, s.Restart(deadline(t)))
	require.Equal(t, Running, s.State())
	require.NoError(t, s.Reason())
}

func TestCrashesWhileRunningAreGivenUpToo(t *testing.T) {
	s := running(t, Options{Restarts: 2, BackoffMin: time.Millisecond})
	for range 2 {
		require.NoError(t, s.Ready(deadline(t)))
		pid := s.PID()
		require.NotZero(t, pid)
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		await(t, func() bool { return s.State() != Running })
	}
	err := s.Ready(deadline(t))
	var crash *CrashError
	require.True(t, errors.As(err, &crash))
	require.False(t, crash.AtStart)
	require.Equal(t, "signal: killed", crash.Exit)
	require.NoError(t, s.Restart(deadline(t)))
}

func await(t *testing.T, done func() bool) {
	t.Helper()
	for ctx := deadline(t); !done(); {
		require.NoError(t, ctx.Err(), "waited in vain")
		time.Sleep(time.Millisecond)
	}
}

func TestHungQdrantIsReplaced(t *testing.T) {
	s := running(t, Options{ProbeEvery: 50 * time.Millisecond, ProbeLimit: 2})
	pid := s.PID()
	require.NotZero(t, pid)
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	await(t, func() bool { return s.State() == Running && s.PID() != pid })
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}

func TestRestartOfARunningOne(t *testing.T) {
	s := running(t, Options{})
	before, pid := s.Endpoint(), s.PID()
	require.NoError(t, s.Restart(deadline(t)))
	require.NotEqual(t, before.APIKey, s.Endpoint().APIKey)
	require.NotEqual(t, pid, s.PID())
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}

func TestBinaryMissingOrUnusable(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	require.NoError(t, os.WriteFile(plain, []byte("#!/bin/sh\n"), 0o600))
	garbage := filepath.Join(dir, "garbage")
	require.NoError(t, os.WriteFile(garbage, []byte("\x7fELF but not really"), 0o700))
	for path, want := range map[string]error{
		filepath.Join(dir, "absent"): ErrBinaryMissing, plain: ErrBinaryUnusable, garbage: ErrBinaryUnusable, dir: ErrBinaryUnusable,
	} {
		_, err := Start(deadline(t), Options{Dir: filepath.Join(dir, "data"), Binary: path})
		require.ErrorIs(t, err, want, path)
		var advice interface{ Hint() string }
		require.True(t, errors.As(err, &advice))
		require.NotEmpty(t, advice.Hint())
	}
}

func TestWhereTheBinaryIsFound(t *testing.T) {
	empty := t.TempDir()
	t.Setenv("CLOUDOPS_RESOURCES_DIR", empty)
	t.Setenv("PATH", empty)
	t.Setenv(BinaryEnv, "")
	_, err := findBinary("")
	require.ErrorIs(t, err, ErrBinaryMissing)
	onPath := script(t, "exit 0")
	t.Setenv("PATH", filepath.Dir(onPath))
	got, err := findBinary("")
	require.NoError(t, err)
	require.Equal(t, onPath, got)
	named := script(t, "exit 0")
	t.Setenv(BinaryEnv, named)
	got, err = findBinary("")
	require.NoError(t, err)
	require.Equal(t, named, got)
	bundled := script(t, "exit 0")
	t.Setenv("CLOUDOPS_RESOURCES_DIR", filepath.Dir(bundled))
	got, err = findBinary("")
	require.NoError(t, err)
	require.Equal(t, bundled, got)
}

// busyPort holds a port for as long as the test runs.
func busyPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func TestTakenPortsAreRetried(t *testing.T) {
	free := freePorts
	t.Cleanup(func() { freePorts = free })
	for _, which := range []string{"rest", "grpc"} {
		t.Run(which, func(t *testing.T) {
			busy, calls := busyPort(t), 0
			freePorts = func() (int, int, error) {
				rest, grpc, err := free()
				if calls++; calls <= 2 && which == "rest" {
					rest = busy
				} else if calls <= 2 {
					grpc = busy
				}
				return rest, grpc, err
			}
			s := running(t, Options{Restarts: 1})
			require.Equal(t, 3, calls)
			require.NotEqual(t, busy, s.Endpoint().RESTPort)
			require.NotEqual(t, busy, s.Endpoint().GRPCPort)
		})
	}
}

func TestAStrangerOnThePortIsNotTakenForOurs(t *testing.T) {
	other := running(t, Options{})
	free := freePorts
	t.Cleanup(func() { freePorts = free })
	calls := 0
	freePorts = func() (int, int, error) {
		if calls++; calls == 1 {
			return other.Endpoint().RESTPort, other.Endpoint().GRPCPort, nil
		}
		return free()
	}
	s := running(t, Options{})
	require.NotEqual(t, other.Endpoint().RESTPort, s.Endpoint().RESTPort)
	require.Equal(t, Running, other.State())
}

func TestForeignProcessInThePIDFileIsLetAlone(t *testing.T) {
	stranger := exec.Command("sleep", "3600")
	require.NoError(t, stranger.Start())
	t.Cleanup(func() { _ = stranger.Process.Kill(); _ = stranger.Wait() })
	now, err := identify(stranger.Process.Pid)
	require.NoError(t, err)
	self, err := identify(os.Getpid())
	require.NoError(t, err)
	owner := identity{PID: 1 << 22, Exe: self.Exe, Started: "gone"}

	for name, recorded := range map[string]identity{
		"another program": {PID: now.PID, Exe: binary(t), Started: now.Started},
		"another start":   {PID: now.PID, Exe: now.Exe, Started: "long ago"},
		"nothing known":   {PID: now.PID},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeRaw(t, dir, pidFile{Owner: owner, Qdrant: recorded})
			running(t, Options{Dir: dir})
			require.True(t, now.alive())
		})
	}
	for _, text := range []string{"", "12345", "{", "null", `{"qdrant":{"pid":-1,"exe":"x"}}`} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(pidPath(dir), []byte(text), 0o600))
		require.NoError(t, sweep(deadline(t), Options{Dir: dir}.withDefaults()))
	}
}

func TestOwnStrayIsSwept(t *testing.T) {
	dir := t.TempDir()
	// A process of ours that outlived its owner, as on a system without a death signal.
	stray := exec.Command(binary(t))
	stray.Dir = t.TempDir()
	stray.Env = []string{"QDRANT__SERVICE__HOST=127.0.0.1", "QDRANT__SERVICE__HTTP_PORT=0", "QDRANT__SERVICE__GRPC_PORT=0"}
	require.NoError(t, stray.Start())
	done := make(chan struct{})
	go func() { _ = stray.Wait(); close(done) }()
	id, err := identify(stray.Process.Pid)
	require.NoError(t, err)
	writeRaw(t, dir, pidFile{Owner: identity{PID: 1 << 22, Exe: "/gone", Started: "gone"}, Qdrant: id})
	running(t, Options{Dir: dir})
	<-done
}

func TestFolderInUseIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := running(t, Options{Dir: dir})
	_, err := Start(deadline(t), Options{Dir: dir})
	require.ErrorIs(t, err, ErrInUse)
	require.Equal(t, Running, s.State())
	require.NoError(t, s.Stop(deadline(t)))
	running(t, Options{Dir: dir})
}

func TestNoOrphanAfterTheAppIsKilled(t *testing.T) {
	dir := t.TempDir()
	a := startApp(t, helperEnv+"="+dir, BinaryEnv+"="+binary(t))
	id, err := identify(a.pid)
	require.NoError(t, err)
	require.True(t, id.alive())
	a.kill(t)
	await(t, func() bool { return !id.alive() })
	// The folder is free again.
	running(t, Options{Dir: dir})
}

func TestWatcherEndsItsProcessWithTheApp(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	require.NoError(t, err)
	a := startApp(t, watchedEnv+"="+sleep)
	id, err := identify(a.pid)
	require.NoError(t, err)
	a.kill(t)
	await(t, func() bool { return !id.alive() })
}

func TestReleasedWatcherLeavesTheProcessAlone(t *testing.T) {
	cmd := exec.Command("sleep", "3600")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	w, err := startWatcher(cmd.Process.Pid)
	require.NoError(t, err)
	w.release()
	id, err := identify(cmd.Process.Pid)
	require.NoError(t, err)
	require.True(t, id.alive())
}

func TestDamagedStorageIsRecognizedAndSetAside(t *testing.T) {
	dir := t.TempDir()
	s := running(t, Options{Dir: dir})
	createCollection(t, s.Endpoint())
	require.NoError(t, s.Stop(deadline(t)))
	segments, err := filepath.Glob(filepath.Join(dir, "storage/collections/c/0/segments/*/segment.json"))
	require.NoError(t, err)
	require.NotEmpty(t, segments)
	require.NoError(t, os.WriteFile(segments[0], []byte("not what it was"), 0o600))

	older := filepath.Join(dir, "storage.set-aside-20260101T000000.000Z")
	require.NoError(t, os.Mkdir(older, 0o700))
	s = started(t, Options{Dir: dir})
	err = s.Ready(deadline(t))
	var crash *CrashError
	require.True(t, errors.As(err, &crash), "%v", err)
	require.True(t, crash.AtStart)
	require.True(t, crash.Storage)
	require.Contains(t, err.Error(), "Failed to load local shard")
	aside, err := s.SetAside(deadline(t))
	require.NoError(t, err)
	require.DirExists(t, aside)
	require.NoDirExists(t, older)
	require.NoError(t, s.Restart(deadline(t)))
	_, err = s.SetAside(deadline(t))
	require.Error(t, err)
}
