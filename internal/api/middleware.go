package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"recto/internal/observe"
)

// ServeHTTP answers one request: it gives it an id, keeps strange hosts and
// origins out, finds the operation, and writes one line to the log.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := uuid.NewString()
	ctx, span := s.Observe.Begin(s.Observe.FromRequest(r.Context(), r.Header), observe.Serving, "request", observe.Text("recto.request", id))
	r = r.WithContext(context.WithValue(ctx, requestKey{}, id))
	r.URL.Path, r.URL.RawPath = tidy(r.URL.Path), tidy(r.URL.RawPath)
	sw := &statusWriter{ResponseWriter: w}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &patient{r.Body, http.NewResponseController(w), cmp.Or(s.Stall, stallTimeout)}
	}
	body := &countedBody{ReadCloser: r.Body}
	r.Body = body
	sw.Header().Set("X-Request-Id", id)
	sw.Header().Set("X-Content-Type-Options", "nosniff")
	started := time.Now()
	done := s.Observe.Serving()
	defer func() {
		// Also for an answer that breaks off, which goes on as a panic.
		defer func() {
			route := routeOf(r)
			done(observe.Request{Route: route, Method: r.Method, Status: sw.status, In: body.n, Out: sw.n, Took: time.Since(started)})
			endSpan(span, r, route, sw.status)
		}()
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

// routeOf is the route that answered as it is registered, "" for none.
func routeOf(r *http.Request) string {
	if _, path, ok := strings.Cut(r.Pattern, " "); ok {
		return path
	}
	return r.Pattern
}

// endSpan ends the span of a request, under the name of its route.
func endSpan(span *observe.Span, r *http.Request, route string, status int) {
	if span == nil {
		return
	}
	span.Name(strings.TrimSpace(r.Method + " " + route))
	span.About(observe.Text("http.request.method", r.Method), observe.Text("http.route", route), observe.Number("http.response.status_code", status))
	if status >= http.StatusInternalServerError {
		span.Failed(http.StatusText(status))
	}
	span.End()
}

// countedBody counts what a client sends.
type countedBody struct {
	io.ReadCloser
	n int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	return n, err
}

// statusWriter remembers the status and counts what is sent.
type statusWriter struct {
	http.ResponseWriter
	status int
	n      int64
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
	n, err := w.ResponseWriter.Write(b)
	w.n += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController the real writer.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// headersOnly keeps the header of an answer nobody gets to see.
type headersOnly http.Header

func (h headersOnly) Header() http.Header         { return http.Header(h) }
func (h headersOnly) Write(b []byte) (int, error) { return len(b), nil }
func (h headersOnly) WriteHeader(int)             {}
