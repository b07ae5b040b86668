package eval

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/eval/score"
)

// writeFiles fills a temporary folder and returns it.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// smallCorpus has two tagged documents, one with tables only, and one page
// with questions.
var smallCorpus = map[string]string{
	"dev/tagged/manifest.json":      `[{"id": "one", "pages": 2}, {"id": "two"}]`,
	"dev/tagged/gt/one.md":          "# Title\n\nText\n",
	"dev/tagged/gt/two.md":          "Only text\r\n",
	"dev/tagged/pdf-tagged/two.pdf": "",
	"dev/icdar/manifest.json":       `[{"id": "grid", "pages": 1}]`,
	"dev/icdar/gt/grid.json": `{"tables": [[{"page": 1, "table": {"nrows": 1, "ncols": 2, "cells": [[0, 0, 1, 1, "a"], [0, 1, 1, 1, "b"]]}}]],
		"regions": [[[1, [10, 10, 20, 20]]]]}`,
	"dev/olm/manifest.json": `[{"id": "page", "pages": 1}]`,
	"dev/olm/tests.json":    `[{"doc": "page", "id": "x", "type": "present", "text": "here"}, {"doc": "page", "id": "y", "type": "absent", "text": "footer"}]`,
}

func mustLoad(t *testing.T, dir string, sel Selection) []Corpus {
	t.Helper()
	corpora, err := Load(dir, sel)
	if err != nil {
		t.Fatal(err)
	}
	return corpora
}

func mustScore(t *testing.T, r Run, corpora []Corpus) Report {
	t.Helper()
	report, err := r.Score(t.Context(), corpora)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestLoad(t *testing.T) {
	dir := writeFiles(t, smallCorpus)
	for _, c := range []struct {
		name string
		dir  string
		sel  Selection
		want string
	}{
		{"all", dir, Selection{}, "tagged/pdf/one.pdf tagged/pdf/two.pdf icdar/pdf/grid.pdf olm/pdf/page.pdf"},
		{"without dev", filepath.Join(dir, "dev"), Selection{Only: "icdar"}, "icdar/pdf/grid.pdf"},
		{"one document", dir, Selection{Document: "two"}, "tagged/pdf/two.pdf"},
		{"tags used", dir, Selection{Only: "tagged", Tagged: true}, "tagged/pdf/one.pdf tagged/pdf-tagged/two.pdf"},
	} {
		var got []string
		for _, corpus := range mustLoad(t, c.dir, c.sel) {
			for _, d := range corpus.Documents {
				path, err := filepath.Rel(filepath.Join(dir, "dev"), d.PDF)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, filepath.ToSlash(path))
			}
		}
		if joined := strings.Join(got, " "); joined != c.want {
			t.Errorf("%s: Load = %s, want %s", c.name, joined, c.want)
		}
	}
	if _, err := Load(dir, Selection{Document: "three"}); !errors.Is(err, ErrNoDocument) {
		t.Errorf("Load of a document that is not there: %v, want %v", err, ErrNoDocument)
	}
}

func TestScore(t *testing.T) {
	corpora := mustLoad(t, writeFiles(t, smallCorpus), Selection{})
	predictions := writeFiles(t, map[string]string{
		"tagged/one.md":   "# Title\n\nText\n",
		"icdar/grid.md":   "|a|b|\n|-|-|\n",
		"icdar/grid.json": `[{"type": "text", "page": 1}, {"type": "table", "page": 1, "bbox": [10, 10, 20, 18]}]`,
		"olm/page.md":     "here\n\nfooter\n",
	})
	out := t.TempDir()
	report := mustScore(t, Run{FromFolder(predictions), BoxesFromFolder(predictions), out}, corpora)
	for _, c := range []struct {
		corpus int
		number string
		want   string
	}{
		{0, "NID", "0.500"}, // one right, one missing
		{0, "MHS", "1.000"},
		{0, "TEDS", "-"},
		{1, "det F1", "1.000"},
		{1, "TEDS", "1.000"},
		{1, "adj F1", "1.000"},
		{1, "area F1", "1.000"},
		{2, "present", "1.000"},
		{2, "absent", "0.000"},
		{2, "digital", "0.500"},
		{2, "math", "-"},
	} {
		if got := report[c.corpus].Number(c.number).String(); got != c.want {
			t.Errorf("%s %s = %s, want %s", report[c.corpus].Name, c.number, got, c.want)
		}
	}
	if got, want := strings.Join(report[0].unpredicted(), " "), "two"; got != want {
		t.Errorf("unpredicted = %q, want %q", got, want)
	}
	kept, err := readText(filepath.Join(out, "tagged", "one.md"))
	if err != nil || kept != "# Title\n\nText\n" {
		t.Errorf("kept markdown = %q, %v", kept, err)
	}
	var text strings.Builder
	for _, write := range []func() error{
		func() error { return report.WriteSummary(&text) },
		func() error { return report.WriteDocuments(&text) },
		func() error { return report.WriteFailures(&text) },
	} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"tagged: 1 without prediction: two", "olm/page: absent: footer", "  grid "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("report lacks %q:\n%s", want, text.String())
		}
	}
}

// TestScoreBrokenDocument has a program that fails on a document: that is its
// result, not the end of the run.
func TestScoreBrokenDocument(t *testing.T) {
	corpora := mustLoad(t, writeFiles(t, smallCorpus), Selection{Only: "tagged"})
	predict := func(_ context.Context, pdf string) (string, error) {
		if strings.HasSuffix(pdf, "one.pdf") {
			return "half", errors.New("page 7 is broken")
		}
		return "Only text", nil
	}
	report := mustScore(t, Run{Predict: predict}, corpora)
	if got, want := report[0].Documents[0].Error, "page 7 is broken"; got != want {
		t.Errorf("error = %q, want %q", got, want)
	}
	if got, want := report[0].Number("NID").String(), "0.500"; got != want {
		t.Errorf("NID = %s, want %s", got, want)
	}
}

func TestScoreStops(t *testing.T) {
	corpora := mustLoad(t, writeFiles(t, smallCorpus), Selection{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	predict := func(context.Context, string) (string, error) { return "", nil }
	if _, err := (Run{Predict: predict}).Score(ctx, corpora); !errors.Is(err, context.Canceled) {
		t.Errorf("Score after cancel: %v, want %v", err, context.Canceled)
	}
}

func TestCompare(t *testing.T) {
	corpora := mustLoad(t, writeFiles(t, smallCorpus), Selection{Only: "tagged"})
	constant := func(s string) Run {
		return Run{Predict: func(context.Context, string) (string, error) { return s, nil }}
	}
	differences := Compare(mustScore(t, constant("Only text"), corpora), mustScore(t, constant(""), corpora))
	for _, d := range differences {
		if d.Metric == "NID" && (d.Better != 2 || d.Worse != 0 || d.Documents != 2 || d.Mean <= 0 || d.Low > d.Mean || d.High < d.Mean) {
			t.Errorf("difference of NID = %+v, want both better", d)
		}
	}
	if len(differences) == 0 {
		t.Error("no differences")
	}
}

func TestTruthCell(t *testing.T) {
	var c truthCell
	if err := c.UnmarshalJSON([]byte(`[1, 2, 3, 4, "x"]`)); err != nil {
		t.Fatal(err)
	}
	if want := (score.Cell{Row: 1, Col: 2, RowSpan: 3, ColSpan: 4, Text: "x"}); score.Cell(c) != want {
		t.Errorf("cell = %+v, want %+v", c, want)
	}
	if err := c.UnmarshalJSON([]byte(`[1, 2, 3]`)); err == nil {
		t.Error("a cell of three values is read")
	}
}
