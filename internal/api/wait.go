package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"recto/internal/store"
	"recto/internal/wire"
)

const (
	// maxWait bounds a long poll; the official clients give up after a minute.
	maxWait = 300
	// lookAgain is how often a waiting request looks for itself: changes made by
	// another process wake nobody here.
	lookAgain = 2 * time.Second
	// keepAlive keeps proxies from closing a stream on which nothing happens.
	keepAlive = 15 * time.Second
)

// waitParam reads ?wait=SECONDS.
func waitParam(r *http.Request) (time.Duration, error) {
	q := r.URL.Query().Get("wait")
	if q == "" {
		return 0, nil
	}
	n, err := strconv.ParseFloat(q, 64)
	if err != nil || !(n >= 0 && n <= maxWait) {
		return 0, invalidQuery("wait", "value_error", fmt.Sprintf("Value error, give a number of seconds from 0 to %d", maxWait))
	}
	return time.Duration(n * float64(time.Second)), nil
}

// await returns the job as it is when it has ended, or when the time is up.
func (s *Server) await(r *http.Request, j store.Job, most time.Duration) (store.Job, error) {
	end := time.NewTimer(most)
	defer end.Stop()
	for most > 0 && !wire.Status(j.Status).Final() {
		_, changed, stop := s.Jobs.Watch(j.ID)
		var err error
		if j, err = s.Store.Job(r.Context(), j.ProjectID, j.ID); err != nil || wire.Status(j.Status).Final() {
			stop()
			return j, err
		}
		select {
		case <-changed:
			stop()
		case <-time.After(lookAgain):
			stop()
		case <-end.C:
			stop()
			return j, nil
		case <-s.Stopping:
			stop()
			return j, nil
		case <-r.Context().Done():
			stop()
			return j, r.Context().Err()
		}
	}
	return j, nil
}

// jobEvents tells about a job as server-sent events until it has ended: "job"
// with the job at every change of its state, "progress" for its pages.
func (s *Server) jobEvents(w http.ResponseWriter, r *http.Request) error {
	j, err := s.findJob(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would collect events before sending them
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	if err := s.streamJob(w, r, j); err != nil && r.Context().Err() == nil {
		s.Log.Error("events broke off", "request", requestID(r), "job", j.ID, "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// stream is an answer of events about one job.
type stream struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	job     store.Job
	told    string // the state last told about
	pages   wire.JobProgress
	silence *time.Ticker
}

func (s *Server) streamJob(w http.ResponseWriter, r *http.Request, j store.Job) error {
	t := stream{Server: s, w: w, r: r, job: j, silence: time.NewTicker(keepAlive)}
	defer t.silence.Stop()
	for {
		if over, err := t.step(); over || err != nil {
			return err
		}
	}
}

// step tells what is new, waits for the next change, and reports whether there
// will be none.
func (t *stream) step() (over bool, err error) {
	p, changed, stop := t.Jobs.Watch(t.job.ID)
	defer stop()
	j, err := t.Store.Job(t.r.Context(), t.job.ProjectID, t.job.ID)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil // deleted
	}
	if err != nil {
		return false, err
	}
	if j.Status != t.told {
		t.told = j.Status
		if err := sendEvent(t.w, "job", jobJSON(j)); err != nil {
			return false, err
		}
	}
	pages := wire.JobProgress{PagesDone: p.Done, PagesTotal: p.Total}
	if j.PagesDone > p.Done { // another process is at work
		pages = wire.JobProgress{PagesDone: j.PagesDone, PagesTotal: j.PagesTotal}
	}
	if pages != t.pages && pages.PagesTotal > 0 {
		t.pages = pages
		if err := sendEvent(t.w, "progress", pages); err != nil {
			return false, err
		}
	}
	if err := http.NewResponseController(t.w).Flush(); err != nil || wire.Status(j.Status).Final() {
		return true, err
	}
	select {
	case <-changed:
	case <-time.After(lookAgain):
	case <-t.silence.C:
		_, err = io.WriteString(t.w, ": still here\n\n")
	case <-t.Stopping:
		over = true
	case <-t.r.Context().Done():
		over = true
	}
	return over, err
}

func sendEvent(w io.Writer, name string, v any) error {
	b, err := json.Marshal(v) // on one line, as events must be
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, b)
	return err
}
