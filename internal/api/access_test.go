package api

import (
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	b := start(t, settings{})
	ctx := t.Context()
	b.get("/api/v2/parse").want(t, 200) // open: no keys, loopback
	b.get("/api/v2/parse", "Authorization", "Bearer llx-anything").want(t, 200)
	b.get("/api/v2/parse", "Authorization", "Bearer ").want(t, 200)

	one, err := b.db.ProjectNamed(ctx, "one")
	if err != nil {
		t.Fatal(err)
	}
	key, secret, err := b.db.CreateKey(ctx, one.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	two, err := b.db.ProjectNamed(ctx, "two")
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := b.db.CreateKey(ctx, two.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	r := b.get("/api/v2/parse").want(t, 401)
	if !strings.Contains(string(r.body), "Invalid API Key") {
		t.Errorf("401 says %s", r.body)
	}
	b.get("/api/v2/parse", "Authorization", "Bearer llx-wrong").want(t, 401)
	b.get("/api/v2/parse", "Authorization", "Basic "+secret).want(t, 401)
	b.get("/api/v2/parse", "Cookie", "session="+secret).want(t, 200)
	b.get("/api/v2/parse/versions").want(t, 200) // public
	b.get("/healthz").want(t, 200)

	b.key = secret
	id := b.upload("a.pdf", tinyPDF)
	job := b.parse(tinyPDF, "")
	b.get("/api/v2/parse?project_id="+one.ID).want(t, 200)
	b.get("/api/v2/parse?project_id=prj-"+one.ID).want(t, 200)
	b.get("/api/v2/parse?project_id="+two.ID).want(t, 403)
	b.get("/api/v2/parse?project_id=nonsense").want(t, 422)

	b.key = other // sees nothing of the first project
	b.get("/api/v1/beta/files/"+id).want(t, 404)
	b.get("/api/v1/beta/files/"+id+"/content").want(t, 404)
	b.get("/api/v2/parse/"+job).want(t, 404)
	b.post("/api/v2/parse/"+job+"/cancel", "").want(t, 404)
	b.send("DELETE", "/api/v2/parse/"+job, "", nil).want(t, 404)
	b.post("/api/v2/parse", `{"tier":"fast","version":"latest","file_id":"`+id+`"}`).want(t, 404)
	if n := len(b.get("/api/v2/parse?job_ids=" + job).json(t)["items"].([]any)); n != 0 {
		t.Errorf("another project's list has %d jobs of ours", n)
	}

	if _, err := b.db.RevokeKey(ctx, key.Prefix); err != nil {
		t.Fatal(err)
	}
	b.key = secret
	b.get("/api/v2/parse").want(t, 401)
}

func TestNoAuth(t *testing.T) {
	b := start(t, settings{api: func(c *Config) { c.Loopback = false }})
	b.get("/api/v2/parse").want(t, 401)
	b = start(t, settings{api: func(c *Config) { c.Loopback, c.NoAuth = false, true }})
	b.get("/api/v2/parse").want(t, 200)
}

func TestOrigins(t *testing.T) {
	b := start(t, settings{api: func(c *Config) { c.Origins = []string{"https://app.example"} }})
	for origin, allowed := range map[string]bool{
		"https://app.example": true, "http://localhost:3000": true, b.URL: true,
		"https://evil.example": false, "https://app.example.evil": false, "null": false,
	} {
		r := b.post("/api/v2/parse", `{}`, "Origin", origin)
		if got := r.status != 403; got != allowed {
			t.Errorf("POST from %s = %d, allowed %v", origin, r.status, allowed)
		}
		r = b.get("/api/v2/parse", "Origin", origin)
		if got := r.header.Get("Access-Control-Allow-Origin") == origin && r.header.Get("Access-Control-Allow-Credentials") == "true"; got != allowed {
			t.Errorf("GET from %s may be read: %v, want %v", origin, got, allowed)
		}
	}
	r := b.send("OPTIONS", "/api/v2/parse/x", "", nil, "Origin", "https://app.example", "Access-Control-Request-Method", "DELETE", "Access-Control-Request-Headers", "authorization").want(t, 204)
	if h := r.header.Get("Access-Control-Allow-Headers"); h != "authorization" {
		t.Errorf("allowed headers = %q", h)
	}
	b.get("/healthz", "Host", "rebound.example").want(t, 403)
	b.get("/healthz", "Host", "localhost:80").want(t, 200)
}

func TestErrorsOfTheServer(t *testing.T) {
	b := start(t, settings{})
	for path, want := range map[string]int{"/nothing": 404, "/api/v2/nothing": 404, "//api/v2/parse": 200} {
		r := b.get(path).want(t, want)
		if want == 404 && string(r.body) != "{\"detail\":\"Not Found\"}\n" {
			t.Errorf("%s says %s", path, r.body)
		}
	}
	r := b.send("PATCH", "/api/v2/parse", "", nil).want(t, 405)
	if !strings.Contains(string(r.body), "Method Not Allowed") || r.header.Get("Allow") == "" {
		t.Errorf("405 says %s, Allow %q", r.body, r.header.Get("Allow"))
	}
	if _, err := b.db.SQL.ExecContext(t.Context(), `ALTER TABLE parse_job RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	r = b.get("/api/v2/parse").want(t, 500)
	if id := r.json(t)["correlation_id"]; id != r.header.Get("X-Request-Id") || id == "" {
		t.Errorf("500 has correlation id %v, request id %q", id, r.header.Get("X-Request-Id"))
	}
}

func TestOpenAPI(t *testing.T) {
	b := start(t, settings{})
	d := contracts()[0]
	if err := d.Validate(t.Context()); err != nil {
		t.Errorf("our description is no good OpenAPI: %v", err)
	}
	for _, r := range routes {
		if item := d.Paths.Value(r.path); item == nil || item.GetOperation(r.method) == nil {
			t.Errorf("%s %s is not described", r.method, r.path)
		}
	}
	b.get("/openapi.json").want(t, 200)
}
