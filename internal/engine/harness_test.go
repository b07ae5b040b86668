package engine

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/doc"
	"recto/internal/layout"
)

// engine is one engine for all tests: it is safe for concurrent use, and a
// start takes a while.
var engine *Engine

func TestMain(m *testing.M) {
	e, err := Start(context.Background(), Config{})
	if err != nil {
		panic(err)
	}
	engine = e
	code := m.Run()
	if err := e.Close(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// sample reads one of our own documents.
func sample(t testing.TB, name string) Source {
	t.Helper()
	for _, dir := range []string{"../../testdata/corpus/tagged/pdf", "../../testdata/pdf"} {
		path := filepath.Join(dir, name+".pdf")
		data, err := os.ReadFile(path)
		if err == nil {
			return Source{Name: name + ".pdf", Data: data}
		}
	}
	t.Fatalf("no sample %s: go run ./testdata/gen", name)
	return Source{}
}

// parse parses a sample that must succeed.
func parse(t testing.TB, name string, o Options) *Result {
	t.Helper()
	r, err := engine.Parse(t.Context(), sample(t, name), o)
	if err != nil {
		t.Fatalf("Parse(%s, %+v): %v", name, o, err)
	}
	return r
}

// numbers returns the page numbers of a result.
func numbers(r *Result) []int {
	var out []int
	for _, p := range r.Doc.Pages {
		out = append(out, p.Number)
	}
	return out
}

// text returns all text of a page's items, header and footer, with the text of
// each block on a line.
func text(p *doc.Page) string {
	var b strings.Builder
	for _, items := range [][]doc.Item{p.Header, p.Items, p.Footer} {
		for _, it := range items {
			writeText(&b, it)
		}
	}
	return b.String()
}

func writeText(b *strings.Builder, it doc.Item) {
	line := func(t doc.Text) {
		if !t.Empty() {
			b.WriteString(t.Plain() + "\n")
		}
	}
	switch it := it.(type) {
	case *doc.Heading:
		line(it.Text)
	case *doc.Paragraph:
		line(it.Text)
	case *doc.List:
		for _, e := range it.Entries {
			line(e.Text)
			for _, below := range e.Items {
				writeText(b, below)
			}
		}
	case *doc.Code:
		b.WriteString(it.Value + "\n")
	case *doc.Table:
		line(it.Caption)
		for _, c := range it.Cells {
			line(c.Text)
		}
	case *doc.Figure:
		line(it.Caption)
		line(it.Labels)
	case *doc.Caption:
		line(it.Text)
	case *doc.Footnote:
		line(it.Text)
	case *doc.Formula:
		line(it.Text)
	case *doc.Link:
		b.WriteString(it.Text + "\n")
	}
}

// unplaced returns the text of a document that the layout has lost.
func unplaced(r *Result) []doc.Dropped {
	var out []doc.Dropped
	for _, p := range r.Doc.Pages {
		for _, d := range p.Dropped {
			if d.Reason == layout.Unplaced {
				out = append(out, d)
			}
		}
	}
	return out
}
