//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// children are the processes that work in a data folder: a Qdrant of ours has its working folder there.
func children(dir string) []int {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		real = dir
	}
	var pids []int
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		cwd, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(cwd, real+"/") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil && alive(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}

// watchMemory follows the most memory that a process ever held, and returns it when asked. The figure that the system
// gives at the end counts Qdrant too.
func watchMemory(pid int) func() int64 {
	stop, result := make(chan struct{}), make(chan int64)
	go func() {
		peak := int64(0)
		for {
			select {
			case <-stop:
				result <- peak
				return
			case <-time.After(20 * time.Millisecond):
			}
			status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
			if err != nil {
				continue
			}
			_, rest, _ := strings.Cut(string(status), "VmHWM:")
			if fields := strings.Fields(rest); len(fields) > 0 {
				if kb, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
					peak = max(peak, kb<<10)
				}
			}
		}
	}()
	return func() int64 { close(stop); return <-result }
}

// noOrphans fails where a process is left in a data folder. One that was sent a signal may need a moment.
func noOrphans(t *testing.T, dir string) {
	t.Helper()
	var left []int
	for range 500 {
		if left = children(dir); len(left) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, pid := range left {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	t.Errorf("processes %v were left behind in %s", left, dir)
}

// qdrantOf waits for the Qdrant of a data folder.
func qdrantOf(t *testing.T, dir string) int {
	t.Helper()
	for range 6000 {
		if pids := children(dir); len(pids) > 0 {
			return pids[0]
		}
		time.Sleep(10 * time.Millisecond)
	}
	require.Fail(t, "no Qdrant was started")
	return 0
}
