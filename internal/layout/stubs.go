package layout

import (
	"math"
	"slices"

	"recto/internal/geom"
)

// Who draws boxes around numbers only leaves the labels of the rows outside: they
// stand to the left of the grid, one beside each row. The same holds for several
// grids side by side, one for each column.
const (
	minStubShare  = 0.7 // share of the rows with numbers that have a label
	maxStubGap    = 40  // ems from the beginning of a label to the grid
	minStubRows   = 3   // labels
	minNumberRows = 0.6 // share of the rows of the grid that are numbers
	levelSlack    = 1.5 // ems by which the tops and bottoms of grids side by side differ
)

// withStub returns the box of the grids that stand side by side with g, widened to
// the labels at their left, and the rows of text in it. ok is false when there are no
// labels.
func (s *Sheet) withStub(grids []*grid, g *grid) (box geom.Rect, rows []textRow, ok bool) {
	box = g.box
	slack := levelSlack * s.body
	for _, o := range grids {
		if math.Abs(o.box.Y0-g.box.Y0) <= slack && math.Abs(o.box.Y1-g.box.Y1) <= slack {
			box = box.Union(o.box)
		}
	}
	left := geom.Rect{X0: max(0, box.X0-maxStubGap*s.body), Y0: box.Y0, X1: box.X0 - 1, Y1: box.Y1}
	stub, inner := s.rowsIn(s.piecesIn(left)), s.rowsIn(s.piecesIn(box))
	numbers, labelled := 0, 0
	x0 := box.X0
	for k := range inner {
		r := &inner[k]
		values := 0
		for _, i := range r.pieces {
			if isNumeric(s.pieces[i].text) && !isYear(s.pieces[i].text) {
				values++
			}
		}
		if values*2 < len(r.pieces) {
			continue
		}
		numbers++
		for q := range stub {
			if math.Abs(stub[q].base-r.base) < 0.3*r.size && len(s.segmentsOf(&stub[q])) == 1 {
				labelled++
				x0 = min(x0, s.pieces[stub[q].pieces[0]].box.X0)
				break
			}
		}
	}
	if len(g.xs) < 3 && box == g.box || len(g.ys) <= minStubRows || float64(numbers) < minNumberRows*float64(len(inner)) {
		return box, nil, false // a box of text with text beside it
	}
	if labelled < minStubRows || float64(labelled) < minStubShare*float64(numbers) || len(stub) > labelled+2 {
		return box, nil, false
	}
	box.X0 = x0 - 1
	return box, s.rowsIn(s.piecesIn(box)), true
}

// addStubTable makes one table of a grid, those beside it and the labels at their
// left.
func (s *Sheet) addStubTable(grids []*grid, g *grid) bool {
	box, rows, ok := s.withStub(grids, g)
	if !ok {
		return false
	}
	strips := s.columnEdges(rows, box, 0)
	if len(strips) < 2 && len(g.xs) > 2 || len(strips) == 0 || s.looksLikeText(rows, strips) {
		return false
	}
	breaks := slices.Clone(g.ys[1 : len(g.ys)-1])
	if above := s.headsAbove(box, rows, strips); len(above) > 0 {
		breaks = append([]float64{box.Y0}, breaks...)
		box.Y0 = above[0].top - 1
		rows = append(above, rows...)
	}
	n := s.alignedGrid(rows, strips, box, breaks, s.shortRules(box))
	n.drawn, n.confidence = true, 0.8
	return s.addTable(n, piecesOfRows(rows))
}
