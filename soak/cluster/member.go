package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

const (
	startTime = 90 * time.Second // until a process works, on a busy machine
	stopTime  = 40 * time.Second // until one that was asked to stop has ended
	lookEvery = 20 * time.Millisecond
)

// Member is one process, which may be killed and started again.
type Member struct {
	Name string // for people
	// Ready is a text in its log that says that it works.
	Ready string
	Path  string
	Args  []string
	Env   []string // in addition to our own
	Log   string   // file that its output is added to
	user  *syscall.Credential
	// OnExit is told when it ends without being asked to, after it has worked.
	OnExit func(name string, err error)

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
	over bool          // its end was asked for
	err  error         // how it ended
}

// Start starts the process and returns when it works.
func (m *Member) Start(ctx context.Context) error {
	log, err := os.OpenFile(m.Log, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own
	from, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	cmd := exec.Command(m.Path, m.Args...) //nolint:noctx // it outlives the call
	cmd.Env = append(os.Environ(), m.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = bound(m.user)
	done := make(chan struct{})
	m.mu.Lock()
	m.cmd, m.done, m.over = cmd, done, false
	m.mu.Unlock()
	started := make(chan error)
	worked := make(chan struct{})
	go m.hold(cmd, done, started, worked)
	if err := <-started; err != nil {
		return err
	}
	timeout := time.After(startTime)
	for {
		if said, err := saysSince(m.Log, from, m.Ready); err != nil || said {
			close(worked)
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timeout:
			return fmt.Errorf("%s does not work after %v, see %s", m.Name, startTime, m.Log)
		case <-done:
			return fmt.Errorf("%s ended at its start: %w, see %s", m.Name, m.err, m.Log)
		case <-time.After(lookEvery):
		}
	}
}

// hold waits for the end of the process. It starts it on a thread of its own,
// which stays: the process dies with the thread.
func (m *Member) hold(cmd *exec.Cmd, done chan struct{}, started chan error, worked chan struct{}) {
	lockThread()
	err := cmd.Start()
	started <- err
	if err != nil {
		close(done)
		return
	}
	m.err = cmd.Wait()
	close(done)
	m.mu.Lock()
	asked := m.over
	m.mu.Unlock()
	select {
	case <-worked:
		if !asked && m.OnExit != nil {
			m.OnExit(m.Name, m.err)
		}
	default: // Start tells
	}
}

// saysSince reports whether a file has a text behind an offset.
func saysSince(file string, from int64, text string) (bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, from, 1<<20))
	return bytes.Contains(data, []byte(text)), err
}

// Kill is kill -9. It returns when the process is gone.
func (m *Member) Kill() { m.end(syscall.SIGKILL) }

// Stop asks the process to end and reports how it did.
func (m *Member) Stop(how syscall.Signal) error {
	if !m.end(how) {
		return fmt.Errorf("%s did not stop within %v", m.Name, stopTime)
	}
	return m.err
}

// end sends a signal and waits, and kills what does not listen.
func (m *Member) end(how syscall.Signal) (listened bool) {
	m.mu.Lock()
	cmd, done := m.cmd, m.done
	m.over = true
	m.mu.Unlock()
	if cmd == nil || cmd.Process == nil {
		return true
	}
	err := cmd.Process.Signal(how)
	select {
	case <-done:
		return true
	case <-time.After(stopTime):
	}
	if err = errors.Join(err, cmd.Process.Kill()); err == nil {
		<-done
	}
	return false
}

// PID returns the number of the process, 0 when it does not run.
func (m *Member) PID() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cmd == nil || m.cmd.Process == nil {
		return 0
	}
	select {
	case <-m.done:
		return 0
	default:
		return m.cmd.Process.Pid
	}
}
