package api

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"recto/internal/fetch"
	"recto/internal/job"
)

// TestSourcesDoNotReachInward: a job or a webhook with an inner address is refused
// or fails for that reason, and nothing behind the address is asked, whichever API
// is used.
func TestSourcesDoNotReachInward(t *testing.T) {
	var hits atomic.Int32
	canary := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		_, _ = io.WriteString(w, "%PDF-1.7 secret")
	}))
	defer canary.Close()
	port := canary.URL[strings.LastIndexByte(canary.URL, ':'):]
	b := start(t, settings{job: func(c *job.Config) { c.Fetch, c.Webhooks = fetch.Limits{MaxBytes: 1 << 20}, fetch.Options{} }})
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "2130706433", "0x7f.1", "0177.1", "169.254.169.254", "user:pass@127.0.0.1", "10.0.0.1"} {
		address := "http://" + host + port + "/a.pdf"
		requests := map[string]reply{
			"v2":      b.post("/api/v2/parse", `{"tier":"fast","version":"latest","disable_cache":true,"source_url":"`+address+`"}`),
			"v1":      b.form("/api/parsing/upload", part{"input_url", "", address}),
			"webhook": b.post("/api/v2/parse", `{"tier":"fast","version":"latest","source_url":"`+address+`","webhook_configurations":[{"webhook_url":"`+address+`"}]}`),
		}
		for name, r := range requests {
			if r.status >= 400 && r.status < 500 {
				continue // told early
			}
			if r.status != 200 {
				t.Errorf("%s with %s: %d %s", name, address, r.status, r.body)
				continue
			}
			id := r.json(t)["id"].(string)
			if m := b.done(t, id); m["status"] != "FAILED" || !strings.Contains(m["error_message"].(string), "SOURCE_URL_UNREACHABLE") || strings.Contains(m["error_message"].(string), "pass@") {
				t.Errorf("%s with %s: %v", name, address, m)
			}
		}
	}
	for _, address := range []string{"file:///etc/passwd", "ftp://example.com/a", "gopher://127.0.0.1/", "//example.com", "data:,x"} {
		b.post("/api/v2/parse", `{"tier":"fast","version":"latest","source_url":"`+address+`"}`).want(t, 422)
	}
	if n := hits.Load(); n > 0 {
		t.Errorf("the inner server was asked %d times", n)
	}
}

// done waits for the end of a job.
func (b *bench) done(t *testing.T, id string) map[string]any {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		m := b.get("/api/v2/parse/"+id+"?wait=20").want(t, 200).json(t)["job"].(map[string]any)
		if s := m["status"]; s != "PENDING" && s != "RUNNING" {
			return m
		}
		if time.Now().After(deadline) {
			t.Fatalf("job %s does not end: %v", id, m)
		}
	}
}

// strayNames want to be somewhere else.
var strayNames = []string{
	"../../../../tmp/evil.pdf", `..\..\evil.pdf`, "/etc/passwd.pdf", "a/../../b.pdf", "....//....//c.pdf", "..%2f..%2fd.pdf", "~/.ssh/e.pdf",
	"CON.pdf", "f.pdf.attrs", "h;rm -rf.pdf", "i$(id).pdf", "j\u202efdp.exe.pdf", strings.Repeat("k", 255) + ".pdf",
	`l".pdf`, "m\u2028.pdf", ".pdf", "...pdf", "ünïcode 漢字.pdf",
}

// TestNamesLeadNowhere: whatever a file is called, it is stored in its own place and
// comes back with a header that is one line.
func TestNamesLeadNowhere(t *testing.T) {
	dir := t.TempDir()
	b := start(t, settings{dir: dir})
	for _, name := range strayNames {
		id := b.upload(name, "%PDF-1.7 "+name)
		link := b.get("/api/v1/beta/files/"+id+"/content").want(t, 200).json(t)["url"].(string)
		resp, err := http.Get(link) //nolint:noctx // a test
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || string(data) != "%PDF-1.7 "+name {
			t.Errorf("%q comes back as %q, %v", name, data, err)
		}
		for header, values := range resp.Header {
			if strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") || header == "Set-Cookie" {
				t.Errorf("%q: header %s: %q", name, header, values)
			}
		}
		if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%q: a browser may run it: %v", name, resp.Header)
		}
	}
	outside := 0
	err := filepath.Walk(filepath.Dir(dir), func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() && strings.HasSuffix(path, ".pdf") && !strings.HasPrefix(path, filepath.Join(dir, "blobs")) {
			outside++
		}
		return nil
	})
	if err != nil || outside > 0 {
		t.Errorf("%d files lie elsewhere, %v", outside, err)
	}
}

// TestHeadersAreNotInjected: a name in the head of a part cannot bring a header of
// its own, nor can what a request says of its host.
func TestHeadersAreNotInjected(t *testing.T) {
	b := start(t, settings{})
	var body bytes.Buffer
	body.WriteString("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%0d%0aSet-Cookie: b=c.pdf\"\r\nContent-Type: text/html\r\n\r\n%PDF-1.7\r\n--x--\r\n")
	req, err := http.NewRequestWithContext(t.Context(), "POST", b.URL+"/api/v1/beta/files", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	req.Header[textproto.CanonicalMIMEHeaderKey("X-Forwarded-Host")] = []string{"evil.example"}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 500 || strings.Contains(string(data), "evil.example") || resp.Header.Get("Set-Cookie") != "" {
		t.Errorf("%d %v %s, %v", resp.StatusCode, resp.Header, data, err)
	}
	for _, path := range []string{"/download?obj=../../recto.db&method=GET&expiry=9999999999&signature=x", "/api/v2/parse/..%2f..%2frecto.db", "/api/v1/beta/files/..%2f..%2frecto.db/content", "/api/parsing/job/../../../etc/passwd/result/markdown", "/..%2f..%2fetc/passwd"} {
		if r := b.get(path); r.status < 400 || r.status >= 500 || strings.Contains(string(r.body), "SQLite") {
			t.Errorf("%s: %d %.100s", path, r.status, r.body)
		}
	}
}
