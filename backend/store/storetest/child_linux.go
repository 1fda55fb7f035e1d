package storetest

import "syscall"

// childAttributes ends the server with the test process, whatever ends that.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
