//go:build linux

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is when a command that does not end is taken to hang. Nothing is measured with it.
const patience = 4 * time.Minute

// app runs commands on one data folder, as one user with a HOME of their own.
type app struct {
	t    *testing.T
	home string // holds HOME, XDG_*, TMPDIR and the data folder
	dir  string // the data folder
	env  map[string]string
	args []string // put before every command
}

// newApp is a first start with the keychain.
func newApp(t *testing.T) *app {
	t.Helper()
	home := t.TempDir()
	a := &app{t: t, home: home, dir: filepath.Join(home, "data folder"), env: map[string]string{
		"PATH": os.Getenv("PATH"), "LANG": "C.UTF-8",
		"DBUS_SESSION_BUS_ADDRESS": desk.address, "CLOUDOPS_RESOURCES_DIR": resources(),
		// Nothing of the developer's own is asked.
		"AWS_CONFIG_FILE": filepath.Join(home, "aws-config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(home, "aws-credentials"),
		"AWS_EC2_METADATA_DISABLED": "true",
	}}
	for name, sub := range map[string]string{
		"HOME": "", "XDG_DATA_HOME": "share", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state",
		"XDG_RUNTIME_DIR": "run", "TMPDIR": "tmp",
	} {
		a.env[name] = filepath.Join(home, sub)
		require.NoError(t, os.MkdirAll(a.env[name], 0o700))
	}
	a.env["CLOUDOPS_DATA_DIR"] = a.dir
	t.Cleanup(func() { noOrphans(t, a.dir) })
	return a
}

// withPassphrase uses no keychain and no bus.
func (a *app) withPassphrase() *app {
	file := filepath.Join(a.home, "passphrase")
	require.NoError(a.t, os.WriteFile(file, []byte("correct horse battery staple\n"), 0o600))
	a.withoutBus()
	a.args = []string{"--passphrase-file", file}
	return a
}

// withoutBus names a bus that is not there: without a name, that of a desktop would be found.
func (a *app) withoutBus() *app {
	a.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=" + filepath.Join(a.home, "no-bus")
	return a
}

// wordsOnly leaves the model out, for what needs no meaning and would spend its time embedding.
func (a *app) wordsOnly() *app {
	dir := filepath.Join(a.home, "resources")
	require.NoError(a.t, os.MkdirAll(dir, 0o700))
	require.NoError(a.t, os.Symlink(filepath.Join(resources(), "qdrant"), filepath.Join(dir, "qdrant")))
	a.env["CLOUDOPS_RESOURCES_DIR"] = dir
	return a
}

// file writes an input file beside the data folder.
func (a *app) file(name, content string) string {
	path := filepath.Join(a.home, name)
	require.NoError(a.t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func (a *app) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, cloudops, append(slices.Clone(a.args), args...)...)
	for _, name := range slices.Sorted(maps.Keys(a.env)) {
		cmd.Env = append(cmd.Env, name+"="+a.env[name])
	}
	cmd.Dir = a.home
	// A command that hangs says where.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// result is how a command ended.
type result struct {
	t        *testing.T
	args     []string
	code     int // -1: by a signal
	out, err string
	peak     int64 // bytes of resident memory, at most
	hung     bool
}

func (a *app) run(args ...string) result { a.t.Helper(); return a.feed(nil, args...) }

// feed runs a command with an input.
func (a *app) feed(in io.Reader, args ...string) result {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := a.command(ctx, args...)
	var out, errOut bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &out, &errOut
	require.NoError(a.t, cmd.Start(), "%v", args)
	peak := watchMemory(cmd.Process.Pid)
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(a.t, err, "%v", args)
	}
	r := result{t: a.t, args: args, code: cmd.ProcessState.ExitCode(), out: out.String(), err: errOut.String(), hung: ctx.Err() != nil, peak: peak()}
	require.False(a.t, r.hung, "%s hangs", r)
	return r
}

// String shows a run for messages, without drowning the reader.
func (r result) String() string {
	return fmt.Sprintf("cloudops %s → %d\nstdout: %s\nstderr: %s", clip(strings.Join(r.args, " "), 300), r.code, clip(r.out, 1500), clip(r.err, 4000))
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + fmt.Sprintf("… (%d bytes)", len(s))
}

// ok runs a command that must succeed and returns what it printed.
func (a *app) ok(args ...string) string {
	a.t.Helper()
	r := a.run(args...)
	require.Zero(a.t, r.code, "%s", r)
	return r.out
}

// json runs a command with --json that must succeed and print one value, which goes into v.
func (a *app) json(v any, args ...string) {
	a.t.Helper()
	r := a.run(append(args, "--json")...)
	require.Zero(a.t, r.code, "%s", r)
	r.value(v)
}

// value reads stdout as exactly one JSON value on a line of its own.
func (r result) value(v any) {
	r.t.Helper()
	require.Equal(r.t, 1, strings.Count(r.out, "\n"), "one value on one line: %s", r)
	require.NoError(r.t, json.Unmarshal([]byte(r.out), v), "%s", r)
}

// lines reads stdout as JSON lines.
func lines[T any](r result) []T {
	r.t.Helper()
	out := []T{}
	for line := range strings.Lines(r.out) {
		var v T
		require.NoError(r.t, json.Unmarshal([]byte(line), &v), "%s", r)
		out = append(out, v)
	}
	return out
}

// refusal is the contract's error object.
type refusal struct {
	Error struct {
		Code, Message, Hint string
	}
}

// refused runs a command with --json that must fail with an exit code, and print an error object and nothing else.
func (a *app) refused(code int, args ...string) refusal {
	a.t.Helper()
	return a.run(append(args, "--json")...).refused(code)
}

func (r result) refused(code int) refusal {
	r.t.Helper()
	require.Equal(r.t, code, r.code, "%s", r)
	var keys map[string]map[string]string
	r.value(&keys)
	require.Equal(r.t, []string{"error"}, slices.Collect(maps.Keys(keys)), "%s", r)
	require.Equal(r.t, []string{"code", "hint", "message"}, slices.Sorted(maps.Keys(keys["error"])), "%s", r)
	require.NotEmpty(r.t, keys["error"]["message"], "%s", r)
	require.NotEqual(r.t, "internal", keys["error"]["code"], "an error that a user can cause has a name: %s", r)
	require.NotContains(r.t, r.err, "goroutine ", "%s", r)
	var out refusal
	require.NoError(r.t, json.Unmarshal([]byte(r.out), &out))
	return out
}

// background is a command that runs on while the test does something else.
type background struct {
	*exec.Cmd
	t   *testing.T
	in  io.WriteCloser
	out io.ReadCloser
	err *bytes.Buffer
}

func (a *app) start(args ...string) *background {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	b := &background{Cmd: a.command(ctx, args...), t: a.t, err: &bytes.Buffer{}}
	var err error
	b.in, err = b.StdinPipe()
	require.NoError(a.t, err)
	b.out, err = b.StdoutPipe()
	require.NoError(a.t, err)
	b.Stderr = b.err
	require.NoError(a.t, b.Start())
	a.t.Cleanup(func() {
		cancel()
		if b.ProcessState == nil {
			_ = b.Process.Kill()
			_ = b.Wait()
		}
	})
	return b
}

// end waits and returns the exit code.
func (b *background) end() int {
	b.t.Helper()
	_, _ = io.Copy(io.Discard, b.out)
	_ = b.Wait()
	return b.ProcessState.ExitCode()
}
