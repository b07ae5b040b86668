package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"recto/internal/blob"
	"recto/internal/engine"
	"recto/internal/store"
	"recto/internal/task"
)

// Source is the name of the result that a source_url gave.
const Source = "source"

// errStale means that another attempt has taken the job over, or that it has ended.
var errStale = errors.New("this attempt does not count any more")

// sink stores what a task makes as blobs and notes it in the run's results. Keys
// depend on the job only. An attempt that was thought dead and wakes up again
// must therefore touch nothing: what is there may be the result of another one,
// which need not have the same bytes.
type sink struct {
	*run
	ctx   context.Context
	limit *limit
	kept  int // results there were before the task
	most  Progress
	told  time.Time // when the database was told last
}

var _ task.Sink = (*sink)(nil)

// stale returns errStale when this attempt does not count any more.
func (s *sink) stale() error {
	counts, err := s.Store.IsAttempt(s.ctx, s.job.ID, s.job.Attempt)
	if err == nil && !counts {
		return errStale
	}
	return err
}

func (s *sink) Create(ctx context.Context, name, contentType string) (io.WriteCloser, error) {
	ctx, cancel := context.WithCancel(ctx)
	key := Folder(s.job.ID) + name
	began := time.Now()
	w, err := s.Blobs.Create(ctx, key, blob.Kind{ContentType: contentType})
	s.stored += time.Since(began)
	if err != nil {
		cancel()
		return nil, err
	}
	return &output{WriteCloser: w, cancel: cancel, stale: s.stale, took: &s.stored, done: func(size int64) {
		s.results = append(s.results, store.Result{Name: name, Blob: key, Size: size, ContentType: contentType})
	}}, nil
}

// output counts what passes, and how long that takes.
type output struct {
	io.WriteCloser
	n      int64
	took   *time.Duration
	cancel context.CancelFunc
	stale  func() error
	done   func(size int64)
}

func (o *output) Write(p []byte) (int, error) {
	began := time.Now()
	n, err := o.WriteCloser.Write(p)
	*o.took += time.Since(began)
	o.n += int64(n)
	return n, err
}

// Close makes the output appear, if the attempt still counts.
func (o *output) Close() error {
	defer o.cancel()
	if err := o.stale(); err != nil {
		o.cancel()
		_ = o.WriteCloser.Close() // the cancellation is its error
		return err
	}
	began := time.Now()
	err := o.WriteCloser.Close()
	*o.took += time.Since(began)
	if err != nil {
		return err
	}
	o.done(o.n)
	return nil
}

func (s *sink) imageKey(name string) string { return Folder(s.job.ID) + "images/" + name }

func (s *sink) Image(i engine.Image) error {
	if i.SameAs != "" {
		at := slices.IndexFunc(s.images, func(x store.Image) bool { return x.Name == i.SameAs })
		if at < 0 {
			return fmt.Errorf("%s is not stored", i.SameAs)
		}
		x := s.images[at]
		x.Name, x.Page, x.Box = i.Name, i.Page, i.Box
		s.images = append(s.images, x)
		return nil
	}
	if err := s.stale(); err != nil {
		return err
	}
	key, began := s.imageKey(i.Name), time.Now()
	err := s.Blobs.Write(s.ctx, key, i.Data, blob.Kind{ContentType: i.ContentType})
	s.stored += time.Since(began)
	if err != nil {
		return err
	}
	s.forget(i.Name)
	s.images = append(s.images, store.Image{
		Name: i.Name, Category: string(i.Category), Page: i.Page, Box: i.Box,
		WidthPx: i.WidthPx, HeightPx: i.HeightPx, Blob: key, Size: int64(len(i.Data)), ContentType: i.ContentType,
	})
	return nil
}

func (s *sink) forget(name string) {
	s.images = slices.DeleteFunc(s.images, func(i store.Image) bool { return i.Name == name })
}

func (s *sink) Drop(name string) error {
	s.forget(name)
	if err := s.stale(); err != nil {
		return err
	}
	return s.Blobs.Delete(s.ctx, s.imageKey(name))
}

func (s *sink) Progress(done, total int) {
	s.limit.pages(total)
	if done >= s.most.Done { // a task that begins anew goes back for nobody to see
		s.most = Progress{done, total}
	}
	s.board.advance(s.job.ID, s.most)
	if time.Since(s.told) < tellEvery {
		return
	}
	s.told = time.Now()
	if err := s.Store.AdvanceJob(s.ctx, s.job.ID, s.job.Attempt, s.most.Done, s.most.Total); err != nil && s.ctx.Err() == nil {
		s.Log.Warn("the progress of a job is not noted", "job", s.job.ID, "err", err)
	}
}

func (s *sink) Restart() {
	images := s.images
	s.results, s.images = s.results[:s.kept], nil
	if err := s.stale(); err != nil {
		return // the first output that is made again is told why
	}
	for _, i := range images {
		// What is made again is written over; the rest must not stay.
		if err := s.Blobs.Delete(s.ctx, i.Blob); err != nil {
			s.Log.Warn("a picture stays behind", "job", s.job.ID, "err", err)
		}
	}
}

// process runs the task of the job on its document and makes what it made last.
func (r *run) process(ctx context.Context, limit *limit, d *document) (task.Report, error) {
	s := &sink{run: r, ctx: ctx, limit: limit, kept: len(r.results), told: time.Now()}
	t := r.task(d)
	if t.SplitAbove = r.PartPages; r.job.Split != "" {
		t.SplitAbove, t.Parts = 0, func() (io.ReadCloser, error) { return r.openParts(ctx) }
	}
	rep, err := r.Processor.Process(ctx, t, d.File, s)
	if rep.Split != nil {
		return rep, err
	}
	for k, v := range rep.Meta {
		r.meta[k] = v
	}
	r.badPages = rep.FailedPages
	if rep.FailedPages+rep.Troubles > 0 {
		r.cached = "" // the next attempt may do better
	}
	if err != nil {
		return rep, err
	}
	var keys []string
	for i := range r.images {
		r.images[i].Position = i
		keys = append(keys, r.images[i].Blob)
	}
	for _, x := range r.results {
		keys = append(keys, x.Blob)
	}
	began := time.Now()
	err = r.Blobs.Sync(keys...)
	r.stored += time.Since(began)
	if err != nil {
		return rep, fmt.Errorf("store results: %w", err)
	}
	return rep, nil
}

// task is what is to be done for the job.
func (r *run) task(d *document) task.Task {
	attempt := r.job.Attempt
	if r.job.Split != "" {
		attempt-- // the first was the division
	}
	return task.Task{
		ID: r.job.ID, Name: d.Name, Request: []byte(r.job.Config), Tier: r.job.Tier, Version: r.job.Version, Attempt: attempt,
		Fallback: r.Fallback, CropEdges: r.CropEdges, Recognizer: r.Recognizer,
	}
}
