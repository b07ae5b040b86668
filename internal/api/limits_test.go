package api

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recto/internal/blob"
	"recto/internal/store"
)

const uploadsPath, jobsPath = "/api/v1/beta/files", "/api/v2/parse"

// breaker breaks the limit of one row of docs/limits.md, or keeps to it only just.
type breaker struct {
	row    string // how the row begins
	status int    // of the answer
	says   string // what is in it
	do     func(b *bench) reply
	// kept is a request at the limit, which must be served; nil for none.
	kept func(b *bench) reply
}

func long(n int) string { return strings.Repeat("x", n) }

// options is a request for a job with more in it.
func options(more string) string {
	return `{"tier":"cost_effective","version":"latest","source_url":"http://127.0.0.1:1/a.pdf",` + more + `}`
}

// ask makes a job.
func ask(more string) func(*bench) reply {
	return func(b *bench) reply { return b.post(jobsPath, options(more)) }
}

func get(path string) func(*bench) reply { return func(b *bench) reply { return b.get(path) } }

func sending(name, content string, more ...part) func(*bench) reply {
	return func(b *bench) reply {
		return b.form(uploadsPath, append([]part{{"purpose", "", "parse"}, {"file", name, content}}, more...)...)
	}
}

func repeated(n int, format string) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(format, i))
	}
	return strings.Join(list, ",")
}

var breakers = []breaker{
	{"bytes of a file", 413, "larger than", sending("a.pdf", long(1<<20+1)), sending("a.pdf", long(1<<20))},
	{"bytes of a form besides", 413, "too large", func(b *bench) reply {
		preamble := strings.NewReader(strings.Repeat("nothing\r\n", 1<<20))
		return b.send("POST", uploadsPath, "multipart/form-data; boundary=x", io.MultiReader(preamble))
	}, nil},
	{"fields of a form", 413, "too large", sending("a.pdf", "x", part{"external_file_id", "", long(1 << 20)}), nil},
	{"fields of a form", 413, "too large", func(b *bench) reply { // empty ones count, too
		var form bytes.Buffer
		for range 20_000 {
			form.WriteString("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n")
		}
		return b.send("POST", uploadsPath, "multipart/form-data; boundary=x", &form)
	}, nil},
	{"files in one form", 400, "one file", sending("a.pdf", "x", part{"file", "b.pdf", "x"}), nil},
	{"bytes of a JSON body", 413, "too large", func(b *bench) reply { return b.post(jobsPath, options(`"client_name":"`+long(1<<20)+`"`)) }, nil},
	{"time without a byte", 408, "for a minute", func(b *bench) reply {
		r, w := io.Pipe()
		go func() {
			fmt.Fprint(w, "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF")
			<-b.t.Context().Done()
			w.Close()
		}()
		return b.send("POST", uploadsPath, "multipart/form-data; boundary=x", r)
	}, nil},
	{"bytes of the head", 431, "", func(b *bench) reply {
		c, err := (&net.Dialer{}).DialContext(b.t.Context(), "tcp", strings.TrimPrefix(b.URL, "http://"))
		if err != nil {
			b.t.Fatal(err)
		}
		defer c.Close()
		go fmt.Fprintf(c, "GET /healthz HTTP/1.1\r\nHost: x\r\nA: %s\r\n\r\n", long(2<<20)) // it breaks off
		head := make([]byte, 12)
		if _, err := io.ReadFull(c, head); err != nil {
			b.t.Fatal(err)
		}
		return reply{status: map[string]int{"HTTP/1.1 431": 431}[string(head)]}
	}, nil},
	{"name of a file |", 400, "3000 bytes", sending(long(2997)+".pdf", "x"), sending(long(2996)+".pdf", "x")},
	{"name of a file |", 400, "control characters", func(b *bench) reply {
		form := "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nparse\r\n" +
			"--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b.pdf\r\n\r\nx\r\n--x--\r\n"
		return b.send("POST", uploadsPath, "multipart/form-data; boundary=x", strings.NewReader(form))
	}, nil},
	{"`external_file_id`", 422, "1000 characters", sending("a.pdf", "x", part{"external_file_id", "", long(1001)}), sending("a.pdf", "x", part{"external_file_id", "", long(1000)})},
	{"`Idempotency-Key`", 422, "255 characters",
		func(b *bench) reply {
			return b.post(jobsPath, options(`"client_name":"a"`), "Idempotency-Key", long(256))
		},
		func(b *bench) reply {
			return b.post(jobsPath, options(`"client_name":"a"`), "Idempotency-Key", long(255))
		}},
	{"`source_url` and other", 422, "10000 characters", func(b *bench) reply {
		return b.post(jobsPath, `{"tier":"fast","version":"latest","source_url":"http://127.0.0.1:1/`+long(10_000)+`"}`)
	}, nil},
	{"`custom_prompt`", 422, "100000 characters", ask(`"agentic_options":{"custom_prompt":"` + long(100_001) + `"}`), ask(`"agentic_options":{"custom_prompt":"` + long(100_000) + `"}`)},
	{"`client_name`", 422, "1000 characters", ask(`"client_name":"` + long(1001) + `"`), ask(`"client_name":"` + long(1000) + `"`)},
	{"`markdown_table_multiline_separator`", 422, "100 characters", ask(`"output_options":{"markdown":{"tables":{"markdown_table_multiline_separator":"` + long(101) + `"}}}`), nil},
	{"`target_pages`", 422, "100000 pages", ask(`"page_ranges":{"target_pages":"1-999999999"}`), ask(`"page_ranges":{"target_pages":"1-100000"}`)},
	{"`user_metadata`", 422, "at most 50", ask(`"user_metadata":{` + repeated(51, `"k%d":"v"`) + `}`), ask(`"user_metadata":{` + repeated(50, `"k%d":"v"`) + `}`)},
	{"`user_metadata`", 422, "at most 64", ask(`"user_metadata":{"` + long(65) + `":"v"}`), nil},
	{"`user_metadata`", 422, "at most 512", ask(`"user_metadata":{"a":"` + long(513) + `"}`), nil},
	{"`auto_mode_configuration`", 422, "at most 50", ask(`"processing_options":{"auto_mode_configuration":[` + repeated(51, `{"text_in_page":"%d","parsing_conf":{}}`) + `]}`), nil},
	{"`auto_mode_configuration`", 422, "1000 characters", ask(`"processing_options":{"auto_mode_configuration":[{"regexp_in_page":"` + long(1001) + `","parsing_conf":{}}]}`), nil},
	{"texts around pages", 422, "1000 characters", func(b *bench) reply {
		return b.form("/api/parsing/upload", part{"file", "a.pdf", "x"}, part{"page_separator", "", long(1001)})
	}, nil},
	{"ids and other values", 422, "1000 items", get(jobsPath + "?job_ids=" + strings.Repeat("a,", 1001)), get(jobsPath + "?job_ids=" + strings.Repeat("a,", 1000))},
	{"ids and other values", 422, "1000 items", func(b *bench) reply {
		return b.post("/api/v1/beta/files/query", `{"filter":{"file_ids":[`+repeated(1001, `"%d"`)+`]}}`)
	}, nil},
	{"`page_size`", 422, "1000", get(jobsPath + "?page_size=1001"), get(jobsPath + "?page_size=1000")},
	{"`wait`", 422, "300", get(jobsPath + "/{job}?wait=301"), get(jobsPath + "/{job}?wait=300")},
	{"`expires_at_seconds`", 422, "604800", get(uploadsPath + "/{file}/content?expires_at_seconds=604801"), get(uploadsPath + "/{file}/content?expires_at_seconds=604800")},
	{"`hours`", 422, "168", get("/api/v1/job-data-points?job_type=parse&hours=169"), get("/api/v1/job-data-points?job_type=parse&hours=168")},
	{"webhooks that come", 422, "at most 16", ask(`"webhook_configurations":[` + repeated(17, `{"webhook_url":"http://127.0.0.1/%d"}`) + `]`), ask(`"webhook_configurations":[` + repeated(16, `{"webhook_url":"http://127.0.0.1/%d"}`) + `]`)},
	{"webhooks that come", 422, "at most 4", ask(`"webhook_configuration_ids":["a","b","c","d","e"]`), nil},
	{"address, secret", 422, "2048 characters", ask(`"webhook_configurations":[{"webhook_url":"http://127.0.0.1/` + long(2048) + `"}]`), nil},
	{"address, secret", 422, "1024 characters", ask(`"webhook_configurations":[{"webhook_url":"http://127.0.0.1/","webhook_signing_secret":"` + long(1025) + `"}]`), nil},
	{"headers of a webhook", 422, "at most 32", ask(`"webhook_configurations":[{"webhook_url":"http://127.0.0.1/","webhook_headers":{` + repeated(33, `"h%d":"v"`) + `}}]`), nil},
	{"headers of a webhook", 422, "one line", ask(`"webhook_configurations":[{"webhook_url":"http://127.0.0.1/","webhook_headers":{"a":"b\r\nEvil: c"}}]`), nil},
	{"headers of a webhook", 422, "one line", ask(`"webhook_configurations":[{"webhook_url":"http://127.0.0.1/","webhook_headers":{"a":"` + long(4097) + `"}}]`), nil},
	{"headers of a webhook", 422, "not a name", ask(`"webhook_configurations":[{"webhook_url":"http://127.0.0.1/","webhook_headers":{"a: b\r\nc":"d"}}]`), nil},
	{"saved webhooks", 409, "100 webhooks", func(b *bench) reply {
		for range maxWebhooks {
			b.post(webhooks, `{"webhook_url":"http://127.0.0.1/"}`).want(b.t, 201)
		}
		return b.post(webhooks, `{"webhook_url":"http://127.0.0.1/"}`)
	}, nil},
	{"saved configurations", 409, "1000 configurations", func(b *bench) reply {
		p, err := b.db.Project(b.t.Context(), "")
		for i := range maxConfigurations {
			if err == nil {
				_, err = b.db.SaveConfiguration(b.t.Context(), store.Configuration{ID: uuid.NewString(), ProjectID: p.ID, Name: fmt.Sprint(i), ProductType: "parse_v2", Parameters: "{}"})
			}
		}
		if err != nil {
			b.t.Fatal(err)
		}
		return b.post(configurations, `{"name":"one more","parameters":{"product_type":"parse_v2","tier":"fast","version":"latest"}}`)
	}, func(b *bench) reply {
		return b.post(configurations, `{"name":"7","parameters":{"product_type":"parse_v2","tier":"fast","version":"latest"}}`) // replaces one
	}},
	{"name of a configuration", 422, "255 characters", func(b *bench) reply {
		return b.post(configurations, `{"name":"`+long(256)+`","parameters":{"product_type":"parse_v2","tier":"fast","version":"latest"}}`)
	}, nil},
	{"name of a configuration", 422, "3000 characters", func(b *bench) reply { return b.post("/api/v2/projects", `{"name":"`+long(3001)+`"}`) }, nil},
	{"settings of a project", 422, "1000000000", func(b *bench) reply {
		p := b.get("/api/v1/projects").any(b.t).([]any)[0].(map[string]any)["id"].(string)
		return b.send("PUT", "/api/v2/projects/"+p+"/settings", "application/json", strings.NewReader(`{"open_jobs":1000000001}`))
	}, nil},
}

// testedElsewhere are rows that no single answer of this server shows.
var testedElsewhere = map[string]string{
	"time for the head of a request":          "cmd/recto TestSilentClient",
	"name of a file in `Content-Disposition`": "TestHostileNames",
	"name that a `source_url` gives":          "fetch TestCleanName",
	"redirects of a `source_url`":             "fetch TestGetRefuses",
	"result within a webhook of v1":           "job TestLongResultMessage",
}

// TestLimits breaks every limit of docs/limits.md and keeps to those that can be
// kept to only just.
func TestLimits(t *testing.T) {
	rows := limitRows(t)
	b := start(t, settings{api: func(c *Config) { c.MaxUpload, c.Stall = 1<<20, 200*time.Millisecond }})
	file := b.upload("a.pdf", tinyPDF)
	job := b.parse(tinyPDF, "")
	b.wait(job, "")
	left := map[string]bool{}
	for _, r := range rows {
		left[r] = true
	}
	for _, c := range breakers {
		t.Run(strings.Trim(c.row, "` |"), func(t *testing.T) {
			row := ""
			for _, r := range rows {
				if strings.HasPrefix(r+" |", c.row) {
					row = r
				}
			}
			if row == "" {
				t.Fatalf("docs/limits.md has no row %q", c.row)
			}
			delete(left, row)
			here := *b
			here.t, here.fill = t, map[string]string{"{file}": file, "{job}": job}
			if r := c.do(&here); r.status != c.status || !strings.Contains(string(r.body), c.says) {
				t.Errorf("answer %d %.300s, want %d with %q", r.status, r.body, c.status, c.says)
			}
			if c.kept != nil {
				if r := c.kept(&here); r.status >= 300 {
					t.Errorf("at the limit: %d %.300s, want success", r.status, r.body)
				}
			}
		})
	}
	for row := range left {
		if testedElsewhere[row] == "" {
			t.Errorf("nothing breaks the limit %q of docs/limits.md", row)
		}
	}
	if list, err := os.ReadDir(os.TempDir()); err != nil || len(list) > 0 {
		t.Errorf("refused requests left %v in the temporary folder, %v", list, err)
	}
}

// limitRows are the first cells of the table of requests.
func limitRows(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile("../../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(data), "## Of requests\n")
	if !found {
		t.Fatal("docs/limits.md has no section of requests")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var rows []string
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, "|"); len(cells) == 6 {
			rows = append(rows, strings.TrimSpace(cells[1]))
		}
	}
	return rows[2:] // head and line
}

// toldElsewhere are constants that limit no request.
var toldElsewhere = []string{
	"maxEcho", "maxBands", "maxIgnored", "maxAnswer", "maxAttempts", "maxBaseSeconds", "maxPageSeconds", "maxDeaths",
}

// documented says which row a constant belongs to.
var documented = map[string]string{
	"maxLinkLife": "`expires_at_seconds`", "maxHours": "`hours`", "maxBody": "bytes of a JSON body", "maxPageSize": "`page_size`", "maxListed": "ids and other",
	"maxFields": "fields of a form", "maxFileName": "name of a file", "maxExternalID": "`external_file_id`", "maxWait": "`wait`", "maxKey": "`Idempotency-Key`",
	"maxConfigurationName": "name of a configuration", "maxProjectName": "name of a configuration", "maxTemplate": "texts around", "maxTargetPages": "`target_pages`", "maxPageNumber": "`target_pages`",
	"maxMetadataKeys": "`user_metadata`", "maxMetadataKey": "`user_metadata`", "maxMetadataValue": "`user_metadata`", "maxText": "`source_url` and other",
	"maxItems": "ids and other", "maxWebhookURL": "address, secret", "maxWebhookSecret": "address, secret", "maxHeaders": "headers of a webhook",
	"maxHeaderName": "headers of a webhook", "maxHeaderValue": "headers of a webhook", "maxRedirects": "redirects", "maxName": "name that a", "maxSavedName": "name of a file in",
	"maxResultMessage": "result within", "maxWebhooks": "saved webhooks", "maxConfigurations": "saved configurations",
}

// TestLimitsAreWhole finds constants that limit requests and are not in
// docs/limits.md.
func TestLimitsAreWhole(t *testing.T) {
	all := strings.Join(limitRows(t), "\n")
	seen := map[string]bool{}
	for _, dir := range []string{".", "../wire", "../fetch", "../job", "../blob"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
					for _, s := range d.Specs {
						for _, id := range s.(*ast.ValueSpec).Names {
							seen[id.Name] = strings.HasPrefix(id.Name, "max") || seen[id.Name]
						}
					}
				}
				return true
			})
		}
	}
	for _, name := range toldElsewhere {
		delete(seen, name)
	}
	for name, isLimit := range seen {
		if row := documented[name]; isLimit && (row == "" || !strings.Contains(all, row)) {
			t.Errorf("constant %s belongs to no row of docs/limits.md", name)
		}
	}
}

// TestHostileNames has names that would break out of a header or a folder.
func TestHostileNames(t *testing.T) {
	b := start(t, settings{})
	for given, want := range map[string]string{
		"../../etc/passwd": "passwd", `..\..\boot.ini`: "boot.ini", "/abs/olute.pdf": "olute.pdf", `a".pdf`: `a".pdf`, "a;filename=b.exe": "a;filename=b.exe",
		"naïve – 文.pdf": "naïve – 文.pdf", "a%0d%0ab.pdf": "a%0d%0ab.pdf", ".hidden": ".hidden", "con|nul?.pdf": "con|nul?.pdf", long(400) + ".pdf": long(251) + ".pdf",
	} {
		form := &bytes.Buffer{}
		fmt.Fprintf(form, "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nparse\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''%s\r\n\r\nx\r\n--x--\r\n", strings.ReplaceAll(url.QueryEscape(given), "+", "%20"))
		id := b.send("POST", uploadsPath, "multipart/form-data; boundary=x", form).want(t, 201).json(t)["id"].(string)
		link := b.get(uploadsPath+"/"+id+"/content").want(t, 200).json(t)["url"].(string)
		r := b.get(link).want(t, 200)
		kind, params, err := mime.ParseMediaType(r.header.Get("Content-Disposition"))
		if err != nil || kind != "attachment" || params["filename"] != want || len(params) != 1 {
			t.Errorf("%q is served as %q, want the name %q", given, r.header.Get("Content-Disposition"), want)
		}
	}
	for _, bad := range []string{"", ".", "..", "/", `\`, "a/.."} {
		r := b.form(uploadsPath, part{"purpose", "", "parse"}, part{"file", cmp.Or(bad, "/"), "x"})
		if r.status != 400 {
			t.Errorf("a file named %q = %d %s, want 400", bad, r.status, r.body)
		}
	}
	var keys []string
	err := b.blobs.Walk(t.Context(), "files/", func(o blob.Object) error { keys = append(keys, o.Key); return nil })
	for _, key := range keys {
		if _, e := uuid.Parse(strings.TrimPrefix(key, "files/")); e != nil {
			t.Errorf("a name became part of the key %s", key)
		}
	}
	if err != nil || len(keys) != 10 {
		t.Errorf("%d files, %v", len(keys), err)
	}
}

// TestPathsStayInside asks for files by names that lead out of their folder.
func TestPathsStayInside(t *testing.T) {
	b := start(t, settings{})
	id := b.parse(tinyPDF, "")
	b.wait(id, "")
	bare := strings.TrimPrefix(id, "pjb-")
	for _, name := range []string{"..%2f..%2frecto.db", "%2e%2e%2f%2e%2e%2frecto.db", "..%5c..%5crecto.db", "%2fetc%2fpasswd", "text.json%00.png", ".attrs", "text.json.attrs"} {
		for _, path := range []string{
			"/api/parsing/job/" + bare + "/read/" + name, "/api/parsing/job/" + bare + "/result/image/" + name, "/api/parsing/job/" + bare + "/result/raw/" + name,
			uploadsPath + "/" + name, uploadsPath + "/" + name + "/content", jobsPath + "/" + name,
		} {
			if r := b.get(path); r.status != 404 {
				t.Errorf("%s = %d %.200s, want 404", path, r.status, r.body)
			}
		}
	}
	for _, query := range []string{"obj=..%2frecto.db", "obj=%2fetc%2fpasswd&method=GET&expiry=9999999999&signature=AA%3D%3D"} {
		b.get(DownloadRoute+"?"+query).want(t, 403)
	}
}

// TestWaitOutlivesTheBody waits longer for an answer than a client may send
// nothing: the deadline of the body must not end the request.
func TestWaitOutlivesTheBody(t *testing.T) {
	done := make(chan error, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := &patient{r.Body, http.NewResponseController(w), 50 * time.Millisecond}
		_, err := io.ReadAll(body)
		select {
		case <-r.Context().Done():
			err = r.Context().Err()
		case <-time.After(300 * time.Millisecond):
		}
		done <- err
	}))
	defer s.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if err := <-done; err != nil {
		t.Errorf("the request ended early: %v", err)
	}
}
