package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/format"
	"recto/internal/job"
)

// legacyPrefixes are the two homes of the v1 API.
var legacyPrefixes = []string{"/api/parsing", "/api/v1/parsing"}

// legacyParse uploads a file through v1 and waits for its end.
func (b *bench) legacyParse(prefix, content string, fields ...part) (id string, job map[string]any) {
	b.t.Helper()
	r := b.form(prefix+"/upload", append(fields, part{"file", "a.pdf", content})...)
	job = r.want(b.t, 200).json(b.t)
	id = job["id"].(string)
	deadline := time.Now().Add(20 * time.Second)
	for job["status"] == "PENDING" {
		if time.Now().After(deadline) {
			b.t.Fatalf("job %s is not done: %v", id, job)
		}
		time.Sleep(3 * time.Millisecond) // what a client would do
		job = b.get(prefix+"/job/"+id).want(b.t, 200).json(b.t)
	}
	return id, job
}

func TestLegacyParse(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	for i, prefix := range legacyPrefixes {
		// A comment behind the end makes it another file.
		id, job := b.legacyParse(prefix, samplePDF(t, 3)+"%"+prefix, part{"take_screenshot", "", "true"}, part{"layout_aware", "", "true"}, part{"extract_layout", "", "true"})
		if job["status"] != "SUCCESS" || job["error_code"] != nil || strings.HasPrefix(id, "pjb-") {
			t.Fatalf("%s: job = %v", prefix, job)
		}
		at := legacyPrefixes[1-i] + "/job/" + id // both prefixes see the same jobs
		text := b.get(at+"/result/text").want(t, 200).json(t)
		if pages := strings.Split(text["text"].(string), "\n---\n"); len(pages) != 3 || !strings.Contains(pages[2], "Seven old clocks") {
			t.Errorf("text has %d pages: %.300q", len(pages), text["text"])
		}
		meta := text["job_metadata"].(map[string]any)
		if meta["job_pages"] != 3.0 || meta["job_is_cache_hit"] != false {
			t.Errorf("job_metadata = %v", meta)
		}
		if list := meta["options_without_effect"].([]any); len(list) != 1 || list[0] != "layout_aware" {
			t.Errorf("options_without_effect = %v, want layout_aware", list)
		}
		if w := meta["warnings"].([]any); len(w) == 0 || !strings.Contains(w[0].(map[string]any)["message"].(string), "layout_aware") {
			t.Errorf("warnings = %v, want one about layout_aware", w)
		}
		md := b.get(at+"/result/markdown").want(t, 200).json(t)["markdown"].(string)
		if pages := strings.Split(md, "\n---\n"); len(pages) != 3 || !strings.Contains(pages[0], "| r1 c0") {
			t.Errorf("markdown = %.600q, want three pages with pipe tables", md)
		}
		if raw := b.get(at+"/result/raw/markdown").want(t, 200); string(raw.body) != md || !strings.HasPrefix(raw.header.Get("Content-Type"), "text/markdown") {
			t.Errorf("raw markdown differs from markdown: %.200q", raw.body)
		}
		if raw := b.get(at+"/result/raw/text").want(t, 200); string(raw.body) != text["text"] {
			t.Errorf("raw text differs from text: %.200q", raw.body)
		}
		checkLegacyPages(t, b, at)
		for _, path := range []string{"/result/xlsx", "/result/raw/xlsx"} {
			if r := b.get(at+path).want(t, 200); !bytes.HasPrefix(r.body, []byte("PK")) || r.header.Get("Content-Type") != xlsxType {
				t.Errorf("%s is no spreadsheet: %.20q", path, r.body)
			}
		}
		for _, path := range []string{"/result/pdf", "/result/raw/pdf"} {
			if r := b.get(at+path).want(t, 200); !bytes.HasPrefix(r.body, []byte("%PDF")) {
				t.Errorf("%s is no PDF: %.20q", path, r.body)
			}
		}
		details := b.get(at+"/details").want(t, 200).json(t)
		if details["status"] != "SUCCESS" || details["parameters"].(map[string]any)["tier"] != "cost_effective" || details["telemetry"].(map[string]any)["job_pages"] != 3.0 {
			t.Errorf("details = %v", details)
		}
		if p := b.get(at+"/parameters").want(t, 200).json(t); p["tier"] != "cost_effective" {
			t.Errorf("parameters = %v", p)
		}
		link := b.get(at+"/read/markdown.md").want(t, 200).json(t)["url"].(string)
		if r := b.get(link).want(t, 200); len(r.body) == 0 {
			t.Error("the link to markdown.md gives nothing")
		}
		if r := b.get(prefix+"/supported_file_extensions").want(t, 200); !strings.Contains(string(r.body), ".pdf") {
			t.Errorf("extensions are %s", r.body)
		}
		b.get(at+"/read/jobLogs.json").want(t, 404)
		b.get(at+"/result/structured").want(t, 410)
		b.get(at+"/result/raw/csv").want(t, 404)
	}
}

// checkLegacyPages looks at what the readers of v1 use.
func checkLegacyPages(t *testing.T, b *bench, at string) {
	t.Helper()
	m := b.get(at+"/result/json").want(t, 200).json(t)
	for _, name := range []string{"job_id", "file_name"} {
		if _, ok := m[name]; ok {
			t.Errorf("result/json has a field %s, which readers cannot take", name)
		}
	}
	pages := m["pages"].([]any)
	if len(pages) != 3 {
		t.Fatalf("result/json has %d pages, want 3", len(pages))
	}
	for i, p := range pages {
		p := p.(map[string]any)
		if p["page"] != float64(i+1) || p["status"] != "OK" || p["width"] != 612.0 || !strings.Contains(p["text"].(string), chapters[i]) || !strings.Contains(p["md"].(string), chapters[i]) {
			t.Errorf("page %d = %v", i+1, p)
		}
		kinds := map[any]int{}
		for _, it := range p["items"].([]any) {
			it := it.(map[string]any)
			kinds[it["type"]]++
			box := it["bBox"].(map[string]any)
			for _, side := range []string{"x", "y", "w", "h"} {
				if n, ok := box[side].(float64); !ok || n < 0 || n > 800 {
					t.Errorf("page %d: %v has box %v", i+1, it["type"], box)
				}
			}
			if it["type"] == "table" && (len(it["rows"].([]any)) != 3 || it["csv"] == "" || it["html"] == "") {
				t.Errorf("table = %v", it)
			}
			if it["type"] == "heading" && it["lvl"] == nil {
				t.Errorf("heading without lvl: %v", it)
			}
		}
		if kinds["table"] != 1 || kinds["heading"] != 1 || kinds["text"] < 2 {
			t.Errorf("page %d has %v, want one table, one heading and texts", i+1, kinds)
		}
		images := p["images"].([]any)
		if len(images) != 1 {
			t.Fatalf("page %d has images %v, want its screenshot", i+1, images)
		}
		image := images[0].(map[string]any)
		if image["type"] != "full_page_screenshot" || image["original_width"] != 1275.0 || image["width"] != 612.0 {
			t.Errorf("screenshot = %v", image)
		}
		if r := b.get(at+"/result/image/"+image["name"].(string)).want(t, 200); r.header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("image has type %s", r.header.Get("Content-Type"))
		}
		layout := p["layout"].([]any)
		if len(layout) < 4 {
			t.Errorf("page %d has layout %v", i+1, layout)
		}
		for _, region := range layout {
			box := region.(map[string]any)["bbox"].(map[string]any)
			if x, y := box["x"].(float64)+box["w"].(float64), box["y"].(float64)+box["h"].(float64); x > 1 || y > 1 || x <= 0 || y <= 0 {
				t.Errorf("region %v is not in fractions of the page", region)
			}
		}
	}
	b.get(at+"/result/image/..%2F..%2Frecto.db").want(t, 404)
	b.get(at+"/result/image/nothing.jpg").want(t, 404)
}

func TestLegacyJoins(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	id, _ := b.legacyParse("/api/parsing", samplePDF(t, 2), part{"page_separator", "", "\n=={page_number}==\n"}, part{"page_prefix", "", "<"}, part{"page_suffix", "", ">"})
	md := b.get("/api/parsing/job/"+id+"/result/markdown").want(t, 200).json(t)["markdown"].(string)
	if !strings.HasPrefix(md, "<") || !strings.HasSuffix(md, ">") || strings.Count(md, ">\n==2==\n<") != 1 {
		t.Errorf("markdown = %q, want prefix, suffix and separator", md)
	}
}

func TestLegacyLines(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	id, _ := b.legacyParse("/api/parsing", samplePDF(t, 2), part{"line_level_bounding_box", "", "true"})
	for _, p := range b.get("/api/parsing/job/"+id+"/result/json").want(t, 200).json(t)["pages"].([]any) {
		for _, it := range p.(map[string]any)["items"].([]any) {
			it := it.(map[string]any)
			if it["type"] != "text" || !strings.Contains(it["md"].(string), "quick brown fox") {
				continue
			}
			lines, _ := it["lines"].([]any)
			if len(lines) != 6 {
				t.Fatalf("the paragraph has lines %v, want six", lines)
			}
			for i, l := range lines {
				l := l.(map[string]any)
				box := l["bBox"].(map[string]any)
				if text := l["text"].(string); it["md"].(string)[int(l["startIndex"].(float64)):int(l["endIndex"].(float64))] != text || !strings.HasPrefix(text, "The quick") {
					t.Errorf("line %d = %v", i, l)
				}
				if y := box["y"].(float64); y < 155+14*float64(i) || y > 170+14*float64(i) {
					t.Errorf("line %d stands at %v", i, box)
				}
			}
			return
		}
	}
	t.Error("the paragraph is missing")
}

func TestLegacyPages(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pages := func(target string) (numbers []any, job map[string]any) {
		t.Helper()
		id, job := b.legacyParse("/api/parsing", samplePDF(t, 5), part{"target_pages", "", target})
		if job["status"] != "SUCCESS" {
			return nil, job
		}
		for _, p := range b.get("/api/parsing/job/"+id+"/result/json").want(t, 200).json(t)["pages"].([]any) {
			numbers = append(numbers, p.(map[string]any)["page"])
		}
		return numbers, job
	}
	if got, _ := pages("0,3"); len(got) != 2 || got[0] != 1.0 || got[1] != 4.0 {
		t.Errorf("target_pages 0,3 gives pages %v, want 1 and 4", got)
	}
	// A reader that goes through a document in parts stops at a short part or
	// at this error.
	if got, _ := pages("3-5"); len(got) != 2 {
		t.Errorf("target_pages 3-5 of five pages gives %v, want two", got)
	}
	if _, job := pages("5-7"); job["status"] != "ERROR" || job["error_code"] != "NO_DATA_FOUND_IN_FILE" || job["error_message"] == nil {
		t.Errorf("pages past the end: %v, want NO_DATA_FOUND_IN_FILE", job)
	}
}

func TestLegacyErrors(t *testing.T) {
	waiting := make(chan struct{})
	b := start(t, settings{parser: parserFunc(func(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
		if string(s.Data) == "%PDF wait" {
			<-waiting
		}
		return onePage(ctx, s, o)
	})})
	r := b.form("/api/parsing/upload", part{"file", "a.pdf", "%PDF wait"}).want(t, 200).json(t)
	for _, kind := range []string{"text", "markdown", "json", "xlsx", "pdf", "raw/text", "image/page_1.jpg"} {
		answer := b.get("/api/parsing/job/"+r["id"].(string)+"/result/"+kind).want(t, 404).json(t)
		if answer["detail"] != "Result not found. Check job status to see if it has completed." {
			t.Errorf("result/%s before the end says %v", kind, answer)
		}
	}
	close(waiting)
	b.form("/api/parsing/upload", part{"language", "", "en"}).want(t, 422)
	b.form("/api/parsing/upload", part{"input_url", "", "https://a.example/x.pdf"}, part{"file", "a.pdf", "%PDF"}).want(t, 422)
	b.form("/api/parsing/upload", part{"gpt4o_mode", "", "true"}, part{"file", "a.pdf", "%PDF"}).want(t, 410)
	b.form("/api/parsing/upload", part{"premium_mode", "", "true"}, part{"file", "a.pdf", "%PDF"}).want(t, 422)
	b.form("/api/parsing/upload", part{"tier", "", "turbo"}, part{"file", "a.pdf", "%PDF"}).want(t, 422)
	b.send("POST", "/api/parsing/upload", "text/plain", strings.NewReader("x")).want(t, 400)
	b.post("/api/v1/parsing/upload", `{"input_url"`).want(t, 422)
	b.get("/api/parsing/job/nonsense").want(t, 404)
	b.get("/api/parsing/job/00000000-0000-0000-0000-000000000000/details").want(t, 404)
	job := b.form("/api/parsing/upload", part{"file", "a.xyz", "no pdf at all"}).want(t, 200).json(t)
	for job["status"] == "PENDING" {
		time.Sleep(3 * time.Millisecond)
		job = b.get("/api/parsing/job/"+job["id"].(string)).want(t, 200).json(t)
	}
	if job["status"] != "ERROR" || job["error_code"] != "UNSUPPORTED_FILE_TYPE" {
		t.Errorf("job of an unknown format = %v", job)
	}
}

func TestLegacySentAgain(t *testing.T) {
	b := start(t, settings{})
	send := func(separator, key string) any {
		t.Helper()
		var buf bytes.Buffer
		w := multipart.NewWriter(&buf)
		_ = w.WriteField("page_separator", separator)
		f, err := w.CreateFormFile("file", "a.pdf")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte("%PDF"))
		w.Close()
		header := []string{}
		if key != "" {
			header = []string{"Idempotency-Key", key}
		}
		return b.send("POST", "/api/parsing/upload", w.FormDataContentType(), &buf, header...).want(t, 200).json(t)["id"]
	}
	first := send("#", "")
	if again := send("#", ""); again != first {
		t.Error("the same upload twice makes two jobs")
	}
	if other := send("##", ""); other == first {
		t.Error("another separator gives the same job")
	}
	keyed := send("#", "k-1")
	if keyed == first || send("#", "k-1") != keyed {
		t.Error("Idempotency-Key is not honoured")
	}
}

// TestLegacyFailedPages checks that a job with bad pages is a success.
func TestLegacyFailedPages(t *testing.T) {
	b := start(t, settings{parser: parserFunc(func(_ context.Context, s engine.Source, _ engine.Options) (*engine.Result, error) {
		good := &doc.Page{Number: 1, Width: 612, Height: 792, Confidence: 1}
		return &engine.Result{Format: format.PDF, Text: []string{"hello", ""}, Doc: &doc.Document{Pages: []*doc.Page{good, {Number: 2, Err: errors.New("torn")}}}}, nil
	})})
	id, job := b.legacyParse("/api/parsing", "%PDF", part{"replace_failed_page_mode", "", "error_message"}, part{"replace_failed_page_with_error_message_prefix", "", "Lost: "})
	if job["status"] != "SUCCESS" {
		t.Fatalf("job = %v", job)
	}
	pages := b.get("/api/parsing/job/"+id+"/result/json").want(t, 200).json(t)["pages"].([]any)
	if bad := pages[1].(map[string]any); bad["status"] != "ERROR" || bad["md"] != "Lost: torn" || len(bad["items"].([]any)) != 0 {
		t.Errorf("failed page = %v", bad)
	}
}

func TestLegacyInputURL(t *testing.T) {
	pdf := samplePDF(t, 1)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/report.pdf" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(pdf))
	}))
	defer web.Close()
	b := start(t, settings{})
	wait := func(r reply) map[string]any {
		t.Helper()
		job := r.want(t, 200).json(t)
		for job["status"] == "PENDING" {
			time.Sleep(3 * time.Millisecond)
			job = b.get("/api/parsing/job/"+job["id"].(string)).want(t, 200).json(t)
		}
		return job
	}
	// Readers send a form without a file, one generated client JSON.
	urlencoded := b.send("POST", "/api/parsing/upload", "application/x-www-form-urlencoded", strings.NewReader("language=en&input_url="+web.URL+"/report.pdf"))
	if job := wait(urlencoded); job["status"] != "SUCCESS" {
		t.Errorf("job = %v", job)
	}
	if job := wait(b.post("/api/v1/parsing/upload", `{"input_url":"`+web.URL+`/report.pdf","fast_mode":true,"language":["en","de"],"max_pages":null}`)); job["status"] != "SUCCESS" {
		t.Errorf("job = %v", job)
	}
	if job := wait(b.post("/api/v1/parsing/screenshot", `{"input_url":"`+web.URL+`/report.pdf"}`)); job["status"] != "SUCCESS" {
		t.Errorf("job = %v", job)
	}
	if job := wait(b.form("/api/parsing/upload", part{"input_url", "", web.URL + "/nothing.pdf"})); job["status"] != "ERROR" || job["error_code"] != "SOURCE_URL_UNREACHABLE" {
		t.Errorf("job = %v", job)
	}
}

func TestLegacyFiles(t *testing.T) {
	b := start(t, settings{})
	pdf := samplePDF(t, 1)
	f := b.form("/api/v1/files?external_file_id=x-1", part{"upload_file", "a.pdf", pdf}).want(t, 200).json(t)
	if f["name"] != "a.pdf" || f["file_size"] != float64(len(pdf)) || f["external_file_id"] != "x-1" || f["file_type"] != "pdf" {
		t.Errorf("file = %v", f)
	}
	at := "/api/v1/files/" + f["id"].(string)
	if got := b.get(at).want(t, 200).json(t); got["id"] != f["id"] {
		t.Errorf("file = %v", got)
	}
	link := b.get(at+"/content").want(t, 200).json(t)["url"].(string)
	if r := b.get(link).want(t, 200); string(r.body) != pdf {
		t.Errorf("the link gives %d bytes, want %d", len(r.body), len(pdf))
	}
	// The same file is known to the newer API, with its prefix.
	b.get("/api/v1/beta/files/dfl-"+f["id"].(string)).want(t, 200)
	b.send("DELETE", at, "", nil).want(t, 204)
	b.get(at).want(t, 404)
	b.form("/api/v1/files", part{"purpose", "", "parse"}).want(t, 422)
}

func TestLegacyTicket(t *testing.T) {
	b := start(t, settings{api: func(c *Config) { c.MaxUpload = 1000 }})
	ticket := b.send("PUT", "/api/v1/files", "application/json", strings.NewReader(`{"name":"b.pdf","file_size":10,"external_file_id":"x-2","unknown":1}`)).want(t, 200).json(t)
	url, id := ticket["url"].(string), ticket["file_id"].(string)
	b.get("/api/v1/files/"+id).want(t, 404)
	b.send("PUT", url, "", strings.NewReader("too short")).want(t, 400)
	for _, altered := range []string{
		strings.Replace(url, "b.pdf", "c.pdf", 1), strings.Replace(url, id, "00000000-0000-0000-0000-000000000000", 1), url + "&size=11", strings.Replace(url, "expires=", "expires=9", 1),
	} {
		b.send("PUT", altered, "", strings.NewReader("%PDF 67890")).want(t, 403)
	}
	b.send("PUT", url, "", strings.NewReader("%PDF 67890")).want(t, 204)
	b.send("PUT", url, "", strings.NewReader("%PDF 09876")).want(t, 409)
	f := b.get("/api/v1/files/"+id).want(t, 200).json(t)
	if f["name"] != "b.pdf" || f["file_size"] != 10.0 || f["external_file_id"] != "x-2" {
		t.Errorf("file = %v", f)
	}
	r := b.get(b.get("/api/v1/files/"+id+"/content").want(t, 200).json(t)["url"].(string)).want(t, 200)
	if string(r.body) != "%PDF 67890" {
		t.Errorf("content = %q", r.body)
	}
	b.send("PUT", "/api/v1/files", "application/json", strings.NewReader(`{"file_size":-1}`)).want(t, 422)
	b.send("PUT", "/api/v1/files", "application/json", strings.NewReader(`{"name":"big.pdf","file_size":1001}`)).want(t, 413)
	b.send("PUT", "/api/v1/files", "application/json", strings.NewReader(`{"name":"../.."}`)).want(t, 422)
}

func TestLegacyFileFromURL(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/report.pdf" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte("%PDF of the web"))
	}))
	defer web.Close()
	b := start(t, settings{})
	put := func(body string) reply {
		t.Helper()
		return b.send("PUT", "/api/v1/files/upload_from_url", "application/json", strings.NewReader(body))
	}
	if f := put(`{"url":"`+web.URL+`/report.pdf","name":null}`).want(t, 200).json(t); f["name"] != "report.pdf" || f["file_size"] != 15.0 {
		t.Errorf("file = %v", f)
	}
	put(`{"url":"`+web.URL+`/nothing"}`).want(t, 400)
	put(`{"url":"http://10.0.0.1/secret"}`).want(t, 400)
	r := put(`{"proxy_url":"http://x","verify_ssl":false,"request_headers":{"a":"b"},"follow_redirects":false}`).want(t, 422)
	if list := r.json(t)["detail"].([]any); len(list) != 5 {
		t.Errorf("complaints = %v, want five", list)
	}
}

// TestLegacyWebhook checks that webhook_url gets the whole result.
func TestLegacyWebhook(t *testing.T) {
	got := make(chan map[string]any, 5)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m map[string]any
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		got <- m
	}))
	defer receiver.Close()
	b := start(t, settings{parser: realEngine(t), job: func(c *job.Config) {
		c.Webhooks.Allowed = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}})
	id, job := b.legacyParse("/api/parsing", samplePDF(t, 2), part{"webhook_url", "", receiver.URL + "/hook"}, part{"take_screenshot", "", "true"}, part{"page_separator", "", "#"})
	if job["status"] != "SUCCESS" {
		t.Fatalf("job = %v", job)
	}
	m := <-got
	at := "/api/parsing/job/" + id + "/result"
	if text := b.get(at+"/text").want(t, 200).json(t)["text"]; m["txt"] != text || !strings.Contains(text.(string), "#") {
		t.Errorf("txt = %.200q, want %.200q", m["txt"], text)
	}
	if md := b.get(at+"/markdown").want(t, 200).json(t)["markdown"]; m["md"] != md {
		t.Errorf("md = %.200q, want %.200q", m["md"], md)
	}
	if pages := b.get(at+"/json").want(t, 200).json(t)["pages"]; !reflect.DeepEqual(m["json"], pages) {
		t.Errorf("json = %.300v, want %.300v", m["json"], pages)
	}
	if list, _ := m["images"].([]any); len(list) != 2 || list[0] != "page_1.jpg" {
		t.Errorf("images = %v, want two screenshots", m["images"])
	}
	_, job = b.legacyParse("/api/parsing", "%PDF broken", part{"webhook_url", "", receiver.URL + "/hook"})
	if job["status"] != "ERROR" || len(got) != 0 {
		t.Errorf("job %v, %d messages, want none about a failure", job, len(got))
	}
	b.form("/api/parsing/upload", part{"file", "a.pdf", "%PDF"}, part{"webhook_url", "", "http://10.0.0.1/"}).want(t, 422)
}
