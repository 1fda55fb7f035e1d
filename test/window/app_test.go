//go:build window

package window

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// app is the production binary over a data folder of its own.
type app struct {
	t    *testing.T
	home string
	cmd  *exec.Cmd
	out  bytes.Buffer
}

func newApp(t *testing.T, settings string) *app {
	t.Helper()
	a := &app{t: t, home: t.TempDir()}
	if settings != "" {
		require.NoError(t, os.MkdirAll(a.data(), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(a.data(), "settings.json"), []byte(settings), 0o600))
	}
	t.Cleanup(func() { a.kill() })
	return a
}

func (a *app) data() string { return filepath.Join(a.home, "data") }

func (a *app) start(s *screen, size string) {
	a.t.Helper()
	binary, err := filepath.Abs("../../build/bin/cloudops")
	require.NoError(a.t, err)
	a.cmd = exec.Command(binary)
	a.cmd.Env = append(os.Environ(), "HOME="+a.home, "XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=", "CLOUDOPS_DATA_DIR="+a.data(), "AWS_EC2_METADATA_DISABLED=true")
	a.cmd.Stdout, a.cmd.Stderr = &a.out, &a.out
	require.NoError(a.t, a.cmd.Start())
	deadline := time.Now().Add(time.Minute)
	for !windowIsUp() {
		require.False(a.t, time.Now().After(deadline), "no window: %s", a.out.String())
		time.Sleep(100 * time.Millisecond)
	}
	id := strings.Fields(s.run("xdotool", "search", "--onlyvisible", "--name", "^CloudOps$"))[0]
	if size != "" {
		s.run("xdotool", append([]string{"windowsize", "--sync", id}, strings.Split(size, "x")...)...)
	}
	s.run("xdotool", "windowfocus", id)
}

// windowIsUp asks the display; while windows come and go the answer may be an error.
func windowIsUp() bool {
	out, err := exec.Command("xwininfo", "-root", "-tree").Output()
	return err == nil && strings.Contains(string(out), `"CloudOps"`)
}

// stop ends the app as a logout would, and expects it to end by itself and to leave no Qdrant behind.
func (a *app) stop() {
	a.t.Helper()
	require.NoError(a.t, a.cmd.Process.Signal(syscall.SIGTERM))
	done := make(chan error, 1)
	go func() { done <- a.cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(40 * time.Second):
		a.t.Fatalf("the app does not end: %s", a.out.String())
	}
	a.cmd = nil
	require.Empty(a.t, a.servers(), "a Qdrant was left behind")
}

func (a *app) kill() {
	if a.cmd != nil {
		a.cmd.Process.Kill()
		a.cmd.Wait()
	}
}

// servers are the processes that work in the app's data folder.
func (a *app) servers() []string {
	a.t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(a.t, err)
	var found []string
	for _, link := range links {
		if dir, err := os.Readlink(link); err == nil && strings.HasPrefix(dir, a.data()) {
			found = append(found, filepath.Dir(link))
		}
	}
	return found
}
