package api

import (
	"errors"
	"net/http"

	"recto/internal/store"
	"recto/internal/wire"
)

// settingRoutes are for what belongs to this server alone: how long things are
// kept.
var settingRoutes = []route{
	{"GET", "/api/v2/projects/{project_id}/settings", (*Server).getSettings, false, operation{
		id: "getSettings", summary: "Tell how long what a project owns is kept", reply: wire.ProjectSettings{}}},
	{"PUT", "/api/v2/projects/{project_id}/settings", (*Server).putSettings, false, operation{
		id: "putSettings", summary: "Replace the settings of a project (with an admin key)", body: wire.Settings{}, reply: wire.ProjectSettings{}}},
}

func settingsJSON(s store.Settings) wire.Settings {
	return wire.Settings{KeepFilesDays: s.KeepFiles, KeepResultsDays: s.KeepResults, KeepJobsDays: s.KeepJobs}
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
	p, err = s.Store.SaveSettings(r.Context(), p.ID, store.Settings{KeepFiles: q.KeepFilesDays, KeepResults: q.KeepResultsDays, KeepJobs: q.KeepJobsDays})
	if errors.Is(err, store.ErrNotFound) {
		return notFound("Project")
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.projectSettings(p))
}
