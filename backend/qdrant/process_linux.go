package qdrant

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// systemVariables are taken over from our environment.
var systemVariables = []string{}

// fileLimit is how many files Qdrant may open where the system allows it: each segment has dozens.
const fileLimit = 10_000

// keeper starts processes that end with us. The kernel sends their death signal when the thread that started them
// ends, so that one goroutine, locked to its thread for as long as the server lives, starts them all.
type keeper struct {
	commands chan *exec.Cmd
	results  chan error
}

func newKeeper() (*keeper, error) {
	k := &keeper{commands: make(chan *exec.Cmd), results: make(chan error)}
	go func() {
		// Never unlocked: the thread ends with the goroutine, after close.
		runtime.LockOSThread()
		for cmd := range k.commands {
			k.results <- cmd.Start()
		}
	}()
	return k, nil
}

func (k *keeper) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Pdeathsig: syscall.SIGKILL,
		Setpgid:   true, // Ctrl-C in our terminal is for us; we stop Qdrant in order
	}
	k.commands <- cmd
	if err := <-k.results; err != nil {
		return err
	}
	raiseFileLimit(cmd.Process.Pid)
	return nil
}

func (k *keeper) close() { close(k.commands) }

// raiseFileLimit lifts the soft limit, which is 1,024 on most systems. Best effort.
func raiseFileLimit(pid int) {
	var now unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &now) != nil || now.Cur >= fileLimit {
		return
	}
	now.Cur = min(now.Max, fileLimit)
	_ = unix.Prlimit(pid, unix.RLIMIT_NOFILE, &now, nil)
}

func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// identify reads who a process is. An error where it is gone (a zombie is gone).
func identify(pid int) (identity, error) {
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil {
		return identity{}, err
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return identity{}, err
	}
	// The name in parentheses may hold anything; after it come fields 3 (state) and on. 22 is the start time,
	// in ticks since boot (proc(5)).
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return identity{}, os.ErrProcessDone
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return identity{}, err
	}
	return identity{PID: pid, Exe: strings.TrimSuffix(exe, " (deleted)"), Started: strings.TrimSpace(string(boot)) + " " + fields[19]}, nil
}
