package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"recto/internal/store"
	"recto/internal/wire"
)

// unchanged marks an answer about a finished job with a tag, and reports
// whether the client has that answer already; then nothing more is to be sent.
// The parts name everything the answer depends on besides the job. With links,
// the tag lives half as long as they do: who keeps an answer keeps good links.
func (s *Server) unchanged(w http.ResponseWriter, r *http.Request, j store.Job, links bool, parts ...string) bool {
	if !wire.Status(j.Status).Final() {
		return false
	}
	h := sha256.New()
	fmt.Fprintln(h, s.Version, j.ID, j.Attempt, j.UpdatedAt.UnixMicro())
	if links {
		half := max(s.LinkLife/2, time.Second)
		fmt.Fprintln(h, s.base(r), time.Now().UnixNano()/int64(half))
	}
	for _, p := range parts {
		fmt.Fprintf(h, "%q\n", p)
	}
	tag := `W/"` + hex.EncodeToString(h.Sum(nil)[:12]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if !matches(r.Header.Values("If-None-Match"), tag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

func matches(lists []string, tag string) bool {
	for _, list := range lists {
		for part := range strings.SplitSeq(list, ",") {
			if part = strings.TrimSpace(part); part == "*" || part == tag {
				return true
			}
		}
	}
	return false
}

// sortedNames lists the values asked for, for a tag.
func sortedNames(want map[string]bool) []string {
	names := make([]string, 0, len(want))
	for name := range want {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
