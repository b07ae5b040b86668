package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"recto/internal/store"
	"recto/internal/task"
	"recto/internal/wire"
)

// The open-source queue rescues the jobs of a dead worker by age only, after an
// hour. So every worker leaves a heartbeat, and jobs of silent workers go back.
const (
	beatEvery = 2 * time.Second
	// deadAfter is how long a heartbeat must not have changed. It is measured on
	// the watcher's clock, so that clocks need not agree; with the time between
	// two looks a job is run again at most 8.5 s after its worker's death: the third
	// look after the last heartbeat, which comes a little early or late, decides.
	deadAfter = 5500 * time.Millisecond
	// sweepEvery is how often rows without a live queue entry are looked for.
	sweepEvery = 30 * time.Second
	// sweepAge leaves alone what another transaction may just be writing.
	sweepAge = 15 * time.Second
	// mostRunning entries are looked at; more do not run.
	mostRunning = 1000
	// forgetAfter is when a silent worker is no longer remembered.
	forgetAfter = 24 * time.Hour
)

// recover puts back everything a process left running that is gone for sure.
func (r *Runner) recover(ctx context.Context) error {
	// The leader of the dead process would be waited for until its lease ends.
	if _, err := r.Store.SQL.ExecContext(ctx, `DELETE FROM river_leader`); err != nil {
		return err
	}
	if err := r.reap(ctx, func(string) bool { return true }); err != nil {
		return err
	}
	return r.sweep(ctx, time.Now())
}

// tendJobs beats, reaps and sweeps until ctx is done.
func (r *Runner) tendJobs(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	w := watcher{lastSweep: time.Now()}
	for {
		if err := r.tendOnce(ctx, &w); err != nil && ctx.Err() == nil {
			r.Log.Error("tend jobs", "err", err)
			// While the database was away, nobody could leave a heartbeat or end an entry.
			w.pulses, w.dropped = nil, nil
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// watcher is what one process knows of the others.
type watcher struct {
	lastSweep time.Time
	pulses    map[string]pulse
	dropped   map[int64]time.Time // entries of our own that nobody works on, since when
}

// pulse is a worker's last heartbeat, and when it was first seen here.
type pulse struct{ beat, since time.Time }

// look takes note of the heartbeats.
func (w *watcher) look(seen map[string]time.Time, now time.Time) {
	next := map[string]pulse{}
	for id, beat := range seen {
		p, known := w.pulses[id]
		if !known || !p.beat.Equal(beat) {
			p = pulse{beat, now}
		}
		next[id] = p
	}
	w.pulses = next
}

// silent reports whether a worker has left no heartbeat for too long.
func (w *watcher) silent(id string, now time.Time) bool {
	p, known := w.pulses[id]
	return known && now.Sub(p.since) > deadAfter
}

func (r *Runner) tendOnce(ctx context.Context, w *watcher) error {
	if err := r.Store.Beat(ctx, r.queue.ID()); err != nil {
		return err
	}
	seen, err := r.Store.Seen(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	w.look(seen, now)
	if err := r.reapDropped(ctx, w, now); err != nil {
		return err
	}
	return r.Store.Alone(ctx, "tend", func() error {
		dead := func(id string) bool { return id != r.queue.ID() && w.silent(id, now) }
		if err := r.reap(ctx, dead); err != nil {
			return err
		}
		if now.Sub(w.lastSweep) < sweepEvery {
			return nil
		}
		w.lastSweep = now
		if err := r.Store.ForgetWorkers(ctx, now.Add(-forgetAfter)); err != nil {
			return err
		}
		return r.sweep(ctx, now.Add(-sweepAge))
	})
}

// reap makes the running jobs of dead workers available again. The executor it
// uses is outside River's promise of stability; TestRecover watches over it.
func (r *Runner) reap(ctx context.Context, dead func(worker string) bool) error {
	now := time.Now().UTC() // before the look: what another process starts meanwhile is left alone
	running, err := r.queue.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateRunning).First(mostRunning))
	if err != nil {
		return err
	}
	var lost []*rivertype.JobRow
	for _, j := range running.Jobs {
		if worker := workerOf(j); worker != "" && dead(worker) {
			lost = append(lost, j)
		}
	}
	if len(lost) > 0 {
		r.Log.Info("running jobs of a lost worker again", "jobs", len(lost))
	}
	return r.rescue(ctx, lost, now, workerLost)
}

// workerOf is who works on a running entry, "" for nobody.
func workerOf(j *rivertype.JobRow) string {
	if len(j.AttemptedBy) == 0 {
		return ""
	}
	return j.AttemptedBy[len(j.AttemptedBy)-1]
}

// rescue puts running entries back that were taken before now.
func (r *Runner) rescue(ctx context.Context, lost []*rivertype.JobRow, now time.Time, why string) error {
	if len(lost) == 0 {
		return nil
	}
	p := &riverdriver.JobRescueManyParams{StuckHorizon: now}
	for _, j := range lost {
		deaths := deathsOf(j) + 1
		state, final := afterDeath(j, deaths, r.mostDeaths())
		var finalizedAt *time.Time
		if final {
			finalizedAt = &now
		}
		note, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: j.Attempt, Error: why})
		if err != nil {
			return err
		}
		p.ID, p.Error, p.FinalizedAt = append(p.ID, j.ID), append(p.Error, note), append(p.FinalizedAt, finalizedAt)
		p.ScheduledAt, p.State = append(p.ScheduledAt, now), append(p.State, string(state))
		if final {
			continue
		}
		// The attempts an entry has are for errors; this was none.
		if _, err := r.Store.SQL.ExecContext(ctx, `UPDATE river_job SET max_attempts = max_attempts + 1 WHERE id = $1 AND state = 'running'`, j.ID); err != nil {
			return err
		}
	}
	_, err := r.driver.GetExecutor().JobRescueMany(ctx, p)
	return err
}

// mostDeaths is how many workers may die under one entry of the queue. Documents
// are parsed in children, so that it is hardly ever the document that kills; where
// they are not, it may well be.
func (r *Runner) mostDeaths() int {
	if _, inside := r.Processor.(task.Local); inside {
		return maxAttempts
	}
	return maxDeaths
}

// deathsOf counts the workers that have died under an entry.
func deathsOf(j *rivertype.JobRow) int {
	n := 0
	for _, e := range j.Errors {
		if e.Error == workerLost || e.Error == endNotNoted {
			n++
		}
	}
	return n
}

// How an attempt ended that was nobody's error, as the queue keeps it.
const (
	workerLost  = "worker lost"
	endNotNoted = "its end could not be noted"
)

// afterDeath says what becomes of a job whose worker died.
func afterDeath(j *rivertype.JobRow, deaths, most int) (state rivertype.JobState, final bool) {
	var meta struct {
		CancelledAt time.Time `json:"cancel_attempted_at"`
	}
	if json.Unmarshal(j.Metadata, &meta) == nil && !meta.CancelledAt.IsZero() {
		return rivertype.JobStateCancelled, true
	}
	if deaths >= most {
		return rivertype.JobStateDiscarded, true
	}
	return rivertype.JobStateAvailable, false
}

// sweep looks at unfinished jobs that have not changed since the time and gives
// those a new queue entry or an end that the queue has forgotten. It also
// ends lost deliveries, removes deleted projects, and the bytes of deleted files that no job needs
// any more.
func (r *Runner) sweep(ctx context.Context, before time.Time) error {
	jobs, err := r.Store.UnfinishedJobs(ctx, before)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if err := r.sweepJob(ctx, j); err != nil {
			return err
		}
	}
	if err := r.sweepDeliveries(ctx, before); err != nil {
		return err
	}
	if err := r.PurgeProjects(ctx); err != nil {
		return err
	}
	return r.dropFiles(ctx)
}

func (r *Runner) sweepJob(ctx context.Context, j store.Job) error {
	if left, err := r.sweepParts(ctx, j); left || err != nil {
		return err
	}
	q, err := r.queue.JobGet(ctx, j.QueueID)
	if err != nil && !errors.Is(err, river.ErrNotFound) {
		return err
	}
	state := rivertype.JobStateCompleted // a forgotten entry is as good as one that did nothing
	if q != nil {
		state = q.State
	}
	switch state {
	case rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled:
		return nil
	case rivertype.JobStateCancelled:
		return r.end(ctx, j, wire.Cancelled, "")
	case rivertype.JobStateCompleted, rivertype.JobStateDiscarded:
	}
	most := int64(maxAttempts + maxDeaths)
	if j.Split != "" {
		most++ // the first attempt was the division
	}
	if state == rivertype.JobStateDiscarded || j.Attempt >= most {
		return r.end(ctx, j, wire.Failed, wire.InternalError+": the server was killed every time the document was tried")
	}
	r.Log.Warn("putting a lost job back into the queue", "job", j.ID)
	return r.Store.Tx(ctx, func(tx *sql.Tx) error {
		inserted, err := r.queue.InsertTx(ctx, tx, parseArgs{ID: j.ID}, nil)
		if err != nil {
			return err
		}
		return store.SetQueueTx(ctx, tx, j.ID, inserted.Job.ID)
	})
}

// entry reports whether an entry of the queue is still to be worked on, and
// whether it has been tried as often as it may.
func (r *Runner) entry(ctx context.Context, id int64) (alive, worn bool, err error) {
	q, err := r.queue.JobGet(ctx, id)
	if errors.Is(err, river.ErrNotFound) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	return q.FinalizedAt == nil, q.State == rivertype.JobStateDiscarded, nil
}

func (r *Runner) end(ctx context.Context, j store.Job, s wire.Status, message string) error {
	event := wire.ParseError
	if s == wire.Cancelled {
		event = wire.ParseCancelled
	}
	err := r.Store.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := store.EndJobTx(ctx, tx, j.ProjectID, j.ID, string(s), message); err != nil {
			return err
		}
		if err := r.endPartsTx(ctx, tx, j.ID); err != nil {
			return err
		}
		return r.announce(ctx, tx, j, event)
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil && s == wire.Failed {
		r.endedUnread(j, s, wire.InternalError, errors.New(message))
	}
	return r.Blobs.DeleteAll(ctx, Folder(j.ID))
}
