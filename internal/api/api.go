// Package api serves the REST API over HTTP: files, parse jobs and their
// results, under the paths, names and error shapes the official clients expect.
// It decides who may ask what; running jobs is package job's business and the
// shape of requests and results package wire's.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"recto/internal/blob"
	"recto/internal/job"
	"recto/internal/observe"
	"recto/internal/store"
	"recto/internal/wire"
)

// DownloadRoute is where signed links lead; package blob signs for it.
const DownloadRoute = "/download"

// Config is what a server rests on.
type Config struct {
	Store *store.DB
	Blobs *blob.Store
	Jobs  *job.Runner
	Log   *slog.Logger
	// Observe counts requests, and Health says whether the server is ready; both
	// may be nil.
	Observe *observe.Observer
	Health  *observe.Health

	Loopback bool // the listening address is reachable from this machine only
	NoAuth   bool // nobody needs a key
	// PublicURL is how clients reach the server, without a slash at the end; ""
	// for what the request's Host says.
	PublicURL string
	Origins   []string // web origins, besides those of this machine, that may call with credentials

	MaxUpload int64         // bytes of a file
	Stall     time.Duration // that a client may send nothing of its body; 0 means stallTimeout
	LinkLife  time.Duration // of signed links
	Version   string        // of the program
	// Stopping is closed when the server wants to end: requests that wait for
	// something stop waiting. nil means never.
	Stopping <-chan struct{}
}

// Server answers requests.
type Server struct {
	Config
	mux     *http.ServeMux
	openAPI []byte
	rates   rates
}

// New returns a server.
func New(c Config) (*Server, error) {
	s := &Server{Config: c, mux: http.NewServeMux()}
	if s.Health == nil {
		s.Health = observe.NewHealth(c.Version, c.Stopping, c.Log)
	}
	for _, r := range routes {
		s.mux.HandleFunc(r.method+" "+r.path, s.serve(r))
	}
	s.refuseElsewhere()
	var err error
	if s.openAPI, err = describeAPI(c.Version); err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	return s, nil
}

// route is one operation.
type route struct {
	method, path string
	handle       func(*Server, http.ResponseWriter, *http.Request) error
	public       bool // needs no key
	about        operation
}

// routes is the whole API.
var routes = slices.Concat(
	parseRoutes,
	configurationRoutes,
	webhookRoutes,
	projectRoutes,
	settingRoutes,
	miscRoutes,
	probeRoutes,
	legacyRoutes,
	legacyFileRoutes,
)

// parseRoutes are for files and jobs.
var parseRoutes = []route{
	{"POST", "/api/v1/beta/files", (*Server).createFile, false, operation{
		id: "createFile", summary: "Upload a file", form: []string{"file", "purpose", "external_file_id"}, status: 201, reply: wire.File{}}},
	{"GET", "/api/v1/beta/files", (*Server).listFiles, false, operation{
		id: "listFiles", summary: "List files", query: []string{"file_name", "file_ids", "external_file_id", "order_by", "expand", "page_size", "page_token"}, reply: wire.FileList{}}},
	{"POST", "/api/v1/beta/files/query", (*Server).queryFiles, false, operation{
		id: "queryFiles", summary: "List files by a filter", body: wire.FileQuery{}, reply: wire.FileList{}}},
	{"GET", "/api/v1/beta/files/{file_id}", (*Server).getFile, false, operation{
		id: "getFile", summary: "Describe a file", query: []string{"expand"}, reply: wire.File{}}},
	{"DELETE", "/api/v1/beta/files/{file_id}", (*Server).deleteFile, false, operation{
		id: "deleteFile", summary: "Delete a file", status: 204}},
	{"GET", "/api/v1/beta/files/{file_id}/content", (*Server).fileContent, false, operation{
		id: "fileContent", summary: "Get a link to the bytes of a file", query: []string{"expires_at_seconds"}, reply: wire.PresignedURL{}}},

	{"POST", "/api/v2/parse", (*Server).createJob, false, operation{
		id: "createJob", summary: "Parse a file or an address", body: wire.ParseRequest{}, reply: wire.ParseJob{}, also: []int{402, 409}}},
	{"POST", "/api/v2/parse/upload", (*Server).uploadJob, false, operation{
		id: "uploadJob", summary: "Upload a file and parse it", form: []string{"file", "configuration"}, reply: wire.ParseJob{}, also: []int{402, 409}}},
	{"GET", "/api/v2/parse", (*Server).listJobs, false, operation{
		id: "listJobs", summary: "List parse jobs, the newest first", query: []string{"status", "job_ids", "created_at_on_or_after", "created_at_on_or_before", "page_size", "page_token"}, reply: wire.JobList{}}},
	{"GET", "/api/v2/parse/versions", (*Server).listVersions, true, operation{
		id: "listVersions", summary: "List the versions of each tier", reply: wire.Versions{}}},
	{"GET", "/api/v2/parse/{job_id}", (*Server).getJob, false, operation{
		id: "getJob", summary: "Get a parse job and, with expand, its results", query: []string{"expand", "image_filenames", "wait"}, reply: wire.ParseResult{}, also: []int{304, 400, 410}}},
	{"GET", "/api/v2/parse/{job_id}/events", (*Server).jobEvents, false, operation{
		id: "jobEvents", summary: "Follow a parse job by server-sent events", media: []string{"text/event-stream"}}},
	{"POST", "/api/v2/parse/{job_id}/cancel", (*Server).cancelJob, false, operation{
		id: "cancelJob", summary: "Cancel a parse job that is not finished", reply: wire.ParseJob{}, also: []int{409}}},
	{"DELETE", "/api/v2/parse/{job_id}", (*Server).deleteJob, false, operation{
		id: "deleteJob", summary: "Delete a finished parse job and its results", reply: wire.DeletedJob{}, also: []int{409}}},

	{"GET", DownloadRoute, (*Server).download, true, operation{
		id: "download", summary: "Follow a signed link", media: []string{"*/*"}, also: []int{206, 304, 404, 412, 416}}},
	{"GET", "/openapi.json", (*Server).getOpenAPI, true, operation{
		id: "openapi", summary: "Describe this API", reply: map[string]any{}}},
}

// serve wraps an operation: who asks, and what an error looks like.
func (s *Server) serve(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !rt.public {
			c, err := s.authenticate(r)
			if err != nil {
				s.writeError(w, r, err)
				return
			}
			if err := s.checkRate(c.project); err != nil {
				s.writeError(w, r, err)
				return
			}
			r = r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
		}
		if err := checkLists(r); err != nil {
			s.writeError(w, r, err)
			return
		}
		if err := rt.handle(s, w, r); err != nil {
			s.writeError(w, r, err)
		}
	}
}

type callerKey struct{}

// callerOf returns who sent the request.
func callerOf(r *http.Request) caller {
	c, _ := r.Context().Value(callerKey{}).(caller)
	return c
}

// project returns whose files and jobs the request is about.
func project(r *http.Request) string { return callerOf(r).project.ID }

func (s *Server) getOpenAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(s.openAPI)
	return err
}
