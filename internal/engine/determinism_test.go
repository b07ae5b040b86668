package engine_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"recto/internal/engine"
	"recto/internal/render/markdown"
	"recto/internal/wire"
)

// TestDeterminism parses every document of the own corpus with few and many
// workers and processors, twice each: the same bytes must come out, whatever
// page is ready first and in whatever order Go walks its maps.
func TestDeterminism(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	many := max(runtime.NumCPU(), 4)
	setups := []struct{ workers, processors int }{{1, 1}, {1, many}, {4, 1}, {4, many}}
	files := corpus(t)
	first := make([]output, len(files))
	for _, s := range setups {
		e := start(t, engine.Config{Workers: s.workers})
		runtime.GOMAXPROCS(s.processors)
		for again := range 2 {
			for i, file := range files {
				got := outputOf(t, e, file)
				if first[i].markdown == nil {
					first[i] = got
					continue
				}
				for _, c := range []struct {
					what       string
					first, now []byte
				}{
					{"markdown", first[i].markdown, got.markdown},
					{"items", first[i].items, got.items},
				} {
					if !bytes.Equal(c.first, c.now) {
						t.Errorf("%s of %s differ from the first run with %d workers, GOMAXPROCS %d, round %d: %s",
							c.what, filepath.Base(file), s.workers, s.processors, again+1, firstDifference(c.first, c.now))
					}
				}
			}
		}
	}
}

// output is what a user gets for a document.
type output struct{ markdown, items []byte }

func outputOf(t *testing.T, e *engine.Engine, file string) output {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Parse(t.Context(), engine.Source{Name: file, Data: data}, engine.Options{})
	if err != nil {
		t.Fatalf("Parse(%s): %v", file, err)
	}
	var b bytes.Buffer
	if err := markdown.Render(&b, r.Doc, markdown.Options{}); err != nil {
		t.Fatal(err)
	}
	items, err := json.Marshal(wire.Items(r, markdown.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if b.Len() == 0 {
		t.Fatalf("%s gives no markdown", file)
	}
	return output{b.Bytes(), items}
}

// firstDifference shows both texts around the first byte in which they differ.
func firstDifference(a, b []byte) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	around := func(t []byte) []byte { return t[max(0, n-40):min(len(t), n+40)] }
	return "first …" + string(around(a)) + "…, now …" + string(around(b)) + "…"
}

// corpus returns the documents of the own corpus.
func corpus(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("../../testdata/corpus/tagged/pdf/*.pdf")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no documents: %v", err)
	}
	return files
}

// start starts an engine and stops it when the test is over.
func start(tb testing.TB, c engine.Config) *engine.Engine {
	tb.Helper()
	e, err := engine.Start(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Error(err)
		}
	})
	return e
}
