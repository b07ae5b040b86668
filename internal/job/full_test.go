package job

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/blob/blobtest"
	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/format"
	"recto/internal/wire"
)

// wordy is an engine that finds so many bytes of text.
type wordy int

func (n wordy) Parse(context.Context, engine.Source, engine.Options) (*engine.Result, error) {
	p := &doc.Page{Number: 1, Width: 10, Height: 10}
	return &engine.Result{Format: format.PDF, Doc: &doc.Document{Pages: []*doc.Page{p}}, Text: []string{strings.Repeat("x", int(n))}}, nil
}

// TestFullDiskFailsTheJob has results that do not fit onto the disk, which the
// database is on, too.
func TestFullDiskFailsTheJob(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for four attempts")
	}
	dir := blobtest.SmallDisk(t, 32)
	h := newHomeIn(t, dir, "", "")
	large := h.runner(wordy(24 << 20)) // as text and within JSON
	h.start(large)
	j := h.create(large)
	j = h.waitFor(j.ID, wire.Failed)
	if want := "INTERNAL_ERROR: the disk of the server is full; try again when there is room"; j.ErrorMessage != want {
		t.Errorf("error_message = %q, want %q", j.ErrorMessage, want)
	}
	eventually(t, "results are removed", func() bool {
		for _, key := range h.blobKeys() {
			if strings.HasPrefix(key, Folder(j.ID)) {
				return false
			}
		}
		return true
	})
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 0 {
		t.Errorf("temporary files %v", left)
	}
	large.Stop()
	small := h.runner(wordy(10))
	h.start(small)
	h.waitFor(h.create(small).ID, wire.Completed)
	var verdict string
	if err := h.db.SQL.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the database says %q, %v", verdict, err)
	}
}
