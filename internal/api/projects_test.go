package api

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"recto/internal/blob"
	"recto/internal/job"
	"recto/internal/task"
)

// keysOf makes a project with a key and returns both.
func (b *bench) keysOf(name string) (project, secret string) {
	b.t.Helper()
	p, err := b.db.ProjectNamed(b.t.Context(), name)
	if err != nil {
		b.t.Fatal(err)
	}
	_, secret, err = b.db.CreateKey(b.t.Context(), p.ID, "test")
	if err != nil {
		b.t.Fatal(err)
	}
	return p.ID, secret
}

func (b *bench) adminKey() string {
	b.t.Helper()
	p, err := b.db.Project(b.t.Context(), "")
	if err != nil {
		b.t.Fatal(err)
	}
	_, secret, err := b.db.CreateAdminKey(b.t.Context(), p.ID, "admin")
	if err != nil {
		b.t.Fatal(err)
	}
	return secret
}

func names(t *testing.T, list any) string {
	t.Helper()
	var out []string
	for _, p := range list.([]any) {
		out = append(out, p.(map[string]any)["name"].(string))
	}
	return strings.Join(out, " ")
}

func TestProjects(t *testing.T) {
	b := start(t, settings{})
	one, key := b.keysOf("one")
	two, _ := b.keysOf("two")
	admin := b.adminKey()

	b.key = key
	if got := names(t, b.get("/api/v1/projects").want(t, 200).any(t)); got != "one" {
		t.Errorf("a key of one sees the projects %q", got)
	}
	if got := names(t, b.get("/api/v1/projects?project_name=two").want(t, 200).any(t)); got != "" {
		t.Errorf("a key of one finds %q", got)
	}
	p := b.get("/api/v1/projects/prj-"+one).want(t, 200).json(t)
	if p["id"] != one || p["is_default"] != false || p["organization_id"] != b.db.Organization.ID {
		t.Errorf("project = %v", p)
	}
	b.get("/api/v2/projects/"+one).want(t, 200)
	b.get("/api/v2/projects/"+two).want(t, 404)
	b.get("/api/v2/projects/nonsense").want(t, 404)
	b.get("/api/v2/projects?organization_id=").want(t, 200)
	b.get("/api/v2/projects?organization_id="+b.db.Organization.ID).want(t, 200)
	b.get("/api/v2/projects?organization_id="+two).want(t, 403)
	for _, r := range []reply{
		b.post("/api/v2/projects", `{"name":"three"}`),
		b.send("PUT", "/api/v2/projects/"+one, "application/json", strings.NewReader(`{"name":"mine"}`)),
		b.send("DELETE", "/api/v2/projects/"+one, "", nil),
	} {
		if r.want(t, 403); !strings.Contains(string(r.body), "--admin") {
			t.Errorf("403 says %s", r.body)
		}
	}

	b.key = admin
	if got := names(t, b.get("/api/v2/projects").want(t, 200).json(t)["items"]); got != "Default one two" {
		t.Errorf("an admin key sees the projects %q", got)
	}
	first := b.get("/api/v2/projects?page_size=2").want(t, 200).json(t)
	second := b.get("/api/v2/projects?page_size=2&page_token="+first["next_page_token"].(string)).want(t, 200).json(t)
	if got := names(t, first["items"]) + " / " + names(t, second["items"]); got != "Default one / two" || second["next_page_token"] != nil {
		t.Errorf("in pages of two: %q, then %v", got, second["next_page_token"])
	}
	if got := names(t, b.get("/api/v2/projects?name=two").want(t, 200).json(t)["items"]); got != "two" {
		t.Errorf("name=two finds %q", got)
	}
	made := b.post("/api/v2/projects", `{"name":"three"}`).want(t, 201).json(t)
	three := made["id"].(string)
	if r := b.post("/api/v2/projects", `{"name":"three"}`).want(t, 409); r.header.Get("X-Should-Retry") != "false" {
		t.Error("a conflict invites to try again")
	}
	b.post("/api/v2/projects", `{"name":""}`).want(t, 422)
	b.post("/api/v2/projects", `{"name":"x","more":1}`).want(t, 422)
	b.post("/api/v2/projects", `{"name":"x","organization_id":"`+two+`"}`).want(t, 403)
	rename := func(id, name string) reply {
		return b.send("PUT", "/api/v2/projects/"+id, "application/json", strings.NewReader(`{"name":"`+name+`"}`))
	}
	if got := rename(three, "drei").want(t, 200).json(t)["name"]; got != "drei" {
		t.Errorf("renamed to %v", got)
	}
	rename(three, "drei").want(t, 200)
	rename(three, "two").want(t, 409)
	b.get("/api/v2/parse?project_id="+two).want(t, 200) // an admin key works on any project
	b.get("/api/v2/parse?project_id=0196f1f0-0000-7000-8000-000000000000").want(t, 404)

	organizations := b.get("/api/v1/organizations").want(t, 200).any(t).([]any)
	id := organizations[0].(map[string]any)["id"].(string)
	if got := b.get("/api/v2/organizations").want(t, 200).json(t)["items"].([]any); len(got) != 1 || got[0].(map[string]any)["id"] != id {
		t.Errorf("organizations = %v", got)
	}
	b.get("/api/v2/organizations/"+id).want(t, 200)
	b.get("/api/v1/organizations/"+id).want(t, 200)
	b.get("/api/v1/organizations/"+two).want(t, 404)
}

func TestDeleteProject(t *testing.T) {
	b := start(t, settings{})
	one, key := b.keysOf("one")
	b.key = key
	file := strings.TrimPrefix(b.upload("a.pdf", tinyPDF), "dfl-")
	id := b.parse(tinyPDF, "")
	b.wait(id, "")
	text := job.Folder(strings.TrimPrefix(id, "pjb-")) + task.TextJSON
	if _, err := b.blobs.Open(t.Context(), text); err != nil {
		t.Fatal(err)
	}

	b.key = b.adminKey()
	standard := b.get("/api/v1/projects?project_name=Default").any(t).([]any)[0].(map[string]any)["id"].(string)
	b.send("DELETE", "/api/v2/projects/"+standard, "", nil).want(t, 409)
	b.send("DELETE", "/api/v2/projects/"+one, "", nil).want(t, 204)
	b.send("DELETE", "/api/v2/projects/"+one, "", nil).want(t, 404)
	b.get("/api/v2/projects/"+one).want(t, 404)
	for _, k := range []string{text, job.FileKey(file)} {
		if _, err := b.blobs.Open(t.Context(), k); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s of a deleted project = %v, want none", k, err)
		}
	}
	b.post("/api/v2/projects", `{"name":"one"}`).want(t, 201) // the name is free again
	b.key = key
	b.get("/api/v2/parse").want(t, 401)
}

// any reads a body that is no object.
func (r reply) any(t testing.TB) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("body %.200q: %v", r.body, err)
	}
	return v
}
