package api

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"recto/internal/store"
	"recto/internal/wire"
)

// caller is who sent a request, and whose documents it is about.
type caller struct {
	project store.Project
	admin   bool // reaches all projects and may manage them
}

// authenticate finds the project a request may work on. A key comes as a Bearer
// token or as the session cookie. Without keys in the database a server that
// only this machine reaches is open.
func (s *Server) authenticate(r *http.Request) (caller, error) {
	c, err := s.owner(r)
	if err != nil {
		return c, err
	}
	organization, err := idParam(r, "organization_id", "org-")
	if err != nil {
		return c, err
	}
	if organization != "" && organization != s.Store.Organization.ID {
		return c, fault(http.StatusForbidden, "This key gives no access to that organization")
	}
	asked, err := idParam(r, "project_id", "prj-")
	if err != nil || asked == "" || asked == c.project.ID {
		return c, err
	}
	if !c.admin {
		return c, fault(http.StatusForbidden, "This key gives no access to that project")
	}
	c.project, err = s.Store.Project(r.Context(), asked)
	if errors.Is(err, store.ErrNotFound) {
		return c, notFound("Project")
	}
	return c, err
}

// idParam reads an id of the query. Clients send "project_id=" for none.
func idParam(r *http.Request, name, prefix string) (string, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return "", nil
	}
	id, ok := wire.ParseID(prefix, s)
	if !ok {
		return "", invalidQuery(name, "uuid_parsing", "Input should be a valid UUID")
	}
	return id, nil
}

// owner finds who sent the request. Whoever needs no key may do everything.
func (s *Server) owner(r *http.Request) (caller, error) {
	ctx := r.Context()
	if secret := credential(r); secret != "" {
		k, err := s.Store.KeyOf(ctx, secret)
		if err == nil {
			p, err := s.Store.Project(ctx, k.ProjectID)
			return caller{p, k.Admin}, err
		}
		if !errors.Is(err, store.ErrNotFound) {
			return caller{}, err
		}
	}
	open, err := s.open(r)
	if err != nil {
		return caller{}, err
	}
	if !open {
		return caller{}, fault(http.StatusUnauthorized, "Invalid API Key")
	}
	p, err := s.Store.Project(ctx, "")
	return caller{p, true}, err
}

// open reports whether requests without a valid key are served.
func (s *Server) open(r *http.Request) (bool, error) {
	if s.NoAuth {
		return true, nil
	}
	if !s.Loopback {
		return false, nil
	}
	has, err := s.Store.HasKeys(r.Context())
	return !has, err
}

// credential returns the key a request carries, or "".
func credential(r *http.Request) string {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	if c, err := r.Cookie("session"); err == nil {
		return c.Value
	}
	return ""
}

// checkHost refuses names that lead here only by a trick of the name server: a
// page in the user's browser could otherwise read an open server on loopback.
func (s *Server) checkHost(r *http.Request) error {
	if !s.Loopback || s.NoAuth {
		return nil
	}
	if host := hostOf(r.Host); isLoopback(host) || host == hostOf(publicHost(s.PublicURL)) {
		return nil
	}
	if open, err := s.open(r); err != nil || !open {
		return err // a key is asked for anyway, and the page does not have it
	}
	return fault(http.StatusForbidden, "Unknown host: start the server with --public-url to use another name")
}

// allowOrigin reports whether a web page of that origin may use the API.
func (s *Server) allowOrigin(r *http.Request, origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	return isLoopback(u.Hostname()) || u.Host == r.Host || u.Host == publicHost(s.PublicURL) || slices.Contains(s.Origins, origin)
}

func publicHost(public string) string {
	u, err := url.Parse(public)
	if err != nil {
		return ""
	}
	return u.Host
}

func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
