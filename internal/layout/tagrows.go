package layout

import (
	"strings"
	"unicode"

	"recto/internal/geom"
)

// Some programs make a row of every line of text, so that a record whose cells
// hold three lines becomes three rows. The rules drawn between the records and
// lines that go on with a small letter give it away.

// Which rows of a tree are lines of one row on paper.
const (
	minPartings   = 2   // rules between the rows of the tree, so that they part records
	ruleAcross    = 0.8 // share of the table's width that rules at one height cover
	wrappedShare  = 0.6 // share of the rows without a rule above that go on with the row before
	minWrappedRow = 3   // rows without a rule above
)

// joinWrapped joins rows between two drawn rules that are the lines of one row,
// below the heads.
func (s *Sheet) joinWrapped(rows [][]tagCell, heads int) [][]tagCell {
	if len(rows)-heads < minWrappedRow {
		return rows
	}
	box := geom.Rect{}
	for _, r := range rows {
		for k := range r {
			box = box.Union(r[k].box)
		}
	}
	ruled, open, wrapped := 0, 0, 0
	joins := make([]bool, len(rows))
	for r := max(heads, 1); r < len(rows); r++ {
		if s.rowsParted(rows[r-1], rows[r], box) {
			ruled++
			continue
		}
		open++
		if r <= heads || !sameCells(rows[r-1], rows[r]) {
			return rows
		}
		goesOn, record := s.goesOnIn(rows[r-1], rows[r])
		if record {
			return rows
		}
		if goesOn {
			wrapped++
		}
		joins[r] = true
	}
	if ruled < minPartings || open < minWrappedRow || float64(wrapped) < wrappedShare*float64(open) {
		return rows
	}
	out := rows[:0:0]
	for r, row := range rows {
		if !joins[r] {
			out = append(out, row)
			continue
		}
		last := out[len(out)-1]
		for k := range row {
			c := &last[k]
			c.c.lines = append(c.c.lines, row[k].c.lines...)
			c.c.boxes = append(c.c.boxes, row[k].c.boxes...)
			c.box = c.box.Union(row[k].box)
		}
	}
	return out
}

// sameCells reports whether two rows have the same cells one above the other,
// none of which spans others.
func sameCells(a, b []tagCell) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		p, q := &a[k], &b[k]
		if p.tag.ColSpan != 1 || p.tag.RowSpan != 1 || q.tag.ColSpan != 1 || q.tag.RowSpan != 1 {
			return false
		}
		if !p.box.IsZero() && !q.box.IsZero() && p.box.OverlapX(q.box) <= 0 {
			return false
		}
	}
	return true
}

// rowsParted reports whether rules are drawn between two rows of a table, over
// most of its width.
func (s *Sheet) rowsParted(above, below []tagCell, table geom.Rect) bool {
	var a, b geom.Rect
	for k := range above {
		a = a.Union(above[k].box)
	}
	for k := range below {
		b = b.Union(below[k].box)
	}
	if a.IsZero() || b.IsZero() {
		return false
	}
	covered := 0.0
	for _, h := range s.drawnEdges().h {
		if y := h.CenterY(); y > a.CenterY() && y < b.CenterY() {
			covered += h.OverlapX(table)
		}
	}
	return covered >= ruleAcross*table.W()
}

// goesOnIn reports whether the cells of a row go on in the next one: a cell of
// it begins with a small letter or a comma or hyphen stands before it. Numbers
// under numbers, and cells without text above them, make it a record of its own.
func (s *Sheet) goesOnIn(above, below []tagCell) (goesOn, record bool) {
	for k := range below {
		p, q := strings.TrimSpace(s.plainOf(above[k].c)), strings.TrimSpace(s.plainOf(below[k].c))
		if q == "" {
			continue
		}
		if p == "" || isNumeric(p) && isNumeric(q) {
			record = true
		}
		if first := []rune(q)[0]; unicode.IsLower(first) || strings.HasSuffix(p, ",") || strings.HasSuffix(p, "-") {
			goesOn = true
		}
	}
	return goesOn, record
}

// plainOf returns the text of pieces with a space between them.
func (s *Sheet) plainOf(c content) string {
	var words []string
	for _, l := range c.lines {
		for _, i := range l {
			words = append(words, s.pieces[i].text)
		}
	}
	return strings.Join(words, " ")
}
