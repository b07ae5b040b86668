package api

import (
	"net/http"

	"recto/internal/observe"
)

// probeRoutes are for those who watch over the server.
var probeRoutes = []route{
	{"GET", "/livez", (*Server).live, true, operation{
		id: "live", summary: "Tell that the process is up", reply: observe.Live{}}},
	{"GET", "/readyz", (*Server).ready, true, operation{
		id: "ready", summary: "Tell whether the server can take requests, and what fails", reply: observe.Readiness{}, unready: observe.Readiness{}}},
	{"GET", "/healthz", (*Server).health, true, operation{
		id: "health", summary: "Tell whether the server works", reply: observe.Live{}}},
	{"GET", "/metrics", (*Server).metrics, false, operation{
		id: "metrics", summary: "Numbers for Prometheus; needs a key of an administrator where keys are needed", media: []string{"text/plain"}}},
}

func (s *Server) live(w http.ResponseWriter, r *http.Request) error {
	s.Health.ServeLive(w, r)
	return nil
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	s.Health.ServeReady(w, r)
	return nil
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.SQL.PingContext(r.Context()); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, observe.Live{Status: "ok", Version: s.Version})
}

// metrics tells about all projects together, which a key of one must not see.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	if s.Observe == nil {
		return fault(http.StatusNotFound, "Not Found")
	}
	if !callerOf(r).admin {
		return fault(http.StatusForbidden, "Metrics are for keys made with --admin; or give the server an address of their own with --metrics-addr")
	}
	s.Observe.Handler().ServeHTTP(w, r)
	return nil
}
