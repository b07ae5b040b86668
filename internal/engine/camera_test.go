package engine

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"recto/internal/ocr"
)

// photoOf lays a page on a dark table and photographs it from one side, with a
// shadow and noise.
func photoOf(m image.Image) image.Image {
	b := m.Bounds()
	w, h := b.Dx()*5/4, b.Dy()*5/4
	out := image.NewGray(image.Rect(0, 0, w, h))
	rnd := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			fx, fy := float64(x)/float64(w), float64(y)/float64(h)
			// The far edge of the sheet is shorter: a true perspective.
			z := 1 / (0.88 + 0.12*fy)
			u := ((fx-0.5)*z + 0.44) / 0.86
			v := ((fy*z*1.0)-0.06)/0.86 + 0.01*(fx-0.5)
			level := 50.0
			if u >= 0 && u < 1 && v >= 0 && v < 1 {
				g := color.GrayModel.Convert(m.At(b.Min.X+int(u*float64(b.Dx())), b.Min.Y+int(v*float64(b.Dy())))).(color.Gray)
				level = float64(g.Y)
			}
			level = level*(0.95-0.35*fx) + 6*rnd.NormFloat64()
			out.SetGray(x, y, color.Gray{Y: uint8(math.Max(0, math.Min(255, level)))})
		}
	}
	return out
}

// TestCameraPhoto: a photographed page reads like the page, and a scan is left
// alone.
func TestCameraPhoto(t *testing.T) {
	e := reader(t)
	scan, _, err := image.Decode(bytes.NewReader(shotOf(t, "report")))
	if err != nil {
		t.Fatal(err)
	}
	if got := ocr.Straighten(scan); got != scan {
		t.Errorf("a clean scan is changed to %v", got.Bounds())
	}
	photo := photoOf(scan)
	var b bytes.Buffer
	if err := png.Encode(&b, photo); err != nil {
		t.Fatal(err)
	}
	r, err := e.Parse(t.Context(), Source{Data: b.Bytes()}, Options{CameraPhoto: true})
	if err != nil {
		t.Fatal(err)
	}
	want := parse(t, "report", Options{Pages: []int{1}, IgnoreTags: true})
	p := r.Doc.Pages[0]
	share := commonWords(text(want.Doc.Pages[0]), text(p))
	t.Logf("%.3f of the words are read from a page of %.0f x %.0f", share, p.Width, p.Height)
	if share < 0.90 {
		t.Errorf("%.2f of the words are read:\n%s", share, text(p))
	}
	if whole := 72.0 / 150 * float64(photo.Bounds().Dx()); p.Width > 0.95*whole {
		t.Errorf("the sheet is %v wide, the photograph %v: it was not cut out", p.Width, whole)
	}
}
