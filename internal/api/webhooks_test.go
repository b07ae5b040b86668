package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"recto/internal/fetch"
	"recto/internal/job"
)

const webhooks = "/api/v1/beta/webhook-configs"

func TestWebhookConfigs(t *testing.T) {
	b := start(t, settings{})
	b.key = b.adminKey()
	first := b.post(webhooks, `{"webhook_url":"https://example.com/a","webhook_signing_secret":"shh","webhook_headers":{"X-A":"1"},
		"webhook_events":["parse.success","extract.error"],"webhook_output_format":"json"}`).want(t, 201)
	made := first.json(t)
	id := made["id"].(string)
	if !strings.HasPrefix(id, "whc-") || made["has_secret"] != true || made["tenant_type"] != "project" || strings.Contains(string(first.body), "shh") {
		t.Errorf("webhook = %s", first.body)
	}
	plain := b.post(webhooks, `{"webhook_url":"http://127.0.0.1:9/","webhook_events":null}`).want(t, 201).json(t)
	for _, field := range []string{"webhook_headers", "webhook_events", "webhook_output_format"} {
		if plain[field] != nil {
			t.Errorf("%s = %v, want null", field, plain[field])
		}
	}
	list := b.get(webhooks).want(t, 200).any(t).([]any)
	if len(list) != 2 || list[0].(map[string]any)["id"] != plain["id"] {
		t.Errorf("list = %v, want the newest first", list)
	}
	page := b.get("/api/v2/webhook-configs?page_size=1&include_total=true").want(t, 200).json(t)
	rest := b.get("/api/v2/webhook-configs?page_size=1&page_token="+page["next_page_token"].(string)).want(t, 200).json(t)
	if page["total_size"] != 2.0 || rest["items"].([]any)[0].(map[string]any)["id"] != id || rest["next_page_token"] != nil || rest["total_size"] != nil {
		t.Errorf("in pages: %v, %v", page, rest)
	}

	// A change leaves alone what it does not name, and takes away what is null.
	changed := b.put(webhooks+"/"+id, `{"webhook_url":"https://example.com/b"}`).want(t, 200).json(t)
	if changed["webhook_url"] != "https://example.com/b" || changed["has_secret"] != true || changed["webhook_output_format"] != "json" || len(changed["webhook_events"].([]any)) != 2 {
		t.Errorf("changed = %v", changed)
	}
	changed = b.put(webhooks+"/"+id, `{"webhook_signing_secret":null,"webhook_headers":null,"webhook_events":null}`).want(t, 200).json(t)
	if changed["webhook_url"] != "https://example.com/b" || changed["has_secret"] != false || changed["webhook_events"] != nil || changed["webhook_headers"] != nil {
		t.Errorf("taken away = %v", changed)
	}
	got := b.get(webhooks+"/"+strings.TrimPrefix(id, "whc-")).want(t, 200).json(t)
	if fmt.Sprint(got) != fmt.Sprint(changed) {
		t.Errorf("got %v, want %v", got, changed)
	}

	for body, want := range map[string]string{
		`{}`:                                                                                                "webhook_url",
		`{"webhook_url":"ftp://example.com"}`:                                                               "pattern",
		`{"webhook_url":"https:/nowhere"}`:                                                                  "valid URL",
		`{"webhook_url":"http://10.0.0.1/"}`:                                                                "RECTO_WEBHOOK_ALLOW",
		`{"webhook_url":"http://[::1]/"}`:                                                                   "RECTO_WEBHOOK_ALLOW",
		`{"webhook_url":"http://169.254.169.254/latest"}`:                                                   "RECTO_WEBHOOK_ALLOW",
		`{"webhook_url":"https://a.example","webhook_events":[]}`:                                           "at least one event",
		`{"webhook_url":"https://a.example","webhook_events":["parse.done"]}`:                               "parse.pending",
		`{"webhook_url":"https://a.example","webhook_output_format":"xml"}`:                                 "'string' or 'json'",
		`{"webhook_url":"https://a.example","webhook_headers":{"X":"a\r\nHost: evil"}}`:                     "one line",
		`{"webhook_url":"https://a.example","webhook_headers":{"X: y\r\nZ":"a"}}`:                           "name of an HTTP header",
		`{"webhook_url":"https://a.example","webhook_headers":{"Content-Length":"1"}}`:                      "set by the server",
		`{"webhook_url":"https://a.example","webhook_headers":{"lc-signature":"sha256=0"}}`:                 "set by the server",
		`{"webhook_url":"https://a.example","webhook_headers":{"X":["a"]}}`:                                 "valid string",
		`{"webhook_url":"https://a.example","webhook_headers":{"X":"` + strings.Repeat("x", 5000) + `"}}`:   "one line",
		`{"webhook_url":"https://a.example/` + strings.Repeat("x", 3000) + `"}`:                             "at most",
		`{"webhook_url":"https://a.example","webhook_signing_secret":"` + strings.Repeat("x", 2000) + `"}`:  "at most",
		`{"webhook_url":"https://a.example","unknown":1}`:                                                   "Extra inputs",
		`{"webhook_url":7,"webhook_events":"all","webhook_output_format":false,"webhook_headers":"X-A: 1"}`: "dictionary",
	} {
		if r := b.post(webhooks, body).want(t, 422); !strings.Contains(string(r.body), want) {
			t.Errorf("%.90s says %s, want %q", body, r.body, want)
		}
		config := `{"tier":"fast","version":"latest","source_url":"http://127.0.0.1:1/a.pdf","webhook_configurations":[` + body + `]}`
		if r := b.post("/api/v2/parse", config).want(t, 422); !strings.Contains(string(r.body), want) || !strings.Contains(string(r.body), `"webhook_configurations",0`) {
			t.Errorf("in a request, %.90s says %s, want %q", body, r.body, want)
		}
	}

	b.delete(webhooks+"/"+id).want(t, 204)
	b.delete(webhooks+"/"+id).want(t, 404)
	b.get(webhooks+"/"+id).want(t, 404)
	b.get(webhooks+"/"+id+"/deliveries").want(t, 404)
	b.get(webhooks+"/nonsense").want(t, 404)
}

func TestWebhooksOfAJob(t *testing.T) {
	var mu sync.Mutex
	got := map[string]int{}
	to := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		got[fmt.Sprintf("%s %s %s signed:%v json:%v", r.URL.Path, r.Header.Get("X-Webhook-Event-Type"), r.Header.Get("X-N"), r.Header.Get("LC-Signature") != "", json.Valid(data) && data[0] == '{')]++
	}))
	defer to.Close()
	b := start(t, settings{})
	one, key := b.keysOf("one")
	_, stranger := b.keysOf("two")
	b.key = key
	saved := b.post(webhooks, `{"webhook_url":"`+to.URL+`/saved","webhook_signing_secret":"shh","webhook_output_format":"json"}`).want(t, 201).json(t)
	id := saved["id"].(string)
	hooks := `,"webhook_configuration_ids":["` + id + `","` + id + `"],"webhook_configurations":[
		{"webhook_url":"` + to.URL + `/one","webhook_events":["parse.success","parse.error"],"webhook_headers":{"X-N":7},"webhook_signing_secret":"t0p"},
		{"webhook_url":"` + to.URL + `/two","webhook_events":["parse.pending"],"webhook_output_format":"json"}]`
	jobID := b.parse(tinyPDF, hooks)
	done := b.wait(jobID, "?expand=raw_parameters,job_metadata")
	if s := fmt.Sprint(done); strings.Contains(s, "t0p") || strings.Contains(s, "shh") {
		t.Errorf("a secret is shown: %s", s)
	}
	if none := done["job_metadata"].(map[string]any)["options_without_effect"]; none != nil && fmt.Sprint(none) != "[]" {
		t.Errorf("options without effect: %v", none)
	}
	deliveries := func(path string, want int) []any {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); ; {
			list := b.get(path).want(t, 200).json(t)["items"].([]any)
			pending := 0
			for _, d := range list {
				if d.(map[string]any)["status"] == "PENDING" {
					pending++
				}
			}
			if len(list) == want && pending == 0 {
				return list
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s gives %v, want %d deliveries that have ended", path, list, want)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	all := deliveries("/api/v2/parse/"+jobID+"/webhook-deliveries", 5)
	for _, d := range all {
		d := d.(map[string]any)
		if d["status"] != "DELIVERED" || d["http_status"] != 200.0 || d["attempts"] != 1.0 || d["job_id"] != jobID || d["error"] != nil {
			t.Errorf("delivery = %v", d)
		}
	}
	if list := deliveries(webhooks+"/"+id+"/deliveries", 3); list[0].(map[string]any)["webhook_config_id"] != id {
		t.Errorf("deliveries of the saved webhook = %v", list)
	}
	page := b.get(webhooks+"/"+id+"/deliveries?page_size=2").want(t, 200).json(t)
	rest := b.get(webhooks+"/"+id+"/deliveries?page_size=2&page_token="+page["next_page_token"].(string)).want(t, 200).json(t)
	if len(rest["items"].([]any)) != 1 || rest["next_page_token"] != nil {
		t.Errorf("second page = %v", rest)
	}
	mu.Lock()
	for _, want := range []string{
		"/saved parse.pending  signed:true json:true", "/saved parse.running  signed:true json:true", "/saved parse.success  signed:true json:true",
		"/one parse.success 7 signed:true json:false", "/two parse.pending  signed:false json:true",
	} {
		if got[want] != 1 {
			t.Errorf("%q came %d times, want once", want, got[want])
		}
	}
	if len(got) != 5 {
		t.Errorf("received %v", got)
	}
	mu.Unlock()

	// Nobody sends messages through another's webhook, or looks at them.
	b.key = stranger
	request := func(ids string) string {
		return `{"tier":"fast","version":"latest","source_url":"http://127.0.0.1:1/a.pdf","webhook_configuration_ids":[` + ids + `]}`
	}
	if r := b.post("/api/v2/parse", request(`"`+id+`"`)).want(t, 403); !strings.Contains(string(r.body), "Access denied") {
		t.Errorf("403 says %s", r.body)
	}
	b.post("/api/v2/parse", request(`"whc-0196f1f0-0000-7000-8000-000000000000"`)).want(t, 404)
	b.post("/api/v2/parse", request(`"nonsense"`)).want(t, 404)
	b.post("/api/v2/parse", request(`"1","2","3","4","5"`)).want(t, 422)
	for _, path := range []string{webhooks + "/" + id, webhooks + "/" + id + "/deliveries", "/api/v2/parse/" + jobID + "/webhook-deliveries"} {
		b.get(path).want(t, 404)
	}
	b.put(webhooks+"/"+id, `{"webhook_url":"https://evil.example"}`).want(t, 404)
	b.delete(webhooks+"/"+id).want(t, 404)
	if list := b.get(webhooks).want(t, 200).any(t).([]any); len(list) != 0 {
		t.Errorf("a stranger lists %v", list)
	}

	// Secrets are gone from the database when they are no longer needed.
	rows, err := b.db.SQL.QueryContext(t.Context(), `SELECT config FROM parse_job WHERE project_id = $1 UNION ALL SELECT secret || headers FROM webhook_delivery`, one)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil || strings.Contains(s, "t0p") || strings.Contains(s, "shh") {
			t.Errorf("stored %s, %v", s, err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Error(err)
	}
}

// TestWebhooksStayOutside uses a server that allows no inner network.
func TestWebhooksStayOutside(t *testing.T) {
	b := start(t, settings{job: func(c *job.Config) { c.Webhooks = fetch.Options{} }})
	for _, host := range []string{"127.0.0.1", "localhost", "app.localhost", "[::1]", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "8.8.8.8:22"} {
		b.post(webhooks, `{"webhook_url":"http://`+host+`/"}`).want(t, 422)
	}
	b.post(webhooks, `{"webhook_url":"https://8.8.8.8/"}`).want(t, 201)
	two := `{"tier":"fast","version":"latest","source_url":"https://a.example/a.pdf","webhook_configurations":[{"webhook_url":"http://10.0.0.1"},{"webhook_url":"http://10.0.0.2"}]}`
	if list := b.post("/api/v2/parse", two).want(t, 422).json(t)["detail"].([]any); len(list) != 2 {
		t.Errorf("complaints %v, want one for each receiver", list)
	}
}
