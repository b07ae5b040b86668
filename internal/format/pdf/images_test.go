package pdf

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"recto/internal/geom"
)

func TestImagePlaces(t *testing.T) {
	p := read(t, "pictures", 1)
	want := []struct {
		what    string
		index   int
		box     geom.Rect
		w, h    int
		stencil bool
	}{
		{"photo", 0, geom.FromXYWH(40, 20, 160, 80), 16, 8, false},
		{"inks", 1, geom.FromXYWH(240, 20, 80, 80), 8, 8, false},
		{"turned", 2, geom.FromXYWH(40, 140, 60, 60), 2, 2, false},
		{"stencil", 3, geom.FromXYWH(150, 160, 80, 20), 8, 2, true},
		{"faded", 4, geom.FromXYWH(250, 150, 80, 40), 2, 1, false},
		{"in a form object", 5, geom.FromXYWH(40, 260, 40, 40), 2, 2, false},
		{"clipped", 6, geom.FromXYWH(200, 280, 20, 20), 2, 2, false},
		{"inline", 7, geom.FromXYWH(300, 250, 50, 50), 2, 1, false},
		{"damaged", 9, geom.FromXYWH(40, 370, 60, 30), 16, 8, false}, // 8 is beside the page
	}
	if len(p.Images) != len(want) {
		t.Fatalf("%d images %+v, want %d", len(p.Images), p.Images, len(want))
	}
	for i, w := range want {
		got := p.Images[i]
		if jpeg := w.what == "photo" || w.what == "inks" || w.what == "damaged"; got.Photo != jpeg {
			t.Errorf("image %s: stored as a photograph %t, want %t", w.what, got.Photo, jpeg)
		}
		checkBox(t, "the image "+w.what, got.Box, w.box)
		if got.Index != w.index || got.WidthPx != w.w || got.HeightPx != w.h || got.Mask != w.stencil || got.MCID != -1 {
			t.Errorf("image %s = %+v, want index %d, %d x %d pixels, mask %t", w.what, got, w.index, w.w, w.h, w.stencil)
		}
	}
}

func TestImageBytes(t *testing.T) {
	r := open(t, "pictures")
	got := map[int]*Picture{}
	failed := map[int]bool{}
	all := map[int]bool{}
	for i := range 12 {
		all[i] = i != 5
	}
	err := r.Images(1, all, func(i int, p *Picture, err error) error {
		got[i], failed[i] = p, err != nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := got[5]; ok {
		t.Error("an image came that was not asked for")
	}
	if !failed[9] || got[9] != nil {
		t.Errorf("a damaged image gave %+v", got[9])
	}

	photo := got[0]
	if photo == nil || photo.ContentType != "image/jpeg" || !bytes.Contains(sample(t, "pictures"), photo.Data) {
		t.Fatalf("a JPEG did not stay as it is in the file: %+v", photo)
	}
	img, err := jpeg.Decode(bytes.NewReader(photo.Data))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Size() != (image.Point{X: 16, Y: 8}) || photo.WidthPx != 16 || photo.HeightPx != 8 {
		t.Errorf("the JPEG has %v pixels, it says %d x %d", img.Bounds().Size(), photo.WidthPx, photo.HeightPx)
	}

	// Programs show inks of a JPEG inverted or not at all, so they become PNG.
	inks := decodePNG(t, got[1])
	if c := inks.NRGBAAt(4, 4); c.R > 100 || c.G < 150 || c.B < 150 {
		t.Errorf("full cyan is shown as %v", c)
	}
	plain := decodePNG(t, got[6]) // clipped on the page, whole here
	for at, want := range map[image.Point]color.NRGBA{{X: 0, Y: 0}: {255, 0, 0, 255}, {X: 1, Y: 0}: {0, 255, 0, 255}, {X: 0, Y: 1}: {0, 0, 255, 255}, {X: 1, Y: 1}: {255, 255, 255, 255}} {
		if c := plain.NRGBAAt(at.X, at.Y); c != want {
			t.Errorf("pixel %v = %v, want %v", at, c, want)
		}
	}
	inline := decodePNG(t, got[7])
	if a, b := inline.NRGBAAt(0, 0), inline.NRGBAAt(1, 0); a.R != 0x30 || b.R != 0xD0 {
		t.Errorf("pixels of an inline image = %v, %v, want 30 and d0", a, b)
	}
	faded := decodePNG(t, got[4])
	if a, b := faded.NRGBAAt(0, 0).A, faded.NRGBAAt(1, 0).A; a != 0x40 || b != 0xFF {
		t.Errorf("alpha from left to right = %02x, %02x, want 40, ff", a, b)
	}
	// A stencil is painted in its colour where its bits are 0.
	stencil := decodePNG(t, got[3])
	if a, b := stencil.NRGBAAt(0, 0), stencil.NRGBAAt(1, 0); a.A != 0 || b != (color.NRGBA{0x33, 0x66, 0x99, 255}) {
		t.Errorf("pixels of a stencil = %v, %v, want nothing and its colour", a, b)
	}
}

func decodePNG(t *testing.T, p *Picture) *image.NRGBA {
	t.Helper()
	if p == nil || p.ContentType != "image/png" {
		t.Fatalf("picture = %+v, want a PNG", p)
	}
	img, err := png.Decode(bytes.NewReader(p.Data))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != p.WidthPx || img.Bounds().Dy() != p.HeightPx {
		t.Errorf("the PNG has %v pixels, it says %d x %d", img.Bounds().Size(), p.WidthPx, p.HeightPx)
	}
	out := image.NewNRGBA(img.Bounds())
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			out.Set(x, y, img.At(x, y))
		}
	}
	return out
}

// TestReportImages reads pictures that fpdf has embedded.
func TestReportImages(t *testing.T) {
	r := open(t, "report")
	p := r.ReadPage(3)
	if len(p.Images) != 2 {
		t.Fatalf("images %+v, want two", p.Images)
	}
	want := map[int]bool{0: true, 1: true}
	var kinds []string
	if err := r.Images(3, want, func(_ int, p *Picture, err error) error {
		if err != nil {
			return err
		}
		kinds = append(kinds, p.ContentType)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(kinds) != 2 || kinds[0] != "image/png" || kinds[1] != "image/jpeg" {
		t.Errorf("pictures are %v, want a PNG and a JPEG", kinds)
	}
}

// TestImagesStop checks that an error of the caller ends the reading.
func TestImagesStop(t *testing.T) {
	stop := errors.New("enough")
	calls := 0
	err := open(t, "pictures").Images(1, map[int]bool{0: true, 2: true}, func(int, *Picture, error) error {
		calls++
		return stop
	})
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("Images gave %v after %d calls, want the caller's error after one", err, calls)
	}
}
