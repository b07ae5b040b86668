package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/ocr"
	"recto/internal/ocr/tesseract"
	"recto/internal/ocr/tesswasm"
)

// reader is an engine with text recognition by the installed Tesseract or the one
// that make test has fetched; without either the test is skipped.
func reader(t *testing.T) *Engine {
	t.Helper()
	var tess ocr.Engine
	var err error
	if tess, err = tesseract.Find(t.Context()); err != nil {
		assets, missing := tesswasm.ReadAssets("../ocr/tesswasm/assets")
		if missing != nil {
			t.Skipf("%v (apt-get install tesseract-ocr, or make ocr-assets)", err)
		}
		if tess, err = tesswasm.New(tesswasm.Config{Assets: assets}); err != nil {
			t.Fatal(err)
		}
	}
	e, err := Start(t.Context(), Config{OCR: tess})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// scanOf draws page 1 of a sample as a picture on a page of the same size.
func scanOf(t *testing.T, name string, turn func(image.Image) image.Image) Source {
	t.Helper()
	var shot []byte
	o := Options{Images: ImageKinds{Screenshot: true}, ScreenshotDPI: 200, Pages: []int{1}, SaveImage: func(i Image) error {
		shot = i.Data
		return nil
	}}
	parse(t, name, o)
	img, _, err := image.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	if turn != nil {
		img = turn(img)
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	w, h := float64(img.Bounds().Dx())*0.36, float64(img.Bounds().Dy())*0.36
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w, Ht: h}})
	f.AddPage()
	f.RegisterImageOptionsReader("scan", fpdf.ImageOptions{ImageType: "PNG"}, &buf)
	f.ImageOptions("scan", 0, 0, w, h, false, fpdf.ImageOptions{}, 0, "")
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	return Source{Name: "scan.pdf", Data: out.Bytes()}
}

func onItsHead(m image.Image) image.Image {
	b := m.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dx()-1-x, b.Dy()-1-y, m.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// TestScanReadsLikeTheOriginal: the picture of a page gives the words, the kinds
// of items and the places that the page itself gives.
func TestScanReadsLikeTheOriginal(t *testing.T) {
	e := reader(t)
	want := parse(t, "report", Options{Pages: []int{1}, IgnoreTags: true})
	for name, turn := range map[string]func(image.Image) image.Image{"upright": nil, "upside down": onItsHead} {
		got, err := e.Parse(t.Context(), scanOf(t, "report", turn), Options{Words: true})
		if err != nil {
			t.Fatal(err)
		}
		p := got.Doc.Pages[0]
		if p.Recognized == "" || p.NeedsOCR != "" || p.Confidence < 0.8 {
			t.Errorf("%s: recognized %q, needs %q, confidence %v", name, p.Recognized, p.NeedsOCR, p.Confidence)
		}
		if share := commonWords(text(want.Doc.Pages[0]), text(p)); share < 0.95 {
			t.Errorf("%s: %.2f of the words are read:\n%s", name, share, text(p))
		}
		headings := func(p *doc.Page) (n int) {
			for _, it := range p.Items {
				if _, ok := it.(*doc.Heading); ok {
					n++
				}
			}
			return n
		}
		if a, b := headings(want.Doc.Pages[0]), headings(p); b == 0 || b > a+1 {
			t.Errorf("%s: %d headings, the original has %d", name, b, a)
		}
		if rotation := map[bool]int{true: 180}[turn != nil]; p.Rotation != rotation {
			t.Errorf("%s: rotation %d, want %d", name, p.Rotation, rotation)
		}
		// The title is at the top of the paper, or at its foot.
		box := p.Items[0].Common().Box()
		if atTop := box.CenterY() < p.Height/2; atTop == (turn != nil) {
			t.Errorf("%s: the first item stands at %v of a page %v high", name, box, p.Height)
		}
		if len(got.Words[0]) < 50 || got.Words[0][0].Confidence <= 0 || got.Words[0][0].Confidence > 1 {
			t.Errorf("%s: %d words, the first %+v", name, len(got.Words[0]), got.Words[0][0])
		}
		if !strings.Contains(got.Text[0], strings.Fields(text(want.Doc.Pages[0]))[0]) {
			t.Errorf("%s: text = %.200q", name, got.Text[0])
		}
	}
}

// TestNoRecognitionOfDigitalPages: pages with text cost nothing and are read once.
func TestNoRecognitionOfDigitalPages(t *testing.T) {
	counting := &countingOCR{}
	e, err := Start(t.Context(), Config{OCR: counting})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, name := range []string{"report", "article", "form", "slides", "unicode", "pictures"} {
		if _, err := e.Parse(t.Context(), sample(t, name), Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if counting.n != 0 {
		t.Errorf("%d pages with text were sent to recognition", counting.n)
	}
}

// TestFailedRecognition: a page that cannot be read is told and costs only itself.
func TestFailedRecognition(t *testing.T) {
	e, err := Start(t.Context(), Config{OCR: &countingOCR{err: errors.New("out of paper")}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	r, err := e.Parse(t.Context(), scanOf(t, "report", nil), Options{Languages: []string{"de"}})
	if err != nil || len(r.FailedOCR) != 1 || r.Doc.Pages[0].NeedsOCR == "" || r.Doc.Pages[0].Err != nil {
		t.Fatalf("%v, failed %v, page %+v", err, r.FailedOCR, r.Doc.Pages[0])
	}
	all := ""
	for _, w := range r.Doc.Warnings {
		all += w.Text + "\n"
	}
	if !strings.Contains(all, "out of paper") || !strings.Contains(all, "no language pack for de") {
		t.Errorf("warnings:\n%s", all)
	}
	if r, err = e.Parse(t.Context(), scanOf(t, "report", nil), Options{NoOCR: true}); err != nil || len(r.FailedOCR) != 0 {
		t.Errorf("without recognition: %v, %v", err, r.FailedOCR)
	}
}

type countingOCR struct {
	n   int
	err error
}

func (c *countingOCR) Name() string        { return "counting" }
func (c *countingOCR) Languages() []string { return []string{"eng"} }
func (c *countingOCR) Recognize(context.Context, image.Image, ocr.Options) (*ocr.Result, error) {
	c.n++
	return &ocr.Result{}, c.err
}

// commonWords returns the share of the words of a text that another has.
func commonWords(want, got string) float64 {
	have := map[string]int{}
	for _, w := range strings.Fields(got) {
		have[w]++
	}
	n, hit := 0, 0
	for _, w := range strings.Fields(want) {
		n++
		if have[w] > 0 {
			have[w]--
			hit++
		}
	}
	return float64(hit) / math.Max(float64(n), 1)
}

// TestNonsenseIsNotTaken: words that the engine does not believe itself are not
// put into the document.
func TestNonsenseIsNotTaken(t *testing.T) {
	e, err := Start(t.Context(), Config{OCR: &scribble{}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	r, err := e.Parse(t.Context(), scanOf(t, "report", nil), Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := r.Doc.Pages[0]
	if strings.Contains(text(p), "qwxzt") || p.Recognized != "" || p.NeedsOCR == "" || len(r.FailedOCR) != 1 {
		t.Errorf("page %q, recognized %q, needs %q, failed %v", text(p), p.Recognized, p.NeedsOCR, r.FailedOCR)
	}
}

type scribble struct{ countingOCR }

func (*scribble) Recognize(context.Context, image.Image, ocr.Options) (*ocr.Result, error) {
	r := &ocr.Result{}
	for i := range 5 {
		r.Lines = append(r.Lines, ocr.Line{Words: []ocr.Word{{Text: "qwxzt", Confidence: 0.25, Box: geom.FromXYWH(100, 100+40*float64(i), 90, 20)}}})
	}
	return r, nil
}
