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
}

// Geometry of columns.
const (
	minGutter      = 0.75 // width of the white strip between two columns, in ems of the body
	stripSlack     = 0.5  // points by which something may reach into the strip
	minColumnRows  = 2    // lines on each side of a gutter
	minColumnWidth = 4.0  // of each side, in ems of the body
)

// findColumns puts the page's lines, tables and figures into reading order: it
// cuts the page recursively at the white strip that separates most text, as the
// recursive XY cut does (Nagy and Seth 1984), but lets a strip begin and end
// below and above things that span it, which is the whitespace rectangle of
// Breuel (2002) in one dimension.
func findColumns(s *Sheet) {
	s.dropLineNumbers()
	s.joinDropCaps()
	s.splitAtRivers()
	s.splitAtColumnEdges()
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
		els = append(els, element{box: f.box, base: f.box.Y1, size: s.body, line: -1, fig: f})
	}
	els = s.keepLabels(els)
	o := orderer{s: s, rtl: s.mostlyRTL()}
	o.cut(els, 0)
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
	if len(els) == 0 {
		return
	}
	if len(els) > 1 && depth < maxCuts {
		if g, ok := o.gutter(els); ok {
			above, left, right, below := g.divide(els)
			if o.rtl {
				left, right = right, left
			}
			if y, ok := o.centredUntil(left, right); ok {
				// Names or cards side by side on top of text columns: read them first.
				var heads []element
				heads, left, right = splitBelow(left, right, y)
				o.cut(above, depth+1)
				o.cards(heads, (g.x0+g.x1)/2)
				o.cut(left, depth+1)
				o.cut(right, depth+1)
				o.cut(below, depth+1)
				return
			}
			if len(above)+len(below) < len(els) && len(left) > 0 && len(right) > 0 {
				o.cut(above, depth+1)
				o.cut(left, depth+1)
				o.cut(right, depth+1)
				o.cut(below, depth+1)
				return
			}
		}
	}
	o.emit(els)
}

// A band of centred lines on top of two columns is no part of them.
const (
	centredSlack = 0.06 // share of the column width by which a centred line is off the middle
	centredFill  = 0.93 // lines as wide as this fill the column and tell nothing
	bandGap      = 1.0  // white below the band, in ems of the body
)

// centredUntil returns the height above which both columns hold centred lines
// only, if there is such a band and a white strip across both below it.
func (o *orderer) centredUntil(left, right []element) (y float64, ok bool) {
	a, b := o.sideOf(left), o.sideOf(right)
	ya, oka := o.centredBand(left, &a)
	yb, okb := o.centredBand(right, &b)
	if !oka || !okb {
		return 0, false
	}
	return max(ya, yb), math.Abs(ya-yb) < 6*max(o.s.body, 6)
}

// centredBand returns the foot of the centred lines at the top of a column; ok is
// false when there are fewer than two, or nothing below them.
func (o *orderer) centredBand(els []element, d *side) (foot float64, ok bool) {
	byTop := slices.Clone(els)
	slices.SortStableFunc(byTop, func(p, q element) int { return cmp.Compare(p.box.Y0, q.box.Y0) })
	width := d.x1 - d.x0
	mid := (d.x0 + d.x1) / 2
	n := 0
	for k, e := range byTop {
		centred := e.line >= 0 && math.Abs(e.box.CenterX()-mid) < centredSlack*width && e.box.W() < centredFill*width && e.box.X0-d.x0 > 0.5*o.s.body
		if centred {
			n++
			foot = e.box.Y1
			continue
		}
		return foot, n >= 2 && k < len(byTop) && e.box.Y0-foot > bandGap*max(o.s.body, 6)*0.5
	}
	return 0, false
}

// cards emits blocks that stand side by side: band by band, left before right.
func (o *orderer) cards(els []element, x float64) {
	slices.SortStableFunc(els, func(a, b element) int { return cmp.Compare(a.box.Y0, b.box.Y0) })
	for i := 0; i < len(els); {
		j, foot := i+1, els[i].box.Y1
		for j < len(els) && els[j].box.Y0 < foot+0.4*els[j].size {
			foot = max(foot, els[j].box.Y1)
			j++
		}
		var left, right []element
		for _, e := range els[i:j] {
			if e.box.CenterX() < x {
				left = append(left, e)
			} else {
				right = append(right, e)
			}
		}
		o.emit(left)
		o.emit(right)
		i = j
	}
}

// splitBelow takes what stands above y out of both columns.
func splitBelow(left, right []element, y float64) (heads, l, r []element) {
	for _, e := range left {
		if e.box.CenterY() < y {
			heads = append(heads, e)
		} else {
			l = append(l, e)
		}
	}
	for _, e := range right {
		if e.box.CenterY() < y {
			heads = append(heads, e)
		} else {
			r = append(r, e)
		}
	}
	return heads, l, r
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
	bestScore := 0.0
	for _, x := range candidateStrips(els, width) {
		for _, g := range openIntervals(byTop, x, x+width) {
			score := o.rate(byTop, &g)
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
}

func (o *orderer) sideOf(els []element) side {
	d := side{n: len(els), x0: math.Inf(1), x1: math.Inf(-1), y0: math.Inf(1), y1: math.Inf(-1)}
	for _, e := range els {
		d.x0, d.x1 = min(d.x0, e.box.X0), max(d.x1, e.box.X1)
		d.y0, d.y1 = min(d.y0, e.box.Y0), max(d.y1, e.box.Y1)
		if e.line >= 0 {
			l := &o.s.lines[e.line]
			d.lines = append(d.lines, e)
			d.textWidth += e.box.W()
			d.chars += l.glyphs
			d.pieces += len(l.pieces)
		} else {
			d.hasGraphic = true
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
	if overlap < 1.5*em {
		return 0
	}
	if o.pairsRows(&a, &b) {
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
			o.s.columns = append(o.s.columns, column{box: e.box, fig: e.fig})
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
	if o.s.opts.TextOnly {
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
				s.pieces[l.pieces[0]].space = true
				p.pieces = append(slices.Clone(p.pieces), l.pieces...)
				p.wide = true
				l.pieces, l.text, l.glyphs = nil, "", 0
				s.measure(p)
				continue
			}
		}
		out = append(out, li)
	}
	return out
}

// Rivers: gutters narrower than a gap that ends a line show as word gaps that
// stand exactly under each other.
const (
	minRiverRows = 6    // rows in succession with a gap in the same place
	minRiver     = 0.55 // width of the common gap, in ems
)

// splitAtRivers splits lines that run across a narrow gutter.
func (s *Sheet) splitAtRivers() {
	type gap struct{ x0, x1 float64 }
	var rows []int
	for li := range s.lines {
		if l := &s.lines[li]; l.angle == 0 && l.glyphs > 0 && !s.isFurniture(li) && len(l.pieces) > 3 {
			rows = append(rows, li)
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(s.lines[a].base, s.lines[b].base) })
	gaps := func(li int) []gap {
		l := &s.lines[li]
		var out []gap
		for k := 1; k < len(l.pieces); k++ {
			a, b := s.pieces[l.pieces[k-1]].box.X1, s.pieces[l.pieces[k]].box.X0
			if b-a >= minRiver*l.size {
				out = append(out, gap{a, b})
			}
		}
		return out
	}
	cuts := map[int]float64{}
	type river struct {
		x0, x1 float64
		rows   []int
		base   float64
	}
	var open []river
	finish := func(r river) {
		if len(r.rows) >= minRiverRows {
			for _, li := range r.rows {
				cuts[li] = (r.x0 + r.x1) / 2
			}
		}
	}
	for _, li := range rows {
		l := &s.lines[li]
		var next []river
		taken := map[int]bool{}
		gs := gaps(li)
		for _, r := range open {
			crosses := l.box.X0 < r.x0 && l.box.X1 > r.x1
			if !crosses {
				if l.base-r.base > 3*l.size {
					finish(r)
					continue
				}
				next = append(next, r)
				continue
			}
			hit := false
			for k, g := range gs {
				x0, x1 := max(r.x0, g.x0), min(r.x1, g.x1)
				if x1-x0 >= minRiver*l.size && l.base-r.base < 3*l.size {
					taken[k] = true
					next = append(next, river{x0, x1, append(r.rows, li), l.base})
					hit = true
					break
				}
			}
			if !hit {
				finish(r)
			}
		}
		for k, g := range gs {
			if !taken[k] {
				next = append(next, river{g.x0, g.x1, []int{li}, l.base})
			}
		}
		open = next
	}
	for _, r := range open {
		finish(r)
	}
	for _, li := range rows {
		if x, ok := cuts[li]; ok {
			s.splitLine(li, x)
		}
	}
}

// A gap inside a line is a gutter when other lines end where it begins and begin
// where it ends.
const (
	edgeLines = 5   // such lines on either side
	edgeNear  = 2.0 // points
)

// splitAtColumnEdges splits lines that run across a gutter between columns whose
// edges other lines show.
func (s *Sheet) splitAtColumnEdges() {
	var lefts, rights []float64
	for li := range s.lines {
		if l := &s.lines[li]; l.angle == 0 && l.glyphs > 0 && !s.isFurniture(li) {
			lefts, rights = append(lefts, l.box.X0), append(rights, l.box.X1)
		}
	}
	slices.Sort(lefts)
	slices.Sort(rights)
	near := func(v []float64, x float64) int {
		from, _ := slices.BinarySearch(v, x-edgeNear)
		to, _ := slices.BinarySearch(v, x+edgeNear)
		return to - from
	}
	for li := range len(s.lines) {
		l := &s.lines[li]
		if l.angle != 0 || len(l.pieces) < 3 || s.isFurniture(li) {
			continue
		}
		for k := 1; k < len(l.pieces); k++ {
			a, b := s.pieces[l.pieces[k-1]].box.X1, s.pieces[l.pieces[k]].box.X0
			if b-a >= minRiver*l.size && near(rights, a) >= edgeLines && near(lefts, b) >= edgeLines {
				s.splitLine(li, (a+b)/2)
				break
			}
		}
	}
}

// splitLine cuts a line in two at x.
func (s *Sheet) splitLine(li int, x float64) {
	l := &s.lines[li]
	k := slices.IndexFunc(l.pieces, func(i int) bool { return s.pieces[i].box.CenterX() > x })
	if k <= 0 || l.rtl {
		return
	}
	rest := line{pieces: slices.Clone(l.pieces[k:]), angle: l.angle}
	s.pieces[rest.pieces[0]].space = false
	s.measure(&rest)
	l.pieces = l.pieces[:k:k]
	s.measure(l)
	s.lines = append(s.lines, rest)
}
