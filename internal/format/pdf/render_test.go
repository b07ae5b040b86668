package pdf

import (
	"image"
	"image/color"
	"testing"

	"recto/internal/geom"
)

// dark counts the pixels of a picture that are not nearly white.
func dark(img *image.NRGBA) int {
	n := 0
	for i := 0; i < len(img.Pix); i += 4 {
		if int(img.Pix[i])+int(img.Pix[i+1])+int(img.Pix[i+2]) < 600 {
			n++
		}
	}
	return n
}

func TestRender(t *testing.T) {
	r := open(t, "letter")
	img, err := r.Render(1, 150, geom.Rect{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := img.Rect.Size(), (image.Point{X: 1241, Y: 1754}); got != want { // A4 at 150 dots an inch, rounded up
		t.Errorf("the page has %v pixels, want %v", got, want)
	}
	if n := dark(img); n < 5_000 || n > 200_000 {
		t.Errorf("%d dark pixels on a page of text", n)
	}
	for _, a := range []image.Point{{X: 0, Y: 0}, {X: 1240, Y: 1753}} {
		if c := img.NRGBAAt(a.X, a.Y); c != (color.NRGBA{255, 255, 255, 255}) {
			t.Errorf("corner %v = %v, want white", a, c)
		}
	}
}

// TestRenderRegion cuts out what is known to be there, on turned and cropped
// pages too.
func TestRenderRegion(t *testing.T) {
	r := open(t, "rotated")
	red := color.NRGBA{255, 0, 0, 255}
	for n, fill := range map[int]geom.Rect{
		1: {X0: 300, Y0: 100, X1: 320, Y1: 150},
		2: {X0: 50, Y0: 230, X1: 100, Y1: 250},
		3: {X0: 270, Y0: 300, X1: 320, Y1: 320},
		4: {X0: 230, Y0: 200, X1: 250, Y1: 250},
	} {
		img, err := r.Render(n, 144, fill)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := img.Rect.Size(), (image.Point{X: int(2 * fill.W()), Y: int(2 * fill.H())}); got != want {
			t.Errorf("page %d: the region has %v pixels, want %v", n, got, want)
		}
		for _, at := range []image.Point{{X: 1, Y: 1}, img.Rect.Size().Sub(image.Point{X: 2, Y: 2})} {
			if c := img.NRGBAAt(at.X, at.Y); c != red {
				t.Errorf("page %d: pixel %v of the red field = %v", n, at, c)
			}
		}
		around, err := r.Render(n, 72, fill.Grow(4))
		if err != nil {
			t.Fatal(err)
		}
		if c := around.NRGBAAt(1, 1); c != (color.NRGBA{255, 255, 255, 255}) {
			t.Errorf("page %d: pixel beside the red field = %v", n, c)
		}
	}
}

func TestRenderForm(t *testing.T) {
	r := open(t, "form")
	img, err := r.Render(1, 144, geom.Rect{X0: 150, Y0: 87, X1: 350, Y1: 105}) // a value drawn by the file
	if err != nil {
		t.Fatal(err)
	}
	if dark(img) < 100 {
		t.Error("the value of a field is not painted")
	}
}

func TestRenderOdd(t *testing.T) {
	r := open(t, "letter")
	if _, err := r.Render(7, 72, geom.Rect{}); err == nil {
		t.Error("page 7 of 1 is painted")
	}
	if _, err := r.Render(1, 0, geom.Rect{}); err == nil {
		t.Error("a page is painted at no resolution")
	}
	img, err := r.Render(1, 20_000, geom.Rect{}) // more than fits: painted smaller
	if err == nil && img.Rect.Dx()*img.Rect.Dy() > maxPixels+maxPixels/100 {
		t.Errorf("%v pixels, at most %d are wanted", img.Rect.Size(), maxPixels)
	}
}
