package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"recto/internal/blob"
	"recto/internal/engine"
	"recto/internal/store"
	"recto/internal/task"
	"recto/internal/wire"
)

// partArgs is what the queue knows of a part.
type partArgs struct {
	ID    string `json:"id"` // of the job
	First int    `json:"first"`
}

// Kind names the part in the queue.
func (partArgs) Kind() string { return "part" }

// partKind is said of what is kept of a part.
var partKind = blob.Kind{ContentType: "application/octet-stream"}

// partWorker reads parts.
type partWorker struct {
	river.WorkerDefaults[partArgs]
	*worker
}

// Timeout switches the queue's own limit off: a part keeps the time of its job.
func (*partWorker) Timeout(*river.Job[partArgs]) time.Duration { return -1 }

// NextRetry retries soon.
func (*partWorker) NextRetry(j *river.Job[partArgs]) time.Time {
	return time.Now().Add(time.Duration(j.Attempt) * time.Second)
}

// Work runs one attempt at one part.
func (w *partWorker) Work(ctx context.Context, rj *river.Job[partArgs]) error {
	p, err := w.Store.StartPart(ctx, rj.Args.ID, rj.Args.First, rj.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // the job is at its end, or the part has another entry
	}
	if err != nil {
		return err
	}
	j, err := w.Store.AnyJob(ctx, p.JobID)
	if err != nil {
		return err
	}
	r := &run{Runner: w.Runner, job: j, started: time.Now(), part: &p}
	err = r.protected(ctx)
	// What is left to do must be done even when the attempt was called off.
	settle := context.WithoutCancel(ctx)
	complete := func(tx *sql.Tx) error {
		_, err := river.JobCompleteTx[riverdriver.Driver[*sql.Tx]](settle, tx, rj)
		return err
	}
	var f *task.Failure
	switch {
	case err == nil:
		err = w.finishPart(settle, p, complete)
	case errors.As(err, &f) && (r.late || !r.reading):
		return w.failJob(settle, r, f, complete)
	case errors.As(err, &f):
		err = w.giveUp(settle, j, p, f.Cause.Error(), complete)
	case ctx.Err() != nil:
		return errors.Join(err, w.dropPart(settle, p))
	case rj.Attempt >= rj.MaxAttempts && (!r.reading || r.unstored):
		// Nobody's document is to blame, and no page of it.
		w.Log.Error("job failed for good", "job", j.ID, "attempt", rj.Attempt, "err", err)
		return w.failJob(settle, r, &task.Failure{Code: wire.InternalError, Cause: errors.New(reason(err, j.ID))}, complete)
	case rj.Attempt >= rj.MaxAttempts:
		err = w.giveUp(settle, j, p, "the server could not read it; its log names job "+j.ID, complete)
	default:
		w.Log.Warn("a part will be tried again", "job", j.ID, "page", p.Pages[0], "attempt", rj.Attempt, "err", err)
		return err
	}
	if errors.Is(err, store.ErrNotFound) {
		return w.dropPart(settle, p)
	}
	if err != nil {
		return err
	}
	w.showParts(settle, p.JobID)
	return nil
}

// finishPart writes that a part is done, what comes next, and the end of its
// entry, in one transaction.
func (w *worker) finishPart(ctx context.Context, p store.Part, complete func(*sql.Tx) error) error {
	return w.Store.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := store.HoldJobTx(ctx, tx, p.JobID); err != nil {
			return err
		}
		if err := store.FinishPartTx(ctx, tx, p); err != nil {
			return err
		}
		if err := w.goOnTx(ctx, tx, p); err != nil {
			return err
		}
		return complete(tx)
	})
}

// failJob ends the job of a part for the fault of its document or request.
func (w *worker) failJob(ctx context.Context, r *run, f *task.Failure, complete func(*sql.Tx) error) error {
	r.meta["error_code"], r.code, r.cause = f.Code, f.Code, f.Cause
	meta, err := json.Marshal(r.meta)
	if err != nil {
		return err
	}
	err = w.Store.Tx(ctx, func(tx *sql.Tx) error {
		j, err := store.HoldJobTx(ctx, tx, r.job.ID)
		if err != nil {
			return err
		}
		if err := complete(tx); err != nil { // before the others are cancelled
			return err
		}
		if err := store.FinishJobTx(ctx, tx, j.ID, j.Attempt, string(wire.Failed), f.Error(), string(meta)); err != nil {
			return err
		}
		if err := w.endPartsTx(ctx, tx, j.ID); err != nil {
			return err
		}
		return w.announce(ctx, tx, j, wire.ParseError)
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	w.board.changed(r.job.ID)
	if err == nil {
		r.ended(ctx, wire.Failed, meta)
	}
	return w.Blobs.DeleteAll(ctx, Folder(r.job.ID))
}

// dropPart removes what was read of a part when its job is at its end.
func (w *worker) dropPart(ctx context.Context, p store.Part) error {
	j, err := w.Store.AnyJob(ctx, p.JobID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil && !wire.Status(j.Status).Final() {
		return nil
	}
	if j.Status == string(wire.Completed) {
		return w.Blobs.DeleteAll(ctx, partFolder(p.JobID))
	}
	return w.Blobs.DeleteAll(ctx, Folder(p.JobID))
}

// readPart reads the pages of the run's part.
func (r *run) readPart(ctx context.Context, d *document) error {
	t := r.task(d)
	t.Part = &task.Part{Pages: r.part.Pages, Tell: r.part.Pages[0] == r.division.First}
	r.reading = true
	_, err := r.Processor.Process(ctx, t, d.File, &partSink{run: r, ctx: ctx})
	if err != nil {
		return err
	}
	if err := r.Blobs.Sync(partKey(*r.part)); err != nil {
		r.unstored = true
		return fmt.Errorf("store a part: %w", err)
	}
	return nil
}

// partSink stores what was read of a part.
type partSink struct {
	*run
	ctx  context.Context
	told time.Time
}

func (s *partSink) Create(ctx context.Context, name, _ string) (io.WriteCloser, error) {
	if name != task.PartFile {
		return nil, fmt.Errorf("a part makes %s", name)
	}
	w, err := s.Blobs.Create(ctx, partKey(*s.part), partKind)
	s.unstored = s.unstored || err != nil
	return &partOutput{w, ctx, s}, err
}

// partOutput notes that the storage has failed, which is no fault of a page.
type partOutput struct {
	io.WriteCloser
	ctx  context.Context
	sink *partSink
}

func (o *partOutput) Write(p []byte) (int, error) {
	n, err := o.WriteCloser.Write(p)
	o.note(err)
	return n, err
}

func (o *partOutput) Close() error {
	err := o.WriteCloser.Close()
	o.note(err)
	return err
}

func (o *partOutput) note(err error) {
	if err != nil && o.ctx.Err() == nil { // or it was not wanted any more
		o.sink.unstored = true
	}
}

func (s *partSink) Image(engine.Image) error { return errors.New("a part makes a picture") }
func (s *partSink) Drop(string) error        { return nil }
func (s *partSink) Restart()                 {}

func (s *partSink) Progress(done, _ int) {
	if time.Since(s.told) < tellEvery {
		return
	}
	s.told = time.Now()
	if err := s.Store.AdvancePart(s.ctx, *s.part, done); err != nil {
		return // the next one may
	}
	s.showParts(s.ctx, s.job.ID)
}

// tellEvery is how often the database is told how many pages are read.
const tellEvery = time.Second

// showParts tells those who wait for a job how many of its pages are read.
func (r *Runner) showParts(ctx context.Context, id string) {
	if done, total, err := r.Store.AdvanceParts(ctx, id); err == nil {
		r.board.advance(id, Progress{done, total})
	}
}
