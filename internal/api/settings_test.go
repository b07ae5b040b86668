package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"recto/internal/job"
	"recto/internal/store"
)

// TestSettings has an admin change how long files are kept, which shows in the
// files.
func TestSettings(t *testing.T) {
	server := int64(30)
	b := start(t, settings{job: func(c *job.Config) { c.Settings = store.Settings{KeepFiles: &server} }})
	one, key := b.keysOf("one")
	_, strange := b.keysOf("two")
	path := "/api/v2/projects/" + one + "/settings"
	put := func(body string) reply {
		return b.send("PUT", path, "application/json", strings.NewReader(body))
	}
	b.key = key
	id := b.upload("a.pdf", tinyPDF)
	expires := func(after int) {
		t.Helper()
		f := b.get("/api/v1/beta/files/"+id).want(t, 200).json(t)
		at, _ := f["expires_at"].(string)
		if after == 0 {
			if at != "" {
				t.Errorf("expires_at = %s, want none", at)
			}
			return
		}
		got, err := time.Parse(time.RFC3339, at)
		if left := time.Until(got); err != nil || left > time.Duration(after)*24*time.Hour || left < time.Duration(after)*24*time.Hour-time.Hour {
			t.Errorf("expires_at = %q, want in %d days", at, after)
		}
	}
	expires(30)
	if got := fmt.Sprint(b.get(path).want(t, 200).json(t)["resolved"].(map[string]any)["keep_files_days"]); got != "30" {
		t.Errorf("resolved keep_files_days = %s, want 30", got)
	}
	put(`{"keep_files_days":1}`).want(t, 403)
	b.key = strange
	b.get(path).want(t, 404)
	b.key = b.adminKey()
	put(`{"keep_files_days":7}`).want(t, 200)
	put(`{"keep_files_days":-1}`).want(t, 422)
	put(`{"keep_files_days":1.5}`).want(t, 422)
	put(`{"keep_fies_days":1}`).want(t, 422)
	b.key = key
	expires(7)
	b.key = b.adminKey()
	put(`{"keep_files_days":0}`).want(t, 200)
	b.key = key
	expires(0)
	b.key = b.adminKey()
	put(`{"keep_files_days":null}`).want(t, 200)
	b.key = key
	expires(30)
}

// TestExpiredResults asks for results that were removed because of their age.
func TestExpiredResults(t *testing.T) {
	b := start(t, settings{})
	id := b.parse(tinyPDF, "")
	b.wait(id, "")
	bare := strings.TrimPrefix(id, "pjb-")
	tag := b.get("/api/v2/parse/"+id+"?expand=text").want(t, 200).header.Get("ETag")
	if _, err := b.db.SQL.ExecContext(t.Context(), `UPDATE parse_job SET expired_at = 1`); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/api/v2/parse/" + id: 200, "/api/v2/parse/" + id + "?expand=job_metadata": 200, "/api/v2/parse/" + id + "?expand=text": 410,
		"/api/v2/parse/" + id + "?expand=images_content_metadata": 410, "/api/v2/parse/" + id + "?expand=xlsx_content_metadata": 410,
		"/api/parsing/job/" + bare: 200, "/api/v1/parsing/job/" + bare + "/result/markdown": 410, "/api/parsing/job/" + bare + "/result/json": 410,
		"/api/parsing/job/" + bare + "/result/raw/text": 410,
	} {
		if r := b.get(path, "If-None-Match", tag); r.status != want {
			t.Errorf("%s = %d %s, want %d", path, r.status, r.body, want)
		}
	}
}
