package ocr

import (
	"image"
	"math"
	"slices"

	"recto/internal/geom"
	"recto/internal/page"
)

// How the colour of words is measured.
const (
	fullInk     = 0.7 // share of the ink's darkness from which a pixel shows the ink's own colour
	leastColour = 40  // between the channels: JPEG tints thin black strokes by up to 25
	underline   = 0.2 // ems from a word to the line under it; the rules of tables keep away further
)

// hue is all that is told of the colour of ink: the thin strokes of small
// letters are paler than their ink and mix with the paper.
type hue uint8

const (
	grey hue = iota
	red
	yellow
	green
	cyan
	blue
	magenta
)

// hueColors are the colours that stand for hues.
var hueColors = [...]page.Color{grey: 0x000000ff, red: 0xa00000ff, yellow: 0xa0a000ff, green: 0x00a000ff, cyan: 0x00a0a0ff, blue: 0x0000a0ff, magenta: 0xa000a0ff}

// hueOf returns the hue of a word's ink. Grey pictures, ink lighter than its
// paper and faint ink have none.
func hueOf(img image.Image, g *image.Gray, w *Word) hue {
	m, ok := img.(*image.NRGBA)
	if !ok || m.Rect != g.Rect {
		return grey
	}
	box := image.Rect(int(w.Box.X0), int(w.Box.Y0), int(math.Ceil(w.Box.X1)), int(math.Ceil(w.Box.Y1))).Intersect(g.Rect)
	if box.Empty() {
		return grey
	}
	paper, ink, ok := tones(g, box)
	if !ok || ink > paper {
		return grey
	}
	from := uint8(paper - fullInk*(paper-ink))
	var sum [3]int
	n := 0
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if g.Pix[y*g.Stride+x] > from {
				continue
			}
			p := m.Pix[y*m.Stride+4*x:]
			sum[0], sum[1], sum[2] = sum[0]+int(p[0]), sum[1]+int(p[1]), sum[2]+int(p[2])
			n++
		}
	}
	if n == 0 {
		return grey
	}
	return hueFrom(sum[0]/n, sum[1]/n, sum[2]/n)
}

// hueFrom returns the nearest of six hues.
func hueFrom(r, g, b int) hue {
	low, high := min(r, g, b), max(r, g, b)
	if high-low < leastColour {
		return grey
	}
	middle := (low + high) / 2
	strong := 0 // a bit for each channel that is bright
	for i, v := range []int{r, g, b} {
		if v >= middle {
			strong |= 1 << i
		}
	}
	return [...]hue{grey, red, green, yellow, blue, magenta, cyan, grey}[strong]
}

// color returns the colour of a line with an em in pixels: that of the hue which
// most of its letters have. One line has one colour, for words of a few letters do
// not tell. Underlined words are links, whose colour says nothing about the line.
func (p *Page) color(l *Line, em float64) page.Color {
	var count [magenta + 1]int
	all := 0
	for _, w := range l.Words {
		n := countLetters(w.Text)
		all += n
		if !p.underlined(w.Box, em) {
			count[w.hue] += n
		}
	}
	for h, n := range count {
		if 2*n > all {
			return hueColors[h]
		}
	}
	return hueColors[grey]
}

// underlined reports whether a rule runs through the foot of a word's box or
// close below it.
func (p *Page) underlined(box geom.Rect, em float64) bool {
	if p.Ink == nil {
		return false
	}
	return slices.ContainsFunc(p.Ink.Horizontal, func(r geom.Rect) bool {
		return r.CenterY() > box.CenterY() && r.Y0 < box.Y1+underline*em && r.X0 <= box.CenterX() && box.CenterX() <= r.X1
	})
}
