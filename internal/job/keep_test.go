package job

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recto/internal/blob"
	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/format"
	"recto/internal/store"
	"recto/internal/wire"
)

// pictured is an engine whose page has a picture.
type pictured struct{}

func (pictured) Parse(_ context.Context, _ engine.Source, o engine.Options) (*engine.Result, error) {
	p := &doc.Page{Number: 1, Width: 10, Height: 10}
	if o.SaveImage != nil && o.Images.Screenshot {
		i := engine.Image{Name: "page_1.jpg", Category: engine.Screenshot, Page: 1, ContentType: "image/jpeg", Data: []byte("jpeg")}
		if err := o.SaveImage(i); err != nil {
			return nil, err
		}
	}
	return &engine.Result{Format: format.PDF, Doc: &doc.Document{Pages: []*doc.Page{p}}, Text: []string{"x"}}, nil
}

// blobKeys lists everything that is stored.
func (h *home) blobKeys() []string {
	h.t.Helper()
	var keys []string
	for _, prefix := range []string{"files/", "jobs/"} {
		if err := h.blobs.Walk(h.t.Context(), prefix, func(o blob.Object) error { keys = append(keys, o.Key); return nil }); err != nil {
			h.t.Fatal(err)
		}
	}
	return keys
}

func (h *home) count(query string, args ...any) int {
	h.t.Helper()
	var n int
	if err := h.db.SQL.QueryRowContext(h.t.Context(), query, args...).Scan(&n); err != nil {
		h.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// eventually waits for what other goroutines do.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}

// tables are all that hold something about a job.
var tables = []string{"parse_job", "file", "result", "image", "cached_result", "job_webhook", "webhook_delivery", "river_job"}

// TestDeleteLeavesNothing runs the same document twice, which fills the cache,
// deletes both jobs, and wants the storage as it was before.
func TestDeleteLeavesNothing(t *testing.T) { everywhere(t, testDeleteLeavesNothing) }

func testDeleteLeavesNothing(t *testing.T, h *home) {
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer receiver.Close()
	r, ctx := h.runner(pictured{}), t.Context()
	h.start(r)
	kept := h.create(r) // somebody else's
	h.waitFor(kept.ID, wire.Completed)
	eventually(t, "queue of the kept job", func() bool { return h.count(`SELECT count(*) FROM river_job WHERE state <> 'completed'`) == 0 })
	before, rows := h.blobKeys(), map[string]int{}
	for _, table := range tables {
		rows[table] = h.count(`SELECT count(*) FROM ` + table)
	}
	var jobs []store.Job
	for range 2 {
		j := h.createWith(r, `{"tier":"cost_effective","version":"latest","output_options":{"images_to_save":["screenshot"]}}`, store.Webhook{URL: receiver.URL, Secret: "s"})
		h.waitFor(j.ID, wire.Completed)
		jobs = append(jobs, j)
	}
	if n := h.count(`SELECT count(*) FROM image`); n != 2 {
		t.Fatalf("%d pictures, want one of each job", n)
	}
	if n := len(h.blobKeys()); n < len(before)+12 {
		t.Fatalf("%d blobs, want a dozen more than %d", n, len(before))
	}
	eventually(t, "messages", func() bool {
		return h.count(`SELECT count(*) FROM webhook_delivery WHERE status = 'DELIVERED'`) == 6 && h.count(`SELECT count(*) FROM river_job WHERE state = 'running'`) == 0
	})
	for _, j := range jobs {
		if err := r.Delete(ctx, h.project, j.ID); err != nil {
			t.Fatal(err)
		}
	}
	if after := h.blobKeys(); !slices.Equal(after, before) {
		t.Errorf("blobs after the deletion %v, want %v", after, before)
	}
	for _, table := range tables {
		if n := h.count(`SELECT count(*) FROM ` + table); n != rows[table] {
			t.Errorf("%s has %d rows, %d before", table, n, rows[table])
		}
	}
	if err := r.Delete(ctx, h.project, jobs[0].ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("second deletion = %v", err)
	}
}

// TestFileOutlivesItsJob keeps a file that another job was made of, and one that
// was uploaded by itself.
func TestFileOutlivesItsJob(t *testing.T) { everywhere(t, testFileOutlivesItsJob) }

func testFileOutlivesItsJob(t *testing.T, h *home) {
	r, ctx := h.runner(pictured{}), t.Context()
	h.start(r)
	one := h.create(r)
	two, _, err := r.Create(ctx, Request{Job: store.Job{ID: uuid.NewString(), ProjectID: h.project, FileID: one.FileID, Name: "a.pdf", Tier: "fast", Config: one.Config, DedupeKey: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	h.waitFor(one.ID, wire.Completed)
	h.waitFor(two.ID, wire.Completed)
	there := func() bool {
		ok, err := h.blobs.Exists(ctx, FileKey(one.FileID))
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if err := r.Delete(ctx, h.project, one.ID); err != nil || !there() {
		t.Errorf("first job deleted: %v, file is there: %t, want it kept for the other", err, there())
	}
	if err := r.Delete(ctx, h.project, two.ID); err != nil || there() {
		t.Errorf("second job deleted: %v, file is there: %t, want none", err, there())
	}
}

// TestExpire lets files, results and jobs grow old.
func TestExpire(t *testing.T) { everywhere(t, testExpire) }

func testExpire(t *testing.T, h *home) {
	days := func(n int64) *int64 { return &n }
	r, ctx := h.runner(pictured{}), t.Context()
	r.Settings = store.Settings{KeepFiles: days(1), KeepResults: days(3), KeepJobs: days(5)}
	p, err := h.db.AddProject(ctx, "keeper")
	if err == nil {
		_, err = h.db.SaveSettings(ctx, p.ID, store.Settings{KeepFiles: days(0), KeepResults: days(0), KeepJobs: days(0)})
	}
	if err != nil {
		t.Fatal(err)
	}
	h.start(r)
	j := h.create(r)
	h.waitFor(j.ID, wire.Completed)
	ours := h.project
	h.project = p.ID
	theirs := h.create(r)
	h.waitFor(theirs.ID, wire.Completed)
	h.project = ours
	all := len(h.blobKeys())
	at := func(n int) {
		t.Helper()
		if err := r.expire(ctx, time.Now().AddDate(0, 0, n).Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	at(0)
	if n := len(h.blobKeys()); n != all {
		t.Errorf("%d blobs on the first day, want %d", n, all)
	}
	at(1)
	if _, err := h.db.File(ctx, h.project, j.FileID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("file after a day: %v", err)
	}
	if n := len(h.blobKeys()); n != all-1 {
		t.Errorf("%d blobs after a day, want one less than %d", n, all)
	}
	at(3)
	got, err := h.db.Job(ctx, h.project, j.ID)
	if err != nil || got.ExpiredAt.IsZero() || got.Status != string(wire.Completed) {
		t.Errorf("job after three days: %+v, %v, want it without results", got, err)
	}
	if _, err := r.Finished(ctx, got); !errors.Is(err, ErrExpired) {
		t.Errorf("Finished = %v, want ErrExpired", err)
	}
	for _, key := range h.blobKeys() {
		if strings.HasPrefix(key, Folder(j.ID)) {
			t.Errorf("%s is still there", key)
		}
	}
	at(5)
	if _, err := h.db.Job(ctx, h.project, j.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("job after five days: %v", err)
	}
	at(5000)
	if got, err := h.db.Job(ctx, p.ID, theirs.ID); err != nil || !got.ExpiredAt.IsZero() {
		t.Errorf("the other project's job: %+v, %v, want it kept", got, err)
	}
	if ok, err := h.blobs.Exists(ctx, FileKey(theirs.FileID)); err != nil || !ok {
		t.Errorf("the other project's file is there: %t, %v", ok, err)
	}
}

// TestKeepOnce has two processes look one after the other: the second finds that
// the first has just been at it.
func TestKeepOnce(t *testing.T) { everywhere(t, testKeepOnce) }

func testKeepOnce(t *testing.T, h *home) {
	day, ctx := int64(1), t.Context()
	one, two := h.runner(pictured{}), h.runner(pictured{})
	one.Settings = store.Settings{KeepJobs: &day}
	two.Settings = one.Settings
	h.start(one)
	first := h.create(one)
	h.waitFor(first.ID, wire.Completed)
	later := time.Now().AddDate(0, 0, 2)
	gone := func(j store.Job) bool {
		_, err := h.db.Job(ctx, h.project, j.ID)
		return errors.Is(err, store.ErrNotFound)
	}
	if err := one.keepOnce(ctx, later); err != nil || !gone(first) {
		t.Errorf("the first look: %v, the old job is gone: %t", err, gone(first))
	}
	second := h.create(one)
	h.waitFor(second.ID, wire.Completed)
	if err := two.keepOnce(ctx, later.Add(expireEvery/2)); err != nil || gone(second) {
		t.Errorf("a look half a minute later: %v, the job is gone: %t, want it left for the next", err, gone(second))
	}
	if err := two.keepOnce(ctx, later.Add(2*expireEvery)); err != nil || !gone(second) {
		t.Errorf("the next look: %v, the job is gone: %t", err, gone(second))
	}
}

// TestExpireLeavesUnfinishedAlone has a job run over all times.
func TestExpireLeavesUnfinishedAlone(t *testing.T) { everywhere(t, testExpireLeavesUnfinishedAlone) }

func testExpireLeavesUnfinishedAlone(t *testing.T, h *home) {
	day := int64(1)
	g := newGate()
	r := h.runner(g)
	r.Settings = store.Settings{KeepFiles: &day, KeepResults: &day, KeepJobs: &day}
	h.start(r)
	j := h.create(r)
	<-g.started
	if err := r.expire(t.Context(), time.Now().AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if ok, err := h.blobs.Exists(t.Context(), FileKey(j.FileID)); err != nil || !ok {
		t.Errorf("the file of a running job is there: %t, %v", ok, err)
	}
	close(g.open)
	h.waitFor(j.ID, wire.Completed)
}

// TestOneKeepsHouse has several processes look at once.
func TestOneKeepsHouse(t *testing.T) { everywhere(t, testOneKeepsHouse) }

func testOneKeepsHouse(t *testing.T, h *home) {
	now, won := time.Now(), make(chan bool, 8)
	for range cap(won) {
		go func() {
			due, err := h.db.Due(t.Context(), "expire", time.Minute, now)
			if err != nil {
				t.Error(err)
			}
			won <- due
		}()
	}
	n := 0
	for range cap(won) {
		if <-won {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d processes keep house, want 1", n)
	}
	for at, want := range map[time.Duration]bool{59 * time.Second: false, 61 * time.Second: true} {
		if due, err := h.db.Due(t.Context(), "expire", time.Minute, now.Add(at)); err != nil || due != want {
			t.Errorf("after %s Due = %t, %v, want %t", at, due, err, want)
		}
		if _, err := h.db.SQL.ExecContext(t.Context(), `UPDATE chore SET started_at = $1`, now.UnixMicro()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPurgeGoesOn kills the deletion of a project in its middle.
func TestPurgeGoesOn(t *testing.T) { everywhere(t, testPurgeGoesOn) }

func testPurgeGoesOn(t *testing.T, h *home) {
	r, ctx := h.runner(pictured{}), t.Context()
	h.start(r)
	before := h.blobKeys()
	p, err := h.db.AddProject(ctx, "doomed")
	if err != nil {
		t.Fatal(err)
	}
	h.project = p.ID
	var jobs []store.Job
	for range 3 {
		j := h.create(r)
		h.waitFor(j.ID, wire.Completed)
		jobs = append(jobs, j)
	}
	if err := h.db.DeleteProject(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	// The rows of one job are gone when the process dies, its bytes are not.
	if err := h.db.Tx(ctx, func(tx *sql.Tx) error { _, err := store.DropJobTx(ctx, tx, jobs[0].ID); return err }); err != nil {
		t.Fatal(err)
	}
	if err := r.PurgeProjects(ctx); err != nil {
		t.Fatal(err)
	}
	if n := h.count(`SELECT count(*) FROM project WHERE id = $1`, p.ID); n != 0 {
		t.Error("the project is still there")
	}
	if _, err := r.SweepOrphans(ctx, time.Now().Add(2*orphanGrace)); err != nil {
		t.Fatal(err)
	}
	if after := h.blobKeys(); !slices.Equal(after, before) {
		t.Errorf("blobs %v, want %v", after, before)
	}
}
