package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"recto/internal/blob"
)

// link returns an absolute address under which anyone gets the blob for a while.
func (s *Server) link(r *http.Request, key string, life time.Duration) (string, error) {
	path, err := s.Blobs.SignedURL(r.Context(), key, life)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(path, "/") {
		path = s.base(r) + path
	}
	return path, nil
}

// base is how the client reaches this server.
func (s *Server) base(r *http.Request) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// download serves a signed link. It needs no key; ranges and HEAD work.
func (s *Server) download(w http.ResponseWriter, r *http.Request) error {
	// Reading goes on as long as the client does; the request's context ends
	// with it in any case.
	ctx := r.Context()
	key, err := s.Blobs.SignedKey(ctx, r.URL, r.Method)
	if errors.Is(err, blob.ErrSignature) {
		return fault(http.StatusForbidden, "The link has expired or was altered: ask for a new one")
	}
	if err != nil {
		return err
	}
	return s.serveBlob(w, r, key)
}

// serveBlob answers with the bytes under the key.
func (s *Server) serveBlob(w http.ResponseWriter, r *http.Request, key string) error {
	ctx := r.Context()
	f, err := s.Blobs.Open(ctx, key)
	if errors.Is(err, blob.ErrNotFound) {
		return notFound("File")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	disposition, err := s.Blobs.Disposition(ctx, key)
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	h := w.Header()
	tag := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", key, f.ModTime().UnixNano(), f.Size()))
	h.Set("ETag", `"`+hex.EncodeToString(tag[:12])+`"`)
	h.Set("Content-Type", f.ContentType())
	h.Set("Content-Disposition", disposition)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private")
	http.ServeContent(w, r, "", f.ModTime(), f)
	return nil
}
