package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/ocr"
)

// clipping is a part of page 1 of a sample as a picture at 200 dpi.
func clipping(t *testing.T, name string, box geom.Rect) image.Image {
	t.Helper()
	var shot []byte
	o := Options{Images: ImageKinds{Screenshot: true}, ScreenshotDPI: 200, Pages: []int{1}, SaveImage: func(i Image) error {
		shot = i.Data
		return nil
	}}
	parse(t, name, o)
	img, err := jpeg.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	at := image.Rect(int(box.X0/0.36), int(box.Y0/0.36), int(box.X1/0.36), int(box.Y1/0.36))
	out := image.NewNRGBA(image.Rect(0, 0, at.Dx(), at.Dy()))
	draw.Draw(out, out.Rect, img, at.Min, draw.Src)
	return out
}

// pasted is a document of pages of text, each with a picture below the text at 72
// 300, and the words over drawn over the picture.
func pasted(t *testing.T, img image.Image, pages int, over string) Source {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	w, h := float64(img.Bounds().Dx())*0.36, float64(img.Bounds().Dy())*0.36
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: 612, Ht: 792}})
	f.SetFont("Times", "", 11)
	f.RegisterImageOptionsReader("picture", fpdf.ImageOptions{ImageType: "PNG"}, &buf)
	for n := range pages {
		f.AddPage()
		f.Text(72, 100, fmt.Sprintf("The ferry left at %d in the morning with nobody on board but the", 6+n))
		f.Text(72, 114, "pilot and his goat, which ate the timetable before the first stop.")
		f.ImageOptions("picture", 72, 300, w, h, false, fpdf.ImageOptions{}, 0, "")
		for k, line := range strings.Split(over, "\n") {
			f.Text(80, 320+12*float64(k), line)
		}
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	return Source{Name: "pasted.pdf", Data: out.Bytes()}
}

var topOfReport = geom.Rect{X0: 60, Y0: 60, X1: 540, Y1: 400}

// TestTextInPictures: the words of a picture on a page with text are read once and
// in their place, and the figure stays.
func TestTextInPictures(t *testing.T) {
	e := reader(t)
	img := clipping(t, "report", topOfReport)
	src := pasted(t, img, 1, "")
	without, err := e.Parse(t.Context(), src, Options{NoOCR: true, Words: true})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Parse(t.Context(), src, Options{Words: true})
	if err != nil {
		t.Fatal(err)
	}
	p := got.Doc.Pages[0]
	if !strings.Contains(p.Recognized, "picture") || p.NeedsOCR != "" || len(got.FailedOCR) != 0 {
		t.Errorf("recognized %q, needs %q, failed %v", p.Recognized, p.NeedsOCR, got.FailedOCR)
	}
	own, added := len(without.Words[0]), 0
	for _, w := range got.Words[0] {
		if w.Box.Y0 > 295 {
			added++
			if w.Box.X0 < 70 || w.Box.Y1 > 300+topOfReport.H()+5 {
				t.Errorf("word %q of the picture at %v", w.Text, w.Box)
			}
		}
	}
	if added < 40 || own+added != len(got.Words[0]) {
		t.Errorf("%d words of the picture, %d of the page and %d in all", added, own, len(got.Words[0]))
	}
	all := text(p)
	for _, word := range []string{"timetable", "goat"} {
		if strings.Count(all, word) != 1 {
			t.Errorf("%q is there %d times:\n%s", word, strings.Count(all, word), all)
		}
	}
	figures := 0
	for _, it := range p.Items {
		if _, ok := it.(*doc.Figure); ok {
			figures++
		}
	}
	if figures != 1 {
		t.Errorf("%d figures, want the picture", figures)
	}
	if !strings.Contains(got.Text[0], got.Words[0][len(got.Words[0])-1].Text) {
		t.Errorf("spatial text has not the last word:\n%s", got.Text[0])
	}
	for name, o := range map[string]Options{"ignoring text in pictures": {IgnoreTextInImage: true}, "without recognition": {NoOCR: true}, "fast": {Fast: true}} {
		r, err := e.Parse(t.Context(), src, o)
		if err != nil || r.Doc.Pages[0].Recognized != "" || len(text(r.Doc.Pages[0])) > len(all)/2 {
			t.Errorf("%s: %v, recognized %q", name, err, r.Doc.Pages[0].Recognized)
		}
	}
}

// TestPicturesNotRead: what is no text, or repeats, or is covered by text of the
// page never reaches the engine.
func TestPicturesNotRead(t *testing.T) {
	counting := &countingOCR{}
	e, err := Start(t.Context(), Config{OCR: counting})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	print := clipping(t, "report", topOfReport)
	shade := image.NewGray(image.Rect(0, 0, 900, 600)) // a smooth photograph
	for y := range 600 {
		for x := range 900 {
			shade.SetGray(x, y, color.Gray{uint8((x*x/900 + y*y/600) / 6)})
		}
	}
	small := image.NewNRGBA(image.Rect(0, 0, 150, 60))
	draw.Draw(small, small.Rect, print, image.Pt(40, 40), draw.Src)
	labels := image.NewNRGBA(image.Rect(0, 0, 900, 600)) // a few words far apart, as on a diagram
	draw.Draw(labels, labels.Rect, image.White, image.Point{}, draw.Src)
	for k := range 5 {
		draw.Draw(labels, image.Rect(40, 20+110*k, 180, 70+110*k), print, image.Pt(40+10*k, 40), draw.Src)
	}
	for name, tt := range map[string]struct {
		src  Source
		want int
	}{
		"a picture of text":           {pasted(t, print, 1, ""), 1},
		"the same on two pages":       {pasted(t, print, 2, ""), 1},
		"the same on every page":      {pasted(t, print, 4, ""), 0},
		"a photograph":                {pasted(t, shade, 1, ""), 0},
		"an icon":                     {pasted(t, small, 1, ""), 0},
		"a background of much text":   {pasted(t, print, 1, strings.Repeat("lorem ipsum dolor sit\n", 20)), 0},
		"a picture with a short word": {pasted(t, print, 1, "A label"), 1},
		"labels":                      {pasted(t, labels, 1, ""), 0},
	} {
		counting.n = 0
		if _, err := e.Parse(t.Context(), tt.src, Options{}); err != nil {
			t.Fatal(err)
		}
		if counting.n != tt.want {
			t.Errorf("%s: %d pictures were read, want %d", name, counting.n, tt.want)
		}
	}
}

// TestPhotos: how a picture is stored tells whether it is worth a look at all.
func TestPhotos(t *testing.T) {
	area := 612.0 * 792
	box := geom.FromXYWH(0, 0, 400, 200) // 80,000 square points, a sixth of the page
	large := geom.FromXYWH(0, 0, 400, 300)
	for name, tt := range map[string]struct {
		r    region
		want bool
	}{
		"a small JPEG":             {region{box: box, photo: true, dpi: 200, px: 600_000, bytes: 90_000}, true},
		"a large JPEG":             {region{box: large, photo: true, dpi: 200, px: 900_000, bytes: 140_000}, false},
		"a small JPEG of a screen": {region{box: box, photo: true, dpi: 96, px: 140_000, bytes: 30_000}, false},
		"a screenshot":             {region{box: box, dpi: 96, px: 140_000, bytes: 20_000}, false},
		"a photograph as PNG":      {region{box: large, dpi: 96, px: 210_000, bytes: 300_000}, true},
	} {
		if got := tt.r.isPhoto(area); got != tt.want {
			t.Errorf("%s: photograph %v, want %v", name, got, tt.want)
		}
	}
}

// TestFailedRegion: a picture that cannot be read costs nothing but its words.
func TestFailedRegion(t *testing.T) {
	e, err := Start(t.Context(), Config{OCR: &countingOCR{err: errors.New("out of paper")}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	calls := 0
	r, err := e.Parse(t.Context(), pasted(t, clipping(t, "report", topOfReport), 1, ""), Options{Progress: func(done, total int) { calls++ }})
	if err != nil || len(r.FailedOCR) != 0 || len(r.Doc.Warnings) != 1 || !strings.Contains(r.Doc.Warnings[0].Text, "out of paper") || r.Doc.Pages[0].Err != nil || !strings.Contains(text(r.Doc.Pages[0]), "timetable") {
		t.Errorf("%v, failed %v, warnings %v, page %q", err, r.FailedOCR, r.Doc.Warnings, text(r.Doc.Pages[0]))
	}
	if calls != 1 {
		t.Errorf("progress of one page was told %d times", calls)
	}
}

// TestNoWordTwice: what recognition sees of the page's own words over a picture is
// not taken again.
func TestNoWordTwice(t *testing.T) {
	e, err := Start(t.Context(), Config{OCR: &echo{}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	r, err := e.Parse(t.Context(), pasted(t, clipping(t, "report", topOfReport), 1, "Harbour"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if all := text(r.Doc.Pages[0]); strings.Count(all, "Harbour") != 1 || !strings.Contains(all, "lighthouses") {
		t.Errorf("page:\n%s", all)
	}
}

// echo sees the word over the picture and another one below.
type echo struct{ countingOCR }

func (*echo) Recognize(context.Context, image.Image, ocr.Options) (*ocr.Result, error) {
	at := func(text string, x, y float64) ocr.Line {
		return ocr.Line{Words: []ocr.Word{{Text: text, Confidence: 0.95, Box: geom.FromXYWH(x/0.36, y/0.36, 100, 24)}}}
	}
	return &ocr.Result{Lines: []ocr.Line{at("Harbour", 8, 12), at("lighthouses", 8, 112), at("lighthouses", 8, 132)}}, nil
}

// TestPicturesLeftOut: where the reading of pictures took a process down, a page
// with text of its own keeps it, and says what is missing as a warning.
func TestPicturesLeftOut(t *testing.T) {
	e := reader(t)
	src := pasted(t, clipping(t, "report", topOfReport), 1, "")
	got, err := e.Parse(t.Context(), src, Options{Troubles: []Trouble{{Page: 1, Step: Recognizing, Why: "it took its process down"}}})
	if err != nil {
		t.Fatal(err)
	}
	p, warnings := got.Doc.Pages[0], fmt.Sprint(got.Doc.Warnings)
	if p.Err != nil || len(p.Items) == 0 || len(got.FailedOCR) != 0 || !strings.Contains(warnings, "it took its process down") {
		t.Errorf("error %v, %d items, failed %v, warnings %s", p.Err, len(p.Items), got.FailedOCR, warnings)
	}
}
