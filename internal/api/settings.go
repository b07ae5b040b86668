package api

import (
	"errors"
	"net/http"
	"time"

	"recto/internal/store"
	"recto/internal/wire"
)

// settingRoutes are for what belongs to this server alone: how long things are
// kept, how much may be used, and how much is.
var settingRoutes = []route{
	{"GET", "/api/v2/projects/{project_id}/settings", (*Server).getSettings, false, operation{
		id: "getSettings", summary: "Tell how long what a project owns is kept, and how much it may use", reply: wire.ProjectSettings{}}},
	{"PUT", "/api/v2/projects/{project_id}/settings", (*Server).putSettings, false, operation{
		id: "putSettings", summary: "Replace the settings of a project (with an admin key)", body: wire.Settings{}, reply: wire.ProjectSettings{}}},
	{"GET", "/api/v2/projects/{project_id}/usage", (*Server).getUsage, false, operation{
		id: "getUsage", summary: "Tell what a project has used this month and has under way", reply: wire.Usage{}}},
}

func settingsJSON(s store.Settings) wire.Settings {
	return wire.Settings{
		KeepFilesDays: s.KeepFiles, KeepResultsDays: s.KeepResults, KeepJobsDays: s.KeepJobs,
		PagesPerMonth: s.PagesPerMonth, OpenJobs: s.OpenJobs, RequestsPerMinute: s.RequestsPerMinute,
	}
}

func (s *Server) projectSettings(p store.Project) wire.ProjectSettings {
	return wire.ProjectSettings{Project: settingsJSON(p.Settings), Resolved: settingsJSON(s.Jobs.SettingsOf(p))}
}

func (s *Server) getSettings(w http.ResponseWriter, r *http.Request) error {
	p, err := s.findProject(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.projectSettings(p))
}

func (s *Server) putSettings(w http.ResponseWriter, r *http.Request) error {
	p, err := s.findProject(r)
	if err != nil {
		return err
	}
	if err := needAdmin(r); err != nil {
		return err
	}
	data, err := readBody(w, r)
	if err != nil {
		return err
	}
	q, err := wire.DecodeSettings(data)
	if err != nil {
		return err
	}
	p, err = s.Store.SaveSettings(r.Context(), p.ID, store.Settings{
		KeepFiles: q.KeepFilesDays, KeepResults: q.KeepResultsDays, KeepJobs: q.KeepJobsDays,
		PagesPerMonth: q.PagesPerMonth, OpenJobs: q.OpenJobs, RequestsPerMinute: q.RequestsPerMinute,
	})
	if errors.Is(err, store.ErrNotFound) {
		return notFound("Project")
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.projectSettings(p))
}

func (s *Server) getUsage(w http.ResponseWriter, r *http.Request) error {
	p, err := s.findProject(r)
	if err != nil {
		return err
	}
	now := time.Now()
	u, err := s.Store.Usage(r.Context(), p.ID, now)
	if err != nil {
		return err
	}
	out := wire.Usage{
		Month: u.Month, Pages: u.Pages, JobsDone: u.Jobs, JobsPending: u.Pending, JobsRunning: u.Running, Files: u.Files, FileBytes: u.Bytes,
	}
	if most := s.Jobs.SettingsOf(p).PagesPerMonth; most != nil && *most > 0 {
		left := max(*most-u.Pages, 0)
		out.PagesLeft = &left
	}
	if callerOf(r).admin {
		if out.Queue, err = s.queue(r, now); err != nil {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) queue(r *http.Request, now time.Time) (*wire.UsageQueue, error) {
	q, err := s.Store.Queue(r.Context())
	if err != nil {
		return nil, err
	}
	out := &wire.UsageQueue{Pending: q.Pending, Running: q.Running}
	if !q.Oldest.IsZero() {
		out.OldestSeconds = now.Sub(q.Oldest).Seconds()
	}
	if most := int64(s.Jobs.MaxQueue); most > 0 {
		out.Limit = &most
	}
	if free, ok := s.Blobs.FreeRoom(); ok {
		out.DiskBytes = &free
	}
	return out, nil
}
