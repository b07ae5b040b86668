package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpusFiles is a corpus of two documents, good output and bad.
var corpusFiles = map[string]string{
	"corpus/tagged/manifest.json": `[{"id": "a", "pages": 1}, {"id": "b", "pages": 1}]`,
	"corpus/tagged/gt/a.md":       "# First\n\ntext\n",
	"corpus/tagged/gt/b.md":       "# Second\n\ntext\n",
	"good/tagged/a.md":            "# First\n\ntext\n",
	"good/tagged/b.md":            "# Second\n\ntext\n",
	"bad/tagged/a.md":             "# First\n\ntext\n",
	"bad/tagged/b.md":             "Second\n\ntext\n",
}

func inCorpus(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range corpusFiles {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// evaluate runs the command and returns what it prints, or the error.
func evaluate(t *testing.T, line string) string {
	t.Helper()
	var out strings.Builder
	if err := run(t.Context(), strings.Fields(line), &out); err != nil {
		return err.Error()
	}
	return out.String()
}

func TestBaselineOfRuns(t *testing.T) {
	inCorpus(t)
	for _, step := range []struct{ line, want string }{
		{"--corpus corpus --pred good --baseline base.tsv --update", "scores are only in one of the two"},
		{"--corpus corpus --pred good --baseline base.tsv", "nothing moved"},
		{"--corpus corpus --pred bad --baseline base.tsv", "tagged/b"},
		{"--corpus corpus --pred bad --baseline base.tsv --doc a", "nothing moved"},
		{"--corpus corpus --pred bad --vs good", "tagged/b"},
		{"--corpus corpus --pred bad --fails --docs --json scores.json --out kept", "scored in"},
	} {
		if got := evaluate(t, step.line); !strings.Contains(got, step.want) {
			t.Errorf("recto-eval %s prints no %q but\n%s", step.line, step.want, got)
		}
	}
	for _, path := range []string{"scores.json", "kept/tagged/a.md"} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestWrongFlags(t *testing.T) {
	inCorpus(t)
	for _, c := range []struct{ line, want string }{
		{"", "which corpus?"},
		{"--corpus corpus a.pdf", "--doc"},
		{"--corpus corpus --only books", "tagged, icdar or olm"},
		{"--corpus corpus --tags yes", "used or stripped"},
		{"--corpus corpus --update", "--baseline"},
		{"--corpus corpus --pred nowhere", "nowhere"},
		{"--corpus . --pred good", "no document"},
		{"--corpus good --pred good", "manifest.json"},
	} {
		if got := evaluate(t, c.line); !strings.Contains(got, c.want) {
			t.Errorf("recto-eval %s says %q, want %q in it", c.line, got, c.want)
		}
	}
}
