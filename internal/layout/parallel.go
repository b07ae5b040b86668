package layout

import (
	"slices"
)

// Rules of a drawn grid may part groups of columns, or of rows, only. The text of a
// field then stands in columns of its own.

// What divides a column of a drawn grid that holds several.
const (
	minSplitRows  = 3   // rows of the column that hold two numbers or more
	minSplitShare = 0.6 // of the rows of the column that hold text
	splitGap      = 0.5 // ems between two numbers
)

// splitColumns divides the columns of a drawn grid in which nearly all rows hold
// several numbers, at the strips between these. Cells that no strip divides span
// the new columns.
func (s *Sheet) splitColumns(g *grid) *grid {
	cols := len(g.xs) - 1
	cuts := make([][]float64, cols)
	found := false
	for c := range cols {
		cuts[c] = s.columnCuts(g, c)
		found = found || len(cuts[c]) > 0
	}
	if !found {
		return g
	}
	xs, from := []float64{g.xs[0]}, make([]int, cols+1) // from: first new column of each
	for c := range cols {
		from[c] = len(xs) - 1
		xs = append(append(xs, cuts[c]...), g.xs[c+1])
	}
	from[cols] = len(xs) - 1
	n := *g
	n.xs, n.cells = xs, nil
	for _, c := range g.cells {
		c.colSpan = from[c.col+c.colSpan] - from[c.col]
		c.col = from[c.col]
		n.cells = append(n.cells, c)
	}
	s.splitHead(&n)
	whole := n.cells
	n.cells = nil
	for _, c := range whole {
		n.cells = append(n.cells, s.cutCell(&n, c)...)
	}
	sortCells(n.cells)
	return &n
}

// splitHead divides the first row in two if a cell of it holds a heading over new
// columns and below it, on its last line, one heading for each.
func (s *Sheet) splitHead(g *grid) {
	at, bottom := 0.0, 0.0
	splits := func(c *gridCell) bool {
		n := len(c.lines)
		return c.row == 0 && c.rowSpan == 1 && c.colSpan > 1 && n > 1 && s.columnsOf(g, c.lines[n-1]) == c.colSpan
	}
	for k := range g.cells {
		if c := &g.cells[k]; splits(c) {
			n := len(c.lines)
			at, bottom = s.pieces[c.lines[n-2][0]].box.Y1, s.pieces[c.lines[n-1][0]].box.Y0
			break
		}
	}
	if bottom == 0 {
		return
	}
	y := min(max((at+bottom)/2, g.ys[0]+0.1), g.ys[1]-0.1)
	g.ys = slices.Insert(g.ys, 1, y)
	var lower []gridCell
	for k := range g.cells {
		c := &g.cells[k]
		if c.row > 0 {
			c.row++
			continue
		}
		if !splits(c) {
			c.rowSpan++
			continue
		}
		last := c.lines[len(c.lines)-1]
		low := gridCell{row: 1, rowSpan: 1, col: c.col, colSpan: c.colSpan, box: c.box, pieces: last, lines: [][]int{last}}
		c.pieces = slices.DeleteFunc(slices.Clone(c.pieces), func(i int) bool { return slices.Contains(last, i) })
		c.lines = c.lines[:len(c.lines)-1]
		c.box.Y1, low.box.Y0 = y, y
		lower = append(lower, low)
	}
	g.cells = append(g.cells, lower...)
	g.headerRows = 2
}

// columnsOf counts the columns the words of a line stand in, 0 when an edge cuts one.
func (s *Sheet) columnsOf(g *grid, line []int) int {
	n, last := 0, -1
	for _, i := range line {
		b := s.pieces[i].box
		c := locate(g.xs, b.CenterX())
		if c > 0 && b.X0 < g.xs[c]-1 || c+2 < len(g.xs) && b.X1 > g.xs[c+1]+1 {
			return 0
		}
		if c != last {
			n++
		}
		last = c
	}
	return n
}

// cutCell divides a cell at the column edges between its words. Words that no gap
// parts stay together and span.
func (s *Sheet) cutCell(g *grid, c gridCell) []gridCell {
	if c.colSpan < 2 || c.empty() {
		return []gridCell{c}
	}
	joined := make([]bool, c.colSpan)
	for _, line := range c.lines {
		for k, i := range line {
			b := s.pieces[i].box
			for x := 1; x < c.colSpan; x++ {
				edge := g.xs[c.col+x]
				crosses := b.X0 < edge-1 && b.X1 > edge+1
				if k > 0 {
					a := s.pieces[line[k-1]]
					near := b.X0-a.box.X1 < minStrip*a.size && !(isNumeric(a.text) && isNumeric(s.pieces[i].text))
					crosses = crosses || near && a.box.CenterX() < edge && b.CenterX() > edge
				}
				joined[x-1] = joined[x-1] || crosses
			}
		}
	}
	var out []gridCell
	for from := 0; from < c.colSpan; {
		to := from + 1
		for to < c.colSpan && joined[to-1] {
			to++
		}
		n := gridCell{row: c.row, rowSpan: c.rowSpan, col: c.col + from, colSpan: to - from, box: c.box}
		n.box.X0, n.box.X1 = g.xs[n.col], g.xs[n.col+n.colSpan]
		for _, i := range c.pieces {
			if at := locate(g.xs, s.pieces[i].box.CenterX()); at >= n.col && at < n.col+n.colSpan || at < c.col && from == 0 || at >= c.col+c.colSpan && to == c.colSpan {
				n.pieces = append(n.pieces, i)
			}
		}
		n.lines = s.cellLines(n.pieces)
		out = append(out, n)
		from = to
	}
	if one := filledCells(out); one == 1 && len(out) > 1 && !slices.ContainsFunc(c.lines, func(l []int) bool { return s.allNumbers(l) }) {
		return []gridCell{c} // a heading over one of the new columns is over all of them
	}
	return out
}

func filledCells(cells []gridCell) int {
	n := 0
	for k := range cells {
		if !cells[k].empty() {
			n++
		}
	}
	return n
}

// allNumbers reports whether a line holds numbers and nothing else.
func (s *Sheet) allNumbers(line []int) bool {
	return !slices.ContainsFunc(line, func(i int) bool { return !isNumeric(s.pieces[i].text) })
}

// columnCuts returns the places at which a column is divided.
func (s *Sheet) columnCuts(g *grid, col int) []float64 {
	var rows []textRow
	filled, several, most := 0, 0, 0
	for k := range g.cells {
		c := &g.cells[k]
		if c.col != col || c.colSpan != 1 || c.empty() {
			continue
		}
		filled++
		if len(c.lines) > 1 || !s.allNumbers(c.lines[0]) {
			continue
		}
		r := s.rowsIn(c.pieces)[0]
		n := 1
		for q := 1; q < len(r.pieces); q++ {
			if s.pieces[r.pieces[q]].box.X0-s.pieces[r.pieces[q-1]].box.X1 >= splitGap*r.size {
				n++
			}
		}
		if n > 1 {
			several++
			most = max(most, n)
		}
		rows = append(rows, r)
	}
	if several < minSplitRows || float64(several) < minSplitShare*float64(filled) {
		return nil
	}
	cuts := s.strips(rows, spanRows)
	if len(cuts) > most-1 {
		return nil
	}
	return cuts
}
