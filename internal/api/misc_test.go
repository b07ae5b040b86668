package api

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"recto/internal/engine"
	"recto/internal/format"
)

func TestSupportedExtensions(t *testing.T) {
	b := start(t, settings{api: func(c *Config) { c.Loopback = false }}) // even without a key
	if list := b.get("/api/v1/parsing/supported_file_extensions").want(t, 200).any(t).([]any); len(list) != 10 || !slices.Contains(list, any(".pdf")) || !slices.Contains(list, any(".jpg")) || slices.Contains(list, any(".jfif")) {
		t.Errorf("extensions = %v, want those that upstream's clients know", list)
	}
}

func TestDataPoints(t *testing.T) {
	b := start(t, settings{parser: parserFunc(func(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
		if strings.Contains(string(s.Data), "hopeless") {
			return nil, format.ErrBroken
		}
		return onePage(ctx, s, o)
	})})
	good := b.parse(tinyPDF, `,"client_name":"test suite"`)
	b.wait(good, "")
	bad := b.parse(tinyPDF+" hopeless", "")
	b.wait(bad, "")
	points := func(query string) map[string]any {
		t.Helper()
		return b.get("/api/v1/job-data-points"+query).want(t, 200).json(t)
	}
	list := points("?job_type=parse")["items"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["id"] != bad {
		t.Fatalf("points = %v, want two, the newest first", list)
	}
	failed, done := list[0].(map[string]any), list[1].(map[string]any)
	if done["custom_tag"] != "test suite" || done["status"] != "COMPLETED" || failed["error_message"] == nil {
		t.Errorf("points = %v, %v", failed, done)
	}
	at := done["state_transitions"].(map[string]any)
	var times []time.Time
	for _, state := range []string{"pending_at", "running_at", "completed_at"} {
		v, err := time.Parse(time.RFC3339, at[state].(string))
		if err != nil || len(times) > 0 && v.Before(times[len(times)-1]) {
			t.Errorf("%s in %v: %v", state, at, err)
		}
		times = append(times, v)
	}
	if f := failed["state_transitions"].(map[string]any); f["failed_at"] == nil || f["completed_at"] != nil || at["failed_at"] != nil {
		t.Errorf("failed went %v, completed %v", f, at)
	}
	for query, want := range map[string]int{
		"?job_type=parse&status=FAILED": 1, "?job_type=parse&status=FAILED,COMPLETED": 2, "?job_type=parse&status=FAILED&status=RUNNING": 1,
		"?job_type=extract": 0, "?job_type=parse&hours=168": 2, "?job_type=parse&created_at_on_or_before=2020-01-01": 0,
		"?job_type=parse&created_at_on_or_after=2100-01-01": 0,
	} {
		if n := len(points(query)["items"].([]any)); n != want {
			t.Errorf("%s gives %d points, want %d", query, n, want)
		}
	}
	page := points("?job_type=parse&page_size=1")
	next := points("?job_type=parse&page_size=1&page_token=" + page["next_page_token"].(string))
	if next["items"].([]any)[0].(map[string]any)["id"] != good || next["next_page_token"] != nil {
		t.Errorf("second page = %v", next)
	}
	for _, query := range []string{"", "?job_type=split", "?job_type=parse&hours=0", "?job_type=parse&hours=169", "?job_type=parse&status=DONE", "?job_type=parse&page_token=x"} {
		b.get("/api/v1/job-data-points"+query).want(t, 422)
	}
}

func TestElsewhere(t *testing.T) {
	b := start(t, settings{})
	for _, path := range []string{
		"/api/v2/batches", "/api/v2/batches/bat-1", "/api/v2/batches/bat-1/cancel", "/api/v1/beta/directories/dir-1/files",
		"/api/v2/extract", "/api/v2/classify/1", "/api/v1/pipelines/1/retrieve", "/api/v1/beta/agent-data/:search", "/api/v1/beta/usage-metrics/aggregate",
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			r := b.send(method, path, "", nil).want(t, 501)
			if detail, _ := r.json(t)["detail"].(string); !strings.Contains(detail, "server") || r.header.Get("X-Should-Retry") != "false" {
				t.Errorf("%s %s says %s, retry %q", method, path, r.body, r.header.Get("X-Should-Retry"))
			}
		}
	}
	b.get("/api/v2/nothing").want(t, 404)
	b.keysOf("one")
	b.get("/api/v2/batches").want(t, 401)
}
