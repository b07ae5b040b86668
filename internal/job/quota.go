package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"recto/internal/store"
)

// ErrPages means that a project has no pages left this month.
var ErrPages = errors.New("no pages are left this month")

// ErrOpenJobs means that a project has as many unfinished jobs as it may.
var ErrOpenJobs = errors.New("too many unfinished jobs")

// ErrQueueFull means that as many jobs wait as may.
var ErrQueueFull = errors.New("the queue is full")

// depthLife is how long the number of waiting jobs is believed: it is only
// looked at to keep a flood out.
const depthLife = time.Second

// depth is the number of waiting jobs, as last counted, and those made here since.
type depth struct {
	mu   sync.Mutex
	at   time.Time
	jobs int64
}

// Admit says whether a project may make another job now: ErrPages, ErrOpenJobs
// or ErrQueueFull. It is asked before a large upload, too; Create asks again.
func (r *Runner) Admit(ctx context.Context, p store.Project) error {
	if err := r.admitToQueue(ctx); err != nil {
		return err
	}
	s := r.SettingsOf(p)
	if !limited(s.PagesPerMonth) && !limited(s.OpenJobs) {
		return nil
	}
	return r.Store.Tx(ctx, func(tx *sql.Tx) error { return admitTx(ctx, tx, p.ID, s) })
}

// admitToQueue counts on after a second without a look.
func (r *Runner) admitToQueue(ctx context.Context) error {
	if r.MaxQueue <= 0 {
		return nil
	}
	d := &r.depth
	d.mu.Lock()
	defer d.mu.Unlock()
	if time.Since(d.at) > depthLife {
		q, err := r.Store.Queue(ctx)
		if err != nil {
			return err
		}
		d.jobs, d.at = q.Pending, time.Now()
	}
	if d.jobs >= int64(r.MaxQueue) {
		return ErrQueueFull
	}
	return nil
}

// queued notes that a job was made.
func (d *depth) queued() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.jobs++
}

func admitTx(ctx context.Context, tx *sql.Tx, project string, s store.Settings) error {
	if limited(s.PagesPerMonth) {
		n, err := store.MonthPagesTx(ctx, tx, project, time.Now())
		if err != nil {
			return err
		}
		if n >= *s.PagesPerMonth {
			return ErrPages
		}
	}
	if limited(s.OpenJobs) {
		n, err := store.OpenJobsTx(ctx, tx, project)
		if err != nil {
			return err
		}
		if n >= *s.OpenJobs {
			return ErrOpenJobs
		}
	}
	return nil
}

func limited(n *int64) bool { return n != nil && *n > 0 }

// newPages is how many pages the run has parsed; a result of the cache has none.
func (r *run) newPages() int {
	if hit, _ := r.meta["job_is_cache_hit"].(bool); hit {
		return 0
	}
	var n int
	raw, err := json.Marshal(r.meta["job_pages"]) // a number, or JSON of one
	if err != nil || json.Unmarshal(raw, &n) != nil {
		return 0
	}
	return n
}
