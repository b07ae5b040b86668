package observe

import "github.com/prometheus/client_golang/prometheus"

// ChildReasons are why child processes end.
var ChildReasons = []string{"memory", "time", "crash", "stopped", "recycled"}

// ChildEnded notes the end of a child process.
func (o *Observer) ChildEnded(reason string) {
	if o != nil {
		o.metrics.childEnds.WithLabelValues(reason).Inc()
	}
}

// Children is how the child processes of a pool are now.
type Children struct {
	Idle, Busy int
	Memory     int64 // of all, their programs included, in bytes
	Largest    int64 // of the one that uses most
	Limit      int64 // of each, 0 for none
	Started    int64 // since the beginning
}

var (
	childrenDesc      = prometheus.NewDesc("recto_children", "Child processes alive, by whether they work.", []string{"state"}, nil)
	childStartsDesc   = prometheus.NewDesc("recto_child_starts_total", "Child processes started.", nil, nil)
	childMemoryDesc   = prometheus.NewDesc("recto_children_memory_bytes", "Memory of all child processes and the programs they started, without mapped files.", nil, nil)
	largestChildDesc  = prometheus.NewDesc("recto_child_memory_largest_bytes", "Memory of the child process that uses most.", nil, nil)
	childMemLimitDesc = prometheus.NewDesc("recto_child_memory_limit_bytes", "Memory a child process may use; 0 for no limit.", nil, nil)
)

// WatchChildren asks for the child processes at every scrape.
func (o *Observer) WatchChildren(now func() Children) {
	if o != nil {
		o.registry.MustRegister(childCollector(now))
	}
}

type childCollector func() Children

func (childCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{childrenDesc, childStartsDesc, childMemoryDesc, largestChildDesc, childMemLimitDesc} {
		out <- d
	}
}

func (now childCollector) Collect(out chan<- prometheus.Metric) {
	c := now()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(childrenDesc, float64(c.Idle), "idle")
	gauge(childrenDesc, float64(c.Busy), "busy")
	gauge(childMemoryDesc, float64(c.Memory))
	gauge(largestChildDesc, float64(c.Largest))
	gauge(childMemLimitDesc, float64(c.Limit))
	out <- prometheus.MustNewConstMetric(childStartsDesc, prometheus.CounterValue, float64(c.Started))
}
