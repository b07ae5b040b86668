package job

import (
	"errors"
	"testing"
	"time"

	"recto/internal/blob"
	"recto/internal/store"
)

// TestPurgeRunningJob deletes a project while one of its jobs runs.
func TestPurgeRunningJob(t *testing.T) {
	everywhere(t, testPurgeRunningJob)
}

func testPurgeRunningJob(t *testing.T, h *home) {
	ctx, g := t.Context(), newGate()
	p, err := h.db.AddProject(ctx, "doomed")
	if err != nil {
		t.Fatal(err)
	}
	h.project = p.ID
	r := h.runner(g)
	h.start(r)
	j := h.create(r, store.Webhook{URL: "http://127.0.0.1:1/"})
	<-g.started
	if err := h.blobs.Write(ctx, Folder(j.ID)+"half.json", []byte("{}"), blob.Kind{}); err != nil {
		t.Fatal(err)
	}
	if err := h.db.DeleteProject(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.sweep(ctx, time.Now()); err != nil { // as it does by itself every half minute
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		q, err := r.queue.JobGet(ctx, j.QueueID)
		if err == nil && q.State == "cancelled" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("queue entry %+v, %v, want it cancelled", q, err)
		}
	}
	for _, key := range []string{FileKey(j.FileID), Folder(j.ID) + "half.json"} {
		if _, err := h.blobs.Read(ctx, key, 10); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s of a deleted project: %v, want none", key, err)
		}
	}
	for _, table := range []string{"parse_job", "file", "job_webhook", "webhook_delivery", "api_key"} {
		var n int
		if err := h.db.SQL.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s has %d rows of a deleted project, %v", table, n, err)
		}
	}
	if left, err := h.db.DeletedProjects(ctx); err != nil || len(left) != 0 {
		t.Errorf("projects left to purge: %v, %v", left, err)
	}
}
