package ocr

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"recto/internal/geom"
)

// typeset draws lines of words on white, those with a star bold, size pixels
// high, and returns where they stand. Words of the mark "●" are a filled disc.
func typeset(t *testing.T, size float64, ink color.Color, lines ...string) (*image.NRGBA, *Page) {
	t.Helper()
	faces := map[bool]font.Face{}
	for bold, ttf := range map[bool][]byte{false: goregular.TTF, true: gobold.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			t.Fatal(err)
		}
		if faces[bold], err = opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72}); err != nil {
			t.Fatal(err)
		}
	}
	img := image.NewNRGBA(image.Rect(0, 0, int(40*size), int(size*(2*float64(len(lines))+2))))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	p := &Page{Width: img.Rect.Dx(), Height: img.Rect.Dy()}
	for i, l := range lines {
		base := int(size * (2 + 2*float64(i)))
		x := fixed.I(int(4 * size))
		var words []Word
		for _, w := range strings.Fields(l) {
			if w == "●" {
				cx, cy, r := x.Round()+int(0.25*size), base-int(0.3*size), int(0.22*size)
				for dy := -r; dy <= r; dy++ {
					for dx := -r; dx <= r; dx++ {
						if dx*dx+dy*dy <= r*r {
							img.Set(cx+dx, cy+dy, ink)
						}
					}
				}
				words = append(words, Word{Text: "●", Box: geom.Rect{X0: float64(cx - r), Y0: float64(cy - r), X1: float64(cx + r + 1), Y1: float64(cy + r + 1)}})
				x += fixed.I(int(1.5 * size))
				continue
			}
			text, bold := strings.CutPrefix(w, "*")
			d := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: faces[bold], Dot: fixed.Point26_6{X: x, Y: fixed.I(base)}}
			b, advance := d.BoundString(text)
			words = append(words, Word{Text: text, Box: geom.Rect{X0: float64(b.Min.X.Floor()), Y0: float64(b.Min.Y.Floor()), X1: float64(b.Max.X.Ceil()), Y1: float64(b.Max.Y.Ceil())}})
			d.DrawString(text)
			x += advance + fixed.I(int(0.3*size))
		}
		p.Lines = append(p.Lines, Line{Words: words})
	}
	return img, p
}

// TestBold: bold words are told by their strokes, in any size, and in ink that is
// grey.
func TestBold(t *testing.T) {
	for _, size := range []float64{20, 28, 60} {
		for _, ink := range []color.Color{color.Black, color.Gray{110}} {
			img, p := typeset(t, size, ink, "*Salt *on *the *road", "The road was *closed over night and nobody knew", "whether the bridge would hold until the morning")
			gray := toGray(img)
			var ems []float64
			for i := range p.Lines {
				for k := range p.Lines[i].Words {
					w := &p.Lines[i].Words[k]
					w.Stroke = stroke(gray, w)
				}
				ems = append(ems, p.Lines[i].em())
			}
			got := p.bold(ems)
			want := [][]bool{{true, true, true, true}, {false, false, false, true, false, false, false, false, false}, make([]bool, 8)}
			for i := range want {
				if !slices.Equal(got[i], want[i]) {
					t.Errorf("%v pixels, ink %v, line %d: bold = %v, want %v", size, ink, i, got[i], want[i])
				}
			}
		}
	}
}
