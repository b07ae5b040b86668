package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"recto/internal/blob"
	"recto/internal/job"
	"recto/internal/store"
	"recto/internal/wire"
)

// problem is an answer that is not what was asked for. Detail is a sentence or
// a list of wire.FieldError.
type problem struct {
	status int
	detail any
	after  int // seconds to wait before another try, 0 for what is usual
}

func (p *problem) Error() string {
	if s, ok := p.detail.(string); ok {
		return s
	}
	return http.StatusText(p.status)
}

func fault(status int, detail string) error { return &problem{status: status, detail: detail} }

// notFound is what a client is told about ids it does not own, too.
func notFound(what string) error { return fault(http.StatusNotFound, what+" not found") }

// invalidQuery complains about one query parameter.
func invalidQuery(name, kind, msg string) error {
	return wire.Invalid{{Type: kind, Loc: []any{"query", name}, Msg: msg}}
}

// sentinels turns the errors of packages below into answers.
var sentinels = []struct {
	err    error
	status int
	detail string
	after  int // as in problem
}{
	{job.ErrFinal, http.StatusConflict, "Job is finished and cannot be cancelled", 0},
	{job.ErrLive, http.StatusConflict, "Job is not finished: cancel it first, or wait until it is done", 0},
	{store.ErrTaken, http.StatusConflict, "The name is taken", 0},
	{store.ErrDefault, http.StatusConflict, "The default project cannot be deleted", 0},
	{job.ErrNoResult, http.StatusNotFound, "Result not found. Check job status to see if it has completed.", 0},
	{job.ErrExpired, http.StatusGone, "The results of this job were removed because of their age: parse the document again", 0},
	{job.ErrPages, http.StatusPaymentRequired, "The project has no pages left this month: raise its pages_per_month, or wait for the next", 0},
	{job.ErrOpenJobs, http.StatusTooManyRequests, "The project has as many unfinished jobs as it may: wait until one has ended", 5},
	{job.ErrQueueFull, http.StatusServiceUnavailable, "Too many jobs are waiting: try again later", 30},
	{blob.ErrFull, http.StatusInsufficientStorage, diskFull, 0},
	{job.ErrKeyReused, http.StatusConflict, "This Idempotency-Key was used with another request", 0},
}

const diskFull = "The server's disk is full: delete files and jobs, or ask its operator for room"

// classify turns any error into an answer; what it does not know is ours.
func classify(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if invalid, ok := errors.AsType[wire.Invalid](err); ok {
		return &problem{status: http.StatusUnprocessableEntity, detail: invalid}
	}
	if retired, ok := errors.AsType[wire.Retired](err); ok {
		return &problem{status: http.StatusGone, detail: retired.Error()}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &problem{status: http.StatusRequestEntityTooLarge, detail: "Request body is too large"}
	}
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			return &problem{s.status, s.detail, s.after}
		}
	}
	if store.IsFull(err) {
		return &problem{status: http.StatusInsufficientStorage, detail: diskFull}
	}
	if store.IsBusy(err) {
		return &problem{status: http.StatusServiceUnavailable, detail: "The server is busy: try again in a moment"}
	}
	return &problem{status: http.StatusInternalServerError, detail: "Internal server error"}
}

// retryAfter is when to come back to a server that is busy, in seconds.
const retryAfter = 2

func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	p := classify(err)
	body := map[string]any{"detail": p.detail}
	if p.status == http.StatusServiceUnavailable || p.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(cmp.Or(p.after, retryAfter)))
	}
	switch {
	case p.status == http.StatusNotImplemented:
		body["correlation_id"] = requestID(r)
		w.Header().Set("X-Should-Retry", "false")
	case p.status == http.StatusInsufficientStorage:
		body["correlation_id"] = requestID(r)
		w.Header().Set("X-Should-Retry", "false") // clients would send the whole file five times more
		s.Log.Error("no room", "request", requestID(r), "method", r.Method, "path", r.URL.Path, "err", err)
	case p.status >= http.StatusInternalServerError:
		if r.Context().Err() != nil {
			return // nobody is listening any more
		}
		id := requestID(r)
		body["correlation_id"] = id
		s.Log.Error("request failed", "request", id, "method", r.Method, "path", r.URL.Path, "err", err)
	case p.status == http.StatusConflict:
		// Clients send a conflict again, five times over fifteen seconds. Ours
		// never resolve by themselves.
		w.Header().Set("X-Should-Retry", "false")
	case p.status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if err := writeJSON(w, p.status, body); err != nil {
		s.Log.Debug("write error", "err", err)
	}
}

// writeJSON answers with JSON.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
