package task

import (
	"fmt"
	"sync"
	"time"

	"recto/internal/engine"
)

// recognizingFactor is how many times as long as other steps the recognition of
// a page may take: it tries a page upright and upside down.
const recognizingFactor = 5

// flights are the steps under way in a child. A page has a stack of them, of
// which the innermost runs, and the time of that one counts.
type flights struct {
	limit   time.Duration
	overdue func() // called once, when a step takes too long

	mu    sync.Mutex
	pages map[int]*flight
	late  *engine.Trouble // the step that took too long
	over  bool            // nothing is noted any more
}

type flight struct {
	steps []engine.Step
	begun time.Time // the innermost
	timer *time.Timer
}

func newFlights(limit time.Duration, overdue func()) *flights {
	return &flights{limit: limit, overdue: overdue, pages: map[int]*flight{}}
}

func (f *flights) allowed(s engine.Step) time.Duration {
	if s == engine.Recognizing {
		return recognizingFactor * f.limit
	}
	return f.limit
}

// note takes down that a step begins or ends.
func (f *flights) note(page int, s engine.Step, begins bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return
	}
	x := f.pages[page]
	if x == nil {
		x = &flight{}
		f.pages[page] = x
	}
	if x.timer != nil {
		x.timer.Stop()
	}
	if begins {
		x.steps = append(x.steps, s)
	} else if n := len(x.steps); n > 0 {
		x.steps = x.steps[:n-1]
	}
	n := len(x.steps)
	if n == 0 {
		delete(f.pages, page)
		return
	}
	top, depth := x.steps[n-1], n
	x.begun = time.Now()
	x.timer = time.AfterFunc(f.allowed(top), func() { f.fire(page, x, top, depth) })
}

func (f *flights) fire(page int, x *flight, s engine.Step, depth int) {
	f.mu.Lock()
	if f.over || f.pages[page] != x || len(x.steps) != depth || time.Since(x.begun) < f.allowed(s) {
		f.mu.Unlock()
		return
	}
	f.over = true
	f.late = &engine.Trouble{Page: page, Step: s, Why: fmt.Sprintf("it took longer than %s", f.allowed(s))}
	f.mu.Unlock()
	f.overdue()
}

// stop ends the timers. It returns the step that took too long, if one did, and
// the steps under way.
func (f *flights) stop() (late *engine.Trouble, under []engine.Trouble, since []time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = true
	for n, x := range f.pages {
		x.timer.Stop()
		under = append(under, engine.Trouble{Page: n, Step: x.steps[len(x.steps)-1]})
		since = append(since, time.Since(x.begun))
	}
	return f.late, under, since
}
