package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Child is a process that works for us. One piece of work at a time.
type Child struct {
	*Conn
	pool   *Pool
	cmd    *exec.Cmd
	output tail
	served int           // pieces of work
	gone   chan struct{} // closed when the process is reaped
	flat   bool          // a process namespace of its own: whatever it started dies with it

	mu    sync.Mutex
	death *Death // why we killed it, or how it was found dead
}

// ready is what a child says of itself.
type ready struct {
	Active []string // what confines it
	Absent []string // what does not, and why
	Error  string   // it cannot work
}

// begin starts the process; it does not wait until it is ready.
func (p *Pool) begin(namespaces bool) (*Child, error) {
	conn, theirs, err := pair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	c := &Child{Conn: conn, pool: p, gone: make(chan struct{}), flat: namespaces}
	c.cmd = exec.CommandContext(context.Background(), p.Command[0], p.Command[1:]...)
	c.cmd.Env = p.Env
	if c.cmd.Env == nil {
		c.cmd.Env = []string{} // nil would be all of ours
	}
	c.cmd.Dir = "/"
	c.cmd.ExtraFiles = []*os.File{theirs}
	c.cmd.Stderr = &c.output
	c.cmd.SysProcAttr = attributes(namespaces)
	// A program that it started may still hold the error output.
	c.cmd.WaitDelay = time.Second
	if err := p.starter.start(c.cmd); err != nil {
		return nil, errors.Join(err, conn.sock.Close())
	}
	go func() {
		err := c.cmd.Wait()
		c.found(err)
		if p.Ended != nil {
			p.Ended(c.death.Reason)
		}
		if !c.flat {
			killSession(c.cmd.Process.Pid)
		}
		close(c.gone)
	}()
	return c, nil
}

// spawn starts a child, waits until it is ready, and takes note of how it went.
func (p *Pool) spawn(ctx context.Context) (*Child, ready, error) {
	c, r, err := p.tryToSpawn(ctx)
	p.noteStart(c, err)
	return c, r, err
}

func (p *Pool) tryToSpawn(ctx context.Context) (*Child, ready, error) {
	c, err := p.begin(p.namespaces.Load())
	if err != nil && p.namespaces.Load() && refused(err) {
		p.namespaces.Store(false) // the system allows none; it will not change its mind
		c, err = p.begin(false)
	}
	if err != nil {
		return nil, ready{}, err
	}
	stop := context.AfterFunc(ctx, func() { c.Kill(Stopped, "the server stops") })
	defer stop()
	timer := time.AfterFunc(startTimeout, func() { c.Kill(Time, "it was not ready after "+startTimeout.String()) })
	defer timer.Stop()
	r, err := c.greet()
	if err != nil {
		c.Kill(Crash, "it does not start")
		death := c.Wait()
		_ = c.sock.Close()
		return nil, ready{}, fmt.Errorf("%w: %w: %s", death, err, death.Output)
	}
	if c.flat {
		r.Active = append(r.Active, "namespaces (network, processes, users, IPC)")
	} else if namespacesKnown {
		r.Absent = append(r.Absent, "namespaces: not permitted here")
	}
	return c, r, nil
}

func (c *Child) greet() (r ready, err error) {
	if err := c.Write(kindHello, c.pool.Hello); err != nil {
		return r, err
	}
	kind, body, err := c.Read()
	if err != nil {
		return r, err
	}
	if kind != kindReady {
		return r, errFrame
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return r, err
	}
	if r.Error != "" {
		return r, errors.New(r.Error)
	}
	return r, nil
}

// Start gives the child a piece of work and the file it is about. Read then
// returns what the child has to say, until Done.
func (c *Child) Start(work []byte, file *os.File) error {
	c.served++
	return c.send(kindWork, work, file)
}

// Done reports whether a frame says that the child is ready for more.
func Done(kind byte) bool { return kind == kindWorkDone }

// Kill ends the child and all it started. The first reason given counts.
func (c *Child) Kill(why Reason, text string) {
	c.mu.Lock()
	if c.death == nil {
		c.death = &Death{Reason: why, Text: text}
	}
	c.mu.Unlock()
	_ = c.cmd.Process.Kill()
	if !c.flat {
		killSession(c.cmd.Process.Pid)
	}
}

// Lost is called when the child can no longer be talked to. It returns how it
// died, and kills it if it has not.
func (c *Child) Lost(err error) *Death {
	select {
	case <-c.gone:
	case <-time.After(graceToDie):
		c.Kill(Crash, "it stopped talking: "+err.Error())
	}
	return c.Wait()
}

// Wait returns how the child died, when it is dead and reaped.
func (c *Child) Wait() *Death {
	<-c.gone
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.death
}

// found notes how a process ended that was not killed by us.
func (c *Child) found(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.death == nil {
		text := "it ended too early"
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
				text = "it crashed (" + status.Signal().String() + ")"
			} else if ok {
				text = fmt.Sprintf("it crashed (status %d)", status.ExitStatus())
			}
		}
		c.death = &Death{Reason: Crash, Text: text}
	}
	c.death.Output = c.output.String()
}

func (c *Child) dead() bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}

// watch kills the child when it takes too much memory; the returned function
// ends the watch.
func (c *Child) watch() (stop func()) {
	limit := c.pool.Memory
	if limit <= 0 || !memoryKnown {
		return func() {}
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-c.gone:
				return
			case <-tick.C:
			}
			if memoryOf(c.cmd.Process.Pid, c.pool.Programs) > limit {
				c.Kill(Memory, memoryText(limit))
				return
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

// tail keeps both ends of what is written to it.
type tail struct {
	mu         sync.Mutex
	head, last []byte
	cut        bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	if room := outputKept - len(t.head); room > 0 {
		k := min(room, len(p))
		t.head, p = append(t.head, p[:k]...), p[k:]
	}
	if t.last = append(t.last, p...); len(t.last) > outputKept {
		t.last, t.cut = append(t.last[:0], t.last[len(t.last)-outputKept:]...), true
	}
	return n, nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cut {
		return string(t.head) + "\n…\n" + string(t.last)
	}
	return string(t.head) + string(t.last)
}
