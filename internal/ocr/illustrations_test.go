package ocr

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"
	"testing"

	"recto/internal/geom"
)

// pageWith returns a page of verse, its words known, with more drawn on it.
func pageWith(t *testing.T, more func(*image.NRGBA)) *Page {
	t.Helper()
	lines := append(append([]string{}, verse...), make([]string, 14)...)
	img := sheet(t, 20, lines)
	p := &Page{Width: img.Rect.Dx(), Height: img.Rect.Dy()}
	for i := range verse {
		y := 20 * (3 + 2.2*float64(i))
		for k := range 8 {
			x := 40 + 60*float64(k)
			p.Lines = append(p.Lines, Line{Words: []Word{{Text: "words", Confidence: 0.95, Box: geom.Rect{X0: x, Y0: y - 15, X1: x + 60, Y1: y + 5}}}})
		}
	}
	more(img)
	gray := toGray(img)
	black := inkOf(gray)
	height, _ := textHeight(black)
	p.Ink = drawingOf(black, gray, height)
	p.Ink.Fills = fillsOf(img, height)
	return p
}

func TestFindPictures(t *testing.T) {
	dark := func(img *image.NRGBA, r image.Rectangle) {
		draw.Draw(img, r, image.NewUniform(color.Gray{Y: 40}), image.Point{}, draw.Src)
	}
	frame := func(img *image.NRGBA, r image.Rectangle) {
		dark(img, image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+2))
		dark(img, image.Rect(r.Min.X, r.Max.Y-2, r.Max.X, r.Max.Y))
		dark(img, image.Rect(r.Min.X, r.Min.Y, r.Min.X+2, r.Max.Y))
		dark(img, image.Rect(r.Max.X-2, r.Min.Y, r.Max.X, r.Max.Y))
	}
	stroke := func(img *image.NRGBA, at image.Rectangle, f func(x float64) float64) {
		for i := range 2000 {
			x := float64(i) / 2000
			px, py := at.Min.X+int(x*float64(at.Dx())), at.Min.Y+int(f(x)*float64(at.Dy()))
			dark(img, image.Rect(px, py, px+3, py+3))
		}
	}
	for _, tt := range []struct {
		name string
		draw func(*image.NRGBA)
		want []geom.Rect
	}{
		{"text alone", func(*image.NRGBA) {}, nil},
		{"a photograph", func(img *image.NRGBA) { dark(img, image.Rect(100, 500, 400, 700)) }, []geom.Rect{{X0: 100, Y0: 500, X1: 400, Y1: 700}}},
		{"two photographs", func(img *image.NRGBA) {
			dark(img, image.Rect(60, 500, 260, 700))
			dark(img, image.Rect(400, 500, 600, 700))
		}, []geom.Rect{{X0: 60, Y0: 500, X1: 260, Y1: 700}, {X0: 400, Y0: 500, X1: 600, Y1: 700}}},
		{"a signature", func(img *image.NRGBA) {
			stroke(img, image.Rect(100, 560, 340, 620), func(x float64) float64 { return 0.5 + 0.48*math.Sin(40*x) })
		}, []geom.Rect{{X0: 100, Y0: 560, X1: 340, Y1: 620}}},
		{"a curve in its frame", func(img *image.NRGBA) {
			frame(img, image.Rect(100, 480, 500, 760))
			stroke(img, image.Rect(105, 500, 495, 740), func(x float64) float64 { return x * x })
		}, []geom.Rect{{X0: 100, Y0: 480, X1: 500, Y1: 760}}},
		{"three curves", func(img *image.NRGBA) {
			for i := range 3 {
				stroke(img, image.Rect(100, 520+30*i, 220, 620+30*i), func(x float64) float64 { return 1 - x })
			}
		}, []geom.Rect{{X0: 100, Y0: 520, X1: 220, Y1: 680}}},
		{"cells of a table", func(img *image.NRGBA) {
			for i := range 12 {
				x, y := 100+60*(i%4), 500+40*(i/4)
				draw.Draw(img, image.Rect(x, y, x+60, y+40), image.NewUniform(color.Gray{Y: uint8(20 + 9*i)}), image.Point{}, draw.Src)
			}
		}, nil},
		{"headings written askew", func(img *image.NRGBA) {
			for i := range 4 {
				x := 100 + 50*i
				stroke(img, image.Rect(x, 520, x+90, 610), func(x float64) float64 { return 1 - 0.93*x - 0.07*math.Abs(math.Sin(150*x)) })
			}
		}, nil},
		{"an empty grid", func(img *image.NRGBA) {
			for i := range 4 {
				frame(img, image.Rect(100, 500+40*i, 500, 542+40*i))
			}
		}, nil},
		{"specks", func(img *image.NRGBA) {
			for i := range 60 {
				x, y := 60+(i*73)%560, 480+(i*131)%260
				dark(img, image.Rect(x, y, x+3, y+3))
			}
		}, nil},
		{"the shadow of the page", func(img *image.NRGBA) { dark(img, image.Rect(0, 0, 14, img.Rect.Dy())) }, nil},
		{"a frame around the text", func(img *image.NRGBA) { frame(img, image.Rect(20, 30, 640, 420)) }, nil},
	} {
		p := pageWith(t, tt.draw)
		p.findPictures()
		ok := len(p.Ink.Pictures) == len(tt.want)
		for i := range tt.want {
			ok = ok && p.Ink.Pictures[i].Grow(8).ContainsRect(tt.want[i], 0) && tt.want[i].Grow(12).ContainsRect(p.Ink.Pictures[i], 0)
		}
		if !ok {
			t.Errorf("%s: pictures %v, want %v", tt.name, p.Ink.Pictures, tt.want)
		}
	}
}

// TestForgetGuesses: what an engine sees in a photograph is no text, unless it is
// sure of a word there.
func TestForgetGuesses(t *testing.T) {
	for _, tt := range []struct {
		sure float64 // confidence of a word in the photograph
		want string
	}{
		{0.3, "pale"},
		{0.9, "ees North ~~ pale"},
	} {
		p := pageWith(t, func(img *image.NRGBA) {
			for y := 500; y < 700; y++ {
				for x := 100; x < 400; x++ {
					img.Set(x, y, color.Gray{Y: uint8((x*x + 3*y*x + 7*y) % 120)})
				}
			}
		})
		n := len(p.Lines)
		p.Lines = append(p.Lines,
			Line{Words: []Word{{Text: "ees", Confidence: 0.3, Box: geom.Rect{X0: 150, Y0: 550, X1: 190, Y1: 565}}, {Text: "North", Confidence: tt.sure, Box: geom.Rect{X0: 200, Y0: 550, X1: 250, Y1: 565}}}},
			Line{Words: []Word{{Text: "~~", Confidence: 0.2, Box: geom.Rect{X0: 150, Y0: 600, X1: 190, Y1: 615}}}},
			Line{Words: []Word{{Text: "pale", Confidence: 0.3, Box: geom.Rect{X0: 450, Y0: 600, X1: 490, Y1: 615}}}})
		p.findPictures()
		var got []string
		for _, l := range p.Lines[n:] {
			for _, w := range l.Words {
				got = append(got, w.Text)
			}
		}
		if s := strings.Join(got, " "); s != tt.want || len(p.Ink.Pictures) != 1 {
			t.Errorf("sure to %.1f: words after the verse %q, pictures %v, want %q and one", tt.sure, s, p.Ink.Pictures, tt.want)
		}
	}
}
