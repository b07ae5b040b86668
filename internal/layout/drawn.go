package layout

import (
	"cmp"
	"math"
	"slices"
)

// Programs draw text in the order in which it was written more often than not,
// but never reliably: paragraphs may come line by line from anywhere. The order
// of drawing decides only what the eye cannot, whether a text or the narrower
// box beside it is first, and only where it speaks clearly.
const (
	drawnApart   = 0.98 // share of pairs of texts, one of each column, drawn in the same order
	drawnDown    = 0.7  // share of lines of a column drawn after the line above
	minDrawnRows = 3    // lines and cells of a column
	besideWidth  = 0.75 // width of a box beside a text, as share of the text's: columns of one text are alike
)

// drawnBackwards reports whether the right column was drawn before the left one,
// each of them from top to bottom.
func (o *orderer) drawnBackwards(left, right []element) bool {
	l, r := o.sideOf(left), o.sideOf(right)
	if wl, wr := l.x1-l.x0, r.x1-r.x0; min(wl, wr) > besideWidth*max(wl, wr) {
		return false
	}
	a, b := o.drawn(left), o.drawn(right)
	if o.rtl {
		a, b = b, a
	}
	if len(a) < minDrawnRows || len(b) < minDrawnRows || !runsDown(a) || !runsDown(b) {
		return false
	}
	before := 0
	for _, x := range a {
		k, _ := slices.BinarySearchFunc(b, x, func(p, q drawnText) int { return cmp.Compare(p.run, q.run) })
		before += k
	}
	return float64(before) >= drawnApart*float64(len(a)*len(b))
}

// drawnText is a line or cell with its place in drawing order.
type drawnText struct {
	run  int
	y    float64
	size float64
}

// drawn returns the texts of a column in drawing order.
func (o *orderer) drawn(els []element) []drawnText {
	var out []drawnText
	add := func(pieces []int, y, size float64) {
		if len(pieces) > 0 {
			out = append(out, drawnText{o.s.pieces[pieces[0]].run, y, size})
		}
	}
	for _, e := range els {
		switch {
		case e.line >= 0:
			add(o.s.lines[e.line].pieces, e.base, e.size)
		case e.tab != nil:
			for k := range e.tab.cells {
				c := &e.tab.cells[k]
				add(c.pieces, c.box.Y0, e.size)
			}
		case e.group != nil:
			out = append(out, o.drawn(e.group)...)
		}
	}
	slices.SortStableFunc(out, func(p, q drawnText) int { return cmp.Compare(p.run, q.run) })
	return out
}

// runsDown reports whether texts in drawing order mostly go down the page.
func runsDown(texts []drawnText) bool {
	down := 0
	for i := 1; i < len(texts); i++ {
		if texts[i].y > texts[i-1].y-0.5*math.Max(texts[i].size, 1) {
			down++
		}
	}
	return float64(down) >= drawnDown*float64(len(texts)-1)
}
