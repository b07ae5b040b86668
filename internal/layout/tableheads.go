package layout

import (
	"math"
	"slices"

	"recto/internal/geom"
)

// Headings of columns above the first rule of a table: a heading of several lines
// is one cell, a heading over several columns spans them, and one that has nothing
// above or below it reaches over all rows of headings.
const (
	maxHeadLines   = 9    // lines of text
	headNumbers    = 0.4  // share of the words of a row that may be numbers
	headStep       = 1.15 // step to the first row of values, in steps between lines of headings
	headLeading    = 1.6  // ems between lines of one heading
	spanRuleReach  = 1.4  // ems from the baseline of a heading down to the rule under it
	centreSlack    = 0.8  // ems by which a heading is off the middle of its columns
	ruleOverColumn = 0.5  // share of a column's text that a rule stands over
)

// headRows returns how many rows stand above the first rule and are headings: few
// of their texts are numbers, years aside.
func (s *Sheet) headRows(rows []textRow, xs, breaks []float64) int {
	if len(breaks) == 0 {
		return 0
	}
	n, first := 0, false // first: the first row holds numbers
	for ; n < len(rows) && rows[n].base < breaks[0]; n++ {
		numbers, cells := 0, 0
		for _, i := range rows[n].pieces {
			if locate(xs, s.pieces[i].box.CenterX()) > 0 {
				cells++
				if t := s.pieces[i].text; isNumeric(t) && !isYear(t) {
					numbers++
				}
			}
		}
		// Headings may be ranges of numbers; a row of values stands further off.
		apart := n == 1 && !first || n > 1 && rows[n].base-rows[n-1].base > headStep*(rows[n-1].base-rows[n-2].base)
		if apart && float64(numbers) > headNumbers*float64(cells) {
			break
		}
		first = first || n == 0 && float64(numbers) > headNumbers*float64(cells)
	}
	if n == len(rows) || n > maxHeadLines {
		return 0
	}
	return n
}

// isYear reports whether a text is a year as it heads a column.
func isYear(t string) bool {
	n, ok := smallNumber(t)
	return ok && n >= 1900 && n < 2100
}

// headCell is one heading on its way to a cell.
type headCell struct {
	part
	first, last int // rows of text
	ruled       bool
	level       int
}

// addHead adds the rows of headings.
func (o *openGrid) addHead(g *grid) {
	var heads []headCell
	last := make([]int, len(o.xs)-1) // heading above in each column
	for c := range last {
		last[c] = -1
	}
	for k := range o.heads {
		parts := o.headParts(k)
		groups := o.groups(k, parts)
		if groups != nil {
			parts = groups
		}
		for n := range parts {
			h := headCell{part: parts[n], first: k, last: k}
			h.ruled = groups == nil && o.spread(&h, parts, n)
			above := last[h.from]
			if above >= 0 && o.goesOn(&heads[above], &h) && onlyAbove(last, &h, above) {
				a := &heads[above]
				a.pieces, a.last, a.ruled = append(a.pieces, h.pieces...), k, a.ruled || h.ruled
				a.from, a.to, a.x0, a.x1 = min(a.from, h.from), max(a.to, h.to), min(a.x0, h.x0), max(a.x1, h.x1)
				for c := a.from; c <= a.to; c++ {
					last[c] = above
				}
				continue
			}
			for c := h.from; c <= h.to; c++ {
				if last[c] >= 0 {
					h.level = max(h.level, heads[last[c]].level+1)
				}
			}
			for c := h.from; c <= h.to; c++ {
				last[c] = len(heads)
			}
			heads = append(heads, h)
		}
	}
	levels := 1
	for k := range heads {
		levels = max(levels, heads[k].level+1)
	}
	o.headHeights(g, heads, levels)
	o.placeHeads(g, heads, levels)
	g.headerRows = levels
}

// headParts cuts a row of headings at the column edges. Words a word space apart
// are one heading, unless both stand over the text of their columns.
func (o *openGrid) headParts(k int) []part {
	var out []part
	for _, p := range o.parts(k) {
		if p.from < p.to {
			if cut := o.cutHeading(p, o.rows[k].size); cut != nil {
				out = append(out, cut...)
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// cutHeading cuts a heading over several columns into one for each column it has
// words in the middle of, if every one stands over the text of its column; nil
// otherwise.
func (o *openGrid) cutHeading(p part, size float64) []part {
	var out []part
	for _, i := range p.pieces {
		b := o.s.pieces[i].box
		c := o.columnAt(i)
		if n := len(out); n > 0 && out[n-1].from == c {
			out[n-1].x1 = max(out[n-1].x1, b.X1)
			out[n-1].pieces = append(out[n-1].pieces, i)
			continue
		}
		out = append(out, part{extent{b.X0, b.X1}, c, c, []int{i}})
	}
	// Two words of one heading over two columns stand at their inner edges; headings
	// of their own stand at the same edge of each, or in the middle.
	left, right, middle := true, true, true
	for _, q := range out {
		e := o.text[q.from]
		left = left && math.Abs(e.x0-q.x0) <= edgeMeets*size
		right = right && math.Abs(e.x1-q.x1) <= edgeMeets*size
		middle = middle && math.Abs(e.middle()-q.middle()) <= edgeMeets*size
	}
	if !left && !right && !middle {
		return nil
	}
	return out
}

// spread widens a heading to the columns it heads: those over which the rule under
// it stands, or, when it crosses an edge, those in whose middle it stands. It
// reports whether there is such a rule.
func (o *openGrid) spread(h *headCell, parts []part, n int) bool {
	r := &o.rows[h.first]
	lo, hi := 0, len(o.xs)-2
	if n > 0 {
		lo = parts[n-1].to + 1
	}
	if n+1 < len(parts) {
		hi = parts[n+1].from - 1
	}
	for _, rule := range o.short {
		if y := rule.CenterY(); y < r.base-0.2*r.size || y > r.base+spanRuleReach*r.size || rule.X1 < h.x0 || rule.X0 > h.x1 {
			continue
		}
		from, to := h.from, h.to
		reach := o.wholeRule(rule, h, r.size)
		for c := lo; c <= hi; c++ {
			if e := o.text[c]; min(e.x1, reach.x1)-max(e.x0, reach.x0) > ruleOverColumn*(e.x1-e.x0) {
				from, to = min(from, c), max(to, c)
			}
		}
		h.from, h.to = from, to
		return true
	}
	if h.from == h.to {
		return false
	}
	best := math.Abs(h.middle() - (o.text[h.from].x0+o.text[h.to].x1)/2)
	from, to := h.from, h.to
	for a := h.from; a >= lo; a-- {
		for b := h.to; b <= hi; b++ {
			if d := math.Abs(h.middle() - (o.text[a].x0+o.text[b].x1)/2); d < best-centreSlack*r.size {
				best, from, to = d, a, b
			}
		}
	}
	h.from, h.to = from, to
	return false
}

// pieceGap is the widest gap, in ems, between two pieces of a rule under one heading.
const pieceGap = 2.0

// wholeRule returns how far a rule under a heading reaches together with its pieces
// over the next columns, if the heading stands in the middle of them.
func (o *openGrid) wholeRule(rule geom.Rect, h *headCell, size float64) extent {
	own := extent{rule.X0, rule.X1}
	whole := own
	for grown := true; grown; {
		grown = false
		for _, q := range o.short {
			if math.Abs(q.CenterY()-rule.CenterY()) > 1 || q.X0 > whole.x1+pieceGap*size || q.X1 < whole.x0-pieceGap*size {
				continue
			}
			if q.X0 < whole.x0-0.1 || q.X1 > whole.x1+0.1 {
				whole, grown = extent{min(whole.x0, q.X0), max(whole.x1, q.X1)}, true
			}
		}
	}
	if math.Abs(h.middle()-whole.middle()) > pieceGap*size {
		return own
	}
	return whole
}

// goesOn reports whether b is the next line of heading a: over the same columns,
// close under it, and without a rule between.
func (o *openGrid) goesOn(a, b *headCell) bool {
	if a.ruled || b.first-a.last < 1 {
		return false
	}
	x, y := &o.rows[a.last], &o.rows[b.first]
	if a.from != b.from || a.to != b.to {
		// Two lines of one heading over several columns may not cross the same ones.
		within := a.from <= b.from && a.to >= b.to || b.from <= a.from && b.to >= a.to
		if !within || a.from == a.to || b.from == b.to || math.Abs(a.middle()-b.middle()) > centreSlack*y.size {
			return false
		}
	}
	return y.base-x.base <= headLeading*max(x.size, y.size)*float64(b.first-a.last)
}

// onlyAbove reports whether nothing but heading a stands above h.
func onlyAbove(last []int, h *headCell, a int) bool {
	for c := h.from; c <= h.to; c++ {
		if last[c] >= 0 && last[c] != a {
			return false
		}
	}
	return true
}

// headHeights sets the edges between the rows of headings.
func (o *openGrid) headHeights(g *grid, heads []headCell, levels int) {
	y0 := g.ys[0]
	y1 := (o.rows[o.heads-1].bottom + o.rows[o.heads].top) / 2
	for l := 1; l < levels; l++ {
		above, below := y0, y1
		for k := range heads {
			if h := &heads[k]; h.level == l {
				below = min(below, o.rows[h.first].top)
			} else if h.level == l-1 && o.headsOthers(heads, h) {
				above = max(above, o.rows[h.last].bottom)
			}
		}
		g.ys = append(g.ys, max(g.ys[l-1]+0.1, min((above+below)/2, y1-0.1*float64(levels-l))))
	}
	g.ys = append(g.ys, max(y1, g.ys[len(g.ys)-1]+0.1))
}

// headsOthers reports whether a heading has others below it.
func (o *openGrid) headsOthers(heads []headCell, h *headCell) bool {
	return slices.ContainsFunc(heads, func(q headCell) bool {
		return q.level > h.level && q.from <= h.to && q.to >= h.from
	})
}

// placeHeads makes cells of the headings. What stands alone in its columns reaches
// over all levels; fields under a heading that others share stay empty.
func (o *openGrid) placeHeads(g *grid, heads []headCell, levels int) {
	cols := len(o.xs) - 1
	owner := make([]int, levels*cols)
	for k := range owner {
		owner[k] = -1
	}
	for k := range heads {
		h := &heads[k]
		end := levels
		for q := range heads {
			if p := &heads[q]; p.level > h.level && p.from <= h.to && p.to >= h.from {
				end = min(end, p.level)
			}
		}
		cell := gridCell{row: h.level, rowSpan: end - h.level, col: h.from, colSpan: h.to - h.from + 1, pieces: h.pieces}
		for r := h.level; r < end; r++ {
			for c := h.from; c <= h.to; c++ {
				owner[r*cols+c] = k
			}
		}
		g.cells = append(g.cells, cell)
	}
	for c := range cols {
		for r := 0; r < levels; r++ {
			if owner[r*cols+c] >= 0 {
				continue
			}
			end := r + 1
			for end < levels && owner[end*cols+c] < 0 {
				end++
			}
			g.cells = append(g.cells, gridCell{row: r, rowSpan: end - r, col: c, colSpan: 1})
			r = end
		}
	}
	sortCells(g.cells)
}

// shortRules returns the horizontal rules inside a box that cross only a part of it.
func (s *Sheet) shortRules(box geom.Rect) []geom.Rect {
	var out []geom.Rect
	for i := range s.rules {
		r := &s.rules[i]
		if !r.Vertical && r.Box.CenterY() > box.Y0+1 && r.Box.CenterY() < box.Y1-1 && r.Box.X0 > box.X0-ruleAlign && r.Box.X1 < box.X1+ruleAlign && r.Box.W() < box.W()-2*ruleAlign {
			out = append(out, r.Box)
		}
	}
	return out
}

// What stands above the first rule of a table and is part of it, in ems.
const (
	headReach = 2.0 // from the rule up to the first row
	minMeets  = 2   // headings that stand over the text of their columns
)

// headsAbove returns the rows above a stack of rules that hold the headings of the
// table's columns, top to bottom: the lowest stands close, fills two columns or more
// and meets their text; those above it have a rule under them that spans columns, or
// fill columns themselves.
func (s *Sheet) headsAbove(box geom.Rect, rows []textRow, strips []float64) []textRow {
	size := rows[0].size
	reach := geom.Rect{X0: box.X0, Y0: box.Y0 - maxHeadLines*headLeading*size, X1: box.X1, Y1: box.Y0 - 1}
	above := s.rowsIn(s.piecesIn(reach))
	short := s.shortRules(geom.Rect{X0: box.X0, Y0: reach.Y0, X1: box.X1, Y1: box.Y0 + 1})
	o := openGrid{s: s, rows: rows}
	o.xs = append(append([]float64{box.X0}, strips...), box.X1)
	o.text = o.columnTexts()
	edge, from := box.Y0, len(above)
	for from > 0 {
		r := &above[from-1]
		if edge-r.base > headReach*size || s.isCaptionRow(r) || r.size > headSize*size {
			break
		}
		o.rows = above
		meets, fits := 0, true
		parts := o.headParts(from - 1)
		for _, p := range parts {
			ruled := slices.ContainsFunc(short, func(x geom.Rect) bool {
				return x.CenterY() > r.base-0.2*r.size && x.CenterY() < r.base+spanRuleReach*r.size && x.X0 <= p.x0+1 && x.X1 >= p.x1-1
			})
			switch {
			case ruled:
				meets++
			case p.from < p.to:
				fits = false
			case o.text[p.from].meets(p.extent, edgeMeets*size):
				meets++
			}
		}
		if !fits || meets < minMeets && (from == len(above) || meets < len(parts)) {
			break
		}
		edge, from = r.top, from-1
	}
	return slices.Clone(above[from:])
}

// headSize is the largest size of a heading of a column, in ems of the table.
const headSize = 1.25
