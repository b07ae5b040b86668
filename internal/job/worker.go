package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"recto/internal/observe"
	"recto/internal/store"
	"recto/internal/task"
	"recto/internal/wire"
)

// parseArgs is what the queue knows of a job.
type parseArgs struct {
	ID    string `json:"id"`
	Trace string `json:"trace,omitempty"` // of the request that created it
}

// Kind names the job in the queue.
func (parseArgs) Kind() string { return "parse" }

// worker runs parse jobs.
type worker struct {
	river.WorkerDefaults[parseArgs]
	*Runner
}

// Timeout switches the queue's own limit off: the run keeps the time the
// request asks for, and the reaper finds dead workers.
func (*worker) Timeout(*river.Job[parseArgs]) time.Duration { return -1 }

// NextRetry retries soon: what fails here without being the document's fault is
// a hiccup of the disk or the network.
func (*worker) NextRetry(j *river.Job[parseArgs]) time.Time {
	return time.Now().Add(time.Duration(j.Attempt) * time.Second)
}

// Work runs one attempt of one job.
func (w *worker) Work(ctx context.Context, rj *river.Job[parseArgs]) error {
	defer w.Observe.Working()()
	ctx, span := w.Observe.Begin(w.Observe.Carried(ctx, rj.Args.Trace), observe.Taking, "parse job", observe.Text("recto.job", rj.Args.ID))
	defer span.End()
	j, err := w.begin(ctx, rj.Args.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // cancelled while it waited
	}
	if err != nil {
		return err
	}
	w.board.changed(j.ID)
	defer w.board.changed(j.ID) // whatever it is then
	r := &run{Runner: w.Runner, job: j, started: time.Now(), span: span}
	if j.Attempt == 1 {
		w.Observe.Waited(r.started.Sub(j.CreatedAt))
	}
	span.About(observe.Text("recto.project", j.ProjectID), observe.Text("recto.tier", j.Tier), observe.Number("recto.attempt", j.Attempt))
	err = r.protected(ctx)
	// What is left to do must be done even when the attempt was called off.
	settle := context.WithoutCancel(ctx)

	var f *task.Failure
	switch {
	case errors.Is(err, errInParts):
		err = w.divide(settle, rj, r)
	case err == nil:
		err = w.finish(settle, rj, r, wire.Completed, "")
	case errors.As(err, &f):
		r.meta["error_code"], r.code, r.cause = f.Code, f.Code, f.Cause
		err = w.finish(settle, rj, r, wire.Failed, f.Error())
	case errors.Is(err, errStale):
		return w.dropIfOver(settle, r)
	case ctx.Err() != nil:
		return w.calledOff(settle, r, err)
	case rj.Attempt >= rj.MaxAttempts:
		r.meta["error_code"], r.code, r.cause = wire.InternalError, wire.InternalError, err
		err = w.finish(settle, rj, r, wire.Failed, wire.InternalError+": "+reason(err, j.ID))
	default:
		w.Log.Warn("job will be tried again", "job", j.ID, "attempt", rj.Attempt, "err", err)
		w.Observe.Retried()
		span.Failed("retried")
		return errors.Join(err, w.Store.RequeueJob(settle, j.ID, j.Attempt))
	}
	return err
}

// begin opens an attempt.
func (w *worker) begin(ctx context.Context, id string) (j store.Job, err error) {
	err = w.Store.Tx(ctx, func(tx *sql.Tx) error {
		if j, err = store.StartJobTx(ctx, tx, id); err != nil || j.Attempt > 1 {
			return err
		}
		return w.announce(ctx, tx, j, wire.ParseRunning)
	})
	return j, err
}

// finish writes the final state, the results and the end of the queue entry in
// one transaction. When the job was cancelled or taken over meanwhile, nothing
// of this attempt counts.
func (w *worker) finish(ctx context.Context, rj *river.Job[parseArgs], r *run, s wire.Status, message string) error {
	meta, err := json.Marshal(r.meta)
	if err != nil {
		return err
	}
	if s != wire.Completed {
		r.results, r.images = nil, nil
	}
	storing := time.Now()
	err = w.Store.Tx(ctx, func(tx *sql.Tx) error {
		if err := store.FinishJobTx(ctx, tx, r.job.ID, r.job.Attempt, string(s), message, string(meta)); err != nil {
			return err
		}
		for _, x := range r.results {
			if err := store.AddResultTx(ctx, tx, r.job.ID, x); err != nil {
				return err
			}
		}
		for _, x := range r.images {
			if err := store.AddImageTx(ctx, tx, r.job.ID, x); err != nil {
				return err
			}
		}
		if s == wire.Completed {
			if err := store.CountPagesTx(ctx, tx, r.job.ProjectID, r.newPages(), time.Now()); err != nil {
				return err
			}
		}
		if r.job.Split != "" {
			if err := w.endPartsTx(ctx, tx, r.job.ID); err != nil {
				return err
			}
		}
		if r.cached != "" && s == wire.Completed {
			if err := store.CacheTx(ctx, tx, r.job.ProjectID, r.cached, r.job.ID); err != nil {
				return err
			}
		}
		if err := w.announce(ctx, tx, r.job, r.outcome(s)); err != nil {
			return err
		}
		_, err := river.JobCompleteTx[riverdriver.Driver[*sql.Tx]](ctx, tx, rj)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return w.dropIfOver(ctx, r)
	}
	if err != nil {
		return err
	}
	r.Observe.Happened(ctx, "commit", storing, time.Since(storing))
	r.stored += time.Since(storing)
	r.ended(ctx, s, meta)
	if s != wire.Completed {
		return w.Blobs.DeleteAll(ctx, Folder(r.job.ID))
	}
	if r.job.Split != "" {
		return w.Blobs.DeleteAll(ctx, partFolder(r.job.ID))
	}
	return nil
}

// calledOff ends an attempt whose context was cancelled: by the user, then
// nothing stays; or by the end of the process, then the job waits for the next.
func (w *worker) calledOff(ctx context.Context, r *run, err error) error {
	if e := w.Store.RequeueJob(ctx, r.job.ID, r.job.Attempt); e != nil {
		return errors.Join(err, e)
	}
	return errors.Join(err, w.dropIfOver(ctx, r))
}

// dropIfOver removes the blobs of a job that was cancelled or deleted.
func (w *worker) dropIfOver(ctx context.Context, r *run) error {
	j, err := w.Store.Job(ctx, r.job.ProjectID, r.job.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil && j.Status != string(wire.Cancelled) {
		return nil
	}
	return w.Blobs.DeleteAll(ctx, Folder(r.job.ID))
}

// run is one attempt of one job.
type run struct {
	*Runner
	job     store.Job
	req     wire.ParseRequest
	started time.Time
	span    *observe.Span

	meta     map[string]any
	results  []store.Result
	images   []store.Image
	cached   string // key of the result in the cache, "" for one that is not kept
	badPages int    // that could not be read

	// What is told about the attempt when it is over.
	size    int64         // of the document in bytes
	fetched time.Duration // to have the document here
	stored  time.Duration // to store what was made
	report  task.Report
	code    string // of the error
	cause   error  // likewise

	part     *store.Part // to read, instead of the whole document
	reading  bool        // it has begun
	unstored bool        // what was read of it could not be stored
	late     bool        // the time of the job is over
	split    *task.Split // how the document is to be divided
	division division    // of a job that is divided
}

// outcome is the event of a final state.
func (r *run) outcome(s wire.Status) wire.WebhookEvent {
	switch {
	case s != wire.Completed:
		return wire.ParseError
	case r.badPages > 0:
		return wire.ParsePartialSuccess
	}
	return wire.ParseSuccess
}

// errTimeout is the cause of a context that ran out of the job's time.
var errTimeout = errors.New("time limit reached")

// protected runs the attempt and turns a panic, which is always a bug of ours,
// into an error, so that one document never takes the server down.
func (r *run) protected(ctx context.Context) (err error) {
	r.meta = map[string]any{}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return r.run(ctx)
}

func (r *run) run(ctx context.Context) error {
	var stored wire.StoredRequest
	if err := json.Unmarshal([]byte(r.job.Config), &stored); err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	if err := r.unseal(&stored); err != nil {
		return err
	}
	r.req = stored.ParseRequest
	if r.job.Split != "" {
		var err error
		if r.division, err = divisionOf(r.job); err != nil {
			return err
		}
	}
	ctx, limit := r.limit(ctx)
	defer limit.stop()
	err := r.parse(ctx, limit)
	if err != nil && !errors.Is(err, errInParts) && errors.Is(context.Cause(ctx), errTimeout) {
		r.late = true
		return &task.Failure{Code: wire.TimedOut, Cause: fmt.Errorf("the job took longer than its limit of %s", limit.allowed.Round(time.Second))}
	}
	return err
}

func (r *run) parse(ctx context.Context, limit *limit) error {
	d, err := r.load(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	if r.part != nil {
		return r.readPart(ctx, d)
	}
	loaded := time.Now()
	r.size, r.fetched = d.Size, loaded.Sub(r.started)
	r.Observe.Happened(ctx, "fetch", r.started, r.fetched, observe.Number("recto.bytes", d.Size))
	if r.job.Split != "" {
		r.cached = r.division.Cached
	} else if !r.req.DisableCache {
		if r.cached, err = r.cacheKey(d); err != nil {
			return err
		}
		hit, err := r.fromCache(ctx, loaded)
		if err != nil {
			return err
		}
		r.Observe.Cache(hit)
		if hit {
			return nil
		}
	}
	rep, err := r.process(ctx, limit, d)
	r.report = rep
	if err != nil {
		return err
	}
	if rep.Split != nil {
		limit.pages(len(rep.Split.Pages))
		r.split = rep.Split
		r.division = division{
			Format: rep.Split.Format, Count: rep.Split.Count, First: rep.Split.Pages[0], Cached: r.cached,
			Started: r.started, Deadline: limit.started.Add(limit.allowed), Allowed: limit.allowed,
		}
		return errInParts
	}
	began, parts := r.started, time.Duration(0)
	if r.job.Split != "" {
		began, parts = r.division.Started, r.started.Sub(r.division.Started)
	}
	r.meta["timings_ms"] = map[string]int64{
		"queued": began.Sub(r.job.CreatedAt).Milliseconds(),
		"load":   loaded.Sub(r.started).Milliseconds(),
		"parse":  (parts + rep.Parse).Milliseconds(),
		"store":  (time.Since(loaded) - rep.Parse).Milliseconds(),
		"total":  time.Since(r.job.CreatedAt).Milliseconds(),
	}
	return nil
}

// limit is the time a job may take: a base and something for every page, as
// soon as it is known how many there are.
type limit struct {
	timer    *time.Timer
	cancel   context.CancelCauseFunc
	started  time.Time
	allowed  time.Duration
	extra    time.Duration
	extended bool
}

func (r *run) limit(ctx context.Context) (context.Context, *limit) {
	t := r.req.ProcessingControl.Timeouts
	l := &limit{started: time.Now(), allowed: r.Timeout}
	if t.BaseInSeconds != nil {
		l.allowed = time.Duration(*t.BaseInSeconds) * time.Second
	}
	if t.ExtraPerPageInSeconds != nil {
		l.extra = time.Duration(*t.ExtraPerPageInSeconds) * time.Second
	}
	left := l.allowed
	if r.job.Split != "" { // the clock has been running since the first attempt
		l.extended, l.allowed, left = true, r.division.Allowed, time.Until(r.division.Deadline)
	}
	ctx, l.cancel = context.WithCancelCause(ctx)
	l.timer = time.AfterFunc(left, func() { l.cancel(errTimeout) })
	return ctx, l
}

// pages extends the limit once the number of pages is known.
func (l *limit) pages(n int) {
	if l.extended || l.extra == 0 {
		return
	}
	l.extended = true
	l.allowed += time.Duration(n) * l.extra
	if l.timer.Stop() {
		l.timer.Reset(l.allowed - time.Since(l.started))
	}
}

func (l *limit) stop() {
	l.timer.Stop()
	l.cancel(nil)
}
