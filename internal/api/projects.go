package api

import (
	"errors"
	"net/http"

	"recto/internal/store"
	"recto/internal/wire"
)

// projectRoutes are for projects and organizations. Upstream serves both under
// two versions that differ in their lists only.
var projectRoutes = []route{
	{"GET", "/api/v1/projects", (*Server).listProjectsV1, false, operation{
		id: "listProjectsV1", summary: "List the projects the key reaches", query: []string{"project_name"}, reply: []wire.Project{}}},
	{"GET", "/api/v1/projects/{project_id}", (*Server).getProject, false, operation{
		id: "getProjectV1", summary: "Describe a project", reply: wire.Project{}}},
	{"GET", "/api/v2/projects", (*Server).listProjects, false, operation{
		id: "listProjects", summary: "List the projects the key reaches", query: []string{"name", "page_size", "page_token"}, reply: wire.ProjectList{}}},
	{"GET", "/api/v2/projects/{project_id}", (*Server).getProject, false, operation{
		id: "getProject", summary: "Describe a project", reply: wire.Project{}}},
	{"POST", "/api/v2/projects", (*Server).createProject, false, operation{
		id: "createProject", summary: "Create a project (with an admin key)", body: wire.ProjectRequest{}, status: 201, reply: wire.Project{}, also: []int{409}}},
	{"PUT", "/api/v2/projects/{project_id}", (*Server).renameProject, false, operation{
		id: "renameProject", summary: "Rename a project (with an admin key)", body: wire.ProjectRequest{}, reply: wire.Project{}, also: []int{409}}},
	{"DELETE", "/api/v2/projects/{project_id}", (*Server).deleteProject, false, operation{
		id: "deleteProject", summary: "Delete a project with all it owns (with an admin key)", status: 204, also: []int{409}}},

	{"GET", "/api/v1/organizations", (*Server).listOrganizationsV1, false, operation{
		id: "listOrganizationsV1", summary: "List organizations", reply: []wire.Organization{}}},
	{"GET", "/api/v1/organizations/{organization_id}", (*Server).getOrganization, false, operation{
		id: "getOrganizationV1", summary: "Describe an organization", reply: wire.Organization{}}},
	{"GET", "/api/v2/organizations", (*Server).listOrganizations, false, operation{
		id: "listOrganizations", summary: "List organizations", query: []string{"name", "page_size", "page_token"}, reply: wire.OrganizationList{}}},
	{"GET", "/api/v2/organizations/{organization_id}", (*Server).getOrganization, false, operation{
		id: "getOrganization", summary: "Describe an organization", reply: wire.Organization{}}},
}

// projectJSON is a project as clients see it.
func (s *Server) projectJSON(p store.Project) wire.Project {
	return wire.Project{
		ID: p.ID, Name: p.Name, OrganizationID: s.Store.Organization.ID, IsDefault: p.Default,
		CreatedAt: wire.At(p.CreatedAt), UpdatedAt: wire.At(p.UpdatedAt),
	}
}

// findProject returns the project the path names when the caller reaches it.
func (s *Server) findProject(r *http.Request) (store.Project, error) {
	c := callerOf(r)
	id, ok := wire.ParseID("prj-", r.PathValue("project_id"))
	if !ok || id != c.project.ID && !c.admin {
		return store.Project{}, notFound("Project")
	}
	p, err := s.Store.Project(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return p, notFound("Project")
	}
	return p, err
}

// projects lists what the caller reaches.
func (s *Server) projects(r *http.Request, f store.ProjectFilter) ([]wire.Project, []store.Project, error) {
	if c := callerOf(r); !c.admin || r.URL.Query().Get("project_id") != "" {
		f.ID = c.project.ID
	}
	list, err := s.Store.Projects(r.Context(), f)
	out := make([]wire.Project, len(list))
	for i, p := range list {
		out[i] = s.projectJSON(p)
	}
	return out, list, err
}

func (s *Server) listProjectsV1(w http.ResponseWriter, r *http.Request) error {
	out, _, err := s.projects(r, store.ProjectFilter{Name: r.URL.Query().Get("project_name")})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) listProjects(w http.ResponseWriter, r *http.Request) error {
	size, err := pageSize(r)
	if err != nil {
		return err
	}
	f := store.ProjectFilter{Name: r.URL.Query().Get("name"), Limit: size + 1} // one more tells whether there is a next page
	if f.After, err = pageToken(r.URL.Query().Get("page_token"), ""); err != nil {
		return err
	}
	var out wire.ProjectList
	var rows []store.Project
	if out.Items, rows, err = s.projects(r, f); err != nil {
		return err
	}
	if len(rows) > size {
		out.Items = out.Items[:size]
		out.NextPageToken = page{Cursor: store.CursorAfterProject(rows[size-1])}.token()
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) getProject(w http.ResponseWriter, r *http.Request) error {
	p, err := s.findProject(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.projectJSON(p))
}

// readProject checks that the caller may manage projects, and reads the body.
func (s *Server) readProject(w http.ResponseWriter, r *http.Request) (wire.ProjectRequest, error) {
	if err := needAdmin(r); err != nil {
		return wire.ProjectRequest{}, err
	}
	data, err := readBody(w, r)
	if err != nil {
		return wire.ProjectRequest{}, err
	}
	q, err := wire.DecodeProject(data)
	if err != nil {
		return q, err
	}
	if id, ok := wire.ParseID("org-", q.OrganizationID); q.OrganizationID != "" && (!ok || id != s.Store.Organization.ID) {
		return q, fault(http.StatusForbidden, "This key gives no access to that organization")
	}
	return q, nil
}

func needAdmin(r *http.Request) error {
	if !callerOf(r).admin {
		return fault(http.StatusForbidden, "Managing projects needs an admin key: make one with \"recto keys create --admin\"")
	}
	return nil
}

func (s *Server) createProject(w http.ResponseWriter, r *http.Request) error {
	q, err := s.readProject(w, r)
	if err != nil {
		return err
	}
	p, err := s.Store.AddProject(r.Context(), q.Name)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, s.projectJSON(p))
}

func (s *Server) renameProject(w http.ResponseWriter, r *http.Request) error {
	q, err := s.readProject(w, r)
	if err != nil {
		return err
	}
	p, err := s.findProject(r)
	if err != nil {
		return err
	}
	if p, err = s.Store.RenameProject(r.Context(), p.ID, q.Name); errors.Is(err, store.ErrNotFound) {
		return notFound("Project")
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.projectJSON(p))
}

func (s *Server) deleteProject(w http.ResponseWriter, r *http.Request) error {
	if err := needAdmin(r); err != nil {
		return err
	}
	p, err := s.findProject(r)
	if err != nil {
		return err
	}
	if err := s.Store.DeleteProject(r.Context(), p.ID); errors.Is(err, store.ErrNotFound) {
		return notFound("Project")
	} else if err != nil {
		return err
	}
	if err := s.Jobs.PurgeProjects(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) organizationJSON() wire.Organization {
	o := s.Store.Organization
	return wire.Organization{ID: o.ID, Name: o.Name, CreatedAt: wire.At(o.CreatedAt), UpdatedAt: wire.At(o.CreatedAt)}
}

func (s *Server) listOrganizationsV1(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, []wire.Organization{s.organizationJSON()})
}

func (s *Server) listOrganizations(w http.ResponseWriter, r *http.Request) error {
	if _, err := pageSize(r); err != nil {
		return err
	}
	out := wire.OrganizationList{Items: []wire.Organization{}}
	name := r.URL.Query().Get("name")
	if name == "" || name == s.Store.Organization.Name {
		out.Items = append(out.Items, s.organizationJSON())
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) getOrganization(w http.ResponseWriter, r *http.Request) error {
	if id, ok := wire.ParseID("org-", r.PathValue("organization_id")); !ok || id != s.Store.Organization.ID {
		return notFound("Organization")
	}
	return writeJSON(w, http.StatusOK, s.organizationJSON())
}
