package tesseract

import (
	"os/exec"
	"syscall"
	"time"
)

// isolate gives the program a group of its own, so that all of it dies at the
// end of its time, and lets it die with us when we are killed. The kernel takes
// the end of the thread that started it for that, so run keeps its thread.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
}
