package observe

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// How readiness is looked at.
const (
	// checkTimeout bounds all checks of one look; those who ask wait a second or
	// two before they take no answer for a bad one.
	checkTimeout = 2 * time.Second
	// checkEvery is the least time between two looks: anybody may ask, and each
	// look goes to the database and the storage.
	checkEvery = time.Second
)

// Check is one thing that must work.
type Check struct {
	Name string
	// Run says what is wrong. The reason goes to the log; who asks learns the name.
	Run func(context.Context) error
}

// Health says whether a process is ready for work.
type Health struct {
	version string
	checks  []Check
	log     *slog.Logger

	stopping <-chan struct{}

	mu   sync.Mutex
	next time.Time
	last Readiness
}

// Readiness is the answer.
type Readiness struct {
	Status  string        `json:"status"` // "ok", or "unavailable"
	Version string        `json:"version"`
	Checks  []CheckResult `json:"checks"`
}

// CheckResult is how one check went.
type CheckResult struct {
	Name   string `json:"name"`
	Status string `json:"status"` // "ok", or "failed"
}

// NewHealth returns one that makes the checks, until stopping is closed: from then
// on it is not ready.
func NewHealth(version string, stopping <-chan struct{}, log *slog.Logger, checks ...Check) *Health {
	return &Health{version: version, stopping: stopping, log: log, checks: checks}
}

// Ready makes the checks, unless that was done a moment ago.
func (h *Health) Ready(ctx context.Context) (r Readiness, ok bool) {
	select {
	case <-h.stopping:
		return Readiness{"unavailable", h.version, []CheckResult{{"shutting down", "failed"}}}, false
	default:
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Now().Before(h.next) {
		return h.last, h.last.Status == "ok"
	}
	// Who asks may hang up; the next takes the answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
	defer cancel()
	errs := make([]error, len(h.checks))
	var wg sync.WaitGroup
	for i, c := range h.checks {
		wg.Go(func() { errs[i] = c.Run(ctx) })
	}
	wg.Wait()
	r = Readiness{Status: "ok", Version: h.version, Checks: []CheckResult{}}
	for i, c := range h.checks {
		result := CheckResult{c.Name, "ok"}
		if errs[i] != nil {
			result.Status, r.Status = "failed", "unavailable"
			if h.log != nil {
				h.log.Warn("not ready", "check", c.Name, "err", errs[i])
			}
		}
		r.Checks = append(r.Checks, result)
	}
	if h.last.Status == "unavailable" && r.Status == "ok" && h.log != nil {
		h.log.Info("ready again")
	}
	h.last, h.next = r, time.Now().Add(checkEvery)
	return r, r.Status == "ok"
}

// Live is the answer of a process that is up.
type Live struct {
	Status  string `json:"status"`
	Version string `json:"version"`
}

// ServeLive answers that the process is up.
func (h *Health) ServeLive(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, Live{"ok", h.version})
}

// ServeReady answers whether the process is ready, and what is not.
func (h *Health) ServeReady(w http.ResponseWriter, r *http.Request) {
	ready, ok := h.Ready(r.Context())
	status := http.StatusOK
	if !ok {
		status = http.StatusServiceUnavailable
	}
	answer(w, status, ready)
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked is gone
}

// Mux serves numbers and probes on an address of their own.
func Mux(o *Observer, h *Health) *http.ServeMux {
	m := http.NewServeMux()
	m.Handle("GET /metrics", o.Handler())
	m.HandleFunc("GET /livez", h.ServeLive)
	m.HandleFunc("GET /readyz", h.ServeReady)
	return m
}
