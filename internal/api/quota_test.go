package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recto/internal/engine"
	"recto/internal/job"
)

// limited changes settings of a project as an admin does over the API.
func (b *bench) limited(project, body string) {
	b.t.Helper()
	key := b.key
	b.key = b.adminKey()
	b.send("PUT", "/api/v2/projects/"+project+"/settings", "application/json", strings.NewReader(body)).want(b.t, 200)
	b.key = key
}

// another makes the n-th document: none is in the cache.
func another(n int) string { return fmt.Sprintf("%s\n%%%d", tinyPDF, n) }

func (b *bench) start(content string) reply {
	b.t.Helper()
	return b.form("/api/v2/parse/upload", part{"file", "a.pdf", content}, part{"configuration", "", `{"tier":"cost_effective","version":"latest"}`})
}

// TestPagesPerMonth uses up a month's pages, on every way to make a job.
func TestPagesPerMonth(t *testing.T) {
	b := start(t, settings{})
	one, key := b.keysOf("one")
	b.key = key
	b.limited(one, `{"pages_per_month":2}`)
	for n := range 2 {
		b.wait(b.start(another(n)).want(t, 200).json(t)["id"].(string), "")
	}
	usage := b.get("/api/v2/projects/"+one+"/usage").want(t, 200).json(t)
	if fmt.Sprint(usage["pages"], usage["pages_left"], usage["jobs_completed"], usage["files"], usage["queue"]) != "2 0 2 2 <nil>" {
		t.Errorf("usage = %v", usage)
	}
	file := b.upload("a.pdf", tinyPDF) // files are no pages
	for name, r := range map[string]reply{
		"upload": b.start(another(3)),
		"file":   b.post("/api/v2/parse", `{"tier":"fast","version":"latest","file_id":"`+file+`"}`),
		"url":    b.post("/api/v2/parse", `{"tier":"fast","version":"latest","source_url":"http://127.0.0.1:1/a.pdf"}`),
		"v1":     b.form("/api/parsing/upload", part{"file", "a.pdf", another(4)}),
	} {
		r.want(t, 402)
		if !strings.Contains(string(r.body), "no pages left this month") {
			t.Errorf("%s: %s", name, r.body)
		}
	}
	if keys := b.files(); keys != 3 {
		t.Errorf("%d files are stored, want those of the two jobs and the one sent alone", keys)
	}
	b.limited(one, `{"pages_per_month":3}`)
	b.wait(b.start(another(0)).want(t, 200).json(t)["id"].(string), "") // from the cache: costs nothing
	b.wait(b.start(another(5)).want(t, 200).json(t)["id"].(string), "")
	b.start(another(6)).want(t, 402)
	if _, err := b.db.SQL.ExecContext(t.Context(), `UPDATE page_count SET month = '2000-01'`); err != nil {
		t.Fatal(err)
	}
	b.start(another(7)).want(t, 200) // a new month
}

// files counts what is stored.
func (b *bench) files() int {
	b.t.Helper()
	var n int
	if err := b.db.SQL.QueryRowContext(b.t.Context(), `SELECT count(*) FROM file WHERE deleted_at = 0`).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// gated is an engine that waits.
func gated(open chan struct{}) parserFunc {
	return func(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
		select {
		case <-open:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return onePage(ctx, s, o)
	}
}

// TestOpenJobs has many clients race for the few jobs a project may have open.
func TestOpenJobs(t *testing.T) {
	open := make(chan struct{})
	b := start(t, settings{parser: gated(open)})
	one, key := b.keysOf("one")
	b.key = key
	b.limited(one, `{"open_jobs":3}`)
	var wg sync.WaitGroup
	var made, refused atomic.Int64
	for n := range 12 {
		wg.Go(func() {
			switch r := b.start(another(n)); r.status {
			case 200:
				made.Add(1)
			case 429:
				refused.Add(1)
				if r.header.Get("Retry-After") == "" {
					t.Error("a 429 without Retry-After")
				}
			default:
				t.Errorf("%d %s", r.status, r.body)
			}
		})
	}
	wg.Wait()
	if made.Load() != 3 || refused.Load() != 9 {
		t.Errorf("%d jobs made, %d refused, want 3 and 9", made.Load(), refused.Load())
	}
	_, b.key = b.keysOf("two")
	b.start(another(20)).want(t, 200) // others have their own
	b.key = key
	close(open)
	deadline := time.Now().Add(20 * time.Second)
	for b.start(another(21)).status != 200 {
		if time.Now().After(deadline) {
			t.Fatal("no job is accepted after the others have ended")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestFullQueue has more jobs wait than may, of all projects.
func TestFullQueue(t *testing.T) {
	open := make(chan struct{})
	defer close(open)
	b := start(t, settings{parser: gated(open), job: func(c *job.Config) { c.MaxQueue, c.Workers = 2, 1 }})
	status := 200
	for n := 0; status == 200; n++ {
		if n == 5 { // one runs, two wait; how many have begun is counted a second late at most
			t.Fatal("five jobs are accepted, want a full queue")
		}
		r := b.start(another(n))
		if status = r.status; status == 503 && r.header.Get("Retry-After") != "30" {
			t.Errorf("Retry-After = %q", r.header.Get("Retry-After"))
		}
	}
	if status != 503 {
		t.Errorf("status %d, want 503", status)
	}
	standard := b.get("/api/v1/projects").any(t).([]any)[0].(map[string]any)["id"].(string)
	queue := b.get("/api/v2/projects/"+standard+"/usage").want(t, 200).json(t)["queue"].(map[string]any)
	if fmt.Sprint(queue["limit"]) != "2" || queue["pending"].(float64) < 1 || queue["oldest_seconds"].(float64) <= 0 {
		t.Errorf("queue = %v", queue)
	}
}

// TestRate sends more requests than a project may.
func TestRate(t *testing.T) {
	b := start(t, settings{})
	one, key := b.keysOf("one")
	b.key = key
	b.limited(one, `{"requests_per_minute":30}`)
	refused := 0
	for range 10 { // a sixth of a minute's may come at once
		if r := b.get("/api/v2/parse"); r.status == 429 {
			refused++
			if after, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || after < 1 || after > 2 {
				t.Errorf("Retry-After = %q, want two seconds or less", r.header.Get("Retry-After"))
			}
		}
	}
	if refused < 4 || refused > 5 { // on a slow machine one more has come due
		t.Errorf("%d of 10 requests refused, want 5", refused)
	}
	b.get("/healthz").want(t, 200)
	_, b.key = b.keysOf("two")
	b.get("/api/v2/parse").want(t, 200)
}
