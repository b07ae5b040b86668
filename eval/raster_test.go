package eval

import (
	"context"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"recto/internal/format/pdf"
	"recto/internal/geom"
	"recto/internal/ocr"
)

// counting reads the same word in every picture and counts them.
type counting struct{ calls int }

func (*counting) Name() string        { return "counting 1" }
func (*counting) Languages() []string { return []string{"eng"} }
func (c *counting) Recognize(context.Context, image.Image, ocr.Options) (*ocr.Result, error) {
	c.calls++
	return &ocr.Result{Lines: []ocr.Line{{Block: 2, Words: []ocr.Word{{Text: "word", Box: geom.Rect{X1: 40, Y1: 12}, Confidence: 0.9}}}}}, nil
}

func TestRemember(t *testing.T) {
	c := &counting{}
	e := Remember(c, filepath.Join(t.TempDir(), "words"))
	recognize := func(img image.Image, packs ...string) *ocr.Result {
		t.Helper()
		r, err := e.Recognize(t.Context(), img, ocr.Options{Languages: packs})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	img := image.NewNRGBA(image.Rect(0, 0, 8, 8))
	first := recognize(img, "eng")
	if again := recognize(img, "eng"); c.calls != 1 || !reflect.DeepEqual(first, again) {
		t.Errorf("the same picture again: %d calls, %v, want %v", c.calls, again, first)
	}
	recognize(img, "deu")
	img.Set(3, 3, color.Black)
	recognize(img, "eng")
	recognize(image.NewGray(image.Rect(0, 0, 8, 8)), "eng")
	if c.calls != 4 {
		t.Errorf("%d calls for another language, another pixel and another kind, want 4", c.calls)
	}
}

// TestRasters: the scan of a document has its pages and none of its words.
func TestRasters(t *testing.T) {
	paths, err := filepath.Glob("../testdata/corpus/tagged/pdf/*.pdf")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no document of the own corpus: %v", err)
	}
	rt, err := pdf.NewRuntime(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(context.Background())
	scan, err := Rasters{Runtime: rt, Dir: t.TempDir(), DPI: 72}.Of(t.Context(), paths[0])
	if err != nil {
		t.Fatal(err)
	}
	open := func(path string) *pdf.Reader {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := rt.Open(t.Context(), data, "")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	own, read := open(paths[0]), open(scan)
	defer own.Close()
	defer read.Close()
	if own.PageCount() != read.PageCount() {
		t.Fatalf("%d pages, want %d", read.PageCount(), own.PageCount())
	}
	a, b := own.ReadPage(1), read.ReadPage(1)
	if len(b.Runs) != 0 || len(b.Images) != 1 || b.Width < a.Width-1 || b.Width > a.Width+1 || b.Height < a.Height-1 || b.Height > a.Height+1 {
		t.Errorf("a page of %v x %v became one of %v x %v with %d texts and %d pictures", a.Width, a.Height, b.Width, b.Height, len(b.Runs), len(b.Images))
	}
}
