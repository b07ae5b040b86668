package pdf

import (
	"slices"
	"strings"
	"unicode"

	"recto/internal/geom"
	"recto/internal/page"
)

// Flags of annotations and form fields (ISO 32000-1, tables 165, 221 and 228).
const (
	annotationHidden = 1 << 1
	annotationNoView = 1 << 5
	fieldMultiline   = 1 << 12
	fieldPassword    = 1 << 13
)

// fieldValue is what a visible form field says.
type fieldValue struct {
	box   geom.Rect
	lines []string
	size  float64 // of the text, 0 for whatever fits
	tall  bool    // text begins at the top
}

// How values without a look are set, as viewers do.
const (
	valueSize    = 12.0 // the largest size chosen for a field that names none
	valueLeading = 1.15 // ems
	valueAdvance = 0.5  // ems, a guess for every character
	valueMargin  = 2.0  // points
)

// lineEnds are those of form values: carriage returns, mostly.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// addValues writes the values of form fields that show no text on the page.
// PDFium draws fields that have no look at all; but many programs that fill in
// forms leave the look of the empty field behind.
func (r *Reader) addValues(w *placed, values []fieldValue) {
	for _, v := range values {
		if v.box.Empty() || v.shown(w.out.Runs) {
			continue
		}
		size := v.size
		if size <= 0 {
			size = valueSize
		}
		size = min(size, v.box.H()/valueLeading/float64(len(v.lines)))
		// The first baseline, of text that is centred unless it begins at the top.
		y := v.box.Y0 + valueMargin + plainAscent*size
		if !v.tall {
			height := valueLeading * size * float64(len(v.lines)-1)
			y = v.box.CenterY() - height/2 + (plainAscent-plainDescent)/2*size
		}
		font := r.sameFont(page.Font{Name: "Helvetica"})
		for _, line := range v.lines {
			if glyphs := valueGlyphs(line, geom.Point{X: v.box.X0 + valueMargin, Y: y}, size, v.box.X1-valueMargin); len(glyphs) > 0 {
				st := &style{font: font, size: size, color: 0x000000ff, mcid: -1}
				w.out.Runs = append(w.out.Runs, newRun(st, glyphs))
			}
			y += valueLeading * size
		}
	}
}

// valueGlyphs sets a line from a point on, narrower where it would pass right.
func valueGlyphs(line string, at geom.Point, size, right float64) []page.Glyph {
	runes := []rune(strings.TrimRight(line, " \t"))
	advance := valueAdvance * size
	if n := float64(len(runes)); n*advance > right-at.X {
		advance = max(right-at.X, 0.1*size) / n
	}
	var out []page.Glyph
	space := false
	for i, c := range runes {
		if isBlank(c) {
			space = len(out) > 0
			continue
		}
		g := page.Glyph{Rune: c, Origin: geom.Point{X: at.X + advance*float64(i), Y: at.Y}}
		g.Box = geom.Rect{X0: g.Origin.X, Y0: at.Y - plainAscent*size, X1: g.Origin.X + advance, Y1: at.Y + plainDescent*size}
		if space {
			g.Flags, space = page.SpaceBefore, false
		}
		out = append(out, g)
	}
	return out
}

// shown reports whether something of the value is painted inside the box, or any
// letter or digit. The dots and lines to write on are no value.
func (v *fieldValue) shown(runs []page.Run) bool {
	for i := range runs {
		r := &runs[i]
		if r.Mode == page.Invisible || !r.Box.Overlaps(v.box) {
			continue
		}
		for k := range r.Glyphs {
			g := &r.Glyphs[k]
			if v.box.Contains(geom.Point{X: g.Box.CenterX(), Y: g.Box.CenterY()}) && (unicode.IsLetter(g.Rune) || unicode.IsDigit(g.Rune) ||
				slices.ContainsFunc(v.lines, func(l string) bool { return strings.ContainsRune(l, g.Rune) })) {
				return true
			}
		}
	}
	return false
}
