package task

import (
	"context"
	"maps"
	"sync"
	"time"

	"recto/internal/engine"
	"recto/internal/observe"
)

// maxStepSpans bounds the spans of one task; long documents would make more than
// anybody looks at.
const maxStepSpans = 200

// What is measured at once of what a child says: pages, and steps of one page
// within each other. A child that was taken over could begin without end.
const (
	maxMeasured = 1024
	maxDepth    = 8
)

// meter measures how long pages are in each step. The steps of a page are nested,
// and the time of the innermost counts.
type meter struct {
	observe *observe.Observer

	mu    sync.Mutex
	ctx   context.Context // of the try, for spans
	began time.Time       // likewise
	pages map[int][]measured
	sum   map[engine.Step]time.Duration
	spans int
}

// measured is a step under way.
type measured struct {
	step  engine.Step
	began time.Time
	since time.Time     // when it became the innermost
	took  time.Duration // as the innermost, before that
}

func newMeter(o *observe.Observer) *meter {
	return &meter{observe: o, sum: map[engine.Step]time.Duration{}}
}

// begin begins a try: what the one before left unfinished does not count.
func (m *meter) begin(ctx context.Context) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ctx, m.began, m.pages = ctx, time.Now(), map[int][]measured{}
}

// note takes down that a step begins or ends.
func (m *meter) note(page int, s engine.Step, begins bool) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	stack := m.pages[page]
	n := len(stack)
	if begins {
		if n == maxDepth || n == 0 && len(m.pages) == maxMeasured {
			return
		}
		if n > 0 {
			stack[n-1].took += now.Sub(stack[n-1].since)
		}
		m.pages[page] = append(stack, measured{step: s, began: now, since: now})
		return
	}
	if n == 0 || stack[n-1].step != s {
		return
	}
	x := stack[n-1]
	x.took += now.Sub(x.since)
	if n == 1 {
		delete(m.pages, page)
	} else {
		m.pages[page] = stack[:n-1]
		stack[n-2].since = now
	}
	m.sum[s] += x.took
	m.observe.Step(string(s), x.took)
	if m.spans < maxStepSpans && m.observe.Traced(m.ctx) {
		m.spans++
		m.observe.Happened(m.ctx, string(s), x.began, now.Sub(x.began), observe.Number("recto.page", page))
	}
}

// stages traces what a report says about the whole document.
func (m *meter) stages(rep Report) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, t := range map[string]engine.Timing{"layout": rep.Layout, "render": rep.Render} {
		if t.Took > 0 {
			m.observe.Happened(m.ctx, name, t.At, t.Took)
		}
	}
}

// believe keeps of what a child says about its time only what can be.
func (m *meter) believe(rep *Report) {
	m.mu.Lock()
	began := m.began
	m.mu.Unlock()
	now := time.Now()
	most := now.Sub(began)
	for _, t := range []*engine.Timing{&rep.Layout, &rep.Render} {
		if t.Took < 0 || t.At.Before(began) || t.At.Add(t.Took).After(now) {
			*t = engine.Timing{}
		}
	}
	for _, d := range []*time.Duration{&rep.Parse, &rep.Save} {
		*d = min(max(*d, 0), most)
	}
	rep.FailedPages, rep.Recognized = max(rep.FailedPages, 0), max(rep.Recognized, 0)
}

// sums is what pages spent in each step so far.
func (m *meter) sums() map[engine.Step]time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.sum)
}
