package job

import (
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"recto/internal/task"
	"recto/internal/wire"
)

// TestDropped has an entry that the process took and does not work on, as after
// a database that was away when the attempt ended.
func TestDropped(t *testing.T) { everywhere(t, testDropped) }

func testDropped(t *testing.T, h *home) {
	ctx, now := t.Context(), time.Now()
	r := h.runner(newGate()) // it does not start: nobody works
	j := h.create(r)
	taken, err := r.driver.GetExecutor().JobGetAvailable(ctx, &riverdriver.JobGetAvailableParams{ClientID: r.queue.ID(), MaxAttemptedBy: 10, MaxToLock: 1, Queue: "default"})
	if err != nil || len(taken.Jobs) != 1 || taken.Jobs[0].ID != j.QueueID {
		t.Fatalf("the queue gave %v, %v, want entry %d", taken, err, j.QueueID)
	}
	var w watcher
	look := func(after time.Duration, want rivertype.JobState) {
		t.Helper()
		if err := r.reapDropped(ctx, &w, now.Add(after)); err != nil {
			t.Fatal(err)
		}
		if q, err := r.queue.JobGet(ctx, j.QueueID); err != nil || q.State != want {
			t.Errorf("after %v the entry is %v, %v, want %s", after, q.State, err, want)
		}
	}
	r.busy.set(j.QueueID, true)
	look(0, rivertype.JobStateRunning)
	look(2*droppedAfter, rivertype.JobStateRunning)
	r.busy.set(j.QueueID, false)
	look(3*droppedAfter, rivertype.JobStateRunning)
	look(4*droppedAfter, rivertype.JobStateRunning)
	look(4*droppedAfter+1, rivertype.JobStateAvailable)
}

// TestDeaths kills the worker of a job until it is given up.
func TestDeaths(t *testing.T) { everywhere(t, testDeaths) }

func testDeaths(t *testing.T, h *home) {
	ctx := t.Context()
	for _, c := range []struct {
		parser task.Processor
		want   int
	}{{&task.Remote{}, maxDeaths}, {task.Local{}, maxAttempts}} {
		r := h.runner(newGate()) // it does not start: nobody works
		r.Processor = c.parser
		j := h.create(r)
		deaths := 0
		for state := rivertype.JobStateAvailable; state == rivertype.JobStateAvailable; deaths++ {
			taken, err := r.driver.GetExecutor().JobGetAvailable(ctx, &riverdriver.JobGetAvailableParams{ClientID: "dead", MaxAttemptedBy: 10, MaxToLock: 1, Queue: "default"})
			if err != nil || len(taken.Jobs) != 1 {
				t.Fatalf("after %d deaths the queue gave %v, %v", deaths, taken, err)
			}
			var q *rivertype.JobRow
			for state = rivertype.JobStateRunning; state == rivertype.JobStateRunning; state = q.State { // one that began in this millisecond is left alone
				if err := r.reap(ctx, func(worker string) bool { return worker == "dead" }); err != nil {
					t.Fatal(err)
				}
				if q, err = r.queue.JobGet(ctx, j.QueueID); err != nil {
					t.Fatal(err)
				}
			}
			if state == rivertype.JobStateAvailable && q.MaxAttempts-q.Attempt < maxAttempts {
				t.Errorf("after %d deaths %d attempts are left for errors, want %d", deaths+1, q.MaxAttempts-q.Attempt, maxAttempts)
			}
		}
		if deaths != c.want {
			t.Errorf("%T: given up after %d deaths, want %d", c.parser, deaths, c.want)
		}
		if err := r.sweep(ctx, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		h.waitFor(j.ID, wire.Failed)
	}
}
