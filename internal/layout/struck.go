package layout

import (
	"math"
	"slices"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
)

// Words are struck out or underlined by a rule drawn through or under them, and
// highlighted by a coloured rectangle behind them. Such rules and rectangles keep
// to the words; those of tables, fractions and frames do not.

// Geometry of marks, in ems of the text.
const (
	strikeHigh     = 0.45 // a strike runs through small letters: so far above the baseline at most
	strikeLow      = 0.12 // and at least
	underlineTop   = -0.02
	underlineLow   = 0.22 // the rule below a table's head keeps farther away
	maxMarkRule    = 0.14 // thickness of a mark; bars are thicker
	markOverhang   = 0.3  // a mark ends with a word, give or take so much
	markCover      = 0.7  // share of a word that must lie over the rule
	fractionGap    = 1.7  // baseline of a denominator below the bar's numerator, at most
	maxMarkFill    = 1.6  // height of the rectangle behind a line of text
	minMarkFill    = 0.7
	minColorSpread = 60 // of 255, between the strongest and weakest of red, green and blue: grey is no highlighter
	minColorLight  = 150
)

// markWords sets the styles of words that are struck out, underlined or
// highlighted.
func (s *Sheet) markWords() {
	for i := range s.rules {
		if r := &s.rules[i]; !r.Vertical {
			s.markByRule(r)
		}
	}
	for i := range s.in.Fills {
		if f := &s.in.Fills[i]; f.Stroke&0xff == 0 && isHighlighter(f.Color) {
			s.markByFill(f.Box)
		}
	}
	for i := range s.in.Marks {
		m := &s.in.Marks[i]
		for li := range s.lines {
			if l := &s.lines[li]; l.box.OverlapY(m.Box) > 0.3*l.box.H() {
				s.setStyle(s.covered(l, m.Box), markStyles[m.Kind])
			}
		}
	}
}

// markStyles are the styles of the kinds of marks.
var markStyles = [...]doc.Style{page.Highlighted: doc.Highlight, page.Underlined: doc.Underline, page.StruckOut: doc.Strike}

// markByRule finds the line of text that a rule strikes out or underlines.
func (s *Sheet) markByRule(r *page.Rule) {
	y := r.Box.CenterY()
	for li := range s.lines {
		l := &s.lines[li]
		if l.angle != 0 || r.Box.H() > max(maxMarkRule*l.size, 0.5) || l.box.OverlapX(r.Box) == 0 {
			continue
		}
		style := ruleStyle((l.base - y) / l.size)
		if style == 0 {
			continue
		}
		words := s.covered(l, r.Box)
		if slices.ContainsFunc(words, func(i int) bool { // halves of a fraction, raised footnote marks
			p := &s.pieces[i]
			return p.style&(doc.Superscript|doc.Subscript) != 0 || ruleStyle((p.base-y)/p.size) != style
		}) {
			continue
		}
		if len(words) == 0 || !s.keepsTo(words, r.Box, markOverhang*l.size) {
			continue
		}
		if style == doc.Underline && (s.isFractionBar(l, r.Box) || s.meetsRule(r)) {
			continue
		}
		s.setStyle(words, style)
		return
	}
}

// ruleStyle says what a rule does to text whose baseline is so many ems below it.
func ruleStyle(up float64) doc.Style {
	switch {
	case up >= strikeLow && up <= strikeHigh:
		return doc.Strike
	case -up >= underlineTop && -up <= underlineLow:
		return doc.Underline
	}
	return 0
}

// covered returns the pieces of a line of which a box covers most.
func (s *Sheet) covered(l *line, b geom.Rect) []int {
	var out []int
	for _, i := range l.pieces {
		if p := &s.pieces[i]; p.box.OverlapX(b) >= markCover*p.box.W() {
			out = append(out, i)
		}
	}
	return out
}

// keepsTo reports whether a box begins and ends where the pieces do.
func (s *Sheet) keepsTo(pieces []int, b geom.Rect, slack float64) bool {
	var text geom.Rect
	for _, i := range pieces {
		text = text.Union(s.pieces[i].box)
	}
	return math.Abs(text.X0-b.X0) <= slack && math.Abs(text.X1-b.X1) <= slack
}

// isFractionBar reports whether a line of text stands close below a rule and no
// wider than it: its denominator.
func (s *Sheet) isFractionBar(above *line, bar geom.Rect) bool {
	slack := markOverhang * above.size
	for li := range s.lines {
		l := &s.lines[li]
		if d := l.base - above.base; l.angle == 0 && d > 0.3*above.size && d < fractionGap*above.size &&
			l.box.X0 >= bar.X0-slack && l.box.X1 <= bar.X1+slack {
			return true
		}
	}
	return false
}

// meetsRule reports whether a vertical rule touches a horizontal one: both belong
// to a table or a frame.
func (s *Sheet) meetsRule(r *page.Rule) bool {
	for i := range s.rules {
		if v := &s.rules[i]; v.Vertical && v.Box.Grow(meetSlack).Overlaps(r.Box) {
			return true
		}
	}
	return false
}

// markByFill highlights the words of a line on a coloured rectangle that keeps to
// them. A rectangle behind the whole of a line is a title bar or a button.
func (s *Sheet) markByFill(b geom.Rect) {
	for li := range s.lines {
		l := &s.lines[li]
		if l.angle != 0 || b.H() < minMarkFill*l.size || b.H() > maxMarkFill*l.size || l.base < b.Y0 || l.base > b.Y1 {
			continue
		}
		words := s.covered(l, b)
		if len(words) > 0 && len(words) < len(l.pieces) && s.keepsTo(words, b, markOverhang*l.size) {
			s.setStyle(words, doc.Highlight)
		}
	}
}

// isHighlighter reports whether a colour is bright and no grey.
func isHighlighter(c page.Color) bool {
	r, g, b := int(c>>24), int(c>>16&0xff), int(c>>8&0xff)
	high, low := max(r, g, b), min(r, g, b)
	return c&0xff != 0 && high >= minColorLight && high-low >= minColorSpread && (r+g+b)/3 >= minColorLight
}

func (s *Sheet) setStyle(pieces []int, style doc.Style) {
	for _, i := range pieces {
		s.pieces[i].marks |= style
	}
}
