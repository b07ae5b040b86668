package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/blob/blobtest"
	"recto/internal/job"
	"recto/internal/store"
	"recto/internal/store/storetest"
)

// doctor runs the command with --json and returns the findings by name.
func doctor(t *testing.T, args ...string) (found map[string]finding, code int) {
	t.Helper()
	cmd := program(t, append([]string{"doctor", "--json"}, args...)...)
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	var report struct {
		OK     bool
		Checks []finding
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if report.OK != (code == 0) {
		t.Errorf("ok is %v, exit %d", report.OK, code)
	}
	found = map[string]finding{}
	for _, f := range report.Checks {
		if f.State != fine && f.Detail == "" || f.State == broken && f.Advice == "" {
			t.Errorf("%+v does not say what is wrong and what to do", f)
		}
		found[f.Name] = f
	}
	return found, code
}

func TestDoctor(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	found, code := doctor(t, "--data-dir", dir, "--ocr", "none", "--ocr-models", t.TempDir())
	for name, state := range map[string]string{
		"reading PDF": fine, "child processes": fine, "storage": fine, "ppocr": missing, "reading scans": missing, "data": fine, "database": missing, "temporary files": fine, "memory": fine,
	} {
		if found[name].State != state {
			t.Errorf("%s: %+v, want %s", name, found[name], state)
		}
	}
	if _, err := os.Stat(dir); err == nil || code != 0 {
		t.Errorf("exit %d, and the folder was made: %v", code, err == nil)
	}
	if found["tesseract"].State == fine {
		if found, code := doctor(t, "--data-dir", dir); code != 0 || !strings.Contains(found["reading scans"].Detail, "reads a test picture") {
			t.Errorf("with tesseract: %+v, exit %d", found["reading scans"], code)
		}
	}
	cmd := program(t, "doctor", "--data-dir", dir, "--ocr", "none")
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), "\nmissing  database         there is none yet\n                          → recto serve makes it") {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestDoctorFindsWhatIsBroken(t *testing.T) {
	dir := t.TempDir()
	startServer(t, freeAddr(t), dir)
	if found, code := doctor(t, "--data-dir", dir, "--ocr", "none"); code != 0 || found["database"].State != fine {
		t.Errorf("beside a running server: %+v, exit %d", found["database"], code)
	}

	file := filepath.Join(dir, "recto.db")
	if found, code := doctor(t, "--data-dir", filepath.Join(file, "x"), "--ocr", "none"); code != 1 || found["data"].State != broken {
		t.Errorf("data in a file: %+v, exit %d", found["data"], code)
	}

	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "recto.db"), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, code := doctor(t, "--data-dir", damaged, "--ocr", "none"); code != 1 || found["database"].State != broken {
		t.Errorf("damaged database: %+v, exit %d", found["database"], code)
	}

	blind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer s3cret" {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"words": [{"text": "clock", "box": [10, 10, 50, 20], "confidence": 0.9}]}`))
	}))
	t.Cleanup(blind.Close)
	for key, want := range map[string]string{"": "check RECTO_OCR_KEY", "s3cret": "1 of 10 words"} {
		t.Setenv("RECTO_OCR_KEY", key)
		found, code := doctor(t, "--data-dir", dir, "--ocr", blind.URL)
		f := found["reading scans"]
		if code != 1 || f.State != broken || !strings.Contains(f.Detail, want) || !strings.Contains(f.Detail, strings.TrimPrefix(blind.URL, "http://")) {
			t.Errorf("with the key %q: %+v, exit %d", key, f, code)
		}
	}
}

// TestDoctorOfManyMachines: database and bucket are tried, where they are there and
// where they are not.
func TestDoctorOfManyMachines(t *testing.T) {
	storage, database := blobtest.S3(t), storetest.Postgres(t)
	quick := []string{"--data-dir", t.TempDir(), "--ocr", "none", "--sandbox", "off"}
	check := func(more ...string) (map[string]finding, int) {
		t.Helper()
		return doctor(t, append(quick, more...)...)
	}
	found, code := check("--storage", storage, "--database", database)
	if code != 0 || found["storage"].State != fine || !strings.Contains(found["storage"].Detail, "written, read, linked to and deleted") || found["database"].State != missing {
		t.Errorf("exit %d, %+v", code, found)
	}
	if found["child processes"].State != missing {
		t.Errorf("without children: %+v", found["child processes"])
	}
	db, err := store.Open(t.Context(), store.Config{Address: database, Migrate: job.Migrate})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if found, code := check("--database", database); code != 0 || found["database"].State != fine {
		t.Errorf("exit %d, %+v", code, found["database"])
	}
	for _, sql := range []string{"CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"} {
		if _, err := db.SQL.ExecContext(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User("reader")
	if found, code := check("--database", u.String()); code != 1 || !strings.HasPrefix(found["database"].Detail, "write: ") {
		t.Errorf("who may only read: exit %d, %+v", code, found["database"])
	}
	name, endpoint, _ := strings.Cut(storage, "?")
	for _, c := range []struct{ storage, public, detail string }{
		{name + "-not?" + endpoint, "", "no such bucket"},
		{"s3://" + strings.TrimPrefix(name, "s3://") + "?endpoint=http://127.0.0.1:1", "", "refused"},
		{storage, "http://127.0.0.1:1", "link"},
	} {
		args := []string{"--storage", c.storage}
		if c.public != "" {
			args = append(args, "--public-s3-endpoint", c.public)
		}
		found, code := check(args...)
		if f := found["storage"]; code != 1 || f.State != broken || !strings.Contains(f.Detail, c.detail) || strings.Contains(f.Detail, "X-Amz-Signature") {
			t.Errorf("%s for clients at %q: exit %d, %+v, want %q", c.storage, c.public, code, f, c.detail)
		}
	}
}
