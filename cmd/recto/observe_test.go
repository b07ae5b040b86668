package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// watched is a running server, its log, and where its numbers are.
type watched struct {
	url, metrics string
	stop         func() // and waits for the end
	signal       func(syscall.Signal)

	mu  sync.Mutex
	log []map[string]any
}

// startWatched starts a server whose log is read.
func startWatched(t *testing.T, env []string, args ...string) *watched {
	t.Helper()
	addr, metrics := freeAddr(t), freeAddr(t)
	w := &watched{url: "http://" + addr, metrics: "http://" + metrics}
	cmd := program(t, append([]string{"serve", "--addr", addr, "--metrics-addr", metrics, "--data-dir", t.TempDir(), "--ocr", "none", "--log-format", "json"}, args...)...)
	cmd.Env = append(cmd.Env, env...)
	out, in := io.Pipe()
	cmd.Stderr = in
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var line map[string]any
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Errorf("a line of the log is no JSON: %s", lines.Text())
				continue
			}
			w.mu.Lock()
			w.log = append(w.log, line)
			w.mu.Unlock()
		}
	}()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.signal = func(s syscall.Signal) { _ = cmd.Process.Signal(s) }
	w.stop = sync.OnceFunc(func() {
		w.signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ends with %v", err)
		}
		in.Close()
		<-read
	})
	t.Cleanup(w.stop)
	eventually(t, func() bool { return w.get(t, w.url+"/readyz").status == 200 })
	return w
}

type got struct {
	status int
	body   string
}

func (w *watched) get(t *testing.T, url string) got {
	t.Helper()
	status, body := ask(t, "GET", url, "", nil)
	return got{status, string(body)}
}

// parse uploads a document and waits for the end of its job.
func (w *watched) parse(t *testing.T, name string, content []byte, header ...string) (id, status string) {
	t.Helper()
	var form bytes.Buffer
	mw := multipart.NewWriter(&form)
	part, err := mw.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err := errors.Join(err, mw.WriteField("configuration", `{"tier":"cost_effective","version":"latest"}`), mw.Close()); err != nil {
		t.Fatal(err)
	}
	code, body := ask(t, "POST", w.url+"/api/v2/parse/upload", mw.FormDataContentType(), &form, header...)
	var job struct{ ID, Status string }
	if err := json.Unmarshal(body, &job); err != nil || job.ID == "" {
		t.Fatalf("create: %d %s, %v", code, body, err)
	}
	var answer struct{ Job struct{ Status string } }
	eventually(t, func() bool {
		_, body := ask(t, "GET", w.url+"/api/v2/parse/"+job.ID, "", nil)
		return json.Unmarshal(body, &answer) == nil && answer.Job.Status != "PENDING" && answer.Job.Status != "RUNNING"
	})
	return strings.TrimPrefix(job.ID, "pjb-"), answer.Job.Status
}

// lines are those of the log with the message about the job.
func (w *watched) lines(message, job string) []map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []map[string]any
	for _, l := range w.log {
		if l["msg"] == message && l["job"] == job {
			out = append(out, l)
		}
	}
	return out
}

// seriesOf is the value of a series of the metrics, "none" when it is not there.
func seriesOf(metrics, series string) string {
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(series) + ` (\S+)$`).FindStringSubmatch(metrics)
	if m == nil {
		return "none"
	}
	return m[1]
}

// TestWatched looks at a server as its operator does: numbers, probes, the log.
func TestWatched(t *testing.T) {
	w := startWatched(t, nil, "--stop-delay", "3s")
	good, state := w.parse(t, "my secret name.pdf", manyPages(t, 3))
	if state != "COMPLETED" {
		t.Fatalf("the job is %s", state)
	}
	again, _ := w.parse(t, "my secret name.pdf", manyPages(t, 3), "Idempotency-Key", "again") // not taken for the same request
	bad, state := w.parse(t, "bad.pdf", []byte("%PDF-1.7 the secret content"))
	if state != "FAILED" {
		t.Errorf("a broken document is %s", state)
	}
	var m string
	eventually(t, func() bool { // a job is counted when its end has been stored
		m = w.get(t, w.metrics+"/metrics").body
		return seriesOf(m, `recto_job_errors_total{code="PDF_IS_BROKEN"}`) == "1"
	})
	for series, want := range map[string]string{
		`recto_jobs{state="COMPLETED"}`: "2", `recto_jobs{state="FAILED"}`: "1", `recto_jobs{state="PENDING"}`: "0",
		`recto_jobs_ended_total{state="COMPLETED",tier="cost_effective"}`: "2", `recto_job_errors_total{code="PDF_IS_BROKEN"}`: "1",
		`recto_pages_total{read="text",tier="cost_effective"}`: "3", `recto_page_step_seconds_count{step="reading"}`: "3",
		`recto_stage_seconds_count{stage="layout"}`: "1", `recto_stage_seconds_count{stage="render"}`: "1", `recto_stage_seconds_count{stage="store"}`: "3",
		`recto_stage_seconds_count{stage="fetch"}`: "3", `recto_cache_lookups_total{outcome="hit"}`: "1",
		`recto_queue_depth{queue="default"}`: "0", `recto_queue_oldest_seconds`: "0", `recto_database_up`: "1", `recto_queue_wait_seconds_count`: "3",
		`recto_child_ends_total{reason="crash"}`: "0", `recto_workers_busy`: "0",
	} {
		if got := seriesOf(m, series); got != want {
			t.Errorf("%s is %s, want %s", series, got, want)
		}
	}
	if seriesOf(m, `recto_children{state="idle"}`) == "0" || seriesOf(m, "recto_children_memory_bytes") == "0" || seriesOf(m, "go_goroutines") == "none" {
		t.Error("no children, or no numbers of the runtime")
	}

	w.signal(syscall.SIGTERM)
	eventually(t, func() bool { return w.get(t, w.url+"/readyz").status == 503 })
	if got := w.get(t, w.url+"/api/v2/parse"); got.status != 200 {
		t.Errorf("on its way out it answers %d", got.status)
	}
	if got := w.get(t, w.metrics+"/readyz"); got.status != 503 || !strings.Contains(got.body, "shutting down") {
		t.Errorf("readyz of the metrics: %+v", got)
	}
	w.stop()

	line := w.lines("job ended", good)
	if len(line) != 1 {
		t.Fatalf("the log has %d lines on the end of the job", len(line))
	}
	for name, want := range map[string]any{
		"state": "COMPLETED", "kind": "pdf", "pages": 3.0, "ocr_pages": 0.0, "failed_pages": 0.0, "tier": "cost_effective", "attempts": 1.0, "cached": false, "level": "INFO",
	} {
		if line[0][name] != want {
			t.Errorf("%s is %v, want %v", name, line[0][name], want)
		}
	}
	stages, _ := line[0]["stages_ms"].(map[string]any)
	for _, name := range []string{"project", "bytes", "wait_ms", "took_ms"} {
		if line[0][name] == nil {
			t.Errorf("the line has no %s: %v", name, line[0])
		}
	}
	for _, name := range []string{"fetch", "read", "layout", "render", "store"} {
		if stages[name] == nil {
			t.Errorf("no stage %s in %v", name, stages)
		}
	}
	if line := w.lines("job ended", again); len(line) != 1 || line[0]["cached"] != true {
		t.Errorf("the second time: %v", line)
	}
	if line := w.lines("job ended", bad); len(line) != 1 || line[0]["code"] != "PDF_IS_BROKEN" || line[0]["state"] != "FAILED" {
		t.Errorf("the broken one: %v", line)
	}
	all, err := json.Marshal(w.log)
	if err != nil || bytes.Contains(all, []byte("secret")) {
		t.Errorf("the log tells names or contents: %s, %v", all, err)
	}
}

// receiver is a server that takes traces by OTLP over HTTP.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*traces.Span
	about map[string]string // of the resource
}

func startReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{about: map[string]string{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		var batch collector.ExportTraceServiceRequest
		if err != nil || q.URL.Path != "/v1/traces" || q.Header.Get("Content-Type") != "application/x-protobuf" || q.Header.Get("X-Tenant") != "me" || proto.Unmarshal(body, &batch) != nil {
			t.Errorf("strange traces: %s %v, %v", q.URL.Path, q.Header, err)
			http.Error(w, "what?", http.StatusBadRequest)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, of := range batch.GetResourceSpans() {
			for _, a := range of.GetResource().GetAttributes() {
				r.about[a.GetKey()] = a.GetValue().GetStringValue()
			}
			for _, s := range of.GetScopeSpans() {
				r.spans = append(r.spans, s.GetSpans()...)
			}
		}
		answer, err := proto.Marshal(&collector.ExportTraceServiceResponse{})
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
		_, _ = w.Write(answer)
	}))
	t.Cleanup(r.Close)
	return r
}

// named returns the spans of the trace with the name.
func (r *receiver) named(trace, name string) []*traces.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*traces.Span
	for _, s := range r.spans {
		if s.GetName() == name && hex.EncodeToString(s.GetTraceId()) == trace {
			out = append(out, s)
		}
	}
	return out
}

// TestTraced follows a request of a client through queue, worker and child.
func TestTraced(t *testing.T) {
	r := startReceiver(t)
	w := startWatched(t, []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + r.URL, "OTEL_EXPORTER_OTLP_HEADERS=x-tenant=me", "OTEL_BSP_SCHEDULE_DELAY=100", "OTEL_RESOURCE_ATTRIBUTES=deployment.environment=here",
	})
	const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	id, state := w.parse(t, "a.pdf", manyPages(t, 2), "Traceparent", "00-"+trace+"-"+parent+"-01")
	if state != "COMPLETED" {
		t.Fatalf("the job is %s", state)
	}
	w.stop()

	one := func(name string) *traces.Span {
		t.Helper()
		all := r.named(trace, name)
		if len(all) != 1 {
			var names []string
			for _, s := range r.spans {
				names = append(names, s.GetName())
			}
			t.Fatalf("%d spans %q among %q", len(all), name, names)
		}
		return all[0]
	}
	request := one("POST /api/v2/parse/upload")
	if hex.EncodeToString(request.GetParentSpanId()) != parent || request.GetKind() != traces.Span_SPAN_KIND_SERVER {
		t.Errorf("the request is not within the client's span: %v", request)
	}
	job, child := one("parse job"), one("child process")
	openings := r.named(trace, "opening") // the file, then its bookmarks
	if len(openings) != 2 {
		t.Fatalf("%d spans of opening", len(openings))
	}
	opening := openings[0]
	for _, c := range []struct{ inner, outer *traces.Span }{
		{job, request}, {one("fetch"), job}, {child, job}, {one("commit"), job}, {one("layout"), child}, {one("render"), child}, {opening, child},
	} {
		if !bytes.Equal(c.inner.GetParentSpanId(), c.outer.GetSpanId()) {
			t.Errorf("%q is not within %q", c.inner.GetName(), c.outer.GetName())
		}
		if c.inner != job && (c.inner.GetStartTimeUnixNano() < c.outer.GetStartTimeUnixNano() || c.inner.GetEndTimeUnixNano() > c.outer.GetEndTimeUnixNano()) {
			t.Errorf("%q lasts longer than %q", c.inner.GetName(), c.outer.GetName())
		}
	}
	if pages := r.named(trace, "reading"); len(pages) != 2 {
		t.Errorf("%d pages were read", len(pages))
	}
	if r.about["service.name"] != "recto" || r.about["deployment.environment"] != "here" || r.about["service.version"] == "" {
		t.Errorf("the service is %v", r.about)
	}
	if line := w.lines("job ended", id); len(line) != 1 || line[0]["trace"] != trace {
		t.Errorf("the log names no trace: %v", line)
	}
}

// TestCollectorIsAway: nothing but a line in the log comes of it.
func TestCollectorIsAway(t *testing.T) {
	w := startWatched(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_BSP_SCHEDULE_DELAY=50"})
	if _, state := w.parse(t, "a.pdf", manyPages(t, 1)); state != "COMPLETED" {
		t.Errorf("the job is %s", state)
	}
	begun := time.Now()
	w.stop()
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it takes %s to stop", took)
	}
}
