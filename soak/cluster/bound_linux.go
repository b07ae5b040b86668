package cluster

import (
	"runtime"
	"syscall"
)

// bound makes a process that ends with us, however we end, and that does not get
// the Ctrl-C which is for us.
func bound(user *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: user}
}

// lockThread keeps the thread alive that starts a process.
func lockThread() { runtime.LockOSThread() }
