package api

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recto/internal/job"
	"recto/internal/observe"
)

// observed returns settings of a server that counts.
func observed(t *testing.T, more func(*Config)) settings {
	t.Helper()
	o, err := observe.New(t.Context(), "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	return settings{
		api: func(c *Config) {
			c.Observe = o
			if more != nil {
				more(c)
			}
		},
		job: func(c *job.Config) { c.Observe = o },
	}
}

func TestMetricsNeedAnAdmin(t *testing.T) {
	b := start(t, observed(t, nil))
	b.get("/metrics").want(t, 200) // open: no keys, loopback
	p, err := b.db.ProjectNamed(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := b.db.CreateKey(t.Context(), p.ID, "one")
	if err != nil {
		t.Fatal(err)
	}
	_, admin, err := b.db.CreateAdminKey(t.Context(), p.ID, "all")
	if err != nil {
		t.Fatal(err)
	}
	b.get("/metrics").want(t, 401)
	if r := b.get("/metrics", "Authorization", "Bearer "+secret).want(t, 403); !strings.Contains(string(r.body), "--metrics-addr") {
		t.Errorf("the refusal says %s", r.body)
	}
	if r := b.get("/metrics", "Authorization", "Bearer "+admin).want(t, 200); !strings.Contains(string(r.body), "recto_build_info{") {
		t.Errorf("metrics: %.300s", r.body)
	}
	start(t, settings{}).get("/metrics").want(t, 404) // nothing is counted
}

// TestRequestsAreCounted: by route and never by path, whatever is sent.
func TestRequestsAreCounted(t *testing.T) {
	b := start(t, observed(t, nil))
	id := b.parse(samplePDF(t, 1), "")
	b.wait(id, "")
	for _, path := range []string{"/api/v2/parse/" + id, "/api/v2/parse/" + id + "?expand=text", "/secret-path", "/api/v1/pipelines/secret-path", "/api/v2//parse/" + id} {
		b.get(path)
	}
	b.raw("BREW", "/api/v2/parse/"+id)
	b.raw("HEAD", "/api/v2/parse/"+id)
	body := string(b.get("/metrics").want(t, 200).body)
	for _, want := range []string{
		`recto_http_requests_total{method="GET",route="/api/v2/parse/{job_id}",status="200"} DIGIT`,
		`recto_http_requests_total{method="HEAD",route="/api/v2/parse/{job_id}",status="200"} 1`,
		`recto_http_requests_total{method="GET",route="unknown",status="404"} 1`,
		`recto_http_requests_total{method="other",route="unknown",status="405"} 1`,
		`recto_http_requests_total{method="GET",route="/api/v1/pipelines/",status="501"} 1`,
		`recto_http_requests_total{method="POST",route="/api/v2/parse/upload",status="200"} 1`,
		`recto_http_request_bytes_total{route="/api/v2/parse/upload"} DIGITS`,
		`recto_http_response_bytes_total{route="/api/v2/parse/{job_id}"} DIGITS`,
		`recto_http_request_seconds_count{method="POST",route="/api/v2/parse/upload"} 1`,
		`recto_http_requests_in_flight 1`, // this one
		`recto_jobs_ended_total{state="COMPLETED",tier="cost_effective"} 1`,
		`recto_cache_lookups_total{outcome="miss"} 1`,
		`recto_pages_total{read="text",tier="cost_effective"} 1`,
		`recto_queue_wait_seconds_count 1`,
	} {
		// Braces are those of labels; a number is at least so many digits.
		line := strings.NewReplacer("{", `\{`, "}", `\}`, "DIGITS", `\d{3,}`, "DIGIT", `\d+`).Replace(want)
		if !regexp.MustCompile(`(?m)^` + line + `$`).MatchString(body) {
			t.Errorf("no line %s", want)
		}
	}
	if strings.Contains(body, "secret-path") || strings.Contains(body, "BREW") || strings.Contains(body, strings.TrimPrefix(id, "pjb-")) {
		t.Error("what a client sends is a label")
	}
	if t.Failed() {
		t.Log(body)
	}
}

func TestProbes(t *testing.T) {
	stopping := make(chan struct{})
	var broken atomic.Bool
	b := start(t, observed(t, func(c *Config) {
		c.Stopping = stopping
		c.Health = observe.NewHealth("test", stopping, c.Log,
			observe.Check{Name: "database", Run: c.Store.SQL.PingContext},
			observe.Check{Name: "storage", Run: c.Blobs.Reach},
			observe.Check{Name: "children", Run: func(context.Context) error {
				if broken.Load() {
					return errors.New("no memory at 10.1.2.3")
				}
				return nil
			}})
	}))
	if r := b.get("/readyz").want(t, 200).json(t); r["status"] != "ok" || len(r["checks"].([]any)) != 3 {
		t.Errorf("ready: %v", r)
	}
	broken.Store(true)
	r := b.get("/readyz")
	for end := time.Now().Add(20 * time.Second); r.status == http.StatusOK && time.Now().Before(end); r = b.get("/readyz") {
		time.Sleep(20 * time.Millisecond) // it looks again after a second
	}
	s := string(r.want(t, 503).body)
	if !strings.Contains(s, `{"name":"children","status":"failed"}`) || !strings.Contains(s, `{"name":"database","status":"ok"}`) || strings.Contains(s, "10.1.2.3") {
		t.Errorf("not ready: %s", s)
	}
	b.get("/livez").want(t, 200)
	close(stopping)
	if r := b.get("/readyz").want(t, 503); !strings.Contains(string(r.body), "shutting down") {
		t.Errorf("stopping: %s", r.body)
	}
	b.get("/livez").want(t, 200)
	b.get("/healthz").want(t, 200)
}
