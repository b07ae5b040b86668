package observe

import (
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Buckets, in seconds. Requests last from a look at a row to an upload over a slow
// line; pages from a few milliseconds to minutes of recognition; jobs and their
// waiting up to the limits of time.
var (
	requestBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}
	stepBuckets    = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}
	jobBuckets     = []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600}
)

// metrics are all the numbers that this process counts itself. Those read at each
// scrape are in figures.go and children.go.
type metrics struct {
	build *prometheus.GaugeVec

	requests, requestBytes, responseBytes *prometheus.CounterVec
	requestTime                           *prometheus.HistogramVec
	underWay                              prometheus.Gauge

	ends, errors, pages, cache *prometheus.CounterVec
	wait                       prometheus.Histogram
	jobTime, stageTime         *prometheus.HistogramVec
	stepTime                   *prometheus.HistogramVec
	retries                    prometheus.Counter
	documentBytes, resultBytes prometheus.Counter
	busy, workers              prometheus.Gauge

	childEnds  *prometheus.CounterVec
	deliveries *prometheus.CounterVec
	delivery   prometheus.Histogram
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &metrics{
		build: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "recto_build_info", Help: "1, with the version of the program as a label."}, []string{"version", "go"}),

		requests:      counter("recto_http_requests_total", "Requests answered, by route as the API describes it.", "route", "method", "status"),
		requestTime:   histogram("recto_http_request_seconds", "How long requests took, uploads and waiting for a job included.", requestBuckets, "route", "method"),
		requestBytes:  counter("recto_http_request_bytes_total", "Bytes of the bodies of requests.", "route"),
		responseBytes: counter("recto_http_response_bytes_total", "Bytes of the bodies of answers, as sent.", "route"),
		underWay:      gauge("recto_http_requests_in_flight", "Requests being answered now."),

		ends:          counter("recto_jobs_ended_total", "Jobs that ended, by final state and the tier they asked for.", "state", "tier"),
		errors:        counter("recto_job_errors_total", "Jobs that failed, by error code.", "code"),
		wait:          prometheus.NewHistogram(prometheus.HistogramOpts{Name: "recto_queue_wait_seconds", Help: "From the acceptance of a job to its first start.", Buckets: jobBuckets}),
		jobTime:       histogram("recto_job_seconds", "From the start of the last attempt of a job to its end, by final state.", jobBuckets, "state"),
		stageTime:     histogram("recto_stage_seconds", "Time of one job in a stage; read, recognize and draw are summed over its pages, which are worked on side by side.", jobBuckets, "stage"),
		stepTime:      histogram("recto_page_step_seconds", "Time of one page in a step.", stepBuckets, "step"),
		pages:         counter("recto_pages_total", "Pages of jobs that ended, by the tier that was used and what was read: text, recognized, failed.", "tier", "read"),
		retries:       prometheus.NewCounter(prometheus.CounterOpts{Name: "recto_job_retries_total", Help: "Attempts that ended without ending their job: it runs again."}),
		cache:         counter("recto_cache_lookups_total", "Jobs that looked for an earlier result: hit, miss.", "outcome"),
		documentBytes: prometheus.NewCounter(prometheus.CounterOpts{Name: "recto_document_bytes_total", Help: "Bytes of the documents of jobs that ended."}),
		resultBytes:   prometheus.NewCounter(prometheus.CounterOpts{Name: "recto_result_bytes_total", Help: "Bytes of results and pictures stored."}),
		busy:          gauge("recto_workers_busy", "Jobs this process works on."),
		workers:       gauge("recto_workers", "Jobs this process may work on at once."),

		childEnds:  counter("recto_child_ends_total", "Child processes that ended: memory, time, crash (a document brought it down), stopped (the job was), recycled (after its share of work).", "reason"),
		deliveries: counter("recto_webhook_attempts_total", "Attempts to deliver a webhook: delivered, retried, failed (given up).", "outcome"),
		delivery:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "recto_webhook_seconds", Help: "How long receivers of webhooks took to answer.", Buckets: requestBuckets}),
	}
	// What is 0 until something happens is there from the beginning, so that a
	// first event is seen as a rise.
	for _, reason := range ChildReasons {
		m.childEnds.WithLabelValues(reason)
	}
	for _, outcome := range []string{Delivered, Retried, GivenUp} {
		m.deliveries.WithLabelValues(outcome)
	}
	for _, outcome := range []string{"hit", "miss"} {
		m.cache.WithLabelValues(outcome)
	}
	return m
}

func (m *metrics) all() []prometheus.Collector {
	return []prometheus.Collector{
		m.build, m.requests, m.requestTime, m.requestBytes, m.responseBytes, m.underWay,
		m.ends, m.errors, m.wait, m.jobTime, m.stageTime, m.stepTime, m.pages, m.retries, m.cache, m.documentBytes, m.resultBytes, m.busy, m.workers,
		m.childEnds, m.deliveries, m.delivery,
	}
}

// methods are those that may be a label; anything can be sent as one.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Request is an answered HTTP request.
type Request struct {
	Route   string // as registered, never a path; "" for none that is known
	Method  string
	Status  int
	In, Out int64 // bytes of the bodies
	Took    time.Duration
}

// Serving notes that a request came; the returned function that it is answered.
func (o *Observer) Serving() (done func(Request)) {
	if o == nil {
		return func(Request) {}
	}
	m := o.metrics
	m.underWay.Inc()
	return func(r Request) {
		m.underWay.Dec()
		if r.Route == "" {
			r.Route = "unknown"
		}
		if !slices.Contains(methods, r.Method) {
			r.Method = "other"
		}
		m.requests.WithLabelValues(r.Route, r.Method, strconv.Itoa(r.Status)).Inc()
		m.requestTime.WithLabelValues(r.Route, r.Method).Observe(r.Took.Seconds())
		m.requestBytes.WithLabelValues(r.Route).Add(float64(r.In))
		m.responseBytes.WithLabelValues(r.Route).Add(float64(r.Out))
	}
}

// JobEnd is a job that has come to its final state.
type JobEnd struct {
	State string
	Asked string // tier
	Code  string // of the error, "" for none

	Tier                          string // that was used, "" when it never came to that
	Pages, Recognized, FailedRead int    // Recognized and FailedRead are among Pages

	Took     time.Duration // of the last attempt; 0 for one that never ran here
	Document int64         // bytes
	Results  int64         // likewise
	Stages   map[string]time.Duration
}

// Workers notes how many jobs the process may work on at once.
func (o *Observer) Workers(n int) {
	if o != nil {
		o.metrics.workers.Set(float64(n))
	}
}

// Working notes that an attempt begins; the returned function that it is over.
func (o *Observer) Working() (done func()) {
	if o == nil {
		return func() {}
	}
	o.metrics.busy.Inc()
	return o.metrics.busy.Dec
}

// Waited notes how long a job was in the queue before its first attempt.
func (o *Observer) Waited(d time.Duration) {
	if o != nil {
		o.metrics.wait.Observe(max(d, 0).Seconds())
	}
}

// Ended notes the end of a job.
func (o *Observer) Ended(j JobEnd) {
	if o == nil {
		return
	}
	m := o.metrics
	m.ends.WithLabelValues(j.State, j.Asked).Inc()
	if j.Code != "" {
		m.errors.WithLabelValues(j.Code).Inc()
	}
	if j.Took > 0 {
		m.jobTime.WithLabelValues(j.State).Observe(j.Took.Seconds())
	}
	if j.Pages > 0 {
		m.pages.WithLabelValues(j.Tier, "text").Add(float64(max(j.Pages-j.Recognized-j.FailedRead, 0)))
		m.pages.WithLabelValues(j.Tier, "recognized").Add(float64(j.Recognized))
		m.pages.WithLabelValues(j.Tier, "failed").Add(float64(j.FailedRead))
	}
	m.documentBytes.Add(float64(j.Document))
	m.resultBytes.Add(float64(j.Results))
	for stage, took := range j.Stages {
		m.stageTime.WithLabelValues(stage).Observe(took.Seconds())
	}
}

// Retried notes an attempt that did not end its job.
func (o *Observer) Retried() {
	if o != nil {
		o.metrics.retries.Inc()
	}
}

// Cache notes whether a job found the result of an earlier one.
func (o *Observer) Cache(hit bool) {
	if o == nil {
		return
	}
	outcome := "miss"
	if hit {
		outcome = "hit"
	}
	o.metrics.cache.WithLabelValues(outcome).Inc()
}

// Step notes how long a page was in a step.
func (o *Observer) Step(step string, took time.Duration) {
	if o != nil {
		o.metrics.stepTime.WithLabelValues(step).Observe(took.Seconds())
	}
}

// What becomes of an attempt to deliver a webhook.
const (
	Delivered = "delivered"
	Retried   = "retried"
	GivenUp   = "failed"
)

// Delivery notes an attempt to deliver a webhook.
func (o *Observer) Delivery(outcome string, took time.Duration) {
	if o != nil {
		o.metrics.deliveries.WithLabelValues(outcome).Inc()
		o.metrics.delivery.Observe(took.Seconds())
	}
}
