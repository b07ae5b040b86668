package layout

import (
	"slices"

	"recto/internal/geom"
)

// When the words of a picture are text, and not labels of what it shows.
const (
	minTextShare  = 0.2 // of the picture covered by lines: screenshots have 0.25 and more, charts 0.15 at most
	minTextLines  = 3   // fewer lines may be a sign in a photograph
	minRowRule    = 0.6 // length of a rule between rows, of the picture's width
	minTextRows   = 2   // rows between rules that make the picture a table, when
	fullRows      = 0.6 // so many of them hold
	minRowCells   = 2   // so many cells, whose heights add up
	minRowFill    = 0.6 // to so much of the row: labels of an axis stand far apart
	longLineWords = 5   // words of a line of text rather than a label
)

// readPictures decides what the words recognized in a picture are: text of the
// page, when the picture is one of text, as screenshots and tables are, else
// labels of the figure. The figure stays in either case.
func (s *Sheet) readPictures() {
	for k := range s.figures {
		f := &s.figures[k]
		var lines []int
		covered, long := 0.0, 0
		for li := range s.lines {
			l := &s.lines[li]
			if !s.isPictured(li) || l.box.Intersect(f.box).Area() <= 0.7*l.box.Area() {
				continue
			}
			lines = append(lines, li)
			covered += l.box.Area()
			if len(l.pieces) >= longLineWords {
				long++
			}
		}
		if len(lines) >= minTextLines && (covered > minTextShare*f.box.Area() || long*2 > len(lines) || s.hasRows(f.box, lines)) {
			f.text = true
			continue
		}
		for _, li := range lines {
			s.lines[li].label = true
			f.labels = append(f.labels, li)
		}
	}
}

// isPictured reports whether a line was recognized from a picture of the page.
func (s *Sheet) isPictured(li int) bool {
	for _, i := range s.lines[li].pieces {
		if s.pieces[i].shown {
			return true
		}
	}
	return false
}

// hasRows reports whether level rules divide a picture into rows that hold cells:
// it shows a table. Between the lines of a chart's grid there is no text.
func (s *Sheet) hasRows(box geom.Rect, lines []int) bool {
	var at []float64
	for i := range s.rules {
		if r := &s.rules[i]; !r.Vertical && box.Grow(1).ContainsRect(r.Box, 0) && r.Box.W() > minRowRule*box.W() {
			at = append(at, r.Box.CenterY())
		}
	}
	slices.Sort(at)
	rows, full := 0, 0
	for k := 1; k < len(at); k++ {
		cells, filled := 0, 0.0
		for _, li := range lines {
			if y := s.lines[li].box.CenterY(); y > at[k-1] && y < at[k] {
				cells++
				filled += s.lines[li].box.H()
			}
		}
		if cells == 0 && at[k]-at[k-1] < s.body/2 {
			continue // a double rule
		}
		rows++
		if cells >= minRowCells && filled > minRowFill*(at[k]-at[k-1]) {
			full++
		}
	}
	return rows >= minTextRows && float64(full) >= fullRows*float64(rows)
}
