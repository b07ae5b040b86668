package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/go-pdf/fpdf"

	"recto/internal/geom"
)

// pattern is a picture in which no two places are alike.
func pattern(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8((x ^ y) & 0x7f), 255})
		}
	}
	return m
}

// sheetOf draws pictures on a page: each on its box, in a file type.
func sheetOf(t *testing.T, kind string, place func(add func(img image.Image, box geom.Rect), f *fpdf.Fpdf)) Source {
	t.Helper()
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: 612, Ht: 792}})
	f.AddPage()
	f.SetFont("Times", "", 11)
	f.Text(72, 60, "What the harbour looked like before the wall was built.")
	n := 0
	place(func(img image.Image, box geom.Rect) {
		var buf bytes.Buffer
		var err error
		if kind == "JPG" {
			err = jpeg.Encode(&buf, img, nil)
		} else {
			err = png.Encode(&buf, img)
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
		name := fmt.Sprintf("picture %d", n)
		f.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: kind}, &buf)
		f.ImageOptions(name, box.X0, box.Y0, box.W(), box.H(), false, fpdf.ImageOptions{}, 0, "")
	}, f)
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	return Source{Name: "pictures.pdf", Data: out.Bytes()}
}

// embeddedOf returns the pictures that a document hands out.
func embeddedOf(t *testing.T, src Source) []Image {
	t.Helper()
	var out []Image
	_, err := engine.Parse(t.Context(), src, Options{Images: ImageKinds{Embedded: true}, NoOCR: true, SaveImage: func(i Image) error {
		out = append(out, i)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// cut returns a part of a picture.
func cut(img image.Image, at image.Rectangle) image.Image {
	out := image.NewNRGBA(image.Rect(0, 0, at.Dx(), at.Dy()))
	draw.Draw(out, out.Rect, img, at.Min, draw.Src)
	return out
}

// TestJoinedPictures: pictures cut into strips or tiles come out whole, and those
// that only stand side by side do not.
func TestJoinedPictures(t *testing.T) {
	whole := pattern(320, 240)
	box := geom.Rect{X0: 72, Y0: 100, X1: 392, Y1: 340}
	tiles := func(w, h int) func(add func(image.Image, geom.Rect), f *fpdf.Fpdf) {
		return func(add func(image.Image, geom.Rect), _ *fpdf.Fpdf) {
			for y := 0; y < 240; y += h {
				for x := 0; x < 320; x += w {
					at := image.Rect(x, y, min(x+w, 320), min(y+h, 240))
					add(cut(whole, at), geom.Rect{X0: box.X0 + float64(x), Y0: box.Y0 + float64(y), X1: box.X0 + float64(at.Max.X), Y1: box.Y0 + float64(at.Max.Y)})
				}
			}
		}
	}
	for _, tt := range []struct {
		name, kind string
		w, h       int
	}{{"strips, the last one lower", "PNG", 320, 50}, {"rows thinner than a line", "PNG", 320, 2}, {"tiles", "PNG", 100, 100}, {"columns of a photograph", "JPG", 40, 240}} {
		got := embeddedOf(t, sheetOf(t, tt.kind, tiles(tt.w, tt.h)))
		if len(got) != 1 {
			t.Errorf("%s: %d pictures, want one", tt.name, len(got))
			continue
		}
		g := got[0]
		if g.WidthPx != 320 || g.HeightPx != 240 || !g.Box.ContainsRect(box, 0.5) || !box.ContainsRect(g.Box, 0.5) || g.Name[:8] != "img_p0_1" {
			t.Errorf("%s: %s of %d x %d at %v", tt.name, g.Name, g.WidthPx, g.HeightPx, g.Box)
		}
		img, _, err := image.Decode(bytes.NewReader(g.Data))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []image.Point{{3, 3}, {160, 120}, {310, 235}, {99, 101}} {
			if want, have := whole.NRGBAAt(p.X, p.Y), color.NRGBAModel.Convert(img.At(p.X, p.Y)).(color.NRGBA); tt.kind == "PNG" && have != want || apart(have.R, want.R) > 24 || apart(have.G, want.G) > 24 {
				t.Errorf("%s: %v at %v, want %v", tt.name, have, p, want)
			}
		}
	}

	two := sheetOf(t, "PNG", func(add func(image.Image, geom.Rect), _ *fpdf.Fpdf) {
		add(cut(whole, image.Rect(0, 0, 160, 120)), geom.Rect{X0: 72, Y0: 100, X1: 232, Y1: 220})
		add(cut(whole, image.Rect(160, 0, 320, 120)), geom.Rect{X0: 232, Y0: 100, X1: 392, Y1: 220})
		add(cut(whole, image.Rect(0, 0, 300, 60)), geom.Rect{X0: 72, Y0: 300, X1: 372, Y1: 360}) // of two resolutions
		add(cut(whole, image.Rect(0, 0, 320, 60)), geom.Rect{X0: 72, Y0: 360, X1: 372, Y1: 420})
	})
	if got := embeddedOf(t, two); len(got) != 4 {
		t.Errorf("%d pictures of four that stand side by side", len(got))
	}
}

func apart(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

// TestUnseenPictures: pictures of hidden layers, and of documents with layers those
// under others, are not handed out.
func TestUnseenPictures(t *testing.T) {
	src := sheetOf(t, "PNG", func(add func(image.Image, geom.Rect), f *fpdf.Fpdf) {
		shown, hidden := f.AddLayer("shown", true), f.AddLayer("hidden", false)
		f.BeginLayer(shown)
		add(pattern(60, 40), geom.Rect{X0: 72, Y0: 100, X1: 132, Y1: 140})
		f.EndLayer()
		f.BeginLayer(hidden)
		add(pattern(90, 40), geom.Rect{X0: 72, Y0: 200, X1: 162, Y1: 240})
		f.EndLayer()
		add(pattern(50, 50), geom.Rect{X0: 72, Y0: 300, X1: 122, Y1: 350})
		f.SetFillColor(255, 255, 255)
		f.Rect(60, 290, 80, 80, "F")
		add(pattern(70, 30), geom.Rect{X0: 72, Y0: 400, X1: 142, Y1: 430})
	})
	var sizes []string
	for _, i := range embeddedOf(t, src) {
		sizes = append(sizes, fmt.Sprintf("%d x %d", i.WidthPx, i.HeightPx))
	}
	if fmt.Sprint(sizes) != "[60 x 40 70 x 30]" {
		t.Errorf("pictures %v, want the two that are seen", sizes)
	}
}
