//go:build !linux

package backup

import "syscall"

func dieWithParent() *syscall.SysProcAttr { return nil }
