package api

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"recto/internal/task"
)

// TestProjectsDoNotCross gives one project something of every kind and has the
// key of another try all operations of the API on it.
func TestProjectsDoNotCross(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	owner, key := b.keysOf("owner")
	stranger, strange := b.keysOf("stranger")
	b.key = key
	sample := samplePDF(t, 1)
	file := b.upload("a.pdf", sample)
	config := b.post(configurations, `{"name":"mine","parameters":{"product_type":"parse_v2","tier":"fast","version":"latest"}}`).want(t, 201).json(t)["id"].(string)
	hook := b.post(webhooks, `{"webhook_url":"http://127.0.0.1:1/"}`).want(t, 201).json(t)["id"].(string)
	id := b.parse(sample, `,"output_options":{"images_to_save":["screenshot"]}`)
	done := b.wait(id, "?expand=images_content_metadata,markdown_content_metadata,text")
	image := done["images_content_metadata"].(map[string]any)["images"].([]any)[0].(map[string]any)
	all := map[string]string{
		"file_id": file, "job_id": id, "config_id": config, "project_id": owner, "name": image["filename"].(string),
		"filename": task.TextJSON, "page_number": "1", "kind": "text",
	}

	hole := regexp.MustCompile(`\{[a-z_]+\}`)
	address := func(rt route) string {
		path := hole.ReplaceAllStringFunc(rt.path, func(h string) string {
			name := strings.Trim(h, "{}")
			if name == "config_id" && strings.Contains(rt.path, "webhook") {
				return hook
			}
			v := all[name]
			if v == "" {
				t.Errorf("%s %s: say in this test what %s stands for", rt.method, rt.path, h)
			}
			return url.PathEscape(v)
		})
		return path
	}
	b.key = strange
	tried := 0
	for _, rt := range routes {
		if rt.public || strings.Contains(rt.path, "{organization_id}") {
			continue // everybody's; links are tried below
		}
		body := strings.NewReader(`{"name":"stolen"}`)
		contentType := "application/json"
		path := address(rt)
		if path != rt.path {
			r := b.send(rt.method, path, contentType, body)
			if r.status != 403 && r.status != 404 {
				t.Errorf("%s %s of another project = %d %.200s, want 403 or 404", rt.method, path, r.status, r.body)
			}
			tried++
		}
		for _, prefix := range []string{"", "prj-"} {
			body.Reset(`{"name":"stolen"}`)
			if r := b.send(rt.method, path+"?project_id="+prefix+owner, contentType, body); r.status != 403 {
				t.Errorf("%s %s in the name of another project = %d %.200s, want 403", rt.method, path, r.status, r.body)
			}
			tried++
		}
	}
	if tried < 60 {
		t.Errorf("only %d attempts", tried)
	}
	for what, request := range map[string]string{
		"file":          `{"tier":"fast","version":"latest","file_id":"` + file + `"}`,
		"configuration": `{"source_url":"http://127.0.0.1:1/a.pdf","configuration_id":"` + config + `"}`,
		"webhook":       `{"tier":"fast","version":"latest","source_url":"http://127.0.0.1:1/a.pdf","webhook_configuration_ids":["` + hook + `"]}`,
	} {
		if r := b.post("/api/v2/parse", request); r.status != 403 && r.status != 404 {
			t.Errorf("a job with another's %s = %d %s", what, r.status, r.body)
		}
	}
	if r := b.post("/api/v1/beta/files/query", `{"filter":{"project_id":"`+owner+`"}}`); r.status != 403 {
		t.Errorf("a query for another's files = %d %s", r.status, r.body)
	}

	// What a stranger may ask for shows nothing of the owner.
	for _, path := range []string{
		"/api/v1/beta/files", "/api/v1/beta/files?file_ids=" + file, "/api/v2/parse", "/api/v2/parse?job_ids=" + id, configurations, "/api/v2/webhook-configs",
		"/api/v1/job-data-points?job_type=parse",
	} {
		if list := b.get(path).want(t, 200).json(t)["items"].([]any); len(list) != 0 {
			t.Errorf("%s shows %v", path, list)
		}
	}
	if list := b.get(webhooks).want(t, 200).any(t).([]any); len(list) != 0 {
		t.Errorf("a stranger sees the webhooks %v", list)
	}

	// The same document is parsed again: results are not shared, though they are equal.
	twin := b.parse(sample, `,"output_options":{"images_to_save":["screenshot"]}`)
	if twin == id {
		t.Error("two projects share a job")
	}
	mine := b.wait(twin, "?expand=job_metadata")
	if meta := mine["job_metadata"].(map[string]any); meta["job_is_cache_hit"] == true {
		t.Error("a stranger gets the cached result of another project")
	}
	if got := mine["job"].(map[string]any)["project_id"]; got != stranger {
		t.Errorf("the twin belongs to %v", got)
	}

	// A link is for one object: it opens no other, and cannot be made without the key.
	mineFile := b.upload("b.pdf", sample)
	link := b.get("/api/v1/beta/files/"+mineFile+"/content").want(t, 200).json(t)["url"].(string)
	b.get(link).want(t, 200)
	mineID, otherID := strings.TrimPrefix(mineFile, "dfl-"), strings.TrimPrefix(file, "dfl-")
	if altered := strings.Replace(link, mineID, otherID, 1); altered == link {
		t.Errorf("%s does not name its object", link)
	} else {
		b.get(altered).want(t, 403)
	}

	// The owner lost nothing by all this.
	b.key = key
	b.get("/api/v1/beta/files/"+file).want(t, 200)
	b.get(configurations+"/"+config).want(t, 200)
	b.get(webhooks+"/"+hook).want(t, 200)
	if got := b.get("/api/v2/parse/"+id).want(t, 200).json(t)["job"].(map[string]any)["status"]; got != "COMPLETED" {
		t.Errorf("the owner's job is %v", got)
	}
	b.get(image["presigned_url"].(string)).want(t, 200)
}
