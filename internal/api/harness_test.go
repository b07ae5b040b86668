package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-pdf/fpdf"

	"recto/internal/blob"
	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/fetch"
	"recto/internal/format"
	"recto/internal/job"
	"recto/internal/store"
	"recto/internal/task"
)

// bench is a whole server on a temporary directory.
type bench struct {
	*httptest.Server
	t     testing.TB
	db    *store.DB
	blobs *blob.Store
	jobs  *job.Runner
	key   string            // sent as a Bearer token when set
	fill  map[string]string // what stands for what in paths
}

// parserFunc is an engine of one function.
type parserFunc func(context.Context, engine.Source, engine.Options) (*engine.Result, error)

func (f parserFunc) Parse(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
	return f(ctx, s, o)
}

// onePage is the quickest engine there is.
func onePage(_ context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
	if format.Detect(s.Name, s.Data) != format.PDF {
		return nil, fmt.Errorf("open: %w", format.ErrUnsupported)
	}
	p := &doc.Page{Number: 1, Width: 612, Height: 792, Confidence: 1}
	return &engine.Result{Format: format.PDF, Doc: &doc.Document{Pages: []*doc.Page{p}}, Text: []string{"hello"}}, nil
}

// theEngine is started once for all tests.
var theEngine = sync.OnceValues(func() (*engine.Engine, error) {
	return engine.Start(context.Background(), engine.Config{})
})

func realEngine(t *testing.T) *engine.Engine {
	t.Helper()
	e, err := theEngine()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

type settings struct {
	parser task.Parser // onePage when nil
	api    func(*Config)
	job    func(*job.Config)
	blob   func(*blob.Config)
	dir    string // of the data; one of the test's own when empty
}

func start(t testing.TB, o settings) *bench {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir()) // the blob store sets it; give it back after the test
	dir, ctx := cmp.Or(o.dir, t.TempDir()), context.Background()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	b := &bench{t: t}
	var err error
	b.db, err = store.Open(ctx, store.Config{Dir: dir, Migrate: job.Migrate})
	must(err)
	bc := blob.Config{Dir: dir, Route: DownloadRoute}
	if o.blob != nil {
		o.blob(&bc)
	}
	b.blobs, err = blob.Open(ctx, bc)
	must(err)
	if o.parser == nil {
		o.parser = parserFunc(onePage)
	}
	loopback := fetch.Options{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	jc := job.Config{
		Store: b.db, Blobs: b.blobs, Processor: task.Local{Parser: o.parser}, Log: log,
		Fetch: fetch.Limits{Options: loopback, MaxBytes: 1 << 20}, Webhooks: loopback,
	}
	if o.job != nil {
		o.job(&jc)
	}
	b.jobs, err = job.New(jc)
	must(err)
	ac := Config{Store: b.db, Blobs: b.blobs, Jobs: b.jobs, Log: log, Loopback: true, MaxUpload: 1 << 30, LinkLife: time.Hour, Version: "test"}
	if o.api != nil {
		o.api(&ac)
	}
	handler, err := New(ac)
	must(err)
	must(b.jobs.Start(ctx))
	b.Server = httptest.NewServer(handler)
	t.Cleanup(func() {
		b.Close()
		b.jobs.Stop()
		b.blobs.Close()
		b.db.Close()
	})
	return b
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// json reads the body.
func (r reply) json(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(r.body, &m); err != nil {
		t.Fatalf("body %.200q: %v", r.body, err)
	}
	return m
}

func (r reply) want(t testing.TB, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

// send sends a request and checks the answer against the description of the API.
func (b *bench) send(method, path, contentType string, body io.Reader, header ...string) reply {
	b.t.Helper()
	for hole, id := range b.fill {
		path = strings.ReplaceAll(path, hole, id)
	}
	url := path
	if strings.HasPrefix(path, "/") {
		url = b.URL + path
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, url, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if b.key != "" {
		req.Header.Set("Authorization", "Bearer "+b.key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	r := reply{resp.StatusCode, resp.Header, data}
	checkContract(b.t, method, tidy(req.URL.Path), r)
	return r
}

func (b *bench) get(path string, header ...string) reply {
	b.t.Helper()
	return b.send("GET", path, "", nil, header...)
}

func (b *bench) post(path, body string, header ...string) reply {
	b.t.Helper()
	return b.send("POST", path, "application/json", strings.NewReader(body), header...)
}

// part is one part of a form; name "file" makes it a file.
type part struct{ name, file, value string }

func (b *bench) form(path string, parts ...part) reply {
	b.t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for _, p := range parts {
		var pw io.Writer
		var err error
		if p.file != "" {
			pw, err = w.CreateFormFile(p.name, p.file)
		} else {
			pw, err = w.CreateFormField(p.name)
		}
		if err != nil {
			b.t.Fatal(err)
		}
		if _, err := io.WriteString(pw, p.value); err != nil {
			b.t.Fatal(err)
		}
	}
	w.Close()
	return b.send("POST", path, w.FormDataContentType(), &buf)
}

// upload stores a file and returns its id.
func (b *bench) upload(name, content string) string {
	b.t.Helper()
	r := b.form("/api/v1/beta/files", part{"purpose", "", "parse"}, part{"file", name, content})
	return r.want(b.t, 201).json(b.t)["id"].(string)
}

// parse creates a job for a new file and returns its id.
func (b *bench) parse(content, options string) string {
	b.t.Helper()
	r := b.form("/api/v2/parse/upload", part{"file", "a.pdf", content}, part{"configuration", "", `{"tier":"cost_effective","version":"latest"` + options + `}`})
	return r.want(b.t, 200).json(b.t)["id"].(string)
}

// wait polls until the job is done, and returns the whole answer.
func (b *bench) wait(id, query string) map[string]any {
	b.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		m := b.get("/api/v2/parse/"+id+query).want(b.t, 200).json(b.t)
		switch m["job"].(map[string]any)["status"] {
		case "COMPLETED", "FAILED", "CANCELLED":
			return m
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("job %s is not done: %v", id, m["job"])
		}
		time.Sleep(3 * time.Millisecond) // what a client would do
	}
}

// contracts are the descriptions every answer must agree with: our own, and
// upstream's when RECTO_CONTRACT says where it is.
var contracts = sync.OnceValue(func() []*openapi3.T {
	own, err := describeAPI("test")
	if err != nil {
		panic(err)
	}
	all := [][]byte{own}
	if file := os.Getenv("RECTO_CONTRACT"); file != "" {
		theirs, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		all = append(all, theirs)
	}
	var out []*openapi3.T
	for _, data := range all {
		d, err := openapi3.NewLoader().LoadFromData(data)
		if err != nil {
			panic(err)
		}
		// The dates are a snapshot; upstream adds to them every few weeks.
		if v := d.Components.Schemas["ParseVersionsResponse"]; v != nil {
			for _, tier := range v.Value.Properties {
				tier.Value.Items.Value.Enum = nil
			}
		}
		out = append(out, d)
	}
	return out
})

func checkContract(t testing.TB, method, path string, r reply) {
	t.Helper()
	own := contracts()[0]
	if item := own.Paths.Value(template(own, path)); item != nil && item.GetOperation(method) != nil && item.GetOperation(method).Responses.Status(r.status) == nil {
		t.Errorf("%s %s answers %d, which is not described", method, path, r.status)
	}
	if !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") || path == "/openapi.json" || path == DownloadRoute {
		return
	}
	for i, d := range contracts() {
		schema := schemaOf(d, method, path, r.status)
		if schema == nil {
			continue
		}
		var v any
		if err := json.Unmarshal(r.body, &v); err != nil {
			t.Errorf("%s %s: %v in %s", method, path, err, r.body)
			continue
		}
		if err := schema.VisitJSON(v, openapi3.MultiErrors(), openapi3.EnableFormatValidation()); err != nil {
			t.Errorf("%s %s %d breaks description %d: %v\n%.2000s", method, path, r.status, i, err, r.body)
		}
	}
}

func schemaOf(d *openapi3.T, method, path string, status int) *openapi3.Schema {
	item := d.Paths.Value(template(d, path))
	if item == nil || item.GetOperation(method) == nil {
		return nil
	}
	responses := item.GetOperation(method).Responses
	ref := responses.Status(status)
	if ref == nil {
		ref = responses.Default()
	}
	if ref == nil || ref.Value.Content.Get("application/json") == nil {
		return nil
	}
	return ref.Value.Content.Get("application/json").Schema.Value
}

// template returns the described path that stands for the one asked for: the
// one with the fewest placeholders that fits.
func template(d *openapi3.T, path string) string {
	best, fewest := "", 1<<10
	parts := strings.Split(path, "/")
	for _, t := range d.Paths.InMatchingOrder() {
		names := strings.Split(t, "/")
		if len(names) != len(parts) {
			continue
		}
		holes := 0
		for i, name := range names {
			if strings.HasPrefix(name, "{") {
				holes++
			} else if name != parts[i] {
				holes = 1 << 10
			}
		}
		if holes < fewest {
			best, fewest = t, holes
		}
	}
	return best
}

var chapters = []string{"Of apples and pears", "How rivers bend", "Seven old clocks", "Letters from Oslo", "The end"}

// samplePDF draws pages with a heading, prose, a list and a ruled table.
func samplePDF(t testing.TB, pages int) string {
	t.Helper()
	f := fpdf.New("P", "pt", "Letter", "")
	for n := 1; n <= pages; n++ {
		f.AddPage()
		f.SetFont("Helvetica", "B", 22)
		f.Text(72, 140, chapters[(n-1)%len(chapters)])
		f.SetFont("Helvetica", "", 11)
		for i := range 6 {
			f.Text(72, 170+14*float64(i), "The quick brown fox jumps over the lazy dog and runs on to the next line.")
		}
		for i, s := range []string{"first point", "second point", "third point"} {
			f.Text(90, 280+16*float64(i), "\x95 "+s)
		}
		f.SetXY(72, 360)
		for row := range 3 {
			for col := range 3 {
				f.CellFormat(120, 20, fmt.Sprintf("r%d c%d", row, col), "1", 0, "L", false, 0, "")
			}
			f.Ln(20)
			f.SetX(72)
		}
	}
	var buf bytes.Buffer
	if err := f.Output(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}
