//go:build !linux

package cluster

import "syscall"

func bound(user *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: user}
}

func lockThread() {}
