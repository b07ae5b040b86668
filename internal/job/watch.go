package job

import "sync"

// Progress is how many of its pages a running job has read. Both numbers are 0
// until the document is open, and where another process runs the job.
type Progress struct{ Done, Total int }

// board tells those who wait for a job that something about it has changed.
type board struct {
	mu      sync.Mutex
	running map[string]Progress
	waiting map[string]map[chan struct{}]struct{}
}

// Watch returns how far a job is, and a channel that is closed at its next
// change in this process. Call stop when it is not needed any more. Look at the
// job itself after Watch, not before, or a change in between is missed.
func (r *Runner) Watch(id string) (p Progress, changed <-chan struct{}, stop func()) {
	b, c := &r.board, make(chan struct{})
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting = map[string]map[chan struct{}]struct{}{}
	}
	if b.waiting[id] == nil {
		b.waiting[id] = map[chan struct{}]struct{}{}
	}
	b.waiting[id][c] = struct{}{}
	return b.running[id], c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.waiting[id], c)
		if len(b.waiting[id]) == 0 {
			delete(b.waiting, id)
		}
	}
}

// advance notes the progress of a job.
func (b *board) advance(id string, p Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == nil {
		b.running = map[string]Progress{}
	}
	b.running[id] = p
	b.wake(id)
}

// changed says that the state of a job is another, and forgets its progress.
func (b *board) changed(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.running, id)
	b.wake(id)
}

func (b *board) wake(id string) {
	for c := range b.waiting[id] {
		close(c)
	}
	delete(b.waiting, id)
}
