package job

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recto/internal/blob"
	"recto/internal/wire"
)

// TestOrphans has bytes without rows and rows without bytes, beside a job that
// runs and one that is done.
func TestOrphans(t *testing.T) { everywhere(t, testOrphans) }

func testOrphans(t *testing.T, h *home) {
	ctx, g := t.Context(), newGate()
	r := h.runner(g)
	h.start(r)
	done := h.create(r)
	<-g.started
	g.open <- struct{}{}
	h.waitFor(done.ID, wire.Completed)
	robbed := h.create(r) // has the result of the first
	h.waitFor(robbed.ID, wire.Completed)
	live := h.createWith(r, `{"tier":"fast","version":"latest","disable_cache":true}`)
	<-g.started
	kept := append(h.blobKeys(), Folder(live.ID)+"half.json", "jobs/notes.txt", "files/old/readme")
	lost := []string{FileKey(uuid.NewString()), Folder(uuid.NewString()) + "text.json", Folder(uuid.NewString()) + "images/a.png", Folder(done.ID) + "leftover.json"}
	for _, key := range append(kept[len(kept)-3:], lost...) {
		if err := h.blobs.Write(ctx, key, []byte("x"), blob.Kind{}); err != nil {
			t.Fatal(err)
		}
	}
	stolen := []string{FileKey(robbed.FileID), Folder(robbed.ID) + "text.json"}
	for _, key := range stolen {
		if err := h.blobs.Delete(ctx, key); err != nil {
			t.Fatal(err)
		}
		kept = slices.DeleteFunc(kept, func(k string) bool { return k == key })
	}
	slices.Sort(kept)
	slices.Sort(stolen)
	got, err := r.SweepOrphans(ctx, time.Now().Add(orphanGrace-time.Hour))
	if err != nil || got.Removed != 0 {
		t.Errorf("young orphans: %+v, %v, want all left", got, err)
	}
	got, err = r.SweepOrphans(ctx, time.Now().Add(orphanGrace+time.Hour))
	slices.Sort(got.Missing)
	if err != nil || got.Removed != len(lost) || got.Strange != 2 || !slices.Equal(got.Missing, stolen) {
		t.Errorf("SweepOrphans = %+v, %v, want %d removed, 2 left alone, missing %v", got, err, len(lost), stolen)
	}
	after := h.blobKeys()
	slices.Sort(after)
	if !slices.Equal(after, kept) {
		t.Errorf("blobs after\n%s\nwant\n%s", strings.Join(after, "\n"), strings.Join(kept, "\n"))
	}
	close(g.open)
	h.waitFor(live.ID, wire.Completed)
}

// TestOrphansOfManyJobs compares more rows and bytes than fit into one batch.
func TestOrphansOfManyJobs(t *testing.T) { everywhere(t, testOrphansOfManyJobs) }

func testOrphansOfManyJobs(t *testing.T, h *home) {
	ctx := t.Context()
	r := h.runner(pictured{}, 4)
	lost, missing := 0, 0
	for i := range 2*batch + 7 {
		id := uuid.NewString()
		if i%3 > 0 {
			if _, err := h.db.SQL.ExecContext(ctx, `INSERT INTO parse_job (id, project_id, name, tier, version, config, dedupe_key, status, created_at, updated_at, finished_at)
				VALUES ($1, $2, '', '', '', '', '', 'COMPLETED', 1, 1, 1)`, id, h.project); err != nil {
				t.Fatal(err)
			}
			if _, err := h.db.SQL.ExecContext(ctx, `INSERT INTO result (job_id, name, blob, size, content_type) VALUES ($1, 'text.json', $2, 1, '')`, id, Folder(id)+"text.json"); err != nil {
				t.Fatal(err)
			}
			if _, err := h.db.SQL.ExecContext(ctx, `INSERT INTO file (id, project_id, name, size, sha256, content_type, file_type, purpose, by_hand, created_at)
				VALUES ($1, $2, '', 1, '', '', '', '', $3, 1)`, id, h.project, true); err != nil {
				t.Fatal(err)
			}
		}
		for _, key := range []string{Folder(id) + "text.json", FileKey(id)} {
			switch i % 3 {
			case 0: // no row
				lost++
			case 1:
				missing++
				continue // no bytes
			case 2:
			}
			if err := h.blobs.Write(ctx, key, []byte("x"), blob.Kind{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	all := len(h.blobKeys())
	got, err := r.SweepOrphans(ctx, time.Now().Add(2*orphanGrace))
	if err != nil || got.Removed != lost || len(got.Missing) != missing || len(h.blobKeys()) != all-lost {
		t.Errorf("removed %d, missing %d, left %d, %v, want %d, %d, %d", got.Removed, len(got.Missing), len(h.blobKeys()), err, lost, missing, all-lost)
	}
}

// TestOrphansOfOthers sweeps a storage that another database uses.
func TestOrphansOfOthers(t *testing.T) { everywhere(t, testOrphansOfOthers) }

func testOrphansOfOthers(t *testing.T, h *home) {
	ctx, key := t.Context(), FileKey(uuid.NewString())
	if err := h.blobs.Write(ctx, key, []byte("x"), blob.Kind{}); err != nil {
		t.Fatal(err)
	}
	if err := h.blobs.Claim(ctx, uuid.NewString()); err != nil {
		t.Fatal(err)
	}
	got, err := h.runner(pictured{}).SweepOrphans(ctx, time.Now().Add(2*orphanGrace))
	if err != nil || got.Removed != 0 || len(h.blobKeys()) != 1 {
		t.Errorf("SweepOrphans = %+v, %v, want nothing touched", got, err)
	}
}

// TestSweepTemp leaves a young temporary file alone.
func TestSweepTemp(t *testing.T) {
	h := newHome(t, "", "")
	tmp := os.TempDir() // the store's
	for name, age := range map[string]time.Duration{"old": 25 * time.Hour, "young": time.Hour} {
		file := filepath.Join(tmp, name)
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := h.runner(pictured{}).SweepOrphans(t.Context(), time.Now())
	left, _ := os.ReadDir(tmp)
	if err != nil || got.Temp != 1 || len(left) != 1 || left[0].Name() != "young" {
		t.Errorf("SweepOrphans = %+v, %v, left %v, want the old file removed", got, err, left)
	}
}
