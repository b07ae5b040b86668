package job

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"recto/internal/store"
	"recto/internal/wire"
)

// TestQuotasOverServers has two servers race for the jobs that one project may
// have open.
func TestQuotasOverServers(t *testing.T) { everywhere(t, testQuotasOverServers) }

func testQuotasOverServers(t *testing.T, h *home) {
	ctx := t.Context()
	servers := []*Runner{h.runner(pictured{}), h.runner(pictured{})}
	most := int64(3)
	limits := store.Settings{OpenJobs: &most, PagesPerMonth: &most}
	request := func() Request {
		id := uuid.NewString()
		return Request{Limits: limits, Job: store.Job{ID: id, ProjectID: h.project, SourceURL: "http://x/", Name: "a.pdf", Tier: "fast", Config: "{}", DedupeKey: id}}
	}
	var made, refused atomic.Int64
	var wg sync.WaitGroup
	for n := range 10 {
		wg.Go(func() {
			_, _, err := servers[n%2].Create(ctx, request())
			switch {
			case err == nil:
				made.Add(1)
			case errors.Is(err, ErrOpenJobs):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made.Load() != most || refused.Load() != 7 {
		t.Errorf("%d made, %d refused, want 3 and 7", made.Load(), refused.Load())
	}
	if q, err := h.db.Queue(ctx); err != nil || q.Pending != most || q.Running != 0 || time.Since(q.Oldest) > time.Minute {
		t.Errorf("Queue = %+v, %v", q, err)
	}
	if _, err := h.db.SQL.ExecContext(ctx, `UPDATE parse_job SET status = 'CANCELLED'`); err != nil {
		t.Fatal(err)
	}
	// Pages are counted with the end of a job, once.
	r := servers[0]
	h.start(r)
	for range 3 {
		h.waitFor(h.createWith(r, `{"tier":"fast","version":"latest","disable_cache":true}`).ID, wire.Completed)
	}
	u, err := h.db.Usage(ctx, h.project, time.Now())
	if err != nil || u.Pages != 3 || u.Jobs != 3 || u.Files != 3 || u.Bytes != 3 || u.Pending+u.Running != 0 {
		t.Errorf("Usage = %+v, %v, want three pages, jobs and files", u, err)
	}
	if _, _, err := servers[1].Create(ctx, request()); !errors.Is(err, ErrPages) {
		t.Errorf("the fourth page: %v, want ErrPages", err)
	}
	if u, err = h.db.Usage(ctx, h.project, time.Now().AddDate(0, 2, 0)); err != nil || u.Pages != 0 {
		t.Errorf("Usage in two months = %+v, %v", u, err)
	}
}
