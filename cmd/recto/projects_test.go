package main

import (
	"strings"
	"testing"
)

func TestProjectsCommand(t *testing.T) {
	addr, dir := freeAddr(t), t.TempDir()
	run := func(args ...string) (string, error) {
		out, err := program(t, append(args, "--data-dir", dir)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := run(args...)
		if err != nil {
			t.Fatalf("recto %s: %v", strings.Join(args, " "), err)
		}
		return out
	}
	startServer(t, addr, dir)
	id := must("projects", "create", "legal")
	if _, err := run("projects", "create", "legal"); err == nil {
		t.Error("two projects of one name")
	}
	key := must("keys", "create", "app", "--project", "legal")
	admin := must("keys", "create", "boss", "--admin")
	if list := must("projects", "list"); !strings.Contains(list, id) || !strings.Contains(list, "Default") {
		t.Errorf("projects list = %s", list)
	}
	if list := must("keys", "list"); strings.Count(list, "its project") != 1 || strings.Count(list, "all projects") != 1 {
		t.Errorf("keys list = %s", list)
	}
	get := func(path, key string) (int, string) {
		status, body := ask(t, "GET", "http://"+addr+path, "", nil, "Authorization", "Bearer "+key)
		return status, string(body)
	}
	if status, body := get("/api/v1/projects", key); status != 200 || strings.Contains(body, "Default") || !strings.Contains(body, id) {
		t.Errorf("the key sees %d %s, want its own project", status, body)
	}
	if status, body := get("/api/v1/projects", admin); status != 200 || !strings.Contains(body, "Default") || !strings.Contains(body, id) {
		t.Errorf("the admin key sees %d %s, want both projects", status, body)
	}
	if out := must("projects", "set", "legal", "keep_files_days=7", "open_jobs=5"); !strings.Contains(out, "keep_files_days=7\n") || !strings.Contains(out, "keep_jobs_days=default") {
		t.Errorf("projects set = %s", out)
	}
	if _, body := get("/api/v2/projects/"+id+"/settings", key); !strings.Contains(body, `"resolved":{"keep_files_days":7,"keep_results_days":30,"keep_jobs_days":90,"pages_per_month":0,"open_jobs":5,`) {
		t.Errorf("the server has the settings %s", body)
	}
	if out := must("projects", "set", id, "keep_files_days=default"); !strings.Contains(out, "keep_files_days=default") || !strings.Contains(out, "open_jobs=5") {
		t.Errorf("projects set = %s", out)
	}
	for _, wrong := range []string{"keep_files_days", "keep_files_days=", "keep_files_days=-1", "keep_files_days=soon", "nonsense=1"} {
		if out, err := run("projects", "set", "legal", wrong); err == nil {
			t.Errorf("projects set %s says %q, want a failure", wrong, out)
		}
	}
	must("projects", "delete", "legal")
	if status, _ := get("/api/v1/projects", key); status != 401 {
		t.Errorf("key of a deleted project: %d, want 401", status)
	}
	if _, body := get("/api/v1/projects", admin); strings.Contains(body, id) {
		t.Errorf("after the deletion there is %s", body)
	}
	for _, name := range []string{"legal", "Default"} {
		if out, err := run("projects", "delete", name); err == nil {
			t.Errorf("deleting %s says %q, want a failure", name, out)
		}
	}
}
