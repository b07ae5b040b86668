package layout

import (
	"cmp"
	"math"
	"slices"

	"recto/internal/geom"
)

// grid is the geometry of a table: lines of columns and rows and which of the
// fields between them are one cell.
type grid struct {
	box        geom.Rect
	xs, ys     []float64 // edges of columns and rows, one more than there are
	cells      []gridCell
	headerRows int
	drawn      bool // edges are drawn; else guessed from alignment
	built      bool // holds its text already, cell by cell: alignedGrid
	confidence float64
}

// gridCell is one cell: a rectangle of fields.
type gridCell struct {
	row, col, rowSpan, colSpan int
	pieces                     []int // in reading order, set by takeText
	lines                      [][]int
	box                        geom.Rect
}

// newGrid makes the cells of a grid, merging fields that no edge divides.
// right(r, c) says whether an edge stands to the right of field (r, c),
// below(r, c) whether one stands under it.
func newGrid(xs, ys []float64, right, below func(r, c int) bool) *grid {
	rows, cols := len(ys)-1, len(xs)-1
	g := &grid{xs: xs, ys: ys, box: geom.Rect{X0: xs[0], Y0: ys[0], X1: xs[cols], Y1: ys[rows]}}
	taken := make([]bool, rows*cols)
	for r := range rows {
		for c := range cols {
			if taken[r*cols+c] {
				continue
			}
			w := 1
			for c+w < cols && !taken[r*cols+c+w] && !right(r, c+w-1) {
				w++
			}
			h := 1
			for r+h < rows && open(r+h-1, c, w, below) && free(taken, cols, r+h, c, w) && unsplit(r+h, c, w, right) {
				h++
			}
			for i := r; i < r+h; i++ {
				for j := c; j < c+w; j++ {
					taken[i*cols+j] = true
				}
			}
			g.cells = append(g.cells, gridCell{
				row: r, col: c, rowSpan: h, colSpan: w,
				box: geom.Rect{X0: xs[c], Y0: ys[r], X1: xs[c+w], Y1: ys[r+h]},
			})
		}
	}
	return g
}

// open reports whether no edge lies under fields c … c+w-1 of row r.
func open(r, c, w int, below func(r, c int) bool) bool {
	for j := c; j < c+w; j++ {
		if below(r, j) {
			return false
		}
	}
	return true
}

// free reports whether fields c … c+w-1 of row r belong to no cell yet.
func free(taken []bool, cols, r, c, w int) bool {
	for j := c; j < c+w; j++ {
		if taken[r*cols+j] {
			return false
		}
	}
	return true
}

// unsplit reports whether fields c … c+w-1 of row r are one.
func unsplit(r, c, w int, right func(r, c int) bool) bool {
	for j := c; j < c+w-1; j++ {
		if right(r, j) {
			return false
		}
	}
	return true
}

// locate returns the index of the interval of edges that holds v.
func locate(edges []float64, v float64) int {
	i := slices.IndexFunc(edges, func(e float64) bool { return e > v })
	switch {
	case i < 0:
		return len(edges) - 2
	case i == 0:
		return 0
	}
	return i - 1
}

// takeText gives every piece whose middle lies in the grid to its cell. It
// returns the pieces taken.
func (g *grid) takeText(s *Sheet, candidates []int) []int {
	index := make([]int, (len(g.xs)-1)*(len(g.ys)-1))
	for k := range g.cells {
		q := &g.cells[k]
		for r := q.row; r < q.row+q.rowSpan; r++ {
			for c := q.col; c < q.col+q.colSpan; c++ {
				index[r*(len(g.xs)-1)+c] = k
			}
		}
	}
	var taken []int
	for _, i := range candidates {
		p := &s.pieces[i]
		// The middle of the x-height tells the row better than the middle of the box.
		at := geom.Point{X: p.box.CenterX(), Y: p.base - 0.3*p.size}
		if p.angle != 0 {
			at.Y = p.box.CenterY()
		}
		if !g.box.Grow(1).Contains(at) {
			continue
		}
		k := index[locate(g.ys, at.Y)*(len(g.xs)-1)+locate(g.xs, at.X)]
		g.cells[k].pieces = append(g.cells[k].pieces, i)
		taken = append(taken, i)
	}
	for k := range g.cells {
		g.cells[k].lines = s.cellLines(g.cells[k].pieces)
	}
	return taken
}

// cellLines puts the pieces of a cell into lines and sets their word spaces.
func (s *Sheet) cellLines(pieces []int) [][]int {
	if len(pieces) == 0 {
		return nil
	}
	var spots []spot
	angle := math.Round(s.pieces[pieces[0]].angle)
	for _, i := range pieces {
		spots = append(spots, newSpot(i, &s.pieces[i], angle))
	}
	slices.SortStableFunc(spots, func(a, b spot) int { return cmp.Or(cmp.Compare(a.base, b.base), cmp.Compare(a.x0, b.x0)) })
	var rows []row
	for _, sp := range spots {
		n := len(rows)
		if n > 0 && math.Abs(sp.base-rows[n-1].base) < 0.55*max(sp.size, rows[n-1].size) {
			rows[n-1].spots = append(rows[n-1].spots, sp)
			rows[n-1].size = max(rows[n-1].size, sp.size)
			continue
		}
		rows = append(rows, row{base: sp.base, size: sp.size, spots: []spot{sp}})
	}
	var out [][]int
	for _, r := range rows {
		slices.SortStableFunc(r.spots, func(a, b spot) int { return cmp.Compare(a.x0, b.x0) })
		l := s.newLine(r.spots, angle)
		out = append(out, l.pieces)
	}
	return out
}

// empty reports whether a cell holds no text.
func (c *gridCell) empty() bool { return len(c.pieces) == 0 }

// clusterEdges sorts coordinates and replaces those closer than slack by their
// mean.
func clusterEdges(v []float64, slack float64) []float64 {
	slices.Sort(v)
	var out []float64
	for i := 0; i < len(v); {
		j, sum := i, 0.0
		for j < len(v) && v[j]-v[i] <= slack {
			sum += v[j]
			j++
		}
		out = append(out, sum/float64(j-i))
		i = j
	}
	return out
}
