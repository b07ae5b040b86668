package observe

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Figures are what the database knows of all processes together. Each of them
// tells the same, so those who add up must take the largest.
type Figures struct {
	Jobs   map[string]int64 // by state
	Oldest time.Time        // when the job was accepted that has waited longest; zero when none waits
	Queue  []QueueLength
}

// QueueLength is how many entries of a queue are in a state.
type QueueLength struct {
	Queue, State string
	Entries      int64
}

// How the database is asked.
const (
	figuresTimeout = 3 * time.Second
	// figuresEvery is the least time between two looks, however many scrape.
	figuresEvery = 5 * time.Second
	// figuresShare keeps counting a small part of what the database does: after a
	// look that took a second, the next is 50 seconds later.
	figuresShare = 50
)

var (
	databaseDesc = prometheus.NewDesc("recto_database_up", "1 when the last look at the jobs succeeded, else 0.", nil, nil)
	jobsDesc     = prometheus.NewDesc("recto_jobs", "Jobs in the database, by state.", []string{"state"}, nil)
	oldestDesc   = prometheus.NewDesc("recto_queue_oldest_seconds", "How long the job that has waited longest waits; 0 when none does.", nil, nil)
	depthDesc    = prometheus.NewDesc("recto_queue_depth", "Entries of a queue that wait for a worker, those of later attempts included.", []string{"queue"}, nil)
	takenDesc    = prometheus.NewDesc("recto_queue_running", "Entries of a queue that workers have taken.", []string{"queue"}, nil)
)

// WatchFigures asks the database at a scrape, but seldom.
func (o *Observer) WatchFigures(read func(context.Context) (Figures, error)) {
	if o != nil {
		o.registry.MustRegister(&figures{read: read})
	}
}

type figures struct {
	read func(context.Context) (Figures, error)

	mu   sync.Mutex
	next time.Time // when to look again
	last Figures
	err  error
}

func (*figures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{databaseDesc, jobsDesc, oldestDesc, depthDesc, takenDesc} {
		out <- d
	}
}

func (f *figures) Collect(out chan<- prometheus.Metric) {
	now, err := f.now()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if err != nil {
		gauge(databaseDesc, 0)
		return
	}
	gauge(databaseDesc, 1)
	for state, n := range now.Jobs {
		gauge(jobsDesc, float64(n), state)
	}
	oldest := 0.0
	if !now.Oldest.IsZero() {
		oldest = max(time.Since(now.Oldest), 0).Seconds()
	}
	gauge(oldestDesc, oldest)
	waiting, taken := map[string]int64{}, map[string]int64{}
	for _, q := range now.Queue {
		if q.State == "running" {
			taken[q.Queue] += q.Entries
			waiting[q.Queue] += 0
		} else {
			waiting[q.Queue] += q.Entries
			taken[q.Queue] += 0
		}
	}
	for q, n := range waiting {
		gauge(depthDesc, float64(n), q)
	}
	for q, n := range taken {
		gauge(takenDesc, float64(n), q)
	}
}

// now returns the figures, which may be some seconds old.
func (f *figures) now() (Figures, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	began := time.Now()
	if began.Before(f.next) {
		return f.last, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), figuresTimeout)
	defer cancel()
	f.last, f.err = f.read(ctx)
	done := time.Now()
	f.next = done.Add(max(figuresEvery, figuresShare*done.Sub(began)))
	return f.last, f.err
}
