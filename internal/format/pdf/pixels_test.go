package pdf

import (
	"image/color"
	"testing"
)

// TestPaintedImages: what comes out looks as it does on the page.
func TestPaintedImages(t *testing.T) {
	r := open(t, "painted")
	got := map[int]*Picture{}
	err := r.Images(1, map[int]bool{0: true, 1: true, 2: true, 3: true, 4: true}, func(i int, p *Picture, err error) error {
		got[i] = p
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := got[0]; p == nil || p.ContentType != "image/jpeg" {
		t.Errorf("the photo = %+v, want its JPEG", p)
	}
	page, err := r.Render(1, 72, r.ReadPage(1).Images[1].Box)
	if err != nil {
		t.Fatal(err)
	}
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) < 24 }
	negative, want := decodePNG(t, got[1]).NRGBAAt(3, 4), page.NRGBAAt(35, 45)
	if !near(negative.R, want.R) || !near(negative.G, want.G) || !near(negative.B, want.B) {
		t.Errorf("a pixel of a JPEG with inverted colours = %v, the page shows %v", negative, want)
	}
	flag := decodePNG(t, got[2])
	if top, foot := flag.NRGBAAt(1, 0), flag.NRGBAAt(1, 3); top != (color.NRGBA{0, 0, 255, 255}) || foot != (color.NRGBA{255, 0, 0, 255}) {
		t.Errorf("a mirrored picture is %v above %v, want blue above red", top, foot)
	}
	stencil := decodePNG(t, got[3])
	w := stencil.Rect.Dx()
	a, b := stencil.NRGBAAt(w/4, 4), stencil.NRGBAAt(3*w/4, 4)
	if a.A != 255 || b.A != 255 || a.R == b.R {
		t.Errorf("the halves of a white stencil on black are %v and %v", a, b)
	}
	ink := decodePNG(t, got[4])
	if ink.Rect.Dx() < 16 {
		t.Errorf("a picture under a fine mask has %v pixels", ink.Rect.Size())
	}
}
