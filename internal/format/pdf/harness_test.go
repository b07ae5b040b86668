package pdf

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/geom"
	"recto/internal/page"
)

// runtime is one Runtime for all tests; a start takes a while.
var runtime *Runtime

func TestMain(m *testing.M) {
	rt, err := NewRuntime(context.Background(), "")
	if err != nil {
		panic(err)
	}
	runtime = rt
	code := m.Run()
	if err := rt.Close(context.Background()); err != nil {
		panic(err)
	}
	os.Exit(code)
}

var sampleDirs = []string{"../../../testdata/corpus/tagged/pdf", "../../../testdata/pdf"}

// sample returns the bytes of one of our own documents.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	for _, dir := range sampleDirs {
		if data, err := os.ReadFile(filepath.Join(dir, name+".pdf")); err == nil {
			return data
		}
	}
	t.Fatalf("no sample %s: go run ./testdata/gen", name)
	return nil
}

// open opens a sample that must open, until the end of the test.
func open(t testing.TB, name string) *Reader {
	t.Helper()
	r, err := runtime.Open(t.Context(), sample(t, name), "")
	if err != nil {
		t.Fatalf("Open(%s): %v", name, err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close %s: %v", name, err)
		}
	})
	return r
}

// read reads one page of a sample, which must succeed.
func read(t testing.TB, name string, n int) *page.Page {
	t.Helper()
	p := open(t, name).ReadPage(n)
	if p.Err != nil {
		t.Fatalf("ReadPage(%s, %d): %v", name, n, p.Err)
	}
	return p
}

// textOf returns a run's characters with its drawn spaces.
func textOf(r *page.Run) string {
	var b strings.Builder
	for i := range r.Glyphs {
		if i > 0 && r.Glyphs[i].Flags&page.SpaceBefore != 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r.Glyphs[i].Rune)
	}
	return b.String()
}

// runOf returns the run with a text.
func runOf(t testing.TB, p *page.Page, text string) *page.Run {
	t.Helper()
	var all []string
	for i := range p.Runs {
		got := textOf(&p.Runs[i])
		if got == text {
			return &p.Runs[i]
		}
		all = append(all, fmt.Sprintf("%q", got))
	}
	t.Fatalf("page %d has no run %q, it has %s", p.Number, text, strings.Join(all, ", "))
	return nil
}

// close to a tenth of a point is the same place.
const slack = 0.1

func sameBox(a, b geom.Rect) bool {
	return math.Abs(a.X0-b.X0) < slack && math.Abs(a.Y0-b.Y0) < slack && math.Abs(a.X1-b.X1) < slack && math.Abs(a.Y1-b.Y1) < slack
}

func checkBox(t testing.TB, what string, got, want geom.Rect) {
	t.Helper()
	if !sameBox(got, want) {
		t.Errorf("%s stands at %.2f, want %.2f", what, got, want)
	}
}
