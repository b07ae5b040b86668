package api

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

const tinyPDF = "%PDF-1.4 not much of a document"

func TestFileLife(t *testing.T) {
	b := start(t, settings{})
	r := b.form("/api/v1/beta/files", part{"file", `C:\docs\Grüße "1".PDF`, tinyPDF}, part{"external_file_id", "", "x-1"}, part{"purpose", "", "user_data"})
	f := r.want(t, 201).json(t)
	if f["name"] != `Grüße "1".PDF` || f["file_type"] != "pdf" || f["purpose"] != "user_data" || f["external_file_id"] != "x-1" || f["download_url"] != nil {
		t.Errorf("created file = %v", f)
	}
	id := f["id"].(string)
	if !strings.HasPrefix(id, "dfl-") {
		t.Errorf("id = %q, want dfl-…", id)
	}
	for _, path := range []string{id, strings.TrimPrefix(id, "dfl-")} {
		got := b.get("/api/v1/beta/files/"+path+"?expand=download_url&project_id=&organization_id=").want(t, 200).json(t)
		link := got["download_url"].(map[string]any)["url"].(string)
		if body := b.get(link).want(t, 200).body; string(body) != tinyPDF {
			t.Errorf("downloaded %q, want the file", body)
		}
	}
	b.send("DELETE", "/api/v1/beta/files/"+id, "", nil).want(t, 204)
	b.get("/api/v1/beta/files/"+id).want(t, 404)
	b.send("DELETE", "/api/v1/beta/files/"+id, "", nil).want(t, 404)
}

func TestFileErrors(t *testing.T) {
	b := start(t, settings{api: func(c *Config) { c.MaxUpload = 1000 }})
	purpose := part{"purpose", "", "parse"}
	cases := []struct {
		name   string
		r      reply
		status int
		detail string
	}{
		{"no file", b.form("/api/v1/beta/files", purpose), 422, `"loc":["body","file"]`},
		{"no purpose", b.form("/api/v1/beta/files", part{"file", "a.pdf", "x"}), 422, `"loc":["body","purpose"]`},
		{"odd purpose", b.form("/api/v1/beta/files", part{"file", "a.pdf", "x"}, part{"purpose", "", "fun"}), 422, `"literal_error"`},
		{"empty", b.form("/api/v1/beta/files", purpose, part{"file", "a.pdf", ""}), 400, "Uploaded file is empty."},
		{"no name", b.form("/api/v1/beta/files", purpose, part{"file", "", "x"}), 400, "File must have a filename."},
		{"too large", b.form("/api/v1/beta/files", purpose, part{"file", "a.pdf", strings.Repeat("x", 5000)}), 413, "larger than"},
		{"not a form", b.post("/api/v1/beta/files", `{}`), 400, "multipart/form-data"},
		{"broken form", b.send("POST", "/api/v1/beta/files", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf")), 400, "incomplete"},
		{"bad id", b.get("/api/v1/beta/files/..%2fx"), 404, "File not found"},
	}
	for _, c := range cases {
		if c.r.status != c.status || !strings.Contains(string(c.r.body), c.detail) {
			t.Errorf("%s: %d %s, want %d %s", c.name, c.r.status, c.r.body, c.status, c.detail)
		}
	}
	if list := b.get("/api/v1/beta/files").json(t)["items"].([]any); len(list) != 0 {
		t.Errorf("refused uploads left %d files", len(list))
	}
}

func TestListFiles(t *testing.T) {
	b := start(t, settings{})
	var ids []string
	for i := range 5 {
		ids = append(ids, b.upload(fmt.Sprintf("%c.pdf", 'e'-i), tinyPDF))
	}
	walk := func(query string) string {
		var names []string
		token := ""
		for range 10 {
			m := b.get("/api/v1/beta/files?page_size=2&"+query+"&page_token="+token).want(t, 200).json(t)
			for _, f := range m["items"].([]any) {
				names = append(names, strings.TrimSuffix(f.(map[string]any)["name"].(string), ".pdf"))
			}
			next, ok := m["next_page_token"].(string)
			if !ok {
				break
			}
			token = next
		}
		return strings.Join(names, "")
	}
	for query, want := range map[string]string{
		"":                    "abcde",
		"order_by=created_at": "edcba",
		"order_by=name":       "abcde",
		"order_by=name+desc":  "edcba",
		"file_name=c.pdf":     "c",
		"file_ids=" + ids[0] + "," + ids[1] + "&file_ids=" + ids[2] + "&order_by=name": "cde",
		"file_ids=nonsense":        "",
		"external_file_id=nothing": "",
	} {
		if got := walk(query); got != want {
			t.Errorf("files?%s = %q, want %q", query, got, want)
		}
	}
	m := b.post("/api/v1/beta/files/query", `{"filter":{"file_ids":["`+ids[0]+`"],"only_manually_uploaded":true},"page_size":1,"order_by":null}`).want(t, 200).json(t)
	if n := len(m["items"].([]any)); n != 1 {
		t.Errorf("query gave %d files, want 1", n)
	}
	for _, bad := range []string{"order_by=size", "page_size=0", "page_size=1001", "page_size=x", "page_token=x"} {
		b.get("/api/v1/beta/files?"+bad).want(t, 422)
	}
}

func TestDownload(t *testing.T) {
	b := start(t, settings{})
	id := b.upload("page.html", "<script>alert(1)</script>")
	link := b.get("/api/v1/beta/files/"+id+"/content?expires_at_seconds=60").want(t, 200).json(t)
	url := link["url"].(string)
	if at, err := time.Parse(time.RFC3339, link["expires_at"].(string)); err != nil || time.Until(at) > time.Minute {
		t.Errorf("expires_at = %v, want within a minute", link["expires_at"])
	}
	b.key = "llx-wrong" // must not matter
	r := b.get(url).want(t, 200)
	if d := r.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || !strings.Contains(r.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a page of a stranger is served as %q", d)
	}
	if r := b.get(url, "Range", "bytes=1-6"); r.status != 206 || string(r.body) != "script" {
		t.Errorf("range = %d %q, want 206 script", r.status, r.body)
	}
	if r := b.send("HEAD", url, "", nil); r.status != 200 || r.header.Get("Content-Length") != "25" {
		t.Errorf("HEAD = %d, length %s", r.status, r.header.Get("Content-Length"))
	}
	b.send("DELETE", url, "", nil).want(t, 405)
	b.get(strings.Replace(url, "files%2F", "jobs%2F", 1)).want(t, 403)
	b.get(strings.Replace(url, "expiry=", "expiry=9", 1)).want(t, 403)
	b.get(DownloadRoute).want(t, 403)
	b.key = ""
	for _, bad := range []string{"0", "-1", "x", "999999999"} {
		b.get("/api/v1/beta/files/"+id+"/content?expires_at_seconds="+bad).want(t, 422)
	}
	short := b.get("/api/v1/beta/files/" + id + "/content?expires_at_seconds=1").json(t)["url"].(string)
	deadline := time.Now().Add(5 * time.Second)
	for b.get(short).status != 403 {
		if time.Now().After(deadline) {
			t.Fatal("a link of one second works after five")
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// TestLargeUpload sends 300 MB and looks at what the server keeps of it.
func TestLargeUpload(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 300 MB")
	}
	const size = 300 << 20
	b := start(t, settings{})
	pr, pw := io.Pipe()
	w := multipart.NewWriter(pw)
	go func() {
		f, err := w.CreateFormFile("file", "big.bin")
		if err == nil {
			_, err = io.CopyN(f, zeros{}, size)
		}
		if err == nil {
			err = w.WriteField("purpose", "parse") // behind the file, as some clients do
		}
		if err == nil {
			err = w.Close()
		}
		pw.CloseWithError(err)
	}()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	req, err := http.NewRequestWithContext(t.Context(), "POST", b.URL+"/api/v1/beta/files", pr)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 201 {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("status %d: %s", resp.StatusCode, body)
	}
	runtime.ReadMemStats(&after)
	// Everything ever allocated, freed or not: the client's buffers are in it, too.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 30<<20 {
		t.Errorf("an upload of %d MB allocated %d MB", size>>20, grown>>20)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
