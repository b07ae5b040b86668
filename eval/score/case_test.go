package score

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// textCase is a file of testdata: a remark and named sections.
type textCase struct {
	name     string
	sections map[string]string
}

// textCases reads the cases of a folder. A section begins with a line
// "-- name --".
func textCases(t *testing.T, folder string) []textCase {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in testdata/%s (%v)", folder, err)
	}
	var cases []textCase
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := textCase{strings.TrimSuffix(filepath.Base(path), ".txt"), map[string]string{}}
		section := ""
		for line := range strings.Lines(string(data)) {
			if name, ok := strings.CutPrefix(line, "-- "); ok && strings.HasSuffix(name, " --\n") {
				section = strings.TrimSuffix(name, " --\n")
				continue
			}
			c.sections[section] += line
		}
		cases = append(cases, c)
	}
	return cases
}
