package sandbox

import "fmt"

// Stats is how the children of a pool are now.
type Stats struct {
	Idle, Busy int
	Started    int64 // since the beginning
	Memory     int64 // of all and the programs they started, in bytes, as it counts for their limit
	Largest    int64 // of the one that uses most
}

// Stats looks at all children.
func (p *Pool) Stats() Stats {
	s := Stats{Started: p.started.Load()}
	idle := map[*Child]bool{}
	p.mu.Lock()
	p.prune()
	for _, c := range p.idle {
		idle[c] = true
	}
	alive := make([]*Child, 0, len(p.ready))
	for c := range p.ready {
		alive = append(alive, c)
	}
	p.mu.Unlock()
	for _, c := range alive {
		if idle[c] {
			s.Idle++
		} else {
			s.Busy++
		}
		if !memoryKnown {
			continue
		}
		used := memoryOf(c.cmd.Process.Pid, p.Programs)
		s.Memory += used
		s.Largest = max(s.Largest, used)
	}
	return s
}

// Check says what is wrong when there is no child that works or could.
func (p *Pool) Check() error {
	if p.ctx.Err() != nil {
		return ErrClosed
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prune()
	if len(p.ready) > 0 || p.trouble == nil { // without trouble, one is being replaced just now
		return nil
	}
	return fmt.Errorf("child processes do not start: %w", p.trouble)
}

// noteStart remembers a child, or why there is none.
func (p *Pool) noteStart(c *Child, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prune()
	if p.trouble = err; err != nil {
		return
	}
	if p.ready == nil {
		p.ready = map[*Child]bool{}
	}
	p.ready[c] = true
}

// prune forgets the dead; p.mu is held.
func (p *Pool) prune() {
	for c := range p.ready {
		if c.dead() {
			delete(p.ready, c)
		}
	}
}
