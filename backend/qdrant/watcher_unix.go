//go:build !windows

package qdrant

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// watcherEnv makes this program a watcher; it holds the identity of the process that is watched.
const watcherEnv = "CLOUDOPS_QDRANT_WATCHER"

// RunWatcherIfAsked must be the first call of main. In a copy of this program that was started as a watcher (macOS) it
// does that work and ends the program; otherwise it returns at once.
//
// A watcher reads from a pipe that only its parent writes to. The pipe ends when the parent does, however that
// happens, and then the watcher ends the process that it watches.
func RunWatcherIfAsked() {
	text, ok := os.LookupEnv(watcherEnv)
	if !ok {
		return
	}
	var id identity
	if err := json.Unmarshal([]byte(text), &id); err != nil {
		os.Exit(2)
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	released := make([]byte, 1)
	if n, _ := io.ReadFull(os.Stdin, released); n == 1 {
		os.Exit(0)
	}
	if err := endStray(context.Background(), id, 3*time.Second); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// watching is a watcher from its parent's side.
type watching struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// startWatcher runs a copy of this program that ends the process when we end.
func startWatcher(pid int) (*watching, error) {
	id, err := identify(pid)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(id)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = []string{watcherEnv + "=" + string(text)}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // not to end with our terminal
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &watching{cmd: cmd, pipe: pipe}, nil
}

// release lets the watcher go without doing anything.
func (w *watching) release() {
	_, _ = w.pipe.Write([]byte{1})
	_ = w.pipe.Close()
	_ = w.cmd.Wait()
}
