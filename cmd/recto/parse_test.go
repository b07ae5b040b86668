package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"
)

// writePDF makes a document with one line a page.
func writePDF(t *testing.T, path, password string, lines ...string) {
	t.Helper()
	f := fpdf.New("P", "pt", "A4", "")
	f.SetFont("Helvetica", "", 12)
	if password != "" {
		f.SetProtection(0, password, "owner")
	}
	for _, line := range lines {
		f.AddPage()
		f.Text(72, 100, line)
	}
	if err := f.OutputFileAndClose(path); err != nil {
		t.Fatal(err)
	}
}

// parse runs the program and returns what it wrote and its exit code.
func parse(t *testing.T, stdin []byte, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := program(t, append([]string{"parse"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return out.String(), errs.String(), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), 0
}

func TestParseForms(t *testing.T) {
	file := filepath.Join(t.TempDir(), "two.pdf")
	writePDF(t, file, "", "The first page.", "The second page.")
	for form, want := range map[string]string{
		"markdown": "The first page.\n\n---\n\nThe second page.\n", "text": "The first page.\n\n---\n\nThe second page.\n",
	} {
		if got, errs, code := parse(t, nil, "--format", form, file); got != want || code != 0 || errs != "" {
			t.Errorf("%s: %q, %q, exit %d, want %q", form, got, errs, code, want)
		}
	}
	out, errs, code := parse(t, nil, "--format", "items", "--pages", "2", file)
	var items struct {
		Pages []struct {
			Number int              `json:"page_number"`
			Items  []map[string]any `json:"items"`
		}
	}
	if err := json.Unmarshal([]byte(out), &items); err != nil || code != 0 || len(items.Pages) != 1 || items.Pages[0].Number != 2 ||
		len(items.Pages[0].Items) != 1 || items.Pages[0].Items[0]["value"] != "The second page." {
		t.Errorf("items: %s%s, exit %d, %v", out, errs, code, err)
	}
	out, errs, code = parse(t, nil, "--format", "json", file)
	var whole map[string]any
	if err := json.Unmarshal([]byte(out), &whole); err != nil || code != 0 {
		t.Fatalf("json: %s%s, exit %d, %v", out, errs, code, err)
	}
	for _, field := range []string{"job", "text", "markdown", "items", "metadata", "markdown_full", "text_full", "images_content_metadata", "job_metadata"} {
		if whole[field] == nil {
			t.Errorf("json has no %s", field)
		}
	}
}

func TestParseSources(t *testing.T) {
	file := filepath.Join(t.TempDir(), "one.pdf")
	writePDF(t, file, "", "The page.")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const want = "The page.\n"
	if got, errs, code := parse(t, data, "-"); got != want || code != 0 {
		t.Errorf("standard input: %q, %q, exit %d", got, errs, code)
	}
	s := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(file))))
	t.Cleanup(s.Close)
	if got, errs, code := parse(t, nil, "--allow-private", s.URL+"/one.pdf"); got != want || code != 0 {
		t.Errorf("address: %q, %q, exit %d", got, errs, code)
	}
	if got, errs, code := parse(t, nil, s.URL+"/one.pdf"); got != "" || code != 1 || !strings.Contains(errs, "--allow-private") {
		t.Errorf("blocked address: %q, %q, exit %d", got, errs, code)
	}
}

func TestParseManyFiles(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	one, broken, locked := filepath.Join(dir, "one.pdf"), filepath.Join(dir, "broken.pdf"), filepath.Join(dir, "locked.pdf")
	writePDF(t, one, "", "The page.")
	writePDF(t, locked, "secret", "The secret.")
	if err := os.WriteFile(broken, []byte("%PDF-1.4 nothing"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, errs, code := parse(t, nil, "-o", out, one, broken, locked, one)
	if code != 1 || !strings.Contains(errs, "broken.pdf: ") || !strings.Contains(errs, "--password") || !strings.Contains(errs, "2 of 4 files failed") {
		t.Errorf("stderr %q, exit %d", errs, code)
	}
	if n := strings.Count(errs, "\n"); n != 3 {
		t.Errorf("%d lines on stderr, want one a failure and the sum:\n%s", n, errs)
	}
	for _, name := range []string{"one.md", "one-2.md"} {
		if got, err := os.ReadFile(filepath.Join(out, name)); err != nil || string(got) != "The page.\n" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, errs, code := parse(t, nil, "--password", "secret", locked); code != 0 || got != "The secret.\n" {
		t.Errorf("with the password: %q, %q, exit %d", got, errs, code)
	}
}

// TestParseSearchable: --searchable writes a PDF of a picture, and of a document
// with text the document itself; several go to a folder.
func TestParseSearchable(t *testing.T) {
	dir := t.TempDir()
	var jpg bytes.Buffer
	if err := jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 60, 40)), nil); err != nil {
		t.Fatal(err)
	}
	picture, file := filepath.Join(dir, "dark.jpg"), filepath.Join(dir, "one.pdf")
	if err := os.WriteFile(picture, jpg.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	writePDF(t, file, "", "The page.")
	out := filepath.Join(dir, "out") + string(os.PathSeparator)
	if _, errs, code := parse(t, nil, "-o", out, "--searchable", out, picture, file); code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	got, err := os.ReadFile(out + "dark.pdf")
	if err != nil || !bytes.HasPrefix(got, []byte("%PDF-")) || !bytes.Contains(got, jpg.Bytes()) {
		t.Errorf("of a picture: %.20q, %v", got, err)
	}
	want, _ := os.ReadFile(file)
	if got, err := os.ReadFile(out + "one.pdf"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("of a document: %d bytes, %v", len(got), err)
	}
}

func TestParseUsage(t *testing.T) {
	for _, args := range [][]string{
		{}, {"--pages", "0", "x.pdf"}, {"--pages", "3-1", "x.pdf"}, {"--format", "docx", "x.pdf"}, {"a.pdf", "b.pdf"}, {"-o", "out", "-", "-"}, {"--jobs", "-1", "x.pdf"},
	} {
		if _, errs, code := parse(t, nil, args...); code != usageExit || errs == "" {
			t.Errorf("parse %q: exit %d, %q, want %d", args, code, errs, usageExit)
		}
	}
	for _, file := range []string{"missing.pdf", t.TempDir()} {
		if _, errs, code := parse(t, nil, file); code != 1 || strings.Count(errs, "\n") != 1 {
			t.Errorf("parse %s: exit %d, %q, want 1 and one line", file, code, errs)
		}
	}
}
