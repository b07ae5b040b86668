package pdf

import (
	"math"
	"strings"

	"recto/internal/page"
)

// Some fonts map the glyph of a ligature to its first letter alone ("benefts").
// The glyph gives itself away: it is an f wider than the font's f. Which ligature
// it is follows from how much wider.
const (
	minPairWidth   = 1.22  // narrowest ligature, times the width of f
	maxTripleWidth = 2.90  // widest
	widthSlack     = 0.004 // ems by which widths of one glyph differ

	// Letters in a ligature stand closer than apart: two keep 0.84 to 0.91 of their
	// widths (Libertine, Times), three 0.78 to 0.85.
	pairShare   = 0.88
	tripleShare = 0.82
)

// letterWidths are the advance widths of letters of one font, in ems.
type letterWidths struct {
	common  map[rune]float64 // commonest width of the letters looked at
	count   map[[2]int]int   // how often a letter had a width, in widthSlack
	samples int
	pairs   []float64
}

// Letters measured: those of the ligatures, and common ones that tell whether a
// run is stretched. So many samples of a font settle its widths.
const (
	measured   = "filaeotn"
	maxSamples = 4000
)

// repairLigatures restores the letters that ligatures stand for. Widths are
// remembered over the pages of the document.
func (r *Reader) repairLigatures(p *page.Page) {
	for k := range p.Runs {
		r.measureLetters(&p.Runs[k])
	}
	for k := range p.Runs {
		run := &p.Runs[k]
		w := r.letters[run.Font]
		if w == nil || w.common['f'] == 0 || run.Angle != 0 || run.Font.Monospace {
			continue
		}
		for i := 0; i < len(run.Glyphs); i++ {
			g := &run.Glyphs[i]
			if g.Rune != 'f' || isSplit(run.Glyphs, i) {
				continue
			}
			if rest := w.rest(g.Box.W() / run.Size); rest != "" && w.unstretched(run) {
				run.Glyphs = expand(run.Glyphs, i, rest)
				i += len(rest)
			}
		}
	}
}

func (r *Reader) measureLetters(run *page.Run) {
	if run.Angle != 0 || run.Font.Monospace || run.Size <= minSize {
		return
	}
	w := r.letters[run.Font]
	if w == nil {
		w = &letterWidths{common: map[rune]float64{}, count: map[[2]int]int{}}
		r.letters[run.Font] = w
	}
	for i := range run.Glyphs {
		g := &run.Glyphs[i]
		if g.Rune > 't' || strings.IndexByte(measured, byte(g.Rune)) < 0 || w.samples > maxSamples {
			continue
		}
		width := g.Box.W() / run.Size
		if width <= 0 || isSplit(run.Glyphs, i) {
			continue
		}
		w.samples++
		key := func(v float64) [2]int { return [2]int{int(g.Rune), int(math.Round(v / widthSlack))} }
		w.count[key(width)]++
		if old := w.common[g.Rune]; old == 0 || w.count[key(width)] > w.count[key(old)] {
			w.common[g.Rune] = width
		}
		if g.Rune == 'f' {
			w.notePair(width)
		}
	}
}

// unstretched reports whether the letters of a run have the widths that are usual
// in its font: text set wide or condensed proves nothing.
func (w *letterWidths) unstretched(run *page.Run) bool {
	agree, differ := 0, 0
	for i := range run.Glyphs {
		g := &run.Glyphs[i]
		if g.Rune == 'f' || g.Rune > 't' || strings.IndexByte(measured, byte(g.Rune)) < 0 || isSplit(run.Glyphs, i) {
			continue
		}
		if math.Abs(g.Box.W()/run.Size-w.common[g.Rune]) <= 2*widthSlack {
			agree++
		} else {
			differ++
		}
	}
	return agree > 3*differ
}

// isSplit reports whether a glyph is a piece of a ligature that the font maps as
// it should: its neighbour has a box of the same width.
func isSplit(glyphs []page.Glyph, i int) bool {
	same := func(j int) bool {
		return j >= 0 && j < len(glyphs) && math.Abs(glyphs[j].Box.W()-glyphs[i].Box.W()) < 1e-6 && (glyphs[i].Rune == 'f' || glyphs[j].Rune == 'f')
	}
	return same(i+1) || same(i-1)
}

// notePair remembers the widths that may be fi and fl.
func (w *letterWidths) notePair(width float64) {
	if width < minPairWidth*w.common['f'] || w.nearest(width) != "i" {
		return
	}
	for _, p := range w.pairs {
		if math.Abs(p-width) < widthSlack {
			return
		}
	}
	if len(w.pairs) < 4 {
		w.pairs = append(w.pairs, width)
	}
}

// nearest returns the letters behind f whose ligature would be about so wide.
func (w *letterWidths) nearest(width float64) string {
	f, i := w.common['f'], w.common['i']
	if i == 0 {
		i = 0.8 * f
	}
	best, bestD := "i", math.Abs(width-pairShare*(f+i))
	if d := math.Abs(width - pairShare*2*f); d < bestD {
		best, bestD = "f", d
	}
	if d := math.Abs(width - tripleShare*(2*f+i)); d < bestD {
		best = "fi"
	}
	return best
}

// rest returns the letters behind f in a glyph of the given width.
func (w *letterWidths) rest(width float64) string {
	if ratio := width / w.common['f']; ratio < minPairWidth || ratio > maxTripleWidth {
		return ""
	}
	best := w.nearest(width)
	if best != "i" {
		return best
	}
	// fi and fl differ as i and l do. With one width alone it is fi, the commoner.
	var other float64
	for _, p := range w.pairs {
		if math.Abs(p-width) >= widthSlack {
			other = p
		}
	}
	if other != 0 && (width < other) == (w.common['l'] <= w.common['i']) {
		return "l"
	}
	return "i"
}

// expand inserts the letters of rest behind glyph i and shares its box out.
func expand(glyphs []page.Glyph, i int, rest string) []page.Glyph {
	g := glyphs[i]
	step := g.Box.W() / float64(len(rest)+1)
	out := make([]page.Glyph, 0, len(glyphs)+len(rest))
	out = append(out, glyphs[:i]...)
	for k, c := range "f" + rest {
		n := g
		n.Rune = c
		n.Box.X0 = g.Box.X0 + step*float64(k)
		n.Box.X1 = n.Box.X0 + step
		n.Origin.X = n.Box.X0
		if k > 0 {
			n.Flags &^= page.SpaceBefore
		}
		out = append(out, n)
	}
	return append(out, glyphs[i+1:]...)
}
