package qdrant

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// systemVariables are taken over from our environment.
var systemVariables = []string{}

// fileLimit is how many files Qdrant may open: each segment has dozens, and the system's default is 256. It is also the
// most that setrlimit takes (OPEN_MAX).
const fileLimit = 10_240

// keeper starts processes that end with us. macOS has no death signal, so a watcher goes with each.
type keeper struct{ watchers []*watching }

func newKeeper() (*keeper, error) {
	var now syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &now) == nil && now.Cur < fileLimit {
		now.Cur = min(now.Max, fileLimit)
		// Set by hand, the limit is passed on to children; the one that Go's runtime sets for itself is not.
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &now)
	}
	return &keeper{}, nil
}

func (k *keeper) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C in our terminal is for us; we stop Qdrant in order
	if err := cmd.Start(); err != nil {
		return err
	}
	w, err := startWatcher(cmd.Process.Pid)
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return fmt.Errorf("start its watcher: %w", err)
	}
	k.watchers = append(k.watchers, w)
	return nil
}

// close releases the watchers; the processes have ended by now.
func (k *keeper) close() {
	for _, w := range k.watchers {
		w.release()
	}
}

func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// zombie is SZOMB of sys/proc.h.
const zombie = 5

// identify reads who a process is. An error where it is gone.
func identify(pid int) (identity, error) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return identity{}, err
	}
	if int(info.Proc.P_pid) != pid || info.Proc.P_stat == zombie {
		return identity{}, os.ErrProcessDone
	}
	// struct of KERN_PROCARGS2: the number of arguments (4 bytes), then the path of the executable.
	args, err := unix.SysctlRaw("kern.procargs2", pid)
	if err != nil {
		return identity{}, err
	}
	if len(args) < 5 {
		return identity{}, os.ErrProcessDone
	}
	exe, _, _ := bytes.Cut(args[4:], []byte{0})
	started := info.Proc.P_starttime
	return identity{PID: pid, Exe: string(exe), Started: fmt.Sprintf("%d.%06d", started.Sec, started.Usec)}, nil
}
