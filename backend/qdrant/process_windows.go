package qdrant

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// systemVariables are taken over from our environment: Windows programs do not start without the first.
var systemVariables = []string{"SystemRoot", "SystemDrive", "TEMP", "TMP"}

// keeper starts processes that end with us: a job object ends all its processes when its last handle is closed, and
// the system closes ours when we end, however that happens.
type keeper struct{ job windows.Handle }

func newKeeper() (*keeper, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("make a job object: %w", err)
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))); err != nil {
		_ = windows.CloseHandle(job)
		return nil, fmt.Errorf("set up the job object: %w", err)
	}
	return &keeper{job: job}, nil
}

// start leaves an instant between the start of the process and its entry into the job; one that we leave behind by
// ending right then is swept at the next start.
func (k *keeper) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	if err := cmd.Start(); err != nil {
		return err
	}
	err := k.assign(cmd.Process.Pid)
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	return err
}

func (k *keeper) assign(pid int) error {
	h, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(pid))
	if err != nil {
		return fmt.Errorf("open the process: %w", err)
	}
	defer func() { _ = windows.CloseHandle(h) }()
	if err := windows.AssignProcessToJobObject(k.job, h); err != nil {
		return fmt.Errorf("put the process into its job: %w", err)
	}
	return nil
}

func (k *keeper) close() { _ = windows.CloseHandle(k.job) }

// terminate ends the process outright: without a console there is no polite request. Qdrant's log of writes, and the
// ledger, are made for that.
func terminate(p *os.Process) error { return p.Kill() }

// identify reads who a process is. An error where it is gone.
func identify(pid int) (identity, error) {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return identity{}, err
	}
	defer func() { _ = windows.CloseHandle(h) }()
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(h, &created, &exited, &kernel, &user); err != nil {
		return identity{}, err
	}
	if exited.HighDateTime != 0 || exited.LowDateTime != 0 {
		return identity{}, os.ErrProcessDone
	}
	path := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(path))
	if err := windows.QueryFullProcessImageName(h, 0, &path[0], &size); err != nil {
		return identity{}, err
	}
	return identity{PID: pid, Exe: windows.UTF16ToString(path[:size]), Started: fmt.Sprint(created.Nanoseconds())}, nil
}

// RunWatcherIfAsked does nothing: the job object does the watcher's work here.
func RunWatcherIfAsked() {}
