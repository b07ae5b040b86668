package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ServeHTTP answers one request: it gives it an id, keeps strange hosts and
// origins out, finds the operation, and writes one line to the log.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := uuid.NewString()
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
	r.URL.Path, r.URL.RawPath = tidy(r.URL.Path), tidy(r.URL.RawPath)
	sw := &statusWriter{ResponseWriter: w}
	sw.Header().Set("X-Request-Id", id)
	sw.Header().Set("X-Content-Type-Options", "nosniff")
	started := time.Now()
	defer func() {
		if p := recover(); p != nil {
			s.recovered(sw, r, p)
		}
		s.Log.Debug("request", "request", id, "method", r.Method, "path", r.URL.Path, "status", sw.status, "ms", time.Since(started).Milliseconds())
	}()
	zw, end := zipped(sw, r)
	s.guarded(zw, r)
	end() // not deferred: an answer that broke off must not look whole
}

// tidy removes the slashes too many that a base address with one at its end, or
// a careful hand, leaves in a path.
func tidy(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}

// recovered answers after a panic, which is a bug of ours unless a handler
// wanted to break off.
func (s *Server) recovered(w *statusWriter, r *http.Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	if w.status != 0 {
		s.Log.Error("answer broke off", "request", requestID(r), "err", err)
		panic(http.ErrAbortHandler)
	}
	s.writeError(w, r, err)
}

func (s *Server) guarded(w http.ResponseWriter, r *http.Request) {
	if err := s.checkHost(r); err != nil {
		s.writeError(w, r, err)
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if !s.cors(w, r, origin) {
			return
		}
	}
	s.dispatch(w, r)
}

// cors lets known web origins in, with their cookies, and reports whether the
// request goes on.
func (s *Server) cors(w http.ResponseWriter, r *http.Request, origin string) bool {
	h := w.Header()
	h.Add("Vary", "Origin")
	if !s.allowOrigin(r, origin) {
		// Reading is up to the browser, which will not show the answer to the
		// page. Changing something must not happen at all: the browser sends
		// the user's cookie along.
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			return true
		}
		s.writeError(w, r, fault(http.StatusForbidden, "Origin is not allowed: start the server with --origin to add it"))
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Set("Access-Control-Expose-Headers", "X-Request-Id, X-Should-Retry, Retry-After, ETag, Content-Disposition, Content-Range")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return true
	}
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return false
}

// dispatch finds the operation; the mux's own errors get the API's shape.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r) // the mux itself, for it fills in the path values
		return
	}
	probe := headersOnly{}
	h.ServeHTTP(probe, r)
	if allow := probe.Header().Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
		s.writeError(w, r, fault(http.StatusMethodNotAllowed, "Method Not Allowed"))
		return
	}
	s.writeError(w, r, fault(http.StatusNotFound, "Not Found"))
}

type requestKey struct{}

// requestID returns the id of a request, which is also in the log.
func requestID(r *http.Request) string {
	id, _ := r.Context().Value(requestKey{}).(string)
	return id
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController the real writer.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// headersOnly keeps the header of an answer nobody gets to see.
type headersOnly http.Header

func (h headersOnly) Header() http.Header         { return http.Header(h) }
func (h headersOnly) Write(b []byte) (int, error) { return len(b), nil }
func (h headersOnly) WriteHeader(int)             {}
