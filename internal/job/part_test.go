package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-pdf/fpdf"
	"github.com/google/uuid"

	"recto/internal/blob"
	"recto/internal/engine"
	"recto/internal/store"
	"recto/internal/wire"
)

// divided is the real engine with something that happens before it reads a part.
type divided struct {
	*engine.Engine
	before func(ctx context.Context, pages []int) error
}

func (d divided) ReadPart(ctx context.Context, src engine.Source, o engine.Options, tell bool, to io.Writer) error {
	if d.before != nil {
		if err := d.before(ctx, o.Pages); err != nil {
			return err
		}
	}
	return d.Engine.ReadPart(ctx, src, o, tell, to)
}

// reader is one engine for all tests.
var reader = sync.OnceValues(func() (*engine.Engine, error) {
	return engine.Start(context.Background(), engine.Config{Workers: 1})
})

func newDivided(t *testing.T, before func(context.Context, []int) error) divided {
	t.Helper()
	e, err := reader()
	if err != nil {
		t.Fatal(err)
	}
	return divided{e, before}
}

// sevenPages is a document whose pages say which they are, with a page header.
var sevenPages = sync.OnceValue(func() []byte {
	f := fpdf.New("P", "pt", "Letter", "")
	f.SetFont("Times", "", 12)
	for n := range 7 {
		f.AddPage()
		f.Text(72, 36, "A header of the document")
		for line := range 10 {
			f.Text(72, 72+float64(line)*15, fmt.Sprintf("This is line %d of page number %d.", line+1, n+1))
		}
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
})

// inParts returns a runner that divides documents of more than two pages.
func (h *home) inParts(d divided, workers int) *Runner {
	h.t.Helper()
	r := h.runner(d, workers)
	r.PartPages, r.PartsAtOnce = 2, 3
	return r
}

// createLong records a job on a document of seven pages.
func (h *home) createLong(r *Runner, config string) store.Job {
	h.t.Helper()
	f := store.File{ID: uuid.NewString(), ProjectID: h.project, Name: "long.pdf", Size: int64(len(sevenPages())), CreatedAt: time.Now()}
	if err := h.blobs.Write(h.t.Context(), FileKey(f.ID), sevenPages(), blob.Kind{}); err != nil {
		h.t.Fatal(err)
	}
	j := store.Job{ID: uuid.NewString(), ProjectID: h.project, FileID: f.ID, Name: f.Name, Tier: "cost_effective", Version: "2026-06-15", Config: config, DedupeKey: f.ID}
	j, _, err := r.Create(h.t.Context(), Request{Job: j, File: &f})
	if err != nil {
		h.t.Fatal(err)
	}
	return j
}

const plainRequest = `{"tier":"cost_effective","version":"latest","disable_cache":true}`

// results returns what a job has made, but for tables, whose archive is not compared.
func (h *home) results(id string) map[string]string {
	h.t.Helper()
	list, err := h.db.Results(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	out := map[string]string{}
	for name, x := range list {
		data, err := h.blobs.Read(h.t.Context(), x.Blob, 1<<20)
		if err != nil {
			h.t.Fatal(err)
		}
		out[name] = string(data)
	}
	return out
}

// noParts wants nothing left of the parts of a job.
func (h *home) noParts(id string) {
	h.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		parts, err := h.db.Parts(h.t.Context(), id)
		if err != nil {
			h.t.Fatal(err)
		}
		left := []string{}
		for first := 1; first <= 7; first++ {
			for n := 1; n <= 2; n++ {
				key := fmt.Sprintf("jobs/%s/parts/%06d-%d", id, first, n)
				if r, err := h.blobs.Open(h.t.Context(), key); err == nil {
					r.Close()
					left = append(left, key)
				}
			}
		}
		if len(parts) == 0 && len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%d parts and the blobs %v are left", len(parts), left)
		}
	}
}

// TestParts: a document that is read in parts, by two processes where there can be
// two, gives the results of one that is read whole, and leaves nothing else.
func TestParts(t *testing.T) { everywhere(t, testParts) }

func testParts(t *testing.T, h *home) {
	var mu sync.Mutex
	read, at, most := []int{}, 0, 0
	d := newDivided(t, func(_ context.Context, pages []int) error {
		mu.Lock()
		read = append(read, pages...)
		at++
		most = max(most, at)
		mu.Unlock()
		time.Sleep(50 * time.Millisecond) // for the others to begin
		mu.Lock()
		at--
		mu.Unlock()
		return nil
	})
	r := h.inParts(d, 2)
	h.start(r)
	if h.db.Shared() {
		h.start(h.inParts(d, 2))
	}
	j := h.waitFor(h.createLong(r, plainRequest).ID, wire.Completed)
	slices.Sort(read)
	if !slices.Equal(read, []int{1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("pages read %v, want each once", read)
	}
	if want := 3; most < 2 || most > want {
		t.Errorf("%d parts at once, want 2 or %d", most, want)
	}
	if j.PagesDone != 7 || j.PagesTotal != 7 {
		t.Errorf("progress %d of %d, want 7 of 7", j.PagesDone, j.PagesTotal)
	}
	if !strings.Contains(j.Metadata, `"attempt":1`) || !strings.Contains(j.Metadata, `"job_pages":7`) {
		t.Errorf("job_metadata %s, want attempt 1 and 7 pages", j.Metadata)
	}
	h.noParts(j.ID)

	r.PartPages = 0
	whole := h.waitFor(h.createLong(r, plainRequest).ID, wire.Completed)
	if whole.Split != "" && !h.db.Shared() {
		t.Fatal("the second job is divided, too")
	}
	got, want := h.results(j.ID), h.results(whole.ID)
	for name := range maps.Keys(want) {
		if got[name] != want[name] {
			t.Errorf("%s is %.200q, want %.200q", name, got[name], want[name])
		}
	}
	if len(got) != len(want) || !strings.Contains(got["markdown.md"], "page number 7") {
		t.Errorf("%d results, want %d; markdown %.200q", len(got), len(want), got["markdown.md"])
	}
}

// TestCancelParts stops a document of which several parts are read.
func TestCancelParts(t *testing.T) { everywhere(t, testCancelParts) }

func testCancelParts(t *testing.T, h *home) {
	begun, ended := make(chan struct{}, 10), make(chan struct{}, 10)
	d := newDivided(t, func(ctx context.Context, _ []int) error {
		begun <- struct{}{}
		<-ctx.Done()
		ended <- struct{}{}
		return ctx.Err()
	})
	r := h.inParts(d, 3)
	h.start(r)
	j := h.createLong(r, plainRequest)
	for range 3 {
		<-begun
	}
	asked := time.Now()
	if _, err := r.Cancel(t.Context(), h.project, j.ID); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		<-ended
	}
	if took := time.Since(asked); took > time.Second {
		t.Errorf("all parts ended after %s, want less than 1 s", took)
	}
	h.noParts(j.ID)
	if err := r.Delete(t.Context(), h.project, j.ID); err != nil {
		t.Error(err)
	}
}

// TestBadPart: of a part that can never be read only the bad page fails.
func TestBadPart(t *testing.T) {
	h := newHome(t, "", "")
	var tries atomic.Int64
	d := newDivided(t, func(_ context.Context, pages []int) error {
		if slices.Contains(pages, 4) {
			tries.Add(1)
			return errors.New("the disk is on fire")
		}
		return nil
	})
	r := h.inParts(d, 2)
	h.start(r)
	j := h.waitFor(h.createLong(r, plainRequest).ID, wire.Completed)
	if !strings.Contains(j.Metadata, `"failed_pages":[4]`) {
		t.Errorf("job_metadata %s, want page 4 failed", j.Metadata)
	}
	if n := tries.Load(); n != 2*partAttempts {
		t.Errorf("%d tries, want %d of the part and as many of the page", n, partAttempts)
	}
	md := h.results(j.ID)["markdown.md"]
	for _, n := range []int{1, 2, 3, 5, 6, 7} {
		if !strings.Contains(md, fmt.Sprintf("page number %d.", n)) {
			t.Errorf("page %d is missing in %q", n, md)
		}
	}
	h.noParts(j.ID)
}

// TestUnstoredPart: where the storage fails, the job does, and no page is called
// bad.
func TestUnstoredPart(t *testing.T) {
	dir := t.TempDir()
	h := newHomeIn(t, dir, "", "")
	// A file stands where the folder of all jobs should be.
	if err := os.WriteFile(filepath.Join(dir, "blobs", "jobs"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := h.inParts(newDivided(t, nil), 2)
	h.start(r)
	j := h.createLong(r, plainRequest)
	j = h.waitFor(j.ID, wire.Failed)
	if !strings.Contains(j.ErrorMessage, wire.InternalError) {
		t.Errorf("the job failed with %q, want %s", j.ErrorMessage, wire.InternalError)
	}
}

// TestLatePart: the time of a job is over while its parts are read.
func TestLatePart(t *testing.T) {
	h := newHome(t, "", "")
	d := newDivided(t, func(ctx context.Context, _ []int) error { <-ctx.Done(); return ctx.Err() })
	r := h.inParts(d, 2)
	h.start(r)
	j := h.createLong(r, `{"tier":"cost_effective","version":"latest","processing_control":{"timeouts":{"base_in_seconds":1}}}`)
	j = h.waitFor(j.ID, wire.Failed)
	if !strings.Contains(j.ErrorMessage, wire.TimedOut) || !strings.Contains(j.Metadata, wire.TimedOut) {
		t.Errorf("the job failed with %q, metadata %s, want %s", j.ErrorMessage, j.Metadata, wire.TimedOut)
	}
	h.noParts(j.ID)
}

// TestDeadPartWorker has a process die while it reads a part, or rather hang: the
// part is read by another, and what the first makes of it in the end does not count.
func TestDeadPartWorker(t *testing.T) { everywhere(t, testDeadPartWorker) }

func testDeadPartWorker(t *testing.T, h *home) {
	begun, open := make(chan struct{}, 10), make(chan struct{})
	hung := h.inParts(newDivided(t, func(context.Context, []int) error {
		begun <- struct{}{}
		<-open // whatever ctx says
		return nil
	}), 1)
	release := sync.OnceFunc(func() { close(open) })
	t.Cleanup(release)
	h.start(hung)
	j := h.createLong(hung, plainRequest)
	<-begun

	second := h.inParts(newDivided(t, nil), 2)
	h.start(second)
	if h.db.Shared() {
		if err := second.reap(t.Context(), func(worker string) bool { return worker == hung.queue.ID() }); err != nil {
			t.Fatal(err)
		}
	}
	done := h.waitFor(j.ID, wire.Completed)
	want := h.results(j.ID)
	release()
	hung.Stop()
	h.noParts(j.ID)
	if got := h.results(j.ID); !maps.Equal(got, want) || !strings.Contains(got["markdown.md"], "page number 7") {
		t.Errorf("results %v, want %v", got, want)
	}
	if after := h.waitFor(j.ID, wire.Completed); after.Attempt != done.Attempt {
		t.Errorf("attempt %d after the late part, want %d", after.Attempt, done.Attempt)
	}
}

// TestLostPartEntries: parts whose entries the queue has forgotten are put back.
func TestLostPartEntries(t *testing.T) { everywhere(t, testLostPartEntries) }

func testLostPartEntries(t *testing.T, h *home) {
	r := h.inParts(newDivided(t, func(ctx context.Context, _ []int) error { <-ctx.Done(); return ctx.Err() }), 1)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	j := h.createLong(r, plainRequest)
	for {
		if parts, err := h.db.Parts(t.Context(), j.ID); err != nil {
			t.Fatal(err)
		} else if len(parts) > 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	r.Stop()
	if _, err := h.db.SQL.ExecContext(t.Context(), `DELETE FROM river_job`); err != nil {
		t.Fatal(err)
	}
	second := h.inParts(newDivided(t, nil), 2)
	if err := second.sweep(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	h.start(second)
	j = h.waitFor(j.ID, wire.Completed)
	if !strings.Contains(j.Metadata, `"failed_pages":[]`) {
		t.Errorf("job_metadata %s, want no failed pages", j.Metadata)
	}
	h.noParts(j.ID)
}

func TestEvenly(t *testing.T) {
	pages := func(n int) (p []int) {
		for i := range n {
			p = append(p, i+1)
		}
		return p
	}
	for _, c := range []struct {
		pages, most int
		want        []int
	}{{65, 64, []int{33, 32}}, {7, 2, []int{2, 2, 2, 1}}, {128, 64, []int{64, 64}}, {3, 1, []int{1, 1, 1}}, {10, 4, []int{4, 4, 2}}} {
		var got []int
		for _, p := range evenly(pages(c.pages), c.most) {
			got = append(got, len(p))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("evenly(%d pages, %d) = %v, want %v", c.pages, c.most, got, c.want)
		}
	}
}
