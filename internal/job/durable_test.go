package job

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recto/internal/blob"
	"recto/internal/engine"
	"recto/internal/store"
	"recto/internal/task"
	"recto/internal/wire"
)

// processor is a task of one function.
type processor func(ctx context.Context, t task.Task, s task.Sink) error

func (p processor) Process(ctx context.Context, t task.Task, _ *os.File, s task.Sink) (task.Report, error) {
	return task.Report{}, p(ctx, t, s)
}

func output1(ctx context.Context, s task.Sink, name, text string) error {
	w, err := s.Create(ctx, name, "text/plain")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return errors.Join(err, w.Close())
}

const uncached = `{"tier":"fast","version":"latest","disable_cache":true}`

// TestResultsAndEndAreOne has a result that cannot be recorded: the end of the
// job is not recorded either, nor any of its other results.
func TestResultsAndEndAreOne(t *testing.T) { everywhere(t, testResultsAndEndAreOne) }

func testResultsAndEndAreOne(t *testing.T, h *home) {
	r := h.runner(nil)
	var tries atomic.Int64
	r.Processor = processor(func(ctx context.Context, _ task.Task, s task.Sink) error {
		err := output1(ctx, s, "a.txt", "x")
		if tries.Add(1) == 1 {
			err = errors.Join(err, output1(ctx, s, "a.txt", "y")) // the table refuses a second one of that name
		}
		return err
	})
	h.start(r)
	j := h.createWith(r, uncached)
	eventually(t, "first attempt", func() bool { return tries.Load() > 0 })
	done := h.waitFor(j.ID, wire.Completed)
	results, err := h.db.Results(t.Context(), j.ID)
	if err != nil || len(results) != 1 || done.Attempt != 2 {
		t.Errorf("attempt %d with results %v, %v, want the second with one", done.Attempt, results, err)
	}
	if u, err := h.db.Usage(t.Context(), h.project, time.Now()); err != nil || u.Jobs != 1 {
		t.Errorf("Usage = %+v, %v, want one job counted", u, err)
	}
}

// TestLostBytesAreNotRecorded takes a result away before it is told to outlive a
// power cut: the attempt must not count.
func TestLostBytesAreNotRecorded(t *testing.T) {
	dir := t.TempDir()
	h := newHomeIn(t, dir, "", "")
	r := h.runner(nil)
	var tries atomic.Int64
	r.Processor = processor(func(ctx context.Context, t task.Task, s task.Sink) error {
		err := output1(ctx, s, "a.txt", "x")
		if tries.Add(1) == 1 {
			err = errors.Join(err, os.Remove(filepath.Join(dir, "blobs", "jobs", t.ID, "a.txt")))
		}
		return err
	})
	h.start(r)
	if j := h.waitFor(h.createWith(r, uncached).ID, wire.Completed); j.Attempt != 2 {
		t.Errorf("attempt %d, want the second", j.Attempt)
	}
}

// TestOldAttemptTouchesNothing wakes an attempt up whose job another one has
// completed meanwhile.
func TestOldAttemptTouchesNothing(t *testing.T) { everywhere(t, testOldAttemptTouchesNothing) }

func testOldAttemptTouchesNothing(t *testing.T, h *home) {
	ctx := t.Context()
	r := h.runner(nil, 1)
	asleep, wake, over := make(chan task.Task), make(chan struct{}), make(chan []error, 1)
	picture := engine.Image{Name: "a.png", ContentType: "image/png", Data: []byte("old")}
	r.Processor = processor(func(ctx context.Context, job task.Task, s task.Sink) error {
		w, err := s.Create(ctx, "a.txt", "text/plain")
		if err == nil {
			_, err = io.WriteString(w, "old")
		}
		if err = errors.Join(err, s.Image(picture)); err != nil {
			return err
		}
		asleep <- job
		<-wake
		errs := []error{w.Close(), output1(ctx, s, "b.txt", "old"), s.Image(picture), s.Drop("a.png")}
		s.Restart()
		over <- errs
		return errs[0]
	})
	h.start(r)
	j := h.createWith(r, uncached)
	<-asleep
	// Another process takes the job for lost and completes it.
	for name, text := range map[string]string{"a.txt": "new", "images/a.png": "new"} {
		if err := h.blobs.Write(ctx, Folder(j.ID)+name, []byte(text), blob.Kind{}); err != nil {
			t.Fatal(err)
		}
	}
	err := h.db.Tx(ctx, func(tx *sql.Tx) error {
		later, err := store.StartJobTx(ctx, tx, j.ID)
		if err != nil {
			return err
		}
		for _, x := range []store.Result{{Name: "a.txt", Blob: Folder(j.ID) + "a.txt"}} {
			if err := store.AddResultTx(ctx, tx, j.ID, x); err != nil {
				return err
			}
		}
		return store.FinishJobTx(ctx, tx, j.ID, later.Attempt, string(wire.Completed), "", "{}")
	})
	if err != nil {
		t.Fatal(err)
	}
	close(wake)
	for i, err := range <-over {
		if !errors.Is(err, errStale) {
			t.Errorf("act %d of the old attempt = %v, want errStale", i, err)
		}
	}
	eventually(t, "the old attempt ends", func() bool { return h.count(`SELECT count(*) FROM river_job WHERE state = 'running'`) == 0 })
	for _, name := range []string{"a.txt", "images/a.png"} {
		if data, err := h.blobs.Read(ctx, Folder(j.ID)+name, 10); err != nil || string(data) != "new" {
			t.Errorf("%s = %q, %v, want what the other attempt wrote", name, data, err)
		}
	}
	for _, key := range h.blobKeys() {
		if strings.HasSuffix(key, "b.txt") {
			t.Errorf("%s is there", key)
		}
	}
	if got, err := h.db.Job(ctx, h.project, j.ID); err != nil || got.Status != string(wire.Completed) || got.Attempt != 2 {
		t.Errorf("job = %+v, %v, want the second attempt's end", got, err)
	}
}

// TestLongResultMessage has a result that is too large for a message of v1.
func TestLongResultMessage(t *testing.T) {
	h := newHome(t, "", "")
	r := h.runner(pictured{})
	h.start(r)
	j := h.waitFor(h.createWith(r, uncached).ID, wire.Completed)
	for size, want := range map[int64]error{maxResultMessage: nil, maxResultMessage + 1: errLongMessage} {
		if _, err := h.db.SQL.ExecContext(t.Context(), `UPDATE result SET size = $1 WHERE name = $2`, size, task.TextJSON); err != nil {
			t.Fatal(err)
		}
		if _, err := r.resultMessage(t.Context(), store.Delivery{ProjectID: h.project, JobID: j.ID}); !errors.Is(err, want) {
			t.Errorf("a text of %d bytes: %v, want %v", size, err, want)
		}
	}
}
