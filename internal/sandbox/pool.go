package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says which children a pool keeps.
type Config struct {
	Command []string // program and arguments
	Env     []string // their whole environment
	Hello   []byte   // what each is told at its start
	Size    int      // how many are kept; 0 for one
	// Memory is what a child and the programs it started may use together, in
	// bytes, without the file it works on; 0 for no limit.
	Memory   int64
	Programs bool // children start programs, whose memory counts
	Recycle  int  // pieces of work before a child is replaced; 0 for DefaultRecycle
	Log      *slog.Logger
	Ended    func(Reason) // told of the end of each child; may be nil
}

// DefaultRecycle is how many pieces of work a child does: often enough that
// nothing a document left behind stays, seldom enough that a start (a tenth of a
// second of CPU) does not show.
const DefaultRecycle = 100

// ErrClosed means that the pool is closed.
var ErrClosed = errors.New("sandbox: closed")

// Pool keeps children warm. It is safe for concurrent use.
type Pool struct {
	Config
	// Confined names what confines the children, and Absent what does not, and why.
	Confined, Absent []string

	starter    *starter
	namespaces atomic.Bool // children get them
	started    atomic.Int64
	ctx        context.Context
	stop       context.CancelFunc
	keepers    sync.WaitGroup

	mu      sync.Mutex
	idle    []*Child
	wake    chan struct{}   // closed when a child becomes idle
	ready   map[*Child]bool // idle or at work; some may be dead
	trouble error           // why the last child did not start, nil when it did
}

// Start starts the children and returns when the first is ready, or cannot be
// started. The log says what confines them.
func Start(ctx context.Context, c Config) (*Pool, error) {
	c.Size = max(c.Size, 1)
	c.Recycle = cmp.Or(c.Recycle, DefaultRecycle)
	p := &Pool{Config: c, starter: newStarter(), wake: make(chan struct{})}
	p.namespaces.Store(namespacesKnown)
	p.ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	begun := time.Now()
	first, r, err := p.spawn(ctx)
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("start a child process: %w", err)
	}
	p.Confined, p.Absent = r.Active, r.Absent
	c.Log.Info("documents are parsed in child processes", "children", c.Size, "memory_mb", c.Memory>>20,
		"confined_by", strings.Join(r.Active, ", "), "start_ms", time.Since(begun).Milliseconds())
	if len(r.Absent) > 0 {
		c.Log.Warn("child processes are confined less than they could be", "missing", strings.Join(r.Absent, "; "))
	}
	p.started.Add(1)
	p.put(first)
	p.keepers.Go(func() { p.keep(first) })
	for range c.Size - 1 {
		p.keepers.Go(func() { p.keep(nil) })
	}
	return p, nil
}

// Started counts the children started so far.
func (p *Pool) Started() int64 { return p.started.Load() }

// Get returns an idle child and waits for one if need be. It must be given back
// with Put.
func (p *Pool) Get(ctx context.Context) (*Child, func(), error) {
	for {
		p.mu.Lock()
		for len(p.idle) > 0 {
			c := p.idle[len(p.idle)-1]
			p.idle = p.idle[:len(p.idle)-1]
			if !c.dead() {
				p.mu.Unlock()
				unwatch := c.watch()
				return c, func() { unwatch(); p.giveBack(c) }, nil
			}
		}
		wake := p.wake
		p.mu.Unlock()
		select {
		case <-wake:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-p.ctx.Done():
			return nil, nil, ErrClosed
		}
	}
}

// giveBack takes a child that is ready for more, or dead.
func (p *Pool) giveBack(c *Child) {
	if c.served >= p.Recycle || p.Memory > 0 && memoryKnown && memoryOf(c.cmd.Process.Pid, false) > p.Memory/2 {
		c.Kill(Recycled, "it is replaced")
	}
	p.put(c)
}

func (p *Pool) put(c *Child) {
	c.mu.Lock()
	ended := c.death != nil
	c.mu.Unlock()
	if ended {
		_ = c.sock.Close()
		return // its keeper starts another
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, c)
	close(p.wake)
	p.wake = make(chan struct{})
}

// keep replaces a child whenever it is gone, until the pool is closed.
func (p *Pool) keep(c *Child) {
	const patience, most = 100 * time.Millisecond, 10 * time.Second
	wait := patience
	for {
		if c != nil {
			select {
			case <-c.gone:
				p.forget(c)
			case <-p.ctx.Done():
				c.Kill(Stopped, "the server stops")
				<-c.gone
				return
			}
		}
		var err error
		if c, _, err = p.spawn(p.ctx); err == nil {
			wait = patience
			p.started.Add(1)
			p.put(c)
			continue
		}
		if p.ctx.Err() != nil {
			return
		}
		p.Log.Error("a child process does not start", "err", err)
		select {
		case <-time.After(wait):
		case <-p.ctx.Done():
			return
		}
		wait = min(2*wait, most)
	}
}

// forget takes a dead child out of those that wait for work.
func (p *Pool) forget(c *Child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, x := range p.idle {
		if x == c {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			_ = c.sock.Close()
			return
		}
	}
}

// Close kills all children, whatever they do, and waits until they are gone.
func (p *Pool) Close() {
	p.stop()
	p.keepers.Wait()
	p.starter.close()
}

// HelloOf is what children are told, of any value.
func HelloOf(v any) ([]byte, error) { return json.Marshal(v) }

// starter starts processes on one thread that lives as long as they do: the
// signal they get at our end comes when the thread that started them ends.
type starter struct {
	commands chan *exec.Cmd
	results  chan error
	mu       sync.Mutex
}

func newStarter() *starter {
	s := &starter{commands: make(chan *exec.Cmd), results: make(chan error)}
	go func() {
		runtime.LockOSThread()
		for cmd := range s.commands {
			s.results <- cmd.Start()
		}
	}()
	return s
}

func (s *starter) start(cmd *exec.Cmd) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands <- cmd
	return <-s.results
}

// close ends the thread.
func (s *starter) close() { close(s.commands) }
