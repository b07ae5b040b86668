package job

import (
	"testing"
	"time"
)

func TestFigures(t *testing.T) {
	everywhere(t, func(t *testing.T, h *home) {
		g := newGate()
		r := h.runner(g, 1)
		if f, err := r.Figures(t.Context()); err != nil || f.Jobs["PENDING"] != 0 || len(f.Jobs) != 5 || !f.Oldest.IsZero() {
			t.Fatalf("of nothing: %+v, %v", f, err)
		}
		begun := time.Now().Add(-time.Second)
		for range 3 {
			h.create(r)
		}
		gone := h.create(r)
		if _, err := r.Cancel(t.Context(), h.project, gone.ID); err != nil {
			t.Fatal(err)
		}
		h.start(r)
		<-g.started
		f, err := r.Figures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if f.Jobs["PENDING"] != 2 || f.Jobs["RUNNING"] != 1 || f.Jobs["CANCELLED"] != 1 || f.Oldest.Before(begun) || f.Oldest.After(time.Now()) {
			t.Errorf("jobs: %+v since %s", f, begun)
		}
		count := map[string]int64{}
		for _, q := range f.Queue {
			count[q.Queue+" "+q.State] += q.Entries
		}
		if count["default available"] != 2 || count["default running"] != 1 || count["webhook available"] != 0 {
			t.Errorf("queues: %v", count)
		}
		close(g.open)
	})
}

// TestKnownCode: a child process that was taken over makes no labels.
func TestKnownCode(t *testing.T) {
	for code, want := range map[string]string{"": "", "TIMEOUT": "TIMEOUT", "SOURCE_URL_UNREACHABLE": "SOURCE_URL_UNREACHABLE", "made up": "OTHER"} {
		if got := knownCode(code); got != want {
			t.Errorf("knownCode(%q) = %q, want %q", code, got, want)
		}
	}
	if got := readTold([]byte(`{"format": "made up", "job_pages": -4}`)); got.Format != "unknown" || got.Pages != 0 {
		t.Errorf("told: %+v", got)
	}
	if got := readTold([]byte(`{"format": "pdf", "job_pages": 4, "job_is_cache_hit": true}`)); got != (told{4, "pdf", true}) {
		t.Errorf("told: %+v", got)
	}
}
