package layout

import (
	"cmp"
	"math"
	"slices"

	"recto/internal/geom"
)

// element is what the reading order is made of: a line, a table or a figure.
type element struct {
	box  geom.Rect
	base float64
	size float64
	line int // index, -1 for others
	tab  *grid
	fig  *figure

	group []element // what a frame holds
}

// Geometry of columns.
const (
	minGutter      = 0.75 // width of the white strip between two columns, in ems of the body
	stripSlack     = 0.5  // points by which something may reach into the strip
	minColumnRows  = 2    // lines on each side of a gutter
	minColumnWidth = 4.0  // of each side, in ems of the body
	minTrueSize    = 4.0  // points; fonts that claim less hide how high their text is
	minBeside      = 0.3  // height over which the two sides have text side by side, in ems of the body
)

// findColumns puts the page's lines, tables and figures into reading order: it
// cuts the page recursively at the white strip that separates most text, as the
// recursive XY cut does (Nagy and Seth 1984), but lets a strip begin and end
// below and above things that span it, which is the whitespace rectangle of
// Breuel (2002) in one dimension.
func findColumns(s *Sheet) {
	var els []element
	for li := range s.lines {
		l := &s.lines[li]
		if l.glyphs == 0 || s.isFurniture(li) {
			continue
		}
		els = append(els, element{box: l.box, base: l.base, size: l.size, line: li})
	}
	for _, t := range s.tables {
		els = append(els, element{box: t.box, base: t.box.Y1, size: s.body, line: -1, tab: t})
	}
	for i := range s.figures {
		f := &s.figures[i]
		box := f.box
		if f.text { // comes before its text and does not stand in the way of it
			box.Y1 = min(box.Y1, box.Y0+1)
		}
		els = append(els, element{box: box, base: box.Y1, size: s.body, line: -1, fig: f})
	}
	els = s.keepLabels(els)
	o := orderer{s: s, rtl: s.mostlyRTL(), frames: s.frames()}
	o.cut(o.group(els, o.frames), 0)
}

// keepLabels takes the lines inside vector drawings out of the reading order and
// gives them to their figure.
func (s *Sheet) keepLabels(els []element) []element {
	out := els[:0]
	for _, e := range els {
		if e.line >= 0 && e.size <= maxLabelSize*s.body {
			if k := s.drawingAround(e.box); k >= 0 {
				s.figures[k].labels = append(s.figures[k].labels, e.line)
				continue
			}
		}
		out = append(out, e)
	}
	return out
}

// maxLabelSize is the size of a label, in ems of the body: larger text on a
// drawing is a title on a banner.
const maxLabelSize = 1.15

func (s *Sheet) drawingAround(b geom.Rect) int {
	for k := range s.figures {
		f := &s.figures[k]
		if f.image < 0 && f.box.Intersect(b).Area() > 0.7*b.Area() {
			return k
		}
	}
	return -1
}

// orderer writes columns to the sheet in reading order.
type orderer struct {
	s   *Sheet
	rtl bool // most of the page is written from right to left: the right column comes first

	frames []geom.Rect // rectangles that may hold a text of their own, large ones first
	asides int         // margin notes found so far

	within int         // pairs of columns around what is being ordered
	notes  [][]element // at the feet of these columns
}

// mostlyRTL reports whether most of the page's text runs from right to left.
func (s *Sheet) mostlyRTL() bool {
	rtl, all := 0, 0
	for i := range s.lines {
		all += s.lines[i].glyphs
		if s.lines[i].rtl {
			rtl += s.lines[i].glyphs
		}
	}
	return rtl*2 > all
}

// maxCuts bounds the depth of cutting.
const maxCuts = 40

// cut orders the elements and appends their columns to the sheet.
func (o *orderer) cut(els []element, depth int) {
	if len(els) < 2 || depth >= maxCuts {
		o.emit(els)
		return
	}
	g, ok := o.gutter(els)
	if !ok {
		o.emit(els)
		return
	}
	above, left, right, below := g.divide(els)
	if len(above)+len(below) >= len(els) || len(left) == 0 || len(right) == 0 {
		o.emit(els)
		return
	}
	o.cut(above, depth+1)
	if o.rtl != o.drawnBackwards(left, right) {
		left, right = right, left
	}
	if y, ok := o.centredUntil(left, right); ok {
		// Names or cards side by side on top of text columns: read them first.
		var heads []element
		heads, left, right = splitBelow(left, right, y)
		o.cards(heads, (g.x0+g.x1)/2)
	}
	o.sideBySide(left, right, depth)
	o.cut(below, depth+1)
}

// sideBySide appends two columns, the first before the second, and the notes at
// the feet of all columns inside them.
func (o *orderer) sideBySide(first, second []element, depth int) {
	o.within++
	switch {
	case o.isMargin(first, second):
		o.cut(second, depth+1)
		o.margin(first)
	case o.isMargin(second, first):
		o.cut(first, depth+1)
		o.margin(second)
	default:
		o.cut(first, depth+1)
		o.cut(second, depth+1)
	}
	o.within--
	if o.within > 0 {
		return
	}
	notes := o.notes
	o.notes = nil
	for _, n := range notes {
		o.emit(n)
	}
}

// gutter is a white strip: everything between its heights lies left or right.
type gutter struct{ x0, x1, y0, y1 float64 }

// divide sorts elements by where they lie relative to the gutter.
func (g gutter) divide(els []element) (above, left, right, below []element) {
	for _, e := range els {
		y := e.box.CenterY()
		switch {
		case y < g.y0:
			above = append(above, e)
		case y > g.y1:
			below = append(below, e)
		case e.box.CenterX() < (g.x0+g.x1)/2:
			left = append(left, e)
		default:
			right = append(right, e)
		}
	}
	return above, left, right, below
}

// gutter returns the best white strip between two columns.
func (o *orderer) gutter(els []element) (best gutter, ok bool) {
	em := max(o.s.body, 6)
	width := minGutter * em
	byTop := slices.Clone(els)
	slices.SortStableFunc(byTop, func(a, b element) int { return cmp.Compare(a.box.Y0, b.box.Y0) })
	// An interval is judged by what has its middle in it: a stretch of this order.
	byMiddle := slices.Clone(els)
	slices.SortStableFunc(byMiddle, func(a, b element) int { return cmp.Compare(a.box.CenterY(), b.box.CenterY()) })
	middle := func(e element, y float64) int { return cmp.Compare(e.box.CenterY(), y) }
	bestScore := 0.0
	bars := o.barsAmong(byTop)
	for _, x := range candidateStrips(els, width) {
		for _, g := range openIntervals(withBars(byTop, bars, x, x+width, minColumnWidth*em), x, x+width) {
			from, _ := slices.BinarySearchFunc(byMiddle, g.y0, middle)
			to, _ := slices.BinarySearchFunc(byMiddle, math.Nextafter(g.y1, math.Inf(1)), middle)
			if to-from < 2 {
				continue // nothing to part
			}
			score := o.rate(byMiddle[from:to], &g)
			if score > bestScore {
				best, bestScore, ok = g, score, true
			}
		}
	}
	return best, ok
}

// candidateStrips returns the left edges at which a white strip may begin: the
// right ends of elements.
func candidateStrips(els []element, width float64) []float64 {
	var xs []float64
	for _, e := range els {
		xs = append(xs, e.box.X1+0.01)
	}
	slices.Sort(xs)
	// Right edges of one column differ by fractions of a point: take the last.
	out := xs[:0]
	for i, x := range xs {
		if i+1 == len(xs) || xs[i+1]-x > width/8 {
			out = append(out, x)
		}
	}
	return out
}

// openIntervals returns the heights between which no element crosses the strip.
func openIntervals(byTop []element, x0, x1 float64) []gutter {
	var out []gutter
	y := math.Inf(-1)
	reach := math.Inf(-1)
	for _, e := range byTop {
		if e.box.X0 < x1-stripSlack && e.box.X1 > x0+stripSlack {
			if e.box.Y0 > y {
				out = append(out, gutter{x0, x1, y, e.box.Y0})
			}
			reach = max(reach, e.box.Y1)
			y = max(y, e.box.Y1)
		}
	}
	return append(out, gutter{x0, x1, y, math.Inf(1)})
}

// side sums up what lies on one side of a gutter.
type side struct {
	n          int
	x0, x1     float64
	y0, y1     float64
	lines      []element
	textWidth  float64
	chars      int
	pieces     int
	hasGraphic bool
	tables     float64 // height of its tables
	lineHeight float64 // height of its lines
}

func (o *orderer) sideOf(els []element) side {
	d := side{n: len(els), lines: make([]element, 0, len(els)), x0: math.Inf(1), x1: math.Inf(-1), y0: math.Inf(1), y1: math.Inf(-1)}
	for _, e := range els {
		d.x0, d.x1 = min(d.x0, e.box.X0), max(d.x1, e.box.X1)
		d.y0, d.y1 = min(d.y0, e.box.Y0), max(d.y1, e.box.Y1)
		if e.line >= 0 {
			l := &o.s.lines[e.line]
			d.lines = append(d.lines, e)
			d.textWidth += e.box.W()
			d.lineHeight += e.box.H()
			d.chars += l.glyphs
			d.pieces += len(l.pieces)
			continue
		}
		d.hasGraphic = true
		if e.tab != nil {
			d.tables += e.box.H()
		}
		for _, g := range e.group {
			if g.line >= 0 {
				d.chars += o.s.lines[g.line].glyphs
			}
		}
	}
	return d
}

// rate judges a gutter: how much text it separates, 0 when the two sides are not
// columns. It also pulls the gutter's heights in to the text it separates.
func (o *orderer) rate(els []element, g *gutter) float64 {
	var left, right []element
	for _, e := range els {
		y := e.box.CenterY()
		if y < g.y0 || y > g.y1 {
			continue
		}
		if e.box.CenterX() < (g.x0+g.x1)/2 {
			left = append(left, e)
		} else {
			right = append(right, e)
		}
	}
	if len(left) == 0 || len(right) == 0 {
		return 0
	}
	a, b := o.sideOf(left), o.sideOf(right)
	em := max(o.s.body, 6)
	if a.x1-a.x0 < minColumnWidth*em || b.x1-b.x0 < minColumnWidth*em {
		return 0
	}
	if (len(a.lines) < minColumnRows && !a.hasGraphic) || (len(b.lines) < minColumnRows && !b.hasGraphic) {
		return 0
	}
	overlap := min(a.y1, b.y1) - max(a.y0, b.y0)
	if overlap < 1.5*em || o.s.body > minTrueSize && beside(left, right) < minBeside*em {
		return 0
	}
	if o.pairsRows(&a, &b) || o.areCards(left, right) {
		return 0
	}
	gap := b.x0 - a.x1
	return overlap * (1 + min(gap/em, 3)/10) * math.Sqrt(float64(min(a.chars+20, b.chars+20)))
}

// Rows of a form or an unruled table: short texts whose baselines agree.
const (
	pairedShare    = 0.75 // share of the lines of the shorter side that stand on a line of the other
	maxLowerLabels = 0.34 // share of labels that begin with a small letter
	labelFillWords = 3.5  // words of an average line of a column of labels
)

// pairsRows reports whether the two sides are label and value, or cells of rows:
// then the rows are read across.
func (o *orderer) pairsRows(a, b *side) bool {
	if min(len(a.lines), len(b.lines)) == 0 || min(len(a.lines), len(b.lines)) == 1 && (a.hasGraphic || b.hasGraphic) {
		return false
	}
	if a.tables > a.lineHeight || b.tables > b.lineHeight {
		return false // the few lines around a table do not tell
	}
	few, many := a, b
	if len(b.lines) < len(a.lines) {
		few, many = b, a
	}
	paired := 0
	for _, e := range few.lines {
		for _, f := range many.lines {
			if math.Abs(e.base-f.base) < 0.25*min(e.size, f.size) {
				paired++
				break
			}
		}
	}
	if float64(paired) < pairedShare*float64(len(few.lines)) {
		return false
	}
	lower := 0
	for _, e := range few.lines {
		if startsLower(o.s.lines[e.line].text) {
			lower++
		}
	}
	if float64(lower) > maxLowerLabels*float64(len(few.lines)) {
		return false // lines of a sentence, such as a margin note
	}
	// Text columns on a common grid of baselines pair as well, but their lines
	// hold many words.
	wordsA, wordsB := float64(a.pieces)/float64(len(a.lines)), float64(b.pieces)/float64(len(b.lines))
	return wordsA < labelFillWords || wordsB < labelFillWords
}

// emit appends the elements as columns: runs of lines, and tables and figures on
// their own between them.
func (o *orderer) emit(els []element) {
	if o.within > 0 {
		var notes []element
		if els, notes = o.footNotes(els); len(notes) > 0 {
			o.notes = append(o.notes, notes)
		}
	}
	els = o.withTables(els)
	height := make(map[*figure]float64)
	for _, e := range els {
		if e.fig != nil {
			height[e.fig] = figureHeight(e, els)
		}
	}
	at := func(e element) float64 {
		if e.fig != nil {
			return height[e.fig]
		}
		if e.group != nil {
			return e.box.Y0
		}
		return e.box.CenterY()
	}
	slices.SortStableFunc(els, func(a, b element) int {
		return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a.box.X0, b.box.X0))
	})
	els = rowOrder(els)
	var col column
	flush := func() {
		if len(col.lines) > 0 {
			col.lines = o.s.joinRows(col.lines)
			o.s.columns = append(o.s.columns, col)
		}
		col = column{}
	}
	for _, e := range els {
		switch {
		case e.tab != nil:
			flush()
			o.s.columns = append(o.s.columns, column{box: e.box, table: e.tab})
		case e.fig != nil:
			flush()
			o.s.columns = append(o.s.columns, column{box: e.fig.box, fig: e.fig})
		case e.group != nil:
			flush()
			o.cut(o.group(e.group, o.frames), 0)
		default:
			col.box = col.box.Union(e.box)
			col.lines = append(col.lines, e.line)
		}
	}
	flush()
}

// figureHeight returns the height at which a figure is read: its middle, or, when
// text runs beside it, its top, so that it does not cut the text in two.
func figureHeight(f element, els []element) float64 {
	for _, e := range els {
		if e.line >= 0 && e.box.OverlapY(f.box) > 0.5*e.box.H() && e.box.OverlapX(f.box) < 0.2*e.box.W() {
			return f.box.Y0 - e.size
		}
	}
	return f.box.CenterY()
}

// withTables replaces lines that are an unruled table by the table.
func (o *orderer) withTables(els []element) []element {
	if o.s.opts.TextOnly || o.s.opts.DrawnTables {
		return els
	}
	var lines []int
	for _, e := range els {
		if e.line >= 0 {
			lines = append(lines, e.line)
		}
	}
	tables := o.s.findAlignedTables(lines)
	if len(tables) == 0 {
		return els
	}
	var out []element
	for _, e := range els {
		if e.line < 0 {
			out = append(out, e)
			continue
		}
		if l := &o.s.lines[e.line]; l.glyphs > 0 {
			e.box = l.box
			out = append(out, e)
		}
	}
	for _, t := range tables {
		out = append(out, element{box: t.box, base: t.box.Y1, size: o.s.body, line: -1, tab: t})
	}
	return out
}

// rowOrder makes lines of one baseline follow each other from left to right.
func rowOrder(els []element) []element {
	for i := 0; i < len(els); {
		j := i + 1
		for j < len(els) && els[j].line >= 0 && els[i].line >= 0 && math.Abs(els[j].base-els[i].base) < 0.3*min(els[i].size, els[j].size) {
			j++
		}
		slices.SortStableFunc(els[i:j], func(a, b element) int { return cmp.Compare(a.box.X0, b.box.X0) })
		i = j
	}
	return els
}

// joinRows joins the lines of one baseline in a column into one line: a number
// and its heading, an entry and its page, a label and its value.
func (s *Sheet) joinRows(lines []int) []int {
	var out []int
	for _, li := range lines {
		l := &s.lines[li]
		if n := len(out); n > 0 {
			p := &s.lines[out[n-1]]
			if p.angle == l.angle && l.angle == 0 && math.Abs(p.base-l.base) < 0.3*min(p.size, l.size) && l.box.X0 >= p.box.X1-0.5*l.size {
				if s.areSigned(p, l) || startsPair(p, l) {
					out = append(out, li)
					continue
				}
				s.pieces[l.pieces[0]].space = true
				p.pieces = append(slices.Clone(p.pieces), l.pieces...)
				p.wide = p.wide || l.box.X0-p.box.X1 > gutterGap*l.size
				l.pieces, l.text, l.glyphs = nil, "", 0
				s.measure(p)
				continue
			}
		}
		out = append(out, li)
	}
	return out
}
