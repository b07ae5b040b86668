package layout

import (
	"cmp"
	"math"
	"slices"

	"recto/internal/geom"
)

// Tables whose rows are told apart by shading have no rules: the edges of the
// shaded rows are as good. A heading shaded and every second row, or every row in
// turn, painted cell by cell or at once.
const (
	minBands      = 2   // shaded rows that make a table
	maxBandLines  = 5.0 // height of a shaded row in ems: more is a box of text
	maxBandGap    = 2.5 // white between two shaded rows, in heights of the higher one
	bandMeetSlack = 1.5 // points between painted cells of one row
)

// bandEdges returns the upper and lower edges of shaded rows that belong to one
// table, as rules.
func (s *Sheet) bandEdges() []geom.Rect {
	bands := s.shadedRows()
	var out []geom.Rect
	for k := 0; k < len(bands); {
		n := k + 1
		for n < len(bands) && math.Abs(bands[n].X0-bands[k].X0) <= ruleAlign && math.Abs(bands[n].X1-bands[k].X1) <= ruleAlign &&
			s.areOneTable(bands[n-1], bands[n]) {
			n++
		}
		if n-k >= minBands && s.areRows(bands[k:n]) {
			for _, b := range bands[k:n] {
				out = append(out, geom.Rect{X0: b.X0, Y0: b.Y0, X1: b.X1, Y1: b.Y0}, geom.Rect{X0: b.X0, Y0: b.Y1, X1: b.X1, Y1: b.Y1})
			}
			if y := s.lastWhiteRow(bands[k:n]); y > 0 {
				out = append(out, geom.Rect{X0: bands[k].X0, Y0: y, X1: bands[k].X1, Y1: y})
			}
		}
		k = n
	}
	return out
}

// areOneTable reports whether two shaded rows touch or have white rows of cells
// between them, and no larger text, such as a heading between two tables.
func (s *Sheet) areOneTable(a, b geom.Rect) bool {
	gap := b.Y0 - a.Y1
	if gap < bandMeetSlack {
		return true
	}
	if gap > maxBandGap*max(a.H(), b.H()) {
		return false
	}
	cells, size := 0, 0.0
	for _, i := range s.piecesIn(b) {
		size = max(size, s.pieces[i].size)
	}
	rows := s.rowsIn(s.piecesIn(geom.Rect{X0: a.X0, Y0: a.Y1, X1: a.X1, Y1: b.Y0}))
	for k := range rows {
		if rows[k].size > slightlyLarger*size {
			return false
		}
		cells = max(cells, len(s.segmentsOf(&rows[k])))
	}
	return cells > 1
}

// areRows reports whether every shaded row holds several cells and no rule is
// drawn among them: a table with rules shows its rows by these.
func (s *Sheet) areRows(bands []geom.Rect) bool {
	var box geom.Rect
	for _, b := range bands {
		box = box.Union(b)
		rows, cells := s.rowsIn(s.piecesIn(b)), 0
		for k := range rows {
			cells = max(cells, len(s.segmentsOf(&rows[k])))
		}
		if cells < 2 {
			return false
		}
	}
	for i := range s.rules {
		if s.rules[i].Box.Grow(0.1).Overlaps(box.Grow(ruleAlign)) {
			return false
		}
	}
	return true
}

// shadedRows returns painted rectangles as high as a row, cells side by side as
// one, from top to bottom.
func (s *Sheet) shadedRows() []geom.Rect {
	var cells []geom.Rect
	for i := range s.in.Fills {
		f := &s.in.Fills[i]
		if f.Stroke&0xff != 0 || f.Box.H() < minCellSide || f.Box.H() > maxBandLines*s.body || s.insideTable(f.Box) {
			continue
		}
		cells = append(cells, f.Box)
	}
	slices.SortFunc(cells, func(a, b geom.Rect) int {
		return cmp.Or(cmp.Compare(math.Round(a.Y0), math.Round(b.Y0)), cmp.Compare(a.X0, b.X0))
	})
	var rows []geom.Rect
	for _, c := range cells {
		if n := len(rows); n > 0 {
			r := &rows[n-1]
			if math.Abs(r.Y0-c.Y0) < bandMeetSlack && math.Abs(r.Y1-c.Y1) < bandMeetSlack && c.X0-r.X1 < bandMeetSlack {
				*r = r.Union(c)
				continue
			}
		}
		rows = append(rows, c)
	}
	return rows
}

// lastWhiteRow returns the height below the white row that ends a table in which
// white and shaded rows take turns, 0 for none.
func (s *Sheet) lastWhiteRow(bands []geom.Rect) float64 {
	last := bands[len(bands)-1]
	gap := last.Y0 - bands[len(bands)-2].Y1
	if gap < 0.5*last.H() {
		return 0
	}
	box := geom.Rect{X0: last.X0, Y0: last.Y1, X1: last.X1, Y1: last.Y1 + max(gap, last.H())}
	rows := s.rowsIn(s.piecesIn(box))
	if len(rows) == 0 || len(s.segmentsOf(&rows[0])) < 2 {
		return 0
	}
	return rows[len(rows)-1].bottom + 1
}
