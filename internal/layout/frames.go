package layout

import (
	"cmp"
	"math"
	"slices"

	"recto/internal/geom"
	"recto/internal/page"
)

// A painted or framed rectangle is a text of its own when it parts the page's
// text cleanly: a box, a sidebar, a card, a band across the page.
const (
	minFramedRows  = 3    // rows of text inside: less is a title on a bar or a row of a table
	frameSlack     = 2.0  // points by which text may reach over the edge of its frame
	maxFrameShare  = 0.85 // share of the page that a background covers
	sameTops       = 1.0  // ems by which the tops of cards in a row differ
	darkestPaper   = 0xf8 // red, green and blue of a colour that is seen as white paper
	framesOnAPage  = 400  // more are cells of a drawing
	pairedBesideBy = 0.75 // share of the rows inside that go on outside, as cells of a table do
)

// frames returns the visible rectangles of the page that may hold a text of
// their own, large ones first.
func (s *Sheet) frames() []geom.Rect {
	if len(s.in.Fills) > framesOnAPage {
		return nil
	}
	em := max(s.body, 6)
	var out []geom.Rect
	for i := range s.in.Fills {
		f := &s.in.Fills[i]
		if !isSeen(f.Color) && f.Stroke&0xff == 0 {
			continue
		}
		b := f.Box
		if b.W() < minColumnWidth*em || b.H() < minFramedRows*em || b.Area() > maxFrameShare*s.in.Width*s.in.Height {
			continue
		}
		if !slices.ContainsFunc(out, func(o geom.Rect) bool { return o.ContainsRect(b, frameSlack) && b.ContainsRect(o, frameSlack) }) {
			out = append(out, b)
		}
	}
	slices.SortStableFunc(out, func(a, b geom.Rect) int { return -cmp.Compare(a.Area(), b.Area()) })
	return out
}

// isSeen reports whether a colour stands out from white paper.
func isSeen(c page.Color) bool {
	return c&0xff != 0 && (c>>24 < darkestPaper || c>>16&0xff < darkestPaper || c>>8&0xff < darkestPaper)
}

// group makes one element of everything that a frame holds. Frames that cut
// through text, hold all of it, or hold cells of rows that go on outside are
// decoration.
func (o *orderer) group(els []element, frames []geom.Rect) []element {
	for _, f := range frames {
		var in, out []element
		crossed := false
		for _, e := range els {
			switch {
			case f.ContainsRect(e.box, frameSlack):
				in = append(in, e)
			case e.fig == nil && f.Grow(-frameSlack).Intersect(e.box).Area() > 0:
				crossed = true
			default:
				out = append(out, e)
			}
		}
		if crossed || len(out) == 0 || countRows(in) < minFramedRows || o.goesOnBeside(in, out) {
			continue
		}
		els = append(out, element{box: f, base: f.Y1, size: o.s.body, line: -1, group: in})
	}
	return els
}

// countRows counts the baselines of text among the elements; a table is rows enough.
func countRows(els []element) int {
	var bases []float64
	for _, e := range els {
		switch {
		case e.tab != nil || e.group != nil:
			return minFramedRows
		case e.line >= 0 && !slices.ContainsFunc(bases, func(b float64) bool { return math.Abs(b-e.base) < 0.5*e.size }):
			bases = append(bases, e.base)
		}
	}
	return len(bases)
}

// goesOnBeside reports whether most rows inside a frame have short texts on the
// same baselines beside it: the frame shades cells of a table.
func (o *orderer) goesOnBeside(in, out []element) bool {
	rows, paired, words := 0, 0, 0
	for _, e := range in {
		if e.line < 0 {
			continue
		}
		rows++
		for _, f := range out {
			if f.line >= 0 && math.Abs(e.base-f.base) < 0.25*min(e.size, f.size) {
				paired++
				words += len(o.s.lines[f.line].pieces)
				break
			}
		}
	}
	return rows > 0 && float64(paired) >= pairedBesideBy*float64(rows) && float64(words) < labelFillWords*float64(paired)
}

// areCards reports whether what stands left and right of a gutter are boxes in
// rows: each on one side has another beside it that begins at the same height,
// and no other text stands between them.
func (o *orderer) areCards(left, right []element) bool {
	var tops [2][]float64
	y0, y1 := math.Inf(1), math.Inf(-1)
	for k, els := range [2][]element{left, right} {
		for _, e := range els {
			if e.group != nil {
				tops[k] = append(tops[k], e.box.Y0)
				y0, y1 = min(y0, e.box.Y0), max(y1, e.box.Y1)
			}
		}
	}
	if min(len(tops[0]), len(tops[1])) < 2 {
		return false
	}
	for _, els := range [2][]element{left, right} {
		if slices.ContainsFunc(els, func(e element) bool { return e.group == nil && e.box.CenterY() > y0 && e.box.CenterY() < y1 }) {
			return false
		}
	}
	near := sameTops * max(o.s.body, 6)
	for _, y := range tops[0] {
		if !slices.ContainsFunc(tops[1], func(z float64) bool { return math.Abs(y-z) < near }) {
			return false
		}
	}
	return true
}
