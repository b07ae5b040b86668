package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/soak/cluster"
)

// TestCompare has one of each fault that the stores can show.
func TestCompare(t *testing.T) {
	dir := t.TempDir()
	for key, text := range map[string]string{
		"jobs/good/a": "a", "jobs/other/a": "b", "jobs/lacking/b": "b", "jobs/more/a": "a", "jobs/more/c": "c", "files/nobody": "x", "files/nobody.attrs": "{}",
	} {
		file := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := &task{name: "x.pdf", blobs: map[string]string{"a": hash([]byte("a"))}}
	d := &disturbed{Cluster: &cluster.Cluster{Blobs: dir}, jobs: map[string]*taken{}}
	b := &books{queued: 1, blobs: map[string]bool{"jobs/good/a": true, "jobs/other/a": true, "jobs/lacking/a": true, "jobs/lacking/b": true, "jobs/more/a": true, "jobs/more/c": true}}
	for _, id := range []string{"good", "other", "lacking", "more"} {
		d.jobs["pjb-"+id] = &taken{task: want, status: "COMPLETED"}
		b.jobs = append(b.jobs, jobRow{id: id, status: "COMPLETED", idempotencyKey: id, attempt: 1})
	}
	b.jobs = append(b.jobs, jobRow{id: "twin", status: "RUNNING", idempotencyKey: "good", attempt: 3})
	d.compare(b)
	got := strings.Join(d.faults, "\n")
	for _, text := range []string{
		"row of job twin is RUNNING", "request good made 2 jobs", "1 entries of the queue", "row without a blob: jobs/lacking/a",
		"pjb-other (x.pdf): a differs", "pjb-lacking (x.pdf): a is missing, b is too many", "pjb-more (x.pdf): c is too many",
	} {
		if !strings.Contains(got, text) {
			t.Errorf("no fault says %q", text)
		}
	}
	if len(d.faults) != 7 {
		t.Errorf("%d faults, want 7:\n%s", len(d.faults), got)
	}
	if d.orphans != 1 || d.missing != 1 || d.again != 1 || d.attempts != 2 || d.unheard != 1 || d.mismatches != 3 {
		t.Errorf("orphans %d, missing %d, again %d with %d runs, unheard %d, mismatches %d", d.orphans, d.missing, d.again, d.attempts, d.unheard, d.mismatches)
	}
}
