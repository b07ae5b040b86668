package api

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/format"
)

// longText is an engine whose answers are worth compressing.
func longText(_ context.Context, _ engine.Source, _ engine.Options) (*engine.Result, error) {
	p := &doc.Page{Number: 1, Width: 612, Height: 792, Confidence: 1}
	return &engine.Result{Format: format.PDF, Doc: &doc.Document{Pages: []*doc.Page{p}}, Text: []string{strings.Repeat("the same again ", 1000)}}, nil
}

// open sends a request and leaves the answer as it comes over the wire.
func (b *bench) open(method, path string, header ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.URL+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "identity") // or Go unpacks by itself
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return http.DefaultClient.Do(req)
}

// raw is open with the body read.
func (b *bench) raw(method, path string, header ...string) reply {
	b.t.Helper()
	resp, err := b.open(method, path, header...)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, data}
}

func TestGzip(t *testing.T) {
	b := start(t, settings{parser: parserFunc(longText)})
	id := b.parse("%PDF", "")
	b.wait(id, "")
	path := "/api/v2/parse/" + id + "?expand=text"
	plain := b.raw("GET", path)
	want := plain.body
	if plain.header.Get("Content-Encoding") != "" || len(want) < 15000 {
		t.Fatalf("without Accept-Encoding: %q, %d bytes", plain.header.Get("Content-Encoding"), len(want))
	}
	for accept, zipped := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "*": true, "gzip;q=0": false, "br": false} {
		r := b.raw("GET", path, "Accept-Encoding", accept)
		data := r.body
		if got := r.header.Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("Accept-Encoding %s: compressed %v, want %v", accept, got, zipped)
			continue
		}
		if zipped {
			if len(data) > len(want)/10 {
				t.Errorf("compressed to %d of %d bytes", len(data), len(want))
			}
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if data, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(data, want) {
			t.Errorf("Accept-Encoding %s gives another answer", accept)
		}
	}
	// Short ones, files and empty ones stay as they are.
	for _, path := range []string{"/healthz", "/api/v2/parse/nothing", "/api/v1/parsing/job/" + strings.TrimPrefix(id, "pjb-") + "/result/pdf"} {
		if r := b.raw("GET", path, "Accept-Encoding", "gzip"); r.header.Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed", path)
		}
	}
}

func TestHead(t *testing.T) {
	b := start(t, settings{})
	id := b.parse("%PDF", "")
	b.wait(id, "")
	file := b.upload("a.pdf", "%PDF of ten")
	if r := b.raw("HEAD", "/api/v2/parse/"+id+"/events"); r.status != 200 || r.header.Get("Content-Type") != "text/event-stream" || len(r.body) != 0 {
		t.Errorf("HEAD of events = %d %s", r.status, r.header.Get("Content-Type"))
	}
	for path, want := range map[string]int{
		"/api/v2/parse": 200, "/api/v2/parse/" + id + "?expand=text": 200, "/api/v2/parse/nothing": 404, "/api/v2/parse/versions": 200,
		"/api/v1/beta/files/" + file: 200, "/api/v1/parsing/job/" + id + "/result/json": 200, "/healthz": 200, "/openapi.json": 200, "/nothing": 404,
	} {
		r := b.raw("HEAD", path, "Accept-Encoding", "gzip")
		if r.status != want || len(r.body) != 0 || r.header.Get("Content-Type") != "application/json" {
			t.Errorf("HEAD %s = %d %s with %d bytes, want %d", path, r.status, r.header.Get("Content-Type"), len(r.body), want)
		}
	}
}

func TestETag(t *testing.T) {
	release := make(chan struct{})
	b := start(t, settings{parser: parserFunc(func(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
		<-release
		return onePage(ctx, s, o)
	})})
	id := b.parse("%PDF", "")
	if tag := b.get("/api/v2/parse/" + id).header.Get("ETag"); tag != "" {
		t.Errorf("an unfinished job has the tag %s", tag)
	}
	close(release)
	b.wait(id, "")
	tags := map[string]string{}
	for _, path := range []string{
		"/api/v2/parse/" + id, "/api/v2/parse/" + id + "?expand=text", "/api/v2/parse/" + id + "?expand=markdown&expand=text", "/api/v2/parse/" + id + "?expand=images_content_metadata",
		"/api/v2/parse/" + id + "?expand=images_content_metadata&image_filenames=a.jpg", "/api/parsing/job/" + id + "/result/text", "/api/parsing/job/" + id + "/result/markdown",
		"/api/parsing/job/" + id + "/result/json", "/api/parsing/job/" + id + "/result/raw/text", "/api/parsing/job/" + id + "/result/raw/markdown", "/api/parsing/job/" + id + "/result/pdf",
	} {
		tag := b.get(path).want(t, 200).header.Get("ETag")
		if other, ok := tags[tag]; ok || tag == "" {
			t.Errorf("%s has the tag %q, as has %q", path, tag, other)
		}
		tags[tag] = path
		if r := b.get(path, "If-None-Match", `"other", `+tag); r.status != 304 || len(r.body) != 0 || r.header.Get("ETag") != tag {
			t.Errorf("%s with its tag = %d and %d bytes", path, r.status, len(r.body))
		}
		b.get(path, "If-None-Match", `"other"`).want(t, 200)
	}
	first := b.get("/api/v2/parse/" + id + "?expand=text,markdown").header.Get("ETag")
	if second := b.get("/api/v2/parse/" + id + "?expand=markdown&expand=text").header.Get("ETag"); first != second {
		t.Errorf("the same question in another order has another tag")
	}
}

func TestSlashes(t *testing.T) {
	b := start(t, settings{})
	id := b.parse("%PDF", "")
	b.wait(id, "")
	for _, path := range []string{"//api/v2/parse", "/api/v2/parse/", "/api//v2///parse/" + id + "/?expand=text", "//healthz//"} {
		b.get(path).want(t, 200)
	}
	b.form("/api/v2/parse/upload/", part{"file", "a.pdf", "%PDF 2"}, part{"configuration", "", `{"tier":"fast","version":"latest"}`}).want(t, 200)
	b.form("//api/parsing//upload/", part{"file", "a.pdf", "%PDF 3"}).want(t, 200)
}

func TestQueryLists(t *testing.T) {
	b := start(t, settings{})
	id := b.parse("%PDF", "")
	b.wait(id, "")
	for _, query := range []string{"expand=text&expand=markdown", "expand=text,markdown", "expand[]=text&expand[]=markdown", "expand=text%2C+markdown&project_id=&organization_id="} {
		m := b.get("/api/v2/parse/"+id+"?"+query).want(t, 200).json(t)
		if m["text"] == nil || m["markdown"] == nil || m["items"] != nil {
			t.Errorf("?%s gives text %v, markdown %v, items %v", query, m["text"], m["markdown"], m["items"])
		}
	}
}

func TestWait(t *testing.T) {
	release, begun := make(chan struct{}), make(chan struct{})
	b := start(t, settings{parser: parserFunc(func(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
		close(begun)
		<-release
		return onePage(ctx, s, o)
	})})
	id := b.parse("%PDF", "")
	<-begun
	if j := jobOf(b.get("/api/v2/parse/"+id+"?wait=0.05").want(t, 200).json(t)); j["status"] != "RUNNING" {
		t.Errorf("after a short wait the job is %v", j["status"])
	}
	answer := make(chan map[string]any)
	go func() { answer <- b.get("/api/v2/parse/" + id + "?wait=60&expand=text").json(t) }()
	select {
	case m := <-answer:
		t.Fatalf("the answer came before the end: %v", m)
	case <-time.After(50 * time.Millisecond):
	}
	started := time.Now()
	close(release)
	m := <-answer
	if jobOf(m)["status"] != "COMPLETED" || m["text"] == nil {
		t.Errorf("after the end: %v", m)
	}
	if took := time.Since(started); took > lookAgain {
		t.Errorf("the end was noticed after %s", took)
	}
	for _, bad := range []string{"x", "-1", "301", "NaN"} {
		b.get("/api/v2/parse/"+id+"?wait="+bad).want(t, 422)
	}
}

func TestWaitEndsWithTheServer(t *testing.T) {
	stopping, hold := make(chan struct{}), make(chan struct{})
	b := start(t, settings{
		api: func(c *Config) { c.Stopping = stopping },
		parser: parserFunc(func(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
			<-hold
			return onePage(ctx, s, o)
		}),
	})
	defer close(hold)
	id := b.parse("%PDF", "")
	answers := make(chan int)
	go func() { answers <- b.get("/api/v2/parse/" + id + "?wait=60").status }()
	go func() { answers <- b.get("/api/v2/parse/" + id + "/events").status }()
	close(stopping)
	for range 2 {
		if status := <-answers; status != 200 {
			t.Errorf("status %d", status)
		}
	}
}

func TestEvents(t *testing.T) {
	step := make(chan struct{})
	b := start(t, settings{parser: parserFunc(func(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
		for n := range 3 {
			<-step
			o.Progress(n+1, 3)
		}
		<-step
		return onePage(ctx, s, o)
	})})
	id := b.parse("%PDF", "")
	r, err := b.open("GET", "/api/v2/parse/"+id+"/events", "Accept-Encoding", "gzip")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.Header.Get("Content-Type") != "text/event-stream" || r.Header.Get("Content-Encoding") != "" {
		t.Fatalf("header %v", r.Header)
	}
	in := bufio.NewScanner(r.Body)
	next := func() (name, data string) {
		t.Helper()
		for in.Scan() {
			switch line := in.Text(); {
			case strings.HasPrefix(line, "event: "):
				name = line[len("event: "):]
			case strings.HasPrefix(line, "data: "):
				data = line[len("data: "):]
			case line == "" && name != "":
				return name, data
			}
		}
		return "", ""
	}
	name, data := next()
	if strings.Contains(data, `"status":"PENDING"`) {
		name, data = next()
	}
	if name != "job" || !strings.Contains(data, `"status":"RUNNING"`) || !strings.Contains(data, id) {
		t.Fatalf("first event %s %s", name, data)
	}
	for n := range 3 {
		step <- struct{}{}
		if name, data := next(); name != "progress" || data != fmt.Sprintf(`{"pages_done":%d,"pages_total":3}`, n+1) {
			t.Errorf("event %s %s, want progress %d", name, data, n+1)
		}
	}
	step <- struct{}{}
	if name, data := next(); name != "job" || !strings.Contains(data, `"status":"COMPLETED"`) {
		t.Errorf("last event %s %s", name, data)
	}
	if name, data := next(); name != "" {
		t.Errorf("an event after the end: %s %s", name, data)
	}
	b.get("/api/v2/parse/pjb-00000000-0000-0000-0000-000000000000/events").want(t, 404)
	// A finished job says so and ends.
	if r := b.get("/api/v2/parse/"+id+"/events").want(t, 200); strings.Count(string(r.body), "event:") != 1 {
		t.Errorf("events of a finished job: %s", r.body)
	}
}

// TestPagingWhileOthersInsert goes through the list while it grows: what was
// there at the beginning comes exactly once.
func TestPagingWhileOthersInsert(t *testing.T) {
	b := start(t, settings{})
	old := map[string]int{}
	for i := range 25 {
		old[b.upload(fmt.Sprintf("%d.pdf", i), fmt.Sprintf("%%PDF %d", i))] = 0
	}
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				b.upload("new.pdf", fmt.Sprintf("%%PDF new %d %d", w, i))
			}
		})
	}
	token, pages := "", 0
	for {
		m := b.get("/api/v1/beta/files?page_size=4&page_token="+token).want(t, 200).json(t)
		for _, f := range m["items"].([]any) {
			id := f.(map[string]any)["id"].(string)
			if n, ok := old[id]; ok {
				old[id] = n + 1
			}
		}
		pages++
		next, more := m["next_page_token"].(string)
		if !more {
			break
		}
		token = next
	}
	stop()
	writers.Wait()
	for id, n := range old {
		if n != 1 {
			t.Errorf("file %s came %d times on %d pages", id, n, pages)
		}
	}
}

// TestBusyDatabase checks that a client is told when to come back.
func TestBusyDatabase(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=busy_timeout(1)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	first, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Rollback() }()
	_, busy := db.BeginTx(t.Context(), nil)

	s := &Server{Config: Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil))}}
	w := httptest.NewRecorder()
	s.writeError(w, httptest.NewRequestWithContext(t.Context(), "POST", "/api/v2/parse", nil), fmt.Errorf("record: %w", busy))
	if w.Code != 503 || w.Header().Get("Retry-After") != "2" || !strings.Contains(w.Body.String(), "correlation_id") {
		t.Errorf("a busy database = %d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
}
