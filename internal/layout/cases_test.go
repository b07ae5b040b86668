package layout

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/doc"
	"recto/internal/page"
)

var update = flag.Bool("update", false, "rewrite the expected items of the cases")

// testCase is one file of testdata: pages, what is on them, and whether we know
// that we do not reach it yet.
type testCase struct {
	notes string // everything before the first page
	pages []string
	// outline holds the bookmarks, a line each: 2 1 "A title" lies on level 2 and
	// leads to page 1.
	outline string
	want    string
	known   string // why it fails, "" when it must pass
}

// readCase reads a case: sections begin with lines such as "-- page --".
func readCase(t *testing.T, file string) testCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c testCase
	at := &c.notes
	for line := range strings.Lines(string(data)) {
		switch strings.TrimSpace(line) {
		case "-- page --":
			c.pages = append(c.pages, "")
			at = &c.pages[len(c.pages)-1]
		case "-- outline --":
			at = &c.outline
		case "-- items --":
			at = &c.want
		case "-- known --":
			at = &c.known
		default:
			*at += line
		}
	}
	if len(c.pages) == 0 {
		t.Fatalf("%s has no page", file)
	}
	return c
}

// TestCases runs every case of testdata/*/*.txt. The folders are named after the
// passes they are about.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(file), "testdata/"), ".txt")
		t.Run(name, func(t *testing.T) {
			c := readCase(t, file)
			got := runCase(t, c)
			if *update && c.known == "" {
				writeCase(t, file, c, got)
				return
			}
			same := strings.TrimSpace(got) == strings.TrimSpace(c.want)
			switch {
			case c.known != "" && same:
				t.Errorf("%s is marked known (%s) and passes: remove the mark", file, strings.TrimSpace(c.known))
			case c.known == "" && !same:
				t.Errorf("%s: got\n%s\nwant\n%s", file, got, c.want)
			}
		})
	}
}

// runCase understands the pages of a case and checks after each pass that no
// text has been lost.
func runCase(t *testing.T, c testCase) string {
	t.Helper()
	o := Options{strict: true, Outline: readOutline(t, c.outline)}
	var sheets []*Sheet
	for i, text := range c.pages {
		p, err := page.ParseText(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Number = i + 1
		p.Runs = ReadBoxes(p)
		sheets = append(sheets, Prepare(p, o))
	}
	d := understand(sheets, o, func(pass string, sheets []*Sheet) {
		for _, s := range sheets {
			if err := s.check(pass); err != nil {
				t.Error(err)
			}
		}
	})
	var b strings.Builder
	for i, p := range d.Pages {
		if i > 0 {
			b.WriteString("---\n")
		}
		if err := doc.WriteText(&b, p); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// readOutline reads the bookmarks of a case.
func readOutline(t *testing.T, text string) []doc.Bookmark {
	t.Helper()
	var out []doc.Bookmark
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		m := doc.Bookmark{Y: -1}
		if _, err := fmt.Sscanf(line, "%d %d %q", &m.Level, &m.Page, &m.Title); err != nil {
			t.Fatalf("bookmark %q: %v", line, err)
		}
		out = append(out, m)
	}
	return out
}

func writeCase(t *testing.T, file string, c testCase, got string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(c.notes)
	for _, p := range c.pages {
		b.WriteString("-- page --\n" + p)
	}
	if c.outline != "" {
		b.WriteString("-- outline --\n" + c.outline)
	}
	b.WriteString("-- items --\n" + got)
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
