package ocr

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"
)

// spoil returns a copy of a page that something was done to.
func spoil(m *image.NRGBA, do func(m *image.NRGBA)) *image.NRGBA {
	out := image.NewNRGBA(m.Rect)
	copy(out.Pix, m.Pix)
	do(out)
	return out
}

// likeness says what share of the ink of a page another shows in the same place,
// and how much ink it shows elsewhere.
func likeness(want, got image.Image) (kept, added float64) {
	a, b := inkOf(toGray(want)), inkOf(toGray(got))
	n, both, extra := 0, 0, 0
	for i := range a.pix {
		switch {
		case a.pix[i] && b.pix[i]:
			n++
			both++
		case a.pix[i]:
			n++
		case b.pix[i]:
			extra++
		}
	}
	return float64(both) / float64(n), float64(extra) / float64(n)
}

func TestClean(t *testing.T) {
	page := sheet(t, 28, verse)
	w, h := page.Rect.Dx(), page.Rect.Dy()
	random := func() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }
	for _, c := range []struct {
		name        string
		do          func(m *image.NRGBA)
		kept, added float64 // at least, at most
	}{
		{"salt and pepper", func(m *image.NRGBA) {
			r := random()
			for range w * h * 4 / 100 {
				m.Set(r.IntN(w), r.IntN(h), color.Gray{Y: uint8(255 * r.IntN(2))})
			}
		}, 0.94, 0.06},
		{"specks", func(m *image.NRGBA) {
			r := random()
			for range w * h / 400 {
				x, y := r.IntN(w), r.IntN(h)
				draw.Draw(m, image.Rect(x, y, x+1+r.IntN(3), y+1+r.IntN(3)), image.Black, image.Point{}, draw.Src)
			}
		}, 0.98, 0.09}, // what lies on and at letters stays
		{"shade", func(m *image.NRGBA) {
			for y := range h {
				for x := range w {
					v := m.NRGBAAt(x, y)
					f := 60 + 195*x/w
					m.Set(x, y, color.Gray{Y: uint8(int(v.R) * f / 255)})
				}
			}
		}, 0.90, 0.10},
		{"a dark bar", func(m *image.NRGBA) {
			for y := 94; y < 224; y++ { // two lines
				for x := 30; x < w-30; x++ {
					v := m.NRGBAAt(x, y)
					m.Set(x, y, color.NRGBA{R: 255 - v.R, G: max(70, 255-v.G), B: max(120, 255-v.B), A: 255})
				}
			}
		}, 0.98, 0.05},
		{"borders and a hole", func(m *image.NRGBA) {
			black := image.NewUniform(color.Gray{Y: 20})
			draw.Draw(m, image.Rect(0, 0, 25, h), black, image.Point{}, draw.Src)
			draw.Draw(m, image.Rect(0, h-12, w, h), black, image.Point{}, draw.Src)
			for y := -11; y <= 11; y++ {
				for x := -11; x <= 11; x++ {
					if x*x+y*y <= 121 {
						m.Set(40+x, h/2+y, color.Gray{Y: 25})
					}
				}
			}
		}, 0.99, 0.03},
	} {
		spoiled := spoil(page, c.do)
		got, err := clean(context.Background(), spoiled)
		if err != nil {
			t.Fatal(err)
		}
		kept, added := likeness(page, got)
		if kept < c.kept || added > c.added {
			k, a := likeness(page, spoiled)
			t.Errorf("clean(a page with %s): %.3f of its ink and %.3f more, want %.2f and %.2f; before %.3f and %.3f", c.name, kept, added, c.kept, c.added, k, a)
		}
	}
}

// TestCleanLeavesPages: what is no dirt stays.
func TestCleanLeavesPages(t *testing.T) {
	page := sheet(t, 28, verse)
	w, h := page.Rect.Dx(), page.Rect.Dy()
	for name, do := range map[string]func(m *image.NRGBA){
		"nothing": func(*image.NRGBA) {},
		"leaders": func(m *image.NRGBA) {
			for x := 60; x < w-60; x += 9 {
				draw.Draw(m, image.Rect(x, h-60, x+3, h-57), image.Black, image.Point{}, draw.Src)
			}
		},
		"a grid to the edge": func(m *image.NRGBA) {
			for y := 5; y < h; y += 62 {
				draw.Draw(m, image.Rect(0, y, w, y+2), image.Black, image.Point{}, draw.Src)
			}
		},
		"print on a coloured bar": func(m *image.NRGBA) {
			draw.DrawMask(m, image.Rect(30, 120, w-30, 248), image.NewUniform(color.NRGBA{R: 110, G: 20, B: 190, A: 255}), image.Point{},
				image.NewUniform(color.Alpha{A: 90}), image.Point{}, draw.Over)
		},
	} {
		m := spoil(page, do)
		got, err := clean(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		if got != image.Image(m) {
			kept, added := likeness(m, got)
			t.Errorf("clean(a page with %s) is another picture: %.3f of the ink, %.3f more", name, kept, added)
		}
	}
}

func TestCleanStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := clean(ctx, sheet(t, 20, verse)); err == nil {
		t.Error("clean goes on after its context is done")
	}
}
