package ocr

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"recto/internal/geom"
	"recto/internal/page"
)

// Heights of letters in ems, as most text faces have them.
const (
	capHeight   = 0.72
	xHeight     = 0.49
	descent     = 0.21
	boxAscent   = 0.90 // of the glyph boxes we make, as those of a reader of PDF
	boxDescent  = 0.25
	smallestEm  = 3.0 // points
	leastLetter = 0.5 // widths of letters against each other
	mostLetter  = 1.5
)

// The faces of recognized text, of which nothing else is known.
var (
	recognized     = &page.Font{Name: "recognized", Ascent: boxAscent, Descent: boxDescent, Measured: true}
	recognizedBold = &page.Font{Name: "recognized-bold", Bold: true, Ascent: boxAscent, Descent: boxDescent, Measured: true}
)

// Place puts the recognized words, rules and pictures on a page of the given size, in
// points. The page's space becomes that of the straightened picture, and
// page.Frame says how it lies on the paper.
func (p *Page) Place(on *page.Page) {
	paperW, paperH := on.Width, on.Height
	w, h := paperW, paperH
	if p.Quarters%2 == 1 {
		w, h = h, w
	}
	scale := w / float64(p.Width) // points a pixel
	on.Frame = p.frame(paperW, paperH)
	on.Width, on.Height = w, h
	on.Runs, on.Fills, on.Shapes = nil, nil, nil // what was painted is in the picture
	ems := make([]float64, len(p.Lines))
	for i := range p.Lines {
		ems[i] = max(p.Lines[i].em(), smallestEm/scale)
	}
	bold := p.bold(ems)
	for i := range p.Lines {
		on.Runs = append(on.Runs, p.Lines[i].runs(scale, ems[i]*scale, bold[i], p.color(&p.Lines[i], ems[i]))...)
	}
	at := func(r geom.Rect) geom.Rect {
		return geom.Rect{X0: r.X0 * scale, Y0: r.Y0 * scale, X1: r.X1 * scale, Y1: r.Y1 * scale}
	}
	for _, f := range p.Ink.Fills {
		on.Fills = append(on.Fills, page.Fill{Box: at(f.Box), Color: page.Color(uint32(f.Color.R)<<24 | uint32(f.Color.G)<<16 | uint32(f.Color.B)<<8 | 0xff), Order: len(on.Fills)})
	}
	on.Images = nil
	for i, r := range p.Ink.Pictures {
		on.Images = append(on.Images, page.Image{Index: -1 - i, Box: at(r), WidthPx: int(r.W()), HeightPx: int(r.H()), MCID: -1})
	}
	for _, r := range p.Ink.Horizontal {
		on.Rules = append(on.Rules, page.Rule{Box: at(r), Color: 0x000000ff})
	}
	for _, r := range p.Ink.Vertical {
		on.Rules = append(on.Rules, page.Rule{Box: at(r), Vertical: true, Color: 0x000000ff})
	}
}

// frame returns the map from the paper to the straightened page, nil for none.
func (p *Page) frame(w, h float64) *page.Frame {
	if p.Quarters == 0 && p.Skew == 0 {
		return nil
	}
	m := geom.Identity
	tw, th := w, h
	switch p.Quarters {
	case 1: // clockwise: the left edge comes to the top
		m = geom.Matrix{B: 1, C: -1, E: h}
		tw, th = h, w
	case 2:
		m = geom.Matrix{A: -1, D: -1, E: w, F: h}
	case 3:
		m = geom.Matrix{B: -1, C: 1, F: w}
		tw, th = h, w
	}
	if p.Skew != 0 {
		sin, cos := math.Sincos(-p.Skew * math.Pi / 180)
		cx, cy := tw/2, th/2
		m = m.Then(geom.Matrix{A: cos, B: sin, C: -sin, D: cos, E: cx - cos*cx + sin*cy, F: cy - sin*cx - cos*cy})
	}
	return &page.Frame{Turn: m, Width: w, Height: h}
}

// reach says how far the ink of a word goes above and below its baseline, in ems.
func reach(word string) (up, down float64) {
	for _, r := range word {
		switch {
		case strings.ContainsRune("gjpqyQ,;()[]{}|/ßçşţ", r):
			down = max(down, descent)
		}
		switch {
		case unicode.IsUpper(r), unicode.IsDigit(r), strings.ContainsRune("bdfhklßijt()[]{}|/!?&%$£€§\"'“”‘’äöüéèêáàâíóúñ", r):
			up = max(up, capHeight)
		case unicode.IsLetter(r) && r < 0x250:
			up = max(up, xHeight)
		case unicode.IsLetter(r): // other scripts fill their line
			up, down = max(up, 0.8), max(down, 0.1)
		}
	}
	return up, down
}

// em returns the text size of a line in pixels: the middle of what its words say.
func (l *Line) em() float64 {
	var ems []float64
	for _, w := range l.Words {
		if up, down := reach(w.Text); up > 0 {
			for range countLetters(w.Text) {
				ems = append(ems, w.Box.H()/(up+down))
			}
		}
	}
	if len(ems) == 0 {
		h := 0.0
		for _, w := range l.Words {
			h = max(h, w.Box.H())
		}
		return h
	}
	return middle(ems)
}

// middle returns the mean of the middle half of some numbers: boxes end at whole
// pixels, which a median would hand on.
func middle(v []float64) float64 {
	slices.Sort(v)
	cut := len(v) / 4
	sum := 0.0
	for _, x := range v[cut : len(v)-cut] {
		sum += x
	}
	return sum / float64(len(v)-2*cut)
}

// baseline returns the height of a line's baseline in pixels.
func (l *Line) baseline(em float64) float64 {
	var at []float64
	for _, w := range l.Words {
		if up, down := reach(w.Text); up > 0 {
			at = append(at, w.Box.Y1-down*em)
		}
	}
	if len(at) == 0 {
		return l.Words[0].Box.Y1
	}
	return middle(at)
}

// runs makes a run of every word, on the common baseline of the line.
func (l *Line) runs(scale, size float64, bold []bool, shade page.Color) []page.Run {
	base := l.baseline(size/scale) * scale
	out := make([]page.Run, 0, len(l.Words))
	for k, w := range l.Words {
		r := page.Run{Font: recognized, Size: size, Color: shade, MCID: -1, Confidence: w.Confidence}
		if bold[k] {
			r.Font = recognizedBold
		}
		x, share := w.Box.X0*scale, w.Box.W()*scale/widthOf(w.Text)
		for _, c := range w.Text {
			next := x + share*letterWidth(c)
			g := page.Glyph{Rune: c, Origin: geom.Point{X: x, Y: base}, Box: geom.Rect{X0: x, Y0: base - boxAscent*size, X1: next, Y1: base + boxDescent*size}}
			if len(r.Glyphs) == 0 && k > 0 {
				g.Flags = page.SpaceBefore
			}
			r.Glyphs = append(r.Glyphs, g)
			r.Box = r.Box.Union(g.Box)
			x = next
		}
		out = append(out, r)
	}
	return out
}

// widthOf adds up the widths of a word's letters.
func widthOf(word string) float64 {
	sum := 0.0
	for _, r := range word {
		sum += letterWidth(r)
	}
	return sum
}

// letterWidth is how wide a letter is against an ordinary one.
func letterWidth(r rune) float64 {
	switch {
	case strings.ContainsRune("iljtf.,;:'!|()[]Iı", r):
		return leastLetter
	case strings.ContainsRune("mwMWœæ@%—", r):
		return mostLetter
	}
	return 1
}
