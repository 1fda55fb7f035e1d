package qdrant

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// process is one run of the binary.
type process struct {
	cmd      *exec.Cmd
	endpoint Endpoint
	tail     *tail
	exited   chan struct{} // closed when it has ended and was waited for
	err      error         // of Wait; after exited
}

// killWait is how long a killed process may take to be gone. Only one that hangs in the kernel does.
const killWait = 5 * time.Second

// spawn begins a process with new ports and a new key, and writes the pid file.
func (s *Server) spawn() (*process, error) {
	e, err := newEndpoint()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(s.binary), endpoint: e, tail: &tail{out: s.log, taken: make(chan struct{})}, exited: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = s.opts.Dir, s.environment(e)
	p.cmd.Stdout, p.cmd.Stderr = p.tail, p.tail
	p.cmd.WaitDelay = time.Second // a child of the process could hold the pipe open
	if err := s.keeper.start(p.cmd); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &hinted{fmt.Errorf("%w: %s", ErrBinaryMissing, s.binary), "Run `make setup` to get it again."}
		}
		return nil, unusable(s.binary, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	s.mu.Lock()
	s.starts++
	s.endpoint, s.pid = e, p.cmd.Process.Pid
	s.mu.Unlock()
	// A start without a pid file is no reason to have no search; it is only what is swept after a crash of ours.
	_ = writePIDFile(s.opts.Dir, p.cmd.Process.Pid)
	return p, nil
}

// end stops a process: a polite request, then by force, at once where hurry is closed. ErrNotStopped where it is
// still there after that.
func (s *Server) end(p *process) error {
	if err := terminate(p.cmd.Process); err == nil {
		timer := time.NewTimer(s.opts.StopTimeout)
		defer timer.Stop()
		select {
		case <-p.exited:
		case <-timer.C:
		case <-s.hurry:
		}
	}
	if err := p.kill(); err != nil {
		return err
	}
	s.gone()
	return nil
}

// kill ends a process by force and waits until it is gone.
func (p *process) kill() error {
	_ = p.cmd.Process.Kill()
	select {
	case <-p.exited:
		return nil
	case <-time.After(killWait):
		return fmt.Errorf("%w: process %d", ErrNotStopped, p.cmd.Process.Pid)
	}
}

// gone records that no process is left.
func (s *Server) gone() {
	s.mu.Lock()
	s.pid = 0
	s.mu.Unlock()
	_ = os.Remove(pidPath(s.opts.Dir))
}

// lost records that a process ended by itself, or hung.
func (s *Server) lost() {
	s.set(Restarting, func() { s.pid = 0 })
	_ = os.Remove(pidPath(s.opts.Dir))
}

// exit says how a process ended.
func (p *process) exit() string {
	if p.err == nil {
		return "exit status 0"
	}
	return p.err.Error()
}

// crash says how a process that is given up ended.
func (p *process) crash(atStart bool, attempts int) *CrashError {
	byItself := p.cmd.ProcessState != nil && p.cmd.ProcessState.Exited()
	return &CrashError{AtStart: atStart, Storage: atStart && byItself && p.tail.begun(), Attempts: attempts, Exit: p.exit(), Lines: p.tail.lines()}
}

// takenMarks are what Qdrant prints where it cannot listen: the codes of EADDRINUSE on Linux, macOS and Windows, and its
// own words about gRPC, which come without one until it ends.
var takenMarks = [][]byte{[]byte("(os error 98)"), []byte("(os error 48)"), []byte("(os error 10048)"), []byte("Error while starting gRPC server")}

// tail passes output on to the log, keeps the last lines of it, and looks for a port that was taken.
type tail struct {
	out   io.Writer
	taken chan struct{} // closed when it was

	mu   sync.Mutex
	last []string
	part []byte
	head bool // Qdrant's name and version were printed, which it does first
}

const (
	tailLines = 60
	lineLimit = 1000 // bytes
)

// Write never fails: a full disk must not stop the process by closing its output.
func (t *tail) Write(b []byte) (int, error) {
	_, _ = t.out.Write(b)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.part = append(t.part, b...)
	for {
		i := bytes.IndexByte(t.part, '\n')
		if i < 0 && len(t.part) < lineLimit {
			return len(b), nil
		}
		if i < 0 {
			i = lineLimit - 1
		}
		t.add(t.part[:min(i, lineLimit)])
		t.part = t.part[i+1:]
	}
}

func (t *tail) add(b []byte) {
	for _, mark := range takenMarks {
		if bytes.Contains(b, mark) && !closed(t.taken) {
			close(t.taken)
		}
	}
	t.head = t.head || bytes.HasPrefix(b, []byte("Version: "))
	if line := strings.TrimSpace(string(b)); line != "" {
		t.last = append(t.last, line)
		t.last = t.last[max(0, len(t.last)-tailLines):]
	}
}

func (t *tail) begun() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.head
}

func (t *tail) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := append([]string(nil), t.last...)
	if line := strings.TrimSpace(string(t.part)); line != "" {
		lines = append(lines, line)
	}
	return lines
}

// SetAside renames the storage folder of a server that is down, so that the next start begins with an empty one. The
// folder of the last time goes: what is in it can be rebuilt. It returns the new path, or "" where there was no
// storage.
func (s *Server) SetAside(context.Context) (string, error) {
	if state := s.State(); state != Down || s.binary == "" {
		return "", fmt.Errorf("set storage aside: Qdrant is %s", state)
	}
	old, _ := filepath.Glob(filepath.Join(s.opts.Dir, "storage.set-aside-*"))
	aside := filepath.Join(s.opts.Dir, "storage.set-aside-"+time.Now().UTC().Format("20060102T150405.000Z"))
	err := os.Rename(s.storage(), aside)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("set storage aside: %w", err)
	}
	for _, dir := range old {
		if err := os.RemoveAll(dir); err != nil {
			return aside, fmt.Errorf("remove what was set aside before: %w", err)
		}
	}
	return aside, nil
}
