//go:build !linux

package sandbox

import (
	"errors"
	"syscall"
)

// What is known here of processes: only their group.
const (
	namespacesKnown = false
	memoryKnown     = false
)

func attributes(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func refused(error) bool { return false }

func killSession(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

func memoryOf(int, bool) int64 { return 0 }

// confine lowers what the system lets every process lower.
func confine(Access) (active, absent []string, err error) {
	err = errors.Join(
		syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}),
		syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{}),
	)
	return []string{"resource limits", "a session of its own"},
		[]string{"file system, network and memory: this system offers no means to limit them"}, err
}
