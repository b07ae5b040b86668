package layout

import (
	"cmp"
	"math"
	"slices"

	"recto/internal/geom"
)

// openGrid is a table that is not drawn whole on its way to a grid.
type openGrid struct {
	s      *Sheet
	rows   []textRow
	xs     []float64         // edges of the columns, one more than there are
	filled [][]bool          // which columns each row fills
	breaks []float64         // heights of the rules across the table
	short  []geom.Rect       // rules across a part of it
	heads  int               // rows of text that are headings
	text   []extent          // of the columns below the headings
	feet   map[int]geom.Rect // where slanted texts stand
}

// extent is how far something reaches from left to right.
type extent struct{ x0, x1 float64 }

func (e extent) middle() float64 { return (e.x0 + e.x1) / 2 }

// meets reports whether two extents begin, end or have their middle at one place.
func (e extent) meets(f extent, slack float64) bool {
	return math.Abs(e.x0-f.x0) <= slack || math.Abs(e.x1-f.x1) <= slack || math.Abs(e.middle()-f.middle()) <= slack
}

// alignedGrid builds a grid over the rows with column edges at the strips. Lines
// that continue the row above are joined to it; headings stand over the columns
// they head. Every piece of the rows is in one cell.
func (s *Sheet) alignedGrid(rows []textRow, strips []float64, box geom.Rect, breaks []float64, short []geom.Rect) *grid {
	o := openGrid{s: s, rows: rows, breaks: breaks, short: short, feet: s.feet(rows)}
	o.xs = append(append([]float64{box.X0}, strips...), box.X1)
	o.filled = make([][]bool, len(rows))
	for k := range rows {
		o.filled[k] = make([]bool, len(o.xs)-1)
		for _, i := range rows[k].pieces {
			o.filled[k][o.columnAt(i)] = true
		}
	}
	o.heads = s.headRows(rows, o.xs, breaks)
	o.text = o.columnTexts()
	g := &grid{box: box, xs: o.xs, ys: []float64{box.Y0}, built: true}
	if o.heads > 0 {
		o.addHead(g)
	}
	o.addBody(g, box.Y1)
	for k := range g.cells {
		c := &g.cells[k]
		c.box = geom.Rect{X0: g.xs[c.col], Y0: g.ys[c.row], X1: g.xs[c.col+c.colSpan], Y1: g.ys[c.row+c.rowSpan]}
		c.lines = s.cellLines(c.pieces)
	}
	return g
}

// columnAt returns the column a piece stands in.
func (o *openGrid) columnAt(i int) int { return locate(o.xs, o.stand(i).CenterX()) }

// columnTexts returns how far the text of each column reaches.
func (o *openGrid) columnTexts() []extent {
	out := make([]extent, len(o.xs)-1)
	for c := range out {
		out[c] = extent{math.Inf(1), math.Inf(-1)}
	}
	for k := o.heads; k < len(o.rows); k++ {
		for _, part := range o.parts(k) {
			if part.from == part.to {
				e := &out[part.from]
				e.x0, e.x1 = min(e.x0, part.x0), max(e.x1, part.x1)
			}
		}
	}
	for c := range out {
		if out[c].x0 > out[c].x1 {
			out[c] = extent{o.xs[c], o.xs[c+1]}
		}
	}
	return out
}

// part is text of one row that belongs together, over columns from … to.
type part struct {
	extent
	from, to int
	pieces   []int
}

// parts cuts a row at the column edges. Words that stand a word space apart across
// an edge, or that the edge cuts, are one text over several columns.
func (o *openGrid) parts(k int) []part {
	var out []part
	r := &o.rows[k]
	for _, i := range r.pieces {
		b := o.stand(i)
		c := o.columnAt(i)
		from, to := c, c
		// Over an edge is not over the next column unless it stands over its text.
		for from > 0 && b.X0 < o.xs[from]-1 && (o.text == nil || b.X0 < o.text[from-1].x1-1) {
			from--
		}
		for to+1 < len(o.xs)-1 && b.X1 > o.xs[to+1]+1 && (o.text == nil || b.X1 > o.text[to+1].x0+1) {
			to++
		}
		if n := len(out); n > 0 {
			p := &out[n-1]
			near := b.X0-p.x1 < minStrip*r.size && !o.ownColumn(p, i)
			if from <= p.to || near {
				p.from, p.to, p.x0, p.x1 = min(p.from, from), max(p.to, to), min(p.x0, b.X0), max(p.x1, b.X1)
				p.pieces = append(p.pieces, i)
				continue
			}
		}
		out = append(out, part{extent{b.X0, b.X1}, from, to, []int{i}})
	}
	return out
}

// edgeMeets is the difference, in ems, of two edges that are meant to be one.
const edgeMeets = 0.3

// ownColumn reports whether piece i, close behind part p, is a cell of its own all
// the same: a number that stands under the numbers of its column.
func (o *openGrid) ownColumn(p *part, i int) bool {
	q := &o.s.pieces[i]
	if o.columnAt(i) == p.to || !isNumeric(q.text) {
		return false
	}
	if o.text == nil {
		return true
	}
	return o.text[o.columnAt(i)].meets(extent{q.box.X0, q.box.X1}, edgeMeets*q.size)
}

// addBody adds the rows below the headings.
func (o *openGrid) addBody(g *grid, bottom float64) {
	pitch, whole := rowPitch(o.rows, o.filled), o.s.ruledRows(o.rows, o.xs, o.breaks)
	wrapped := o.wrappedLabels(pitch)
	first := len(g.ys) - 1
	from := o.heads
	for k := o.heads + 1; k <= len(o.rows); k++ {
		if k < len(o.rows) && !ruleBetween(o.breaks, &o.rows[k-1], &o.rows[k]) &&
			(whole || wrapped[k] || continues(o.rows, o.filled, k, pitch)) {
			continue
		}
		y := bottom
		if k < len(o.rows) {
			y = (o.rows[k-1].bottom + o.rows[k].top) / 2
		}
		g.ys = append(g.ys, max(y, g.ys[len(g.ys)-1]+0.1))
		o.addRow(g, first, from, k)
		first, from = first+1, k
	}
}

// addRow adds lines from … to-1 as row r.
func (o *openGrid) addRow(g *grid, r, from, to int) {
	var parts []part
	for k := from; k < to; k++ {
		parts = append(parts, o.parts(k)...)
	}
	o.addParts(g, r, 1, 0, len(o.xs)-2, parts)
}

// addParts adds the cells of columns from … to, parts that share a column as one.
func (o *openGrid) addParts(g *grid, r, rowSpan, from, to int, parts []part) {
	joined := make([]bool, len(o.xs)) // whether column c is one with the next
	for _, p := range parts {
		for c := p.from; c < p.to; c++ {
			joined[c] = true
		}
	}
	for c := from; c <= to; {
		end := c
		for end < to && joined[end] {
			end++
		}
		cell := gridCell{row: r, rowSpan: rowSpan, col: c, colSpan: end - c + 1}
		for _, p := range parts {
			if p.from >= c && p.to <= end {
				cell.pieces = append(cell.pieces, p.pieces...)
			}
		}
		g.cells = append(g.cells, cell)
		c = end + 1
	}
}

// Lines of one cell stand closer than rows do.
const (
	cellLeading    = 1.35 // ems between lines of one cell in any table
	maxCellLeading = 1.7  // where rows stand further apart
	tightRow       = 0.9  // of the distance of rows
)

// rowPitch returns the usual distance of two rows that both fill the first column,
// 0 when there are none.
func rowPitch(rows []textRow, filled [][]bool) float64 {
	var gaps []float64
	for k := 1; k < len(rows); k++ {
		if filled[k][0] && filled[k-1][0] {
			gaps = append(gaps, rows[k].base-rows[k-1].base)
		}
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// continues reports whether row k is the next line of the cells of row k-1: it
// fills fewer columns, not the first, and stands as close as lines of one cell.
func continues(rows []textRow, filled [][]bool, k int, pitch float64) bool {
	gap := rows[k].base - rows[k-1].base
	size := max(rows[k].size, rows[k-1].size)
	if gap > max(cellLeading*size, min(tightRow*pitch, maxCellLeading*size)) || filled[k][0] {
		return false
	}
	n, of := 0, 0
	for c := range filled[k] {
		if filled[k][c] {
			n++
			if !filled[k-1][c] {
				return false
			}
		}
		if filled[k-1][c] {
			of++
		}
	}
	return n < of
}

// wrappedLabels finds the lines that a label of several lines joins to the line
// above: the values of a row stand between two lines of its label, or a line of
// nothing but a label goes on in small letters, or the row does whose label began
// on a line of its own.
func (o *openGrid) wrappedLabels(pitch float64) []bool {
	out := make([]bool, len(o.rows)+1)
	for k := o.heads + 1; k < len(o.rows); k++ {
		a, b := &o.rows[k-1], &o.rows[k]
		size := max(a.size, b.size)
		if k+1 < len(o.rows) {
			c := &o.rows[k+1]
			if o.labelOnly(k-1) && !o.filled[k][0] && o.labelOnly(k+1) && c.base-a.base <= cellLeading*size &&
				!ruleBetween(o.breaks, a, b) && !ruleBetween(o.breaks, b, c) {
				out[k], out[k+1] = true, true
				continue
			}
		}
		if out[k] || b.base-a.base > max(cellLeading*size, min(tightRow*pitch, maxCellLeading*size)) || !o.filled[k][0] {
			continue
		}
		if o.labelOnly(k-1) || o.labelOnly(k) {
			out[k] = o.filled[k-1][0] && startsLower(o.s.pieces[b.pieces[0]].text)
		}
	}
	return out
}

// labelOnly reports whether a row fills its first column and no other.
func (o *openGrid) labelOnly(k int) bool {
	return o.filled[k][0] && !slices.Contains(o.filled[k][1:], true)
}

func sortCells(cells []gridCell) {
	slices.SortStableFunc(cells, func(a, b gridCell) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.col, b.col)) })
}
