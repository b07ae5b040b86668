package api

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"recto/internal/engine"
	"recto/internal/job"
	"recto/internal/wire"
)

// optionPaths lists every option of a request by its path.
func optionPaths(t reflect.Type, path string) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
		return optionPaths(t.Elem(), path+"[]")
	}
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return []string{path}
	}
	var out []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if path != "" {
			name = path + "." + name
		}
		out = append(out, optionPaths(t.Field(i).Type, name)...)
	}
	return out
}

// TestOptionsAreDocumented: docs/options.md has a row for every option, and
// names a test that exists.
func TestOptionsAreDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "options.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	files, err := filepath.Glob(filepath.Join("..", "*", "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(source), -1) {
			tests[m[1]] = true
		}
	}
	rows := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|.*\\| `(Test\\w+)` \\|$").FindAllStringSubmatch(string(page), -1) {
		rows[m[1]] = true
		if !tests[m[2]] {
			t.Errorf("%s names %s, which does not exist", m[1], m[2])
		}
	}
	seen := map[string]bool{}
	for _, path := range optionPaths(reflect.TypeFor[wire.ParseRequest](), "") {
		row := path
		for !rows[row] && strings.Contains(row, ".") {
			row = strings.TrimSuffix(row, ".*")
			if at := strings.LastIndexByte(row, '.'); at >= 0 {
				row = row[:at] + ".*"
			} else {
				break
			}
		}
		if !rows[row] {
			t.Errorf("docs/options.md does not tell of %s", path)
		}
		seen[row] = true
	}
	for row := range rows {
		if !seen[row] {
			t.Errorf("docs/options.md tells of %s, which is no option", row)
		}
	}
}

func TestOptionTags(t *testing.T) {
	b := start(t, settings{})
	m := b.wait(b.parse(tinyPDF, `,"client_name":"archive-7"`), "?expand=raw_parameters")
	if got := m["raw_parameters"].(map[string]any)["client_name"]; got != "archive-7" {
		t.Errorf("client_name = %v", got)
	}
}

// TestOptionTimeouts: the limit of the request holds, and pages add to it.
func TestOptionTimeouts(t *testing.T) {
	slow := parserFunc(func(ctx context.Context, _ engine.Source, o engine.Options) (*engine.Result, error) {
		o.Progress(0, 1) // it has one page
		<-ctx.Done()
		return nil, ctx.Err()
	})
	b := start(t, settings{parser: slow, job: func(c *job.Config) { c.Timeout = time.Hour }})
	began := time.Now()
	m := b.wait(b.parse(tinyPDF, `,"processing_control":{"timeouts":{"base_in_seconds":1}}`), "")
	if j := jobOf(m); j["status"] != "FAILED" || !strings.HasPrefix(j["error_message"].(string), "TIMEOUT") || time.Since(began) > 10*time.Second {
		t.Errorf("job = %v after %v, want TIMEOUT after a second", j, time.Since(began))
	}
	began = time.Now()
	m = b.wait(b.parse(tinyPDF, `,"processing_control":{"timeouts":{"base_in_seconds":1,"extra_time_per_page_in_seconds":2}}`), "")
	if j := jobOf(m); j["status"] != "FAILED" || time.Since(began) < 2500*time.Millisecond {
		t.Errorf("job = %v after %v, want TIMEOUT after a second and two for the page", j, time.Since(began))
	}
	for _, bad := range []string{`"base_in_seconds":0`, `"base_in_seconds":7201`, `"extra_time_per_page_in_seconds":301`} {
		b.form("/api/v2/parse/upload", part{"file", "a.pdf", tinyPDF}, part{"configuration", "", `{"tier":"fast","version":"latest","processing_control":{"timeouts":{` + bad + `}}}`}).want(t, 422)
	}
}
