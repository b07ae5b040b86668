package api

import (
	"compress/gzip"
	"net/http"
	"strings"
)

// minZip is the smallest answer worth compressing: below it headers weigh more.
const minZip = 1 << 10

// zipWriter compresses an answer of text for clients that accept it. It waits
// for the first minZip bytes, so that short answers stay as they are.
type zipWriter struct {
	http.ResponseWriter
	status int
	head   []byte
	sent   bool // the header is out
	gz     *gzip.Writer
}

// zipped returns a writer that compresses where it can, and what ends it.
func zipped(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, func()) {
	if r.Method == http.MethodHead || r.URL.Path == DownloadRoute || !acceptsGzip(r) {
		return w, func() {}
	}
	z := &zipWriter{ResponseWriter: w}
	return z, z.close
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(part, ";")
		if name = strings.TrimSpace(name); name == "gzip" || name == "*" {
			w := strings.ReplaceAll(weight, " ", "")
			return w != "q=0" && w != "q=0.0"
		}
	}
	return false
}

func (z *zipWriter) WriteHeader(status int) {
	if z.status == 0 {
		z.status = status
	}
	if !z.worth() {
		z.send()
	}
}

// worth reports whether the answer may be compressed.
func (z *zipWriter) worth() bool {
	h := z.Header()
	kind := h.Get("Content-Type")
	text := strings.HasPrefix(kind, "application/json") || strings.HasPrefix(kind, "text/") && !strings.HasPrefix(kind, "text/event-stream")
	return z.status == http.StatusOK && text && h.Get("Content-Encoding") == "" && h.Get("Content-Range") == ""
}

// send sends the header and what was held back.
func (z *zipWriter) send() {
	if z.sent {
		return
	}
	z.sent = true
	z.ResponseWriter.WriteHeader(z.status)
	if len(z.head) > 0 {
		_, _ = z.ResponseWriter.Write(z.head) // the next write has the same error
		z.head = nil
	}
}

func (z *zipWriter) Write(b []byte) (int, error) {
	if z.status == 0 {
		z.WriteHeader(http.StatusOK)
	}
	switch {
	case z.gz != nil:
		return z.gz.Write(b)
	case z.sent:
		return z.ResponseWriter.Write(b)
	}
	z.head = append(z.head, b...)
	if len(z.head) < minZip {
		return len(b), nil
	}
	h := z.Header()
	h.Set("Content-Encoding", "gzip")
	h.Add("Vary", "Accept-Encoding")
	h.Del("Content-Length")
	z.sent = true
	z.ResponseWriter.WriteHeader(z.status)
	z.gz = gzip.NewWriter(z.ResponseWriter)
	if _, err := z.gz.Write(z.head); err != nil {
		return 0, err
	}
	z.head = nil
	return len(b), nil
}

// close ends a whole answer. One that broke off is not closed: its missing end
// tells the client.
func (z *zipWriter) close() {
	if z.gz != nil {
		_ = z.gz.Close() // the client has gone
		return
	}
	if z.status != 0 {
		z.send()
	}
}

// Unwrap gives http.ResponseController the real writer.
func (z *zipWriter) Unwrap() http.ResponseWriter { return z.ResponseWriter }
