package job

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"recto/internal/blob"
	"recto/internal/blob/blobtest"
	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/fetch"
	"recto/internal/format"
	"recto/internal/store"
	"recto/internal/store/storetest"
	"recto/internal/task"
	"recto/internal/wire"
)

// gate is an engine that tells when it starts and waits to be let through.
type gate struct {
	started, open chan struct{}
	ignore        bool // the first call goes on although it is told to stop, like a process that hangs; later ones pass
	calls         atomic.Int64
}

func newGate() *gate {
	return &gate{started: make(chan struct{}, 10), open: make(chan struct{})}
}

func (g *gate) Parse(ctx context.Context, _ engine.Source, _ engine.Options) (*engine.Result, error) {
	g.started <- struct{}{}
	stop, open := ctx.Done(), g.open
	if g.ignore {
		if stop = nil; g.calls.Add(1) > 1 {
			open = passed
		}
	}
	select {
	case <-open:
	case <-stop:
		return nil, ctx.Err()
	}
	p := &doc.Page{Number: 1, Width: 10, Height: 10}
	return &engine.Result{Format: format.PDF, Doc: &doc.Document{Pages: []*doc.Page{p}}, Text: []string{"x"}}, nil
}

// passed is a gate that stands open.
var passed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

type home struct {
	t       *testing.T
	db      *store.DB
	blobs   *blob.Store
	project string
}

// everywhere runs a test on SQLite with files, on PostgreSQL, and on PostgreSQL with S3.
func everywhere(t *testing.T, test func(*testing.T, *home)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, newHome(t, "", "")) })
	t.Run("postgres", func(t *testing.T) { test(t, newHome(t, storetest.Postgres(t), "")) })
	t.Run("s3", func(t *testing.T) { test(t, newHome(t, storetest.Postgres(t), blobtest.S3(t))) })
}

func newHome(t *testing.T, database, storage string) *home {
	t.Helper()
	return newHomeIn(t, t.TempDir(), database, storage)
}

func newHomeIn(t *testing.T, dir, database, storage string) *home {
	t.Helper()
	t.Setenv("TMPDIR", "") // the blob store sets it; give it back after the test
	db, err := store.Open(t.Context(), store.Config{Dir: dir, Address: database, Migrate: Migrate})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(t.Context(), blob.Config{Dir: dir, Address: storage, Route: "/download"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	p, err := db.Project(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return &home{t, db, blobs, p.ID}
}

// runner returns a runner as a process of its own would have it, with two
// workers when no number is given.
func (h *home) runner(p task.Parser, workers ...int) *Runner {
	h.t.Helper()
	r, err := New(Config{
		Store: h.db, Blobs: h.blobs, Processor: task.Local{Parser: p}, Log: slog.New(slog.NewTextHandler(h.t.Output(), nil)), Workers: append(workers, 0)[0],
		Webhooks: fetch.Options{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *home) start(r *Runner) {
	h.t.Helper()
	if err := r.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(r.Stop)
}

// create records a job on a new file, which tells the receivers about itself.
func (h *home) create(r *Runner, hooks ...store.Webhook) store.Job {
	h.t.Helper()
	return h.createWith(r, `{"tier":"fast","version":"latest"}`, hooks...)
}

func (h *home) createWith(r *Runner, config string, hooks ...store.Webhook) store.Job {
	h.t.Helper()
	f := store.File{ID: uuid.NewString(), ProjectID: h.project, Name: "a.pdf", Size: 1, CreatedAt: time.Now()}
	if err := h.blobs.Write(h.t.Context(), FileKey(f.ID), []byte("x"), blob.Kind{}); err != nil {
		h.t.Fatal(err)
	}
	j := store.Job{ID: uuid.NewString(), ProjectID: h.project, FileID: f.ID, Name: f.Name, Tier: "fast", Version: "2026-06-15", Config: config, DedupeKey: f.ID}
	j, _, err := r.Create(h.t.Context(), Request{Job: j, File: &f, Webhooks: hooks})
	if err != nil {
		h.t.Fatal(err)
	}
	return j
}

func (h *home) waitFor(id string, want wire.Status) store.Job {
	h.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		j, err := h.db.Job(h.t.Context(), h.project, id)
		if err != nil {
			h.t.Fatal(err)
		}
		if j.Status == string(want) {
			return j
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("job is %s %q, want %s", j.Status, j.ErrorMessage, want)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestRecover has a process die in the middle of a job, or rather hang: when it
// comes back to life its result must not count.
func TestRecover(t *testing.T) {
	everywhere(t, testRecover)
}

func testRecover(t *testing.T, h *home) {
	hung, free := newGate(), newGate()
	hung.ignore = true
	close(free.open)
	release := sync.OnceFunc(func() { close(hung.open) })
	t.Cleanup(release) // or a failed test would wait for the hung attempt
	first, second := h.runner(hung, 1), h.runner(free)
	h.start(first)
	j := h.create(first)
	<-hung.started

	h.start(second)
	if h.db.Shared() { // where others may be at work, starting alone takes nothing from them
		if err := second.reap(t.Context(), func(worker string) bool { return worker == first.queue.ID() }); err != nil {
			t.Fatal(err)
		}
	}
	done := h.waitFor(j.ID, wire.Completed)
	if done.Attempt != 2 {
		t.Errorf("attempt = %d, want 2", done.Attempt)
	}
	release()
	first.Stop()
	after, err := h.db.Job(t.Context(), h.project, j.ID)
	if err != nil || after != done {
		t.Errorf("the late attempt changed the job to %+v, %v, want %+v", after, err, done)
	}
	if results, err := h.db.Results(t.Context(), j.ID); err != nil || len(results) == 0 {
		t.Errorf("results = %v, %v", results, err)
	}
	if _, err := h.blobs.Open(t.Context(), Folder(j.ID)+task.TextJSON); err != nil {
		t.Errorf("the late attempt took the results along: %v", err)
	}
}

func TestReapSilentWorkers(t *testing.T) {
	everywhere(t, testReapSilentWorkers)
}

func testReapSilentWorkers(t *testing.T, h *home) {
	ctx := t.Context()
	g := newGate()
	r, other := h.runner(g), h.runner(g)
	h.start(r)
	j := h.create(r)
	<-g.started
	eventuallySeen(t, h, r.queue.ID())
	if err := other.tendOnce(ctx, &watcher{lastSweep: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if q, err := other.queue.JobGet(ctx, j.QueueID); err != nil || q.State != "running" {
		t.Errorf("job of a worker that beats is %v, %v, want running", q.State, err)
	}
	if err := other.reap(ctx, func(worker string) bool { return worker == r.queue.ID() }); err != nil {
		t.Fatal(err)
	}
	<-g.started // it runs a second time
	close(g.open)
	h.waitFor(j.ID, wire.Completed)
}

// TestSilent has a worker's clock go wrong, and the database be away.
func TestSilent(t *testing.T) {
	start, wrong := time.Now(), time.Now().Add(-time.Hour)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	var w watcher
	for s := 0; s <= 20; s += 2 {
		beat := wrong.Add(time.Duration(min(s, 10)) * time.Second) // the last one is left at 10 s
		w.look(map[string]time.Time{"a": beat}, at(s))
		if got, want := w.silent("a", at(s)), s >= 16; got != want {
			t.Errorf("after %d s silent = %t, want %t", s, got, want)
		}
	}
	w.pulses = nil // as after an error
	w.look(map[string]time.Time{"a": wrong}, at(60))
	if w.silent("a", at(60)) || w.silent("never seen", at(60)) {
		t.Error("who could not leave a heartbeat is taken for dead")
	}
}

func eventuallySeen(t *testing.T, h *home, worker string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		seen, err := h.db.Seen(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !seen[worker].IsZero() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("worker %s never beats: %v", worker, seen)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestStopPutsJobsBack(t *testing.T) {
	if testing.Short() {
		t.Skip("waits until the patience of a stop is over")
	}
	everywhere(t, testStopPutsJobsBack)
}

func testStopPutsJobsBack(t *testing.T, h *home) {
	g := newGate()
	r := h.runner(g)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	j := h.create(r)
	<-g.started
	r.Stop()
	h.waitFor(j.ID, wire.Pending)
	close(g.open)
	h.start(h.runner(g))
	h.waitFor(j.ID, wire.Completed)
}

// TestSweep makes the queue forget about jobs in every way there is.
func TestSweep(t *testing.T) {
	everywhere(t, testSweep)
}

func testSweep(t *testing.T, h *home) {
	ctx := t.Context()
	g := newGate()
	close(g.open)
	r := h.runner(g) // not started: nothing runs by itself
	forgotten, discarded, cancelled := h.create(r), h.create(r), h.create(r)
	for _, q := range []struct {
		sql string
		id  int64
	}{
		{`DELETE FROM river_job WHERE id = $1`, forgotten.QueueID},
		{`UPDATE river_job SET state = 'discarded', finalized_at = CURRENT_TIMESTAMP WHERE id = $1`, discarded.QueueID},
		{`UPDATE river_job SET state = 'cancelled', finalized_at = CURRENT_TIMESTAMP WHERE id = $1`, cancelled.QueueID},
	} {
		if _, err := h.db.SQL.ExecContext(ctx, q.sql, q.id); err != nil {
			t.Fatal(err)
		}
	}
	h.start(r) // sweeps first, where nobody else is at work
	if h.db.Shared() {
		if err := r.sweep(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	h.waitFor(forgotten.ID, wire.Completed)
	h.waitFor(discarded.ID, wire.Failed)
	h.waitFor(cancelled.ID, wire.Cancelled)
}

// failing is an engine with a hiccup: it fails so many times.
type failing struct {
	times int
	after *gate
}

func (f *failing) Parse(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
	if f.times--; f.times >= 0 {
		return nil, errors.New("disk is tired")
	}
	return f.after.Parse(ctx, s, o)
}

func TestHiccupIsTriedAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a retry")
	}
	everywhere(t, testHiccupIsTriedAgain)
}

func testHiccupIsTriedAgain(t *testing.T, h *home) {
	g := newGate()
	close(g.open)
	r := h.runner(&failing{times: 1, after: g})
	h.start(r)
	if j := h.waitFor(h.create(r).ID, wire.Completed); j.Attempt != 2 {
		t.Errorf("attempt = %d, want 2", j.Attempt)
	}
}

func TestCreateIsOneStep(t *testing.T) {
	everywhere(t, testCreateIsOneStep)
}

func testCreateIsOneStep(t *testing.T, h *home) {
	ctx := t.Context()
	r := h.runner(newGate())
	j := h.create(r)
	again := j
	again.DedupeKey = "another" // but the same id: the insert must fail …
	if _, _, err := r.Create(ctx, Request{Job: again}); err == nil {
		t.Fatal("two jobs with one id")
	}
	var queued int
	err := h.db.SQL.QueryRowContext(ctx, `SELECT count(*) FROM river_job`).Scan(&queued)
	if err != nil || queued != 1 {
		t.Errorf("queue has %d entries, %v, want 1: a refused job must leave none", queued, err)
	}
	if err := h.db.Tx(ctx, func(tx *sql.Tx) error { return store.FinishJobTx(ctx, tx, j.ID, 7, "COMPLETED", "", "") }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("finish of an attempt that never was = %v, want ErrNotFound", err)
	}
}
