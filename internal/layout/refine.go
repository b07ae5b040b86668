package layout

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"recto/internal/geom"
)

// Drawn grids are often incomplete: rules in the head only, or none between the
// rows of the body. What is missing is told by the text.

// splitSpans divides cells over several columns at column edges that no text
// crosses and that have text on both sides.
func (s *Sheet) splitSpans(g *grid) {
	var out []gridCell
	for _, c := range g.cells {
		out = append(out, s.splitSpan(g, c)...)
	}
	slices.SortStableFunc(out, func(a, b gridCell) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.col, b.col)) })
	g.cells = out
}

// splitSpan returns the cells a spanning cell is made of.
func (s *Sheet) splitSpan(g *grid, c gridCell) []gridCell {
	if c.colSpan < 2 || len(c.pieces) < 2 {
		return []gridCell{c}
	}
	cuts := []int{c.col}
	for k := c.col + 1; k < c.col+c.colSpan; k++ {
		if s.divides(c.pieces, g.xs[k]) {
			cuts = append(cuts, k)
		}
	}
	cuts = append(cuts, c.col+c.colSpan)
	if len(cuts) == 2 {
		return []gridCell{c}
	}
	var out []gridCell
	for k := 1; k < len(cuts); k++ {
		from, to := cuts[k-1], cuts[k]
		n := gridCell{row: c.row, rowSpan: c.rowSpan, col: from, colSpan: to - from,
			box: geom.Rect{X0: g.xs[from], Y0: c.box.Y0, X1: g.xs[to], Y1: c.box.Y1}}
		for _, i := range c.pieces {
			if x := s.pieces[i].box.CenterX(); x >= g.xs[from] && x < g.xs[to] || k == 1 && x < g.xs[from] || k == len(cuts)-1 && x >= g.xs[to] {
				n.pieces = append(n.pieces, i)
			}
		}
		n.lines = s.cellLines(n.pieces)
		out = append(out, n)
	}
	return out
}

// divides reports whether text stands on both sides of x in every line that
// reaches both, a word space or more apart, and none crosses it.
func (s *Sheet) divides(pieces []int, x float64) bool {
	left, right := math.Inf(-1), math.Inf(1)
	size := 0.0
	for _, i := range pieces {
		b := s.pieces[i].box
		size = max(size, s.pieces[i].size)
		switch {
		case b.X0 < x-1 && b.X1 > x+1:
			return false
		case b.CenterX() < x:
			left = max(left, b.X1)
		default:
			right = min(right, b.X0)
		}
	}
	return !math.IsInf(left, 0) && !math.IsInf(right, 0) && right-left > minStrip*size
}

// A band of a grid whose cells hold many short lines at the same heights is
// several rows without rules between them.
const (
	minBandRows      = 3   // lines at common heights
	minBandShare     = 0.5 // share of the filled cells that have them
	minBandNumbers   = 0.5 // share of its lines beyond the first column that are numbers
	minTallRows      = 5   // or so many lines in a band that is
	tallBand         = 0.6 // so much of the table's height
	minSharedNumbers = 0.5 // where all but labels are numbers
	minDeep          = 0.5 // share of the lines of its longest cell that a cell must have
	minShared        = 0.7 // share of its lines that stand in two cells
	minBandLabels    = 0.5 // share of the rows with a text in the first of the cells
	maxBandWords     = 4.5 // words of an average line; wrapped text has more
)

// splitRows divides the bands of a drawn grid that hold several rows of text.
func (s *Sheet) splitRows(g *grid) *grid {
	rows := len(g.ys) - 1
	if len(g.xs)-1 < 2 {
		return g
	}
	cuts := map[int][]float64{}
	for r := range rows {
		var pieces []int
		var cells []*gridCell
		for k := range g.cells {
			c := &g.cells[k]
			if c.row == r && c.rowSpan == 1 && !c.empty() {
				cells = append(cells, c)
				pieces = append(pieces, c.pieces...)
			}
		}
		tall := g.ys[r+1]-g.ys[r] > tallBand*(g.ys[rows]-g.ys[0])
		if c := s.bandCuts(cells, pieces, tall); len(c) > 0 {
			cuts[r] = c
		}
	}
	if len(cuts) == 0 {
		return g
	}
	// Rebuild with the new edges: drawn edges stay, new ones divide everywhere.
	ys := []float64{g.ys[0]}
	oldRow := []int{}
	for r := range rows {
		for _, y := range cuts[r] {
			ys, oldRow = append(ys, y), append(oldRow, r)
		}
		ys, oldRow = append(ys, g.ys[r+1]), append(oldRow, r)
	}
	cellOf := func(r, c int) int {
		for k := range g.cells {
			q := &g.cells[k]
			if r >= q.row && r < q.row+q.rowSpan && c >= q.col && c < q.col+q.colSpan {
				return k
			}
		}
		return -1
	}
	n := newGrid(g.xs, ys,
		func(r, c int) bool { return cellOf(oldRow[r], c) != cellOf(oldRow[r], c+1) },
		func(r, c int) bool {
			if r+1 >= len(oldRow) {
				return true
			}
			if oldRow[r] == oldRow[r+1] {
				k := cellOf(oldRow[r], c)
				return k < 0 || g.cells[k].rowSpan == 1
			}
			return cellOf(oldRow[r], c) != cellOf(oldRow[r+1], c)
		})
	var pieces []int
	for k := range g.cells {
		pieces = append(pieces, g.cells[k].pieces...)
	}
	n.takeText(s, pieces)
	n.drawn, n.confidence, n.headerRows = g.drawn, g.confidence, g.headerRows
	return n
}

// bandCuts returns the heights at which a band of cells is divided, nil when its
// lines are wrapped text: neither are most of them numbers, nor is the band tall,
// that is nearly all of the table.
func (s *Sheet) bandCuts(cells []*gridCell, pieces []int, tall bool) []float64 {
	if len(cells) < 2 {
		return nil
	}
	most, deep, words, lines, numbers, beyond := 0, 0, 0, 0, 0, 0
	for _, c := range cells {
		most = max(most, len(c.lines))
	}
	if most < minBandRows {
		return nil
	}
	for _, c := range cells {
		if float64(len(c.lines)) >= minDeep*float64(most) {
			deep++
		}
		for _, l := range c.lines {
			lines++
			words += len(l)
			if c.col > 0 {
				beyond++
				if isNumeric(s.plain(l)) {
					numbers++
				}
			}
		}
	}
	if deep < 2 || float64(deep) < minBandShare*float64(len(cells)) || float64(words) > maxBandWords*float64(lines) {
		return nil
	}
	if float64(numbers) < minBandNumbers*float64(beyond) && !(tall && most >= minTallRows) {
		return nil
	}
	rows := s.rowsIn(pieces)
	// Lines of one row agree in height over the columns.
	// Labels, which are at the left, have a line of their own.
	shared, labelled := 0, 0
	for k := range rows {
		if s.columnsIn(cells, &rows[k]) >= 2 {
			shared++
		}
		if s.columnsIn(cells[:1], &rows[k]) > 0 {
			labelled++
		}
	}
	need := minShared
	if numbers == beyond {
		need = minSharedNumbers // the others are sub-headings and wrapped labels
	}
	if len(rows) < minBandRows || float64(shared) < need*float64(len(rows)) || float64(labelled) < minBandLabels*float64(len(rows)) {
		return nil
	}
	var out []float64
	for k := 1; k < len(rows); k++ {
		if s.wraps(cells, &rows[k-1], &rows[k]) {
			continue
		}
		out = append(out, (rows[k-1].bottom+rows[k].top)/2)
	}
	return out
}

// plain returns the text of a line of pieces.
func (s *Sheet) plain(pieces []int) string {
	var b strings.Builder
	for k, i := range pieces {
		if k > 0 && s.pieces[i].space {
			b.WriteByte(' ')
		}
		b.WriteString(s.pieces[i].text)
	}
	return b.String()
}

// columnsIn counts the cells a row of text stands in.
func (s *Sheet) columnsIn(cells []*gridCell, r *textRow) int {
	n := 0
	for _, c := range cells {
		if slices.ContainsFunc(r.pieces, func(i int) bool { return slices.Contains(c.pieces, i) }) {
			n++
		}
	}
	return n
}

// wraps reports whether row b is the second line of an entry of row a: it stands
// in the first column only and goes on in small letters, or a does.
func (s *Sheet) wraps(cells []*gridCell, a, b *textRow) bool {
	if s.columnsIn(cells, a) != 1 && s.columnsIn(cells, b) != 1 {
		return false
	}
	first := func(r *textRow) string { return s.pieces[r.pieces[0]].text }
	if s.columnsIn(cells, b) == 1 {
		return startsLower(first(b)) || strings.HasPrefix(first(b), "(")
	}
	return startsLower(first(b))
}
