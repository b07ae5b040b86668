package job

import (
	"context"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// droppedAfter is how long an entry may be marked as running by this process
// without anybody working on it. The queue tries three times to note how an
// attempt ended, for up to ten seconds each; when the database is away for
// longer it gives up, and the entry would run for ever in the hands of a process
// that lives.
const droppedAfter = 45 * time.Second

// busy knows the entries of the queue that this process works on.
type busy struct {
	river.MiddlewareDefaults
	mu      sync.Mutex
	entries map[int64]bool
}

var _ rivertype.WorkerMiddleware = (*busy)(nil)

// Work is called around every attempt.
func (b *busy) Work(ctx context.Context, j *rivertype.JobRow, do func(context.Context) error) error {
	b.set(j.ID, true)
	defer b.set(j.ID, false)
	return do(ctx)
}

func (b *busy) set(id int64, on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if on {
		b.entries[id] = true
	} else {
		delete(b.entries, id)
	}
}

func (b *busy) with(id int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.entries[id]
}

// reapDropped puts back entries that this process took and has dropped.
func (r *Runner) reapDropped(ctx context.Context, w *watcher, now time.Time) error {
	if r.NoWork {
		return nil
	}
	running, err := r.queue.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateRunning).First(mostRunning))
	if err != nil {
		return err
	}
	next := map[int64]time.Time{}
	var lost []*rivertype.JobRow
	for _, j := range running.Jobs {
		if workerOf(j) != r.queue.ID() || r.busy.with(j.ID) {
			continue
		}
		since, known := w.dropped[j.ID]
		if !known {
			since = now
		}
		if now.Sub(since) <= droppedAfter {
			next[j.ID] = since
			continue
		}
		lost = append(lost, j)
	}
	w.dropped = next
	if len(lost) > 0 {
		r.Log.Warn("running jobs again whose end could not be noted", "jobs", len(lost))
	}
	return r.rescue(ctx, lost, now, endNotNoted)
}
