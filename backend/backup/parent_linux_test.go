package backup

import "syscall"

// dieWithParent ends a server with the tests, however they end.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
