package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"recto/internal/format"
	"recto/internal/store"
	"recto/internal/wire"
)

// miscRoutes are for what is around parsing.
var miscRoutes = []route{
	{"GET", "/api/v1/parsing/supported_file_extensions", (*Server).listExtensions, true, operation{
		id: "listExtensions", summary: "List the extensions of files that can be parsed", reply: []string{}}},
	{"GET", "/api/v1/job-data-points", (*Server).listDataPoints, false, operation{
		id: "listDataPoints", summary: "List the course of jobs, the newest first",
		query: []string{"job_type", "hours", "status", "created_at_on_or_after", "created_at_on_or_before", "page_size", "page_token"}, reply: wire.JobDataPointList{}}},
}

func (s *Server) listExtensions(w http.ResponseWriter, _ *http.Request) error {
	list := slices.DeleteFunc(format.Extensions(), func(ext string) bool { return slices.Contains(unnamed, ext) })
	return writeJSON(w, http.StatusOK, list)
}

// unnamed are endings that are read and not told: upstream's list lacks them, and
// its older clients fail on a value they do not know.
var unnamed = []string{".jpe", ".jfif"}

// maxHours is upstream's: a week.
const maxHours = 168

// listDataPoints looks back some hours, one when nothing is said; an explicit
// beginning wins over them.
func (s *Server) listDataPoints(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	kind := q.Get("job_type")
	switch {
	case kind == "":
		return invalidQuery("job_type", "missing", "Field required")
	case !slices.Contains(wire.JobParse.Allowed(), kind):
		return invalidQuery("job_type", "literal_error", "Input should be 'extract', 'parse' or 'classify'")
	}
	hours := 1
	if h := q.Get("hours"); h != "" {
		n, err := strconv.Atoi(h)
		if err != nil || n < 1 || n > maxHours {
			return invalidQuery("hours", "value_error", fmt.Sprintf("Value error, give a number of hours from 1 to %d", maxHours))
		}
		hours = n
	}
	f := store.JobFilter{Project: project(r), Statuses: listParam(r, "status")}
	for _, status := range f.Statuses {
		if !slices.Contains(wire.Status("").Allowed(), status) {
			return invalidQuery("status", "literal_error", "Input should be 'PENDING', 'RUNNING', 'COMPLETED', 'FAILED' or 'CANCELLED'")
		}
	}
	var err error
	if f.From, err = timeParam(r, "created_at_on_or_after"); err != nil {
		return err
	}
	if f.From.IsZero() {
		f.From = time.Now().Add(-time.Duration(hours) * time.Hour)
	}
	if f.To, err = timeParam(r, "created_at_on_or_before"); err != nil {
		return err
	}
	if f.After, err = pageToken(q.Get("page_token"), ""); err != nil {
		return err
	}
	size, err := pageSize(r)
	if err != nil {
		return err
	}
	out := wire.JobDataPointList{Items: []wire.JobDataPoint{}}
	if kind != string(wire.JobParse) {
		return writeJSON(w, http.StatusOK, out)
	}
	f.Limit = size + 1 // one more tells whether there is a next page
	jobs, err := s.Store.Jobs(r.Context(), f)
	if err != nil {
		return err
	}
	if len(jobs) > size {
		jobs = jobs[:size]
		out.NextPageToken = page{Cursor: store.CursorAfterJob(jobs[size-1])}.token()
	}
	for _, j := range jobs {
		point, err := dataPoint(j)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, point)
	}
	return writeJSON(w, http.StatusOK, out)
}

func dataPoint(j store.Job) (wire.JobDataPoint, error) {
	var req struct {
		ClientName string `json:"client_name"`
	}
	if err := json.Unmarshal([]byte(j.Config), &req); err != nil {
		return wire.JobDataPoint{}, fmt.Errorf("configuration of %s: %w", j.ID, err)
	}
	p := wire.JobDataPoint{
		ID: wire.ID(wire.JobPrefix, j.ID), ProjectID: j.ProjectID, Status: wire.Status(j.Status), CustomTag: req.ClientName,
		ErrorMessage: optional(j.ErrorMessage), CreatedAt: wire.At(j.CreatedAt), UpdatedAt: wire.At(j.UpdatedAt),
		StateTransitions: wire.StateTransitions{PendingAt: wire.At(j.CreatedAt), RunningAt: wire.At(j.StartedAt)},
	}
	switch wire.Status(j.Status) {
	case wire.Completed:
		p.StateTransitions.CompletedAt = wire.At(j.FinishedAt)
	case wire.Failed:
		p.StateTransitions.FailedAt = wire.At(j.FinishedAt)
	case wire.Cancelled:
		p.StateTransitions.CancelledAt = wire.At(j.FinishedAt)
	case wire.Pending, wire.Running:
	}
	return p, nil
}

// elsewhere are upstream's operations this server does not have. Clients get a
// sentence instead of a page that is not there.
var elsewhere = []struct {
	paths []string
	why   string
}{
	{[]string{"/api/v2/batches", "/api/v1/beta/batch-processing", "/api/v1/beta/directories"},
		"Batches over directories are not available on this server: send the files one by one to POST /api/v2/parse"},
	{[]string{"/api/v2/extract", "/api/v1/extraction", "/api/v1/beta/extraction-agents"},
		"This server parses documents; it does not extract data by a schema"},
	{[]string{"/api/v2/classify", "/api/v1/classifier"}, "This server parses documents; it does not classify them"},
	{[]string{"/api/v1/split", "/api/v1/beta/split"}, "This server parses documents; it does not split them"},
	{[]string{"/api/v1/beta/sheets"}, "This server has no spreadsheet agent: parse workbooks with POST /api/v2/parse"},
	{[]string{
		"/api/v1/pipelines", "/api/v2/pipelines", "/api/v1/indexes", "/api/v1/retrievers", "/api/v1/retrieval", "/api/v1/beta/retrievers",
		"/api/v1/data-sinks", "/api/v1/beta/data-sinks", "/api/v1/data-sources", "/api/v1/chat",
	}, "This server parses documents; it keeps no index and answers no questions"},
	{[]string{"/api/v1/beta/agent-data", "/api/v1/beta/attachments", "/api/v1/beta/usage-metrics"}, "Not available on this server"},
}

// refuseElsewhere answers for the paths of elsewhere and all below them.
func (s *Server) refuseElsewhere() {
	for _, e := range elsewhere {
		refuse := s.serve(route{handle: func(*Server, http.ResponseWriter, *http.Request) error {
			return fault(http.StatusNotImplemented, e.why)
		}})
		for _, path := range e.paths {
			s.mux.HandleFunc(path, refuse)
			s.mux.HandleFunc(path+"/", refuse)
		}
	}
}
