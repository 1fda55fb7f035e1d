package qdrant

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"cloudops/backend/config"
)

// identity names one process for good: a process id alone is given to another sooner or later.
type identity struct {
	PID     int    `json:"pid"`
	Exe     string `json:"exe"`     // path of the executable
	Started string `json:"started"` // moment of its start, as the system counts, with the boot where it counts from that
}

// pidFile says which process runs on a folder, and for whom.
type pidFile struct {
	Owner  identity `json:"owner"`
	Qdrant identity `json:"qdrant"`
}

func pidPath(dir string) string { return filepath.Join(dir, "qdrant.pid") }

func writePIDFile(dir string, pid int) error {
	owner, err := identify(os.Getpid())
	if err != nil {
		return err
	}
	child, err := identify(pid)
	if err != nil {
		return err
	}
	data, err := json.Marshal(pidFile{Owner: owner, Qdrant: child})
	if err != nil {
		return err
	}
	return config.WriteFile(pidPath(dir), append(data, '\n'), 0o600)
}

// readPIDFile is zero where there is none or it cannot be read: then there is nothing to go by.
func readPIDFile(dir string) pidFile {
	var f pidFile
	data, err := os.ReadFile(pidPath(dir))
	if err != nil || json.Unmarshal(data, &f) != nil {
		return pidFile{}
	}
	return f
}

// alive tells whether the very process is there still.
func (i identity) alive() bool {
	now, err := identify(i.PID)
	return err == nil && i.PID > 0 && i.Exe != "" && now == i
}

// sweep ends a Qdrant that an earlier run of ours left on the folder. Whatever else has its process id by now is
// let alone, and one whose owner is alive is ErrInUse.
func sweep(ctx context.Context, o Options) error {
	f := readPIDFile(o.Dir)
	if !f.Qdrant.alive() {
		_ = os.Remove(pidPath(o.Dir))
		return nil
	}
	if f.Owner.alive() {
		return &hinted{fmt.Errorf("%w: process %d runs Qdrant (process %d) on %s", ErrInUse, f.Owner.PID, f.Qdrant.PID, o.Dir),
			"Close the other CloudOps."}
	}
	if err := endStray(ctx, f.Qdrant, o.StopTimeout); err != nil {
		return err
	}
	_ = os.Remove(pidPath(o.Dir))
	return nil
}

// endStray ends a process that is not our child: its identity is checked before every signal.
func endStray(ctx context.Context, id identity, patience time.Duration) error {
	p, err := os.FindProcess(id.PID)
	if err != nil {
		return nil
	}
	defer func() { _ = p.Release() }()
	for _, step := range []struct {
		signal func(*os.Process) error
		wait   time.Duration
	}{{terminate, patience}, {(*os.Process).Kill, killWait}} {
		if !id.alive() {
			return nil
		}
		_ = step.signal(p)
		if waitGone(ctx, id, step.wait) {
			return nil
		}
	}
	return fmt.Errorf("%w: process %d of an earlier run", ErrNotStopped, id.PID)
}

func waitGone(ctx context.Context, id identity, d time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	for id.alive() {
		select {
		case <-ctx.Done():
			return !id.alive()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return true
}
