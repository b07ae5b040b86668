package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"recto/internal/store"
	"recto/internal/wire"
)

// configurationRoutes are for saved configurations.
var configurationRoutes = []route{
	{"POST", "/api/v1/beta/configurations", (*Server).saveConfiguration, false, operation{
		id: "saveConfiguration", summary: "Save a configuration, or replace the one of that name", body: wire.ConfigurationRequest{}, status: 201, reply: wire.Configuration{}, also: []int{409}}},
	{"GET", "/api/v1/beta/configurations", (*Server).listConfigurations, false, operation{
		id: "listConfigurations", summary: "List configurations, the newest first", query: []string{"product_type", "name", "latest_only", "page_size", "page_token"}, reply: wire.ConfigurationList{}}},
	{"GET", "/api/v1/beta/configurations/{config_id}", (*Server).getConfiguration, false, operation{
		id: "getConfiguration", summary: "Get a configuration", reply: wire.Configuration{}}},
	{"PUT", "/api/v1/beta/configurations/{config_id}", (*Server).updateConfiguration, false, operation{
		id: "updateConfiguration", summary: "Change a configuration", body: wire.ConfigurationRequest{}, reply: wire.Configuration{}, also: []int{409}}},
	{"DELETE", "/api/v1/beta/configurations/{config_id}", (*Server).deleteConfiguration, false, operation{
		id: "deleteConfiguration", summary: "Delete a configuration", status: 204}},
}

// configurationJSON is a configuration as clients see it.
func (s *Server) configurationJSON(c store.Configuration) (wire.Configuration, error) {
	out := wire.Configuration{
		ID: wire.ID(wire.ConfigurationPrefix, c.ID), Name: c.Name, ProductType: wire.ProductType(c.ProductType),
		Version: wire.Time(c.UpdatedAt).String(), CreatedAt: wire.At(c.CreatedAt), UpdatedAt: wire.At(c.UpdatedAt),
	}
	parameters, err := s.Jobs.Seal.Open(c.Parameters)
	if err != nil {
		return out, err
	}
	out.Parameters, err = wire.ShowParameters([]byte(parameters))
	return out, err
}

func (s *Server) writeConfiguration(w http.ResponseWriter, status int, c store.Configuration) error {
	out, err := s.configurationJSON(c)
	if err != nil {
		return err
	}
	return writeJSON(w, status, out)
}

func (s *Server) readConfiguration(w http.ResponseWriter, r *http.Request, change bool) (wire.ConfigurationRequest, string, error) {
	data, err := readBody(w, r)
	if err != nil {
		return wire.ConfigurationRequest{}, "", err
	}
	q, err := wire.DecodeConfiguration(data, change)
	if err != nil {
		return q, "", err
	}
	parameters, err := json.Marshal(q.Parameters)
	return q, s.Jobs.Seal.Seal(string(parameters)), err
}

// maxConfigurations bounds the saved configurations of a project.
const maxConfigurations = 1000

func (s *Server) saveConfiguration(w http.ResponseWriter, r *http.Request) error {
	q, parameters, err := s.readConfiguration(w, r, false)
	if err != nil {
		return err
	}
	n, err := s.Store.CountOtherConfigurations(r.Context(), project(r), q.Name)
	if err != nil {
		return err
	}
	if n >= maxConfigurations {
		return fault(http.StatusConflict, fmt.Sprintf("The project has %d configurations, more are not kept: delete one first", n))
	}
	c, err := s.Store.SaveConfiguration(r.Context(), store.Configuration{
		ID: uuid.NewString(), ProjectID: project(r), Name: q.Name, ProductType: string(wire.ParseV2), Parameters: parameters,
	})
	if err != nil {
		return err
	}
	return s.writeConfiguration(w, http.StatusCreated, c)
}

func (s *Server) updateConfiguration(w http.ResponseWriter, r *http.Request) error {
	c, err := s.findConfiguration(r)
	if err != nil {
		return err
	}
	q, parameters, err := s.readConfiguration(w, r, true)
	if err != nil {
		return err
	}
	if q.Name != "" {
		c.Name = q.Name
	}
	if q.Parameters != nil {
		c.Parameters = parameters
	}
	if c, err = s.Store.UpdateConfiguration(r.Context(), c); errors.Is(err, store.ErrNotFound) {
		return notFound("Configuration")
	}
	if err != nil {
		return err
	}
	return s.writeConfiguration(w, http.StatusOK, c)
}

// findConfiguration returns the configuration the path names.
func (s *Server) findConfiguration(r *http.Request) (store.Configuration, error) {
	id, ok := wire.ParseID(wire.ConfigurationPrefix, r.PathValue("config_id"))
	if !ok {
		return store.Configuration{}, notFound("Configuration")
	}
	c, err := s.Store.Configuration(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && c.ProjectID != project(r) {
		return store.Configuration{}, notFound("Configuration")
	}
	return c, err
}

func (s *Server) getConfiguration(w http.ResponseWriter, r *http.Request) error {
	c, err := s.findConfiguration(r)
	if err != nil {
		return err
	}
	return s.writeConfiguration(w, http.StatusOK, c)
}

func (s *Server) deleteConfiguration(w http.ResponseWriter, r *http.Request) error {
	c, err := s.findConfiguration(r)
	if err != nil {
		return err
	}
	if err := s.Store.DeleteConfiguration(r.Context(), c.ProjectID, c.ID); errors.Is(err, store.ErrNotFound) {
		return notFound("Configuration")
	} else if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// listConfigurations accepts latest_only and need do nothing for it: a
// configuration saved again replaces the earlier one.
func (s *Server) listConfigurations(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if _, err := boolParam(r, "latest_only"); err != nil {
		return err
	}
	size, err := pageSize(r)
	if err != nil {
		return err
	}
	f := store.ConfigurationFilter{Project: project(r), Name: q.Get("name"), ProductTypes: listParam(r, "product_type"), Limit: size + 1}
	for _, p := range f.ProductTypes {
		if !slices.Contains(wire.ParseV2.Allowed(), p) {
			return invalidQuery("product_type", "literal_error", "Input should be 'split_v1', 'extract_v2', 'classify_v2', 'parse_v2', 'spreadsheet_v1' or 'unknown'")
		}
	}
	if f.After, err = pageToken(q.Get("page_token"), ""); err != nil {
		return err
	}
	list, err := s.Store.Configurations(r.Context(), f)
	if err != nil {
		return err
	}
	out := wire.ConfigurationList{Items: []wire.Configuration{}}
	if len(list) > size {
		list = list[:size]
		out.NextPageToken = page{Cursor: store.CursorAfterConfiguration(list[size-1])}.token()
	}
	for _, c := range list {
		item, err := s.configurationJSON(c)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, item)
	}
	return writeJSON(w, http.StatusOK, out)
}

// readRequest reads a parse request and lays it over the configuration it
// names, if any.
func (s *Server) readRequest(r *http.Request, data []byte, upload bool) (wire.ParseRequest, error) {
	req, err := wire.DecodeRequest(data, upload)
	if err != nil || req.ConfigurationID == "" {
		return req, err
	}
	missing := fault(http.StatusNotFound, "Parse configuration not found")
	id, ok := wire.ParseID(wire.ConfigurationPrefix, req.ConfigurationID)
	if !ok {
		return req, missing
	}
	c, err := s.Store.Configuration(r.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return req, missing
	case err != nil:
		return req, err
	case c.ProjectID != project(r):
		return req, fault(http.StatusForbidden, "Access denied to this parse configuration")
	}
	parameters, err := s.Jobs.Seal.Open(c.Parameters)
	if err != nil {
		return req, err
	}
	return wire.MergeRequest([]byte(parameters), data, upload)
}
