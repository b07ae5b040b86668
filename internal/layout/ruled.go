package layout

import (
	"math"
	"slices"

	"recto/internal/geom"
)

// Geometry of drawn tables, in points.
const (
	edgeSlack    = 3.0  // edges closer than this are one
	meetSlack    = 3.5  // rules that come so near to each other meet
	edgeCover    = 0.55 // an edge exists where a rule covers so much of it
	minCellSide  = 5.0  // fields narrower than this come from double rules
	maxGridLines = 400  // edges in one direction; more is a drawing
)

// edges are the drawn lines that may bound cells.
type edges struct{ h, v []geom.Rect }

// drawnEdges collects rules and the borders of framed or adjoining rectangles.
func (s *Sheet) drawnEdges() edges {
	var e edges
	for i := range s.rules {
		if s.rules[i].Vertical {
			e.v = append(e.v, s.rules[i].Box)
		} else {
			e.h = append(e.h, s.rules[i].Box)
		}
	}
	for i := range s.in.Fills {
		f := &s.in.Fills[i]
		if f.Stroke&0xff == 0 || f.Box.Area() > 0.9*s.in.Width*s.in.Height {
			continue
		}
		e.addFrame(f.Box)
	}
	return e
}

func (e *edges) addFrame(b geom.Rect) {
	e.h = append(e.h, geom.Rect{X0: b.X0, Y0: b.Y0, X1: b.X1, Y1: b.Y0}, geom.Rect{X0: b.X0, Y0: b.Y1, X1: b.X1, Y1: b.Y1})
	e.v = append(e.v, geom.Rect{X0: b.X0, Y0: b.Y0, X1: b.X0, Y1: b.Y1}, geom.Rect{X0: b.X1, Y0: b.Y0, X1: b.X1, Y1: b.Y1})
}

// cluster is a set of edges that hang together.
type cluster struct {
	h, v []geom.Rect
	box  geom.Rect
}

// maxCrossings bounds the pairs of edges looked at; more is a drawing.
const maxCrossings = 4 << 20

// clusters groups edges that meet, by union-find over crossings.
func (e *edges) clusters() []cluster {
	n := len(e.h)
	if n*len(e.v) > maxCrossings {
		return nil
	}
	all := append(slices.Clone(e.h), e.v...)
	parent := make([]int, len(all))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for i, h := range e.h {
		b := h.Grow(meetSlack)
		for j, v := range e.v {
			if b.Overlaps(v.Grow(0.1)) {
				parent[find(i)] = find(n + j)
			}
		}
	}
	groups := map[int]*cluster{}
	var order []int
	for i, r := range all {
		root := find(i)
		c := groups[root]
		if c == nil {
			c = &cluster{}
			groups[root] = c
			order = append(order, root)
		}
		c.box = c.box.Union(r.Grow(0.01))
		if i < n {
			c.h = append(c.h, r)
		} else {
			c.v = append(c.v, r)
		}
	}
	out := make([]cluster, 0, len(order))
	for _, root := range order {
		out = append(out, *groups[root])
	}
	return out
}

// ruledGrid turns a cluster of edges into a grid, nil when it bounds fewer than
// two cells.
func ruledGrid(c cluster) *grid {
	// One rule between labels and values suffices where rules divide the rows.
	if len(c.h) < 2 || len(c.v) < 1 || len(c.v) == 1 && len(c.h) < minAgreed {
		return nil
	}
	var xs, ys []float64
	for _, v := range c.v {
		if v.H() >= minCellSide {
			xs = append(xs, v.CenterX())
		}
	}
	for _, h := range c.h {
		if h.W() >= minCellSide {
			ys = append(ys, h.CenterY())
		}
	}
	// Rules that stick out beyond the outermost cross rules bound open cells.
	var left, right, top, bottom []float64
	for _, h := range c.h {
		left, right = append(left, h.X0), append(right, h.X1)
	}
	for _, v := range c.v {
		top, bottom = append(top, v.Y0), append(bottom, v.Y1)
	}
	xs = append(xs, agreed(left)...)
	xs = append(xs, agreed(right)...)
	ys = append(ys, agreed(top)...)
	ys = append(ys, agreed(bottom)...)
	xs, ys = clusterEdges(xs, edgeSlack), clusterEdges(ys, edgeSlack)
	if len(xs) < 2 || len(ys) < 2 || len(xs) > maxGridLines || len(ys) > maxGridLines {
		return nil
	}
	covered := func(edge []geom.Rect, vertical bool, at, from, to float64) bool {
		total := 0.0
		for _, r := range edge {
			if vertical && math.Abs(r.CenterX()-at) <= edgeSlack {
				total += max(0, min(r.Y1, to)-max(r.Y0, from))
			}
			if !vertical && math.Abs(r.CenterY()-at) <= edgeSlack {
				total += max(0, min(r.X1, to)-max(r.X0, from))
			}
		}
		return total >= edgeCover*(to-from)
	}
	g := newGrid(xs, ys,
		func(r, col int) bool { return covered(c.v, true, xs[col+1], ys[r], ys[r+1]) },
		func(r, col int) bool { return covered(c.h, false, ys[r+1], xs[col], xs[col+1]) })
	if len(g.cells) < 2 {
		return nil
	}
	g.drawn, g.confidence = true, 0.95
	return g
}

// minAgreed is how many rules must end at one place for it to bound cells.
const minAgreed = 3

// agreed returns the outermost place at which several rules end.
func agreed(ends []float64) []float64 {
	for _, e := range clusterEdges(slices.Clone(ends), edgeSlack) {
		n := 0
		for _, x := range ends {
			if math.Abs(x-e) <= edgeSlack {
				n++
			}
		}
		if n >= minAgreed && (e-slices.Min(ends) < edgeSlack || slices.Max(ends)-e < edgeSlack) {
			return []float64{e}
		}
	}
	return nil
}

// findTables finds the page's tables and takes their text out of the lines.
func findTables(s *Sheet) {
	if s.opts.TextOnly {
		return
	}
	e := s.drawnEdges()
	grids := []*grid{}
	for _, c := range e.clusters() {
		if g := ruledGrid(c); g != nil && !s.isDrawing(g) {
			grids = append(grids, g)
		}
	}
	if !s.opts.DrawnTables {
		s.findRuledStatements(grids)
	}
	for _, g := range grids {
		if !s.opts.DrawnTables && s.addStubTable(grids, g) {
			continue
		}
		header, footer := slices.Clone(s.header), slices.Clone(s.footer)
		if len(g.xs) > 2 && len(g.ys) > 2 {
			s.reclaimRows(g.box)
		}
		if !s.addTable(g, s.piecesIn(g.box)) {
			s.header, s.footer = header, footer
		}
	}
	if !s.opts.DrawnTables {
		s.findOpenTables(e)
		s.findOpenTables(edges{h: s.bandEdges()})
		s.findRecordTables()
	}
	slices.SortStableFunc(s.tables, func(a, b *grid) int {
		if a.box.Y0 != b.box.Y0 {
			if a.box.Y0 < b.box.Y0 {
				return -1
			}
			return 1
		}
		return 0
	})
}

// isDrawing reports whether a grid lies in a figure: axes and boxes of a diagram
// are no table.
func (s *Sheet) isDrawing(g *grid) bool {
	for i := range s.figures {
		if !s.figures[i].text && s.figures[i].box.ContainsRect(g.box, 4) {
			return true
		}
	}
	return false
}

// Share and number of cells that must hold text for a grid to be a table.
const (
	minFilledCells = 3
	minFilledShare = 0.2
	minSharedRows  = 2   // rows with two cells of a table that is not drawn whole
	fullEnough     = 0.4 // below it the first row or column must hold headings
	minHeadings    = 0.6 // share of the fields of a row or column of headings with text
)

// filledEnough reports whether enough cells hold text, with more even without headings. A blank form has headings at
// its top or left; the grid behind a chart has not.
func (g *grid) filledEnough(more bool) bool {
	filled, top, left, heads := 0, 0, 0, 0
	inRow := make([]int, len(g.ys)-1)
	for k := range g.cells {
		c := &g.cells[k]
		if c.empty() {
			continue
		}
		filled++
		inRow[c.row]++
		if c.row == 0 && c.colSpan < len(g.xs)-1 {
			top += c.colSpan
			heads++
		}
		if c.col == 0 && c.rowSpan < len(g.ys)-1 {
			left += c.rowSpan
		}
	}
	if filled < minFilledCells || float64(filled) < minFilledShare*float64(len(g.cells)) {
		return false
	}
	if shared := len(slices.DeleteFunc(inRow, func(n int) bool { return n < 2 })); g.built && shared < minSharedRows {
		return false
	}
	return more || float64(filled) >= fullEnough*float64(len(g.cells)) ||
		heads > 1 && float64(top) >= minHeadings*float64(len(g.xs)-1) || float64(left) > minHeadings*float64(len(g.ys)-1)
}

// addTable fills the grid with text from the candidates and keeps it if it is a
// table at all: at least two rows and two columns, enough of them filled.
func (s *Sheet) addTable(g *grid, candidates []int) bool {
	for _, t := range s.tables {
		if t.box.Overlaps(g.box) && t.box.Intersect(g.box).Area() > 0.1*min(t.box.Area(), g.box.Area()) {
			return false
		}
	}
	if !g.built {
		g.takeText(s, candidates)
	}
	if !g.built && !s.opts.DrawnTables {
		g = s.splitByAlignment(g)
	}
	if !g.built && !s.opts.DrawnTables {
		g = s.splitRows(g)
		s.splitSpans(g)
		g = s.splitColumns(g)
	}
	g.dropEmpty()
	if len(g.xs) < 3 || len(g.ys) < 3 {
		return false
	}
	if !g.filledEnough(s.opts.MoreTables) || !s.opts.MoreTables && s.isChart(g) {
		return false
	}
	s.removePieces(g)
	s.markHeader(g)
	s.tables = append(s.tables, g)
	return true
}

// chartFill is the share of filled cells up to which a grid of numbers without a
// label is a chart.
const chartFill = 0.6

// isChart reports whether a grid with many empty cells holds numbers only in its
// first row and column: bars and grid lines with their values.
func (s *Sheet) isChart(g *grid) bool {
	filled := 0
	for k := range g.cells {
		c := &g.cells[k]
		if c.empty() {
			continue
		}
		filled++
		if c.row == 0 || c.col == 0 {
			for _, line := range c.lines {
				if !s.allNumbers(line) {
					return false
				}
			}
		}
	}
	return float64(filled) < chartFill*float64(len(g.cells))
}

// piecesIn lists the pieces of lines whose middle lies in the box.
func (s *Sheet) piecesIn(box geom.Rect) []int {
	var pieces []int
	b := box.Grow(1)
	for li := range s.lines {
		l := &s.lines[li]
		if !l.box.Overlaps(b) || s.isFurniture(li) {
			continue
		}
		for _, i := range l.pieces {
			p := &s.pieces[i]
			if b.Contains(geom.Point{X: p.box.CenterX(), Y: p.base - 0.3*p.size}) {
				pieces = append(pieces, i)
			}
		}
	}
	return pieces
}

// removePieces takes the grid's text out of the page's lines.
func (s *Sheet) removePieces(g *grid) {
	in := map[int]bool{}
	for k := range g.cells {
		for _, i := range g.cells[k].pieces {
			in[i] = true
		}
	}
	for li := range s.lines {
		l := &s.lines[li]
		kept := l.pieces[:0:0]
		for _, i := range l.pieces {
			if !in[i] {
				kept = append(kept, i)
			}
		}
		if len(kept) == len(l.pieces) {
			continue
		}
		l.pieces = kept
		if len(kept) > 0 {
			s.measure(l)
		} else {
			l.text, l.glyphs = "", 0
		}
	}
}

// dropEmpty removes rows and columns without any text of their own: margins of
// double frames and spacer columns.
func (g *grid) dropEmpty() {
	used := func(n int, at func(c *gridCell) (int, int)) []bool {
		out := make([]bool, n)
		for k := range g.cells {
			if c := &g.cells[k]; !c.empty() {
				from, span := at(c)
				if span == 1 {
					out[from] = true
				}
			}
		}
		// A field that only spanning cells fill stays when it is broad.
		return out
	}
	rows := used(len(g.ys)-1, func(c *gridCell) (int, int) { return c.row, c.rowSpan })
	cols := used(len(g.xs)-1, func(c *gridCell) (int, int) { return c.col, c.colSpan })
	for i := range rows {
		if g.ys[i+1]-g.ys[i] >= 2*minCellSide && g.drawn && !g.built {
			rows[i] = true
		}
	}
	for i := range cols {
		if g.xs[i+1]-g.xs[i] >= 2*minCellSide && g.drawn && !g.built {
			cols[i] = true
		}
	}
	g.keep(rows, cols)
}

// keep removes the rows and columns that are false.
func (g *grid) keep(rows, cols []bool) {
	if !slices.Contains(rows, false) && !slices.Contains(cols, false) {
		return
	}
	rank := func(keep []bool) []int { // number of kept ones before each
		out := make([]int, len(keep)+1)
		for i, k := range keep {
			out[i+1] = out[i]
			if k {
				out[i+1]++
			}
		}
		return out
	}
	edgesOf := func(e []float64, keep []bool) []float64 {
		out := []float64{e[0]}
		for i, k := range keep {
			if k {
				out = append(out, e[i+1])
			}
		}
		if len(out) > 1 {
			out[len(out)-1] = e[len(e)-1]
		}
		return out
	}
	rr, cr := rank(rows), rank(cols)
	var cells []gridCell
	for _, c := range g.cells {
		r0, r1 := rr[c.row], rr[c.row+c.rowSpan]
		c0, c1 := cr[c.col], cr[c.col+c.colSpan]
		if r1 == r0 || c1 == c0 {
			if c.empty() {
				continue
			}
			return // text would be lost: leave the grid as it is
		}
		c.row, c.rowSpan, c.col, c.colSpan = r0, r1-r0, c0, c1-c0
		cells = append(cells, c)
	}
	g.cells, g.xs, g.ys = cells, edgesOf(g.xs, cols), edgesOf(g.ys, rows)
}

// isFurniture reports whether a line is in the page's header or footer, or a label
// of a picture: no part of what is read.
func (s *Sheet) isFurniture(li int) bool {
	return slices.Contains(s.header, li) || slices.Contains(s.footer, li) || s.lines[li].label
}
