package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// ErrLocked: another process uses the data folder. errors.As with *LockedError tells which.
var ErrLocked = errors.New("the data folder is in use")

// LockedError says who holds the lock.
type LockedError struct {
	Dir string
	PID int // 0: the holder has not said
}

// Error names the folder and the process.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%v: another CloudOps has %s open; close it, or choose another folder with --data-dir", ErrLocked, e.Dir)
	}
	return fmt.Sprintf("%v: another CloudOps (process %d) has %s open; close it, or choose another folder with --data-dir", ErrLocked, e.PID, e.Dir)
}

// Unwrap is ErrLocked.
func (e *LockedError) Unwrap() error { return ErrLocked }

// Lock is held by the one process that may write in a data folder. The system releases it when the
// process ends, however that happens.
type Lock struct {
	file    *flock.Flock
	pidPath string
}

// LockDir takes the lock of a data folder that exists, without waiting. *LockedError if another process, or another
// Lock of this one, holds it.
func LockDir(dir string) (*Lock, error) {
	l := &Lock{
		file: flock.New(filepath.Join(dir, "cloudops.lock"), flock.SetPermissions(0o600)),
		// A file of its own: Windows lets nobody read a file while it is locked.
		pidPath: filepath.Join(dir, "cloudops.pid"),
	}
	ok, err := l.file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if !ok {
		return nil, &LockedError{Dir: dir, PID: readPID(l.pidPath)}
	}
	if err := WriteFile(l.pidPath, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		_ = l.file.Unlock()
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	return l, nil
}

// Release gives the lock up.
func (l *Lock) Release() error {
	_ = os.Remove(l.pidPath)
	return l.file.Unlock()
}

func readPID(path string) int {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		return 0
	}
	return pid
}
