//go:build linux

package qdrant

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// helperEnv makes a copy of the test binary an app of its own, that can be killed: it starts a Qdrant in the folder it
// names, says its process id, and waits.
const helperEnv = "CLOUDOPS_TEST_HELPER_DIR"

// watchedEnv makes the copy start a plain process with a watcher, the way macOS does it.
const watchedEnv = "CLOUDOPS_TEST_HELPER_WATCHED"

func runHelperIfAsked() {
	if binary := os.Getenv(watchedEnv); binary != "" {
		runWatched(binary)
	}
	dir := os.Getenv(helperEnv)
	if dir == "" {
		return
	}
	s, err := Start(context.Background(), Options{Dir: dir, Binary: os.Getenv(BinaryEnv)})
	if err == nil {
		err = s.Ready(context.Background())
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("pid", s.PID())
	time.Sleep(time.Hour)
}

func runWatched(binary string) {
	cmd := exec.Command(binary, "3600")
	err := cmd.Start()
	if err == nil {
		_, err = startWatcher(cmd.Process.Pid)
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("pid", cmd.Process.Pid)
	time.Sleep(time.Hour)
}

// app is a running copy of the test binary.
type app struct {
	cmd *exec.Cmd
	pid int // of the process that it started
}

func startApp(t *testing.T, env ...string) *app {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	require.Equal(t, "pid", word, line)
	pid, err := strconv.Atoi(rest)
	require.NoError(t, err)
	return &app{cmd: cmd, pid: pid}
}

// kill ends the app with SIGKILL.
func (a *app) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, a.cmd.Process.Kill())
	_ = a.cmd.Wait()
}
