package engine

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"recto/internal/geom"
)

// layered is a scan of a picture under invisible lines of text, the first at y 90.
func layered(t *testing.T, img image.Image, lines []string) Source {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	w, h := float64(img.Bounds().Dx())*0.36, float64(img.Bounds().Dy())*0.36
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w, Ht: h}})
	f.AddPage()
	f.RegisterImageOptionsReader("scan", fpdf.ImageOptions{ImageType: "PNG"}, &buf)
	f.ImageOptions("scan", 0, 0, w, h, false, fpdf.ImageOptions{}, 0, "")
	f.SetFont("Times", "", 11)
	f.SetTextRenderingMode(3)
	for k, l := range lines {
		f.Text(72, 90+14*float64(k), l)
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	return Source{Name: "layered.pdf", Data: out.Bytes()}
}

// TestTextLayers: the layer of an earlier recognition is kept, also in the spatial
// text, unless it is no text or leaves most of the page out; then the page is read,
// and never are both there.
func TestTextLayers(t *testing.T) {
	e := reader(t)
	img := clipping(t, "report", geom.Rect{X1: 595, Y1: 790})
	read, err := e.Parse(t.Context(), scanOf(t, "report", nil), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := text(read.Doc.Pages[0])

	var good []string
	for k := range 48 {
		good = append(good, strings.Repeat("herons sleep on one leg in the reeds ", 2)+[]string{"at", "by", "on"}[k%3])
	}
	r, err := e.Parse(t.Context(), layered(t, img, good), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Doc.Pages[0]; p.Recognized != "" || strings.Count(text(p), "herons") != 96 || !strings.Contains(r.Text[0], "herons") {
		t.Errorf("a good layer: recognized %q, text %q", p.Recognized, r.Text[0])
	}
	for name, lines := range map[string][]string{
		"a layer of noise":       {"~l1|I {f t^e rn=n l1I1l w;q# x§x", "|1l =-_ t~h J(r ]]k 9o0O 1Il|", "zz%x q#q t1t1t l|l|l"},
		"a layer of a few words": {"Scanned by herons"},
	} {
		r, err := e.Parse(t.Context(), layered(t, img, lines), Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := r.Doc.Pages[0]
		if share := commonWords(want, text(p)); p.Recognized == "" || share < 0.9 || strings.Contains(text(p), "herons") || strings.Contains(text(p), "q#q") {
			t.Errorf("%s: recognized %q, %.2f of the words, text %q", name, p.Recognized, share, text(p))
		}
		if r, err = e.Parse(t.Context(), layered(t, img, lines), Options{NoOCR: true}); err != nil || r.Doc.Pages[0].Recognized != "" || text(r.Doc.Pages[0]) == "" {
			t.Errorf("%s without recognition: %v, text %q", name, err, text(r.Doc.Pages[0]))
		}
	}
}

// TestFailedLayer: a page that has a text layer, though a doubtful one, is not
// failed when it cannot be read.
func TestFailedLayer(t *testing.T) {
	e, err := Start(t.Context(), Config{OCR: &countingOCR{err: errors.New("out of paper")}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	src := layered(t, clipping(t, "report", geom.Rect{X1: 595, Y1: 790}), []string{"Scanned by herons"})
	r, err := e.Parse(t.Context(), src, Options{})
	if err != nil || len(r.FailedOCR) != 0 || len(r.Doc.Warnings) != 1 || !strings.Contains(r.Doc.Warnings[0].Text, "out of paper") {
		t.Fatalf("%v, failed %v, warnings %v", err, r.FailedOCR, r.Doc.Warnings)
	}
	if p := r.Doc.Pages[0]; p.Recognized != "" || !strings.Contains(text(p), "herons") {
		t.Errorf("recognized %q, text %q", p.Recognized, text(p))
	}
}
