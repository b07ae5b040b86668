package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/engine"
)

// BenchmarkParse parses every document of the own corpus from bytes to items,
// without pictures: what `make bench` compares from change to change. One worker,
// so that the number of cores does not matter.
func BenchmarkParse(b *testing.B) {
	e := start(b, engine.Config{Workers: 1})
	for _, file := range corpus(b) {
		data, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(strings.TrimSuffix(filepath.Base(file), ".pdf"), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			pages := 0
			for b.Loop() {
				r, err := e.Parse(b.Context(), engine.Source{Name: file, Data: data}, engine.Options{})
				if err != nil {
					b.Fatal(err)
				}
				pages += len(r.Doc.Pages)
			}
			b.ReportMetric(float64(pages)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}
