package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzForm sends any body to the operations that take a form: it is accepted or
// refused in the API's words, and never the server's fault.
func FuzzForm(f *testing.F) {
	b := start(f, settings{})
	const boundary = "xxBOUNDARYxx"
	part := func(disposition, body string) string {
		return "--" + boundary + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + body + "\r\n"
	}
	end := "--" + boundary + "--\r\n"
	f.Add([]byte(part(`name="file"; filename="a.pdf"`, "%PDF-1.7")+part(`name="configuration"`, `{"tier":"fast","version":"latest"}`)+end), byte(0))
	f.Add([]byte(part(`name="file"; filename="../../etc/passwd"`, "x")+part(`name="parse_mode"`, "parse_page_without_llm")+end), byte(1))
	f.Add([]byte(part(`name="file"; filename="a\r\nSet-Cookie: b=c.pdf"`, "%PDF")+part(`name="purpose"`, "parse")+end), byte(2))
	f.Add([]byte(part(`name="configuration"`, "{}")+part(`name="file"; filename*=UTF-8''%00%ff.pdf`, "")), byte(0))
	f.Add([]byte("--"+boundary+"\r\n\r\n"), byte(1))
	paths := []string{"/api/v2/parse/upload", "/api/parsing/upload", "/api/v1/beta/files", "/api/v1/files"}
	f.Fuzz(func(t *testing.T, body []byte, to byte) {
		path := paths[int(to)%len(paths)]
		req := httptest.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1"+path, bytes.NewReader(body))
		req.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
		answered(t, b, req)
	})
}

// FuzzJSON does the same with the operations that take JSON.
func FuzzJSON(f *testing.F) {
	b := start(f, settings{})
	f.Add([]byte(`{"tier":"fast","version":"latest","file_id":"dfl-00000000-0000-0000-0000-000000000000"}`), byte(0))
	f.Add([]byte(`{"tier":"fast","version":"latest","source_url":"http://127.0.0.1:1/"}`), byte(0))
	f.Add([]byte(`{"name":"a","product_type":"parse_v2","parameters":{"tier":"fast","version":"latest"}}`), byte(1))
	f.Add([]byte(`{"webhook_url":"http://127.0.0.1:1/","webhook_events":["parse.success"]}`), byte(2))
	f.Add([]byte(`{"filter":{"file_name":"%"},"page_size":1}`), byte(3))
	paths := []string{"/api/v2/parse", "/api/v1/beta/configurations", "/api/v1/beta/webhook-configs", "/api/v1/beta/files/query", "/api/v1/projects"}
	f.Fuzz(func(t *testing.T, body []byte, to byte) {
		req := httptest.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1"+paths[int(to)%len(paths)], bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		answered(t, b, req)
	})
}

// FuzzPath asks for any path and query: page tokens, ids, dates, signed links.
func FuzzPath(f *testing.F) {
	b := start(f, settings{})
	for _, s := range []string{"api/v2/parse?page_token=AAAA&page_size=1", "api/v2/parse/pjb-1?expand=text&image_filenames=../x", "download?obj=../../recto.db&method=GET", "api/v1/beta/files?order_by=name%20desc&file_name=%00",
		"api/v2/parse?created_at_on_or_after=9999-99-99", "api/parsing/job/../../x/result/markdown", "//etc/passwd", "api/v2/parse/..%2f..%2frecto.db", "api/v1/beta/files/%ff/content?expires_at_seconds=1e99"} {
		f.Add("GET", s)
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		u, err := url.Parse("http://127.0.0.1/" + target)
		if err != nil || strings.Contains(target, "wait=") || strings.HasSuffix(u.Path, "/events") {
			return
		}
		req := httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1/", nil)
		req.URL, req.Method = u, method
		answered(t, b, req)
	})
}

// answered sends a request to the server's handler and looks at the answer.
func answered(t *testing.T, b *bench, req *http.Request) {
	t.Helper()
	w := httptest.NewRecorder()
	b.Config.Handler.ServeHTTP(w, req)
	if w.Code >= 500 && w.Code != http.StatusNotImplemented {
		t.Fatalf("%s %s: %d %s", req.Method, req.URL, w.Code, w.Body)
	}
	for name, values := range w.Header() {
		if s := fmt.Sprint(name, values); strings.ContainsAny(s, "\r\n\x00") {
			t.Errorf("header %q", s)
		}
	}
	if w.Code >= 400 && req.Method != http.MethodHead {
		var refusal struct{ Detail any }
		data, _ := io.ReadAll(w.Body)
		if err := json.Unmarshal(data, &refusal); err != nil || refusal.Detail == nil {
			t.Errorf("%s %s: %d says %q", req.Method, req.URL, w.Code, data)
		}
	}
}
