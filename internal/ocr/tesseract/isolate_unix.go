//go:build unix && !linux

package tesseract

import (
	"os/exec"
	"syscall"
	"time"
)

// isolate gives the program a group of its own, so that all of it dies at the
// end of its time.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
}
