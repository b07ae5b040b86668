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
	turns int // pictures that wait for others to be recognized, of whatever page
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

// More pages and steps than any machine has under way at once: a child that
// tells of more lies.
const (
	maxUnderWay = 4096
	maxNested   = 8
)

// note takes down that a step begins or ends. It reports whether that can be.
func (f *flights) note(page int, s engine.Step, begins bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return true
	}
	x := f.pages[page]
	if x == nil {
		if !begins || len(f.pages) >= maxUnderWay {
			return false
		}
		x = &flight{}
		f.pages[page] = x
	}
	if x.timer != nil {
		x.timer.Stop()
	}
	if begins {
		x.steps = append(x.steps, s)
	} else {
		x.steps = x.steps[:len(x.steps)-1]
	}
	n := len(x.steps)
	if n == 0 {
		delete(f.pages, page)
		return true
	}
	if n > maxNested {
		x.steps = x.steps[:maxNested]
		return false
	}
	top, depth := x.steps[n-1], n
	x.begun = time.Now()
	x.timer = time.AfterFunc(f.allowed(top), func() { f.fire(page, x, top, depth) })
	return true
}

// waits says that a picture waits for its turn to be recognized, or waits no
// more. The time of recognition stands still meanwhile, for it is not known which
// page the picture is of.
func (f *flights) waits(begins bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if begins {
		f.turns++
		return
	}
	f.turns--
}

func (f *flights) fire(page int, x *flight, s engine.Step, depth int) {
	f.mu.Lock()
	if f.over || f.pages[page] != x || len(x.steps) != depth || time.Since(x.begun) < f.allowed(s) {
		f.mu.Unlock()
		return
	}
	if s == engine.Recognizing && f.turns > 0 {
		x.timer = time.AfterFunc(f.allowed(s), func() { f.fire(page, x, s, depth) })
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
