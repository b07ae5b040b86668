package api

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"recto/internal/store"
)

// authenticate finds the project a request may work on. A key comes as a Bearer
// token or as the session cookie. Without keys in the database a server that
// only this machine reaches is open.
func (s *Server) authenticate(r *http.Request) (store.Project, error) {
	owner, err := s.owner(r)
	if err != nil {
		return store.Project{}, err
	}
	asked := strings.TrimPrefix(r.URL.Query().Get("project_id"), "prj-") // clients send "project_id=" for none
	if asked == "" || asked == owner.ID {
		return owner, nil
	}
	if _, err := uuid.Parse(asked); err != nil {
		return store.Project{}, invalidQuery("project_id", "uuid_parsing", "Input should be a valid UUID")
	}
	return store.Project{}, fault(http.StatusForbidden, "This key gives no access to that project")
}

func (s *Server) owner(r *http.Request) (store.Project, error) {
	ctx := r.Context()
	if secret := credential(r); secret != "" {
		k, err := s.Store.KeyOf(ctx, secret)
		if err == nil {
			return s.Store.Project(ctx, k.ProjectID)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return store.Project{}, err
		}
	}
	open, err := s.open(r)
	if err != nil {
		return store.Project{}, err
	}
	if !open {
		return store.Project{}, fault(http.StatusUnauthorized, "Invalid API Key")
	}
	return s.Store.Project(ctx, "")
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
