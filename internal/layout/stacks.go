package layout

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"recto/internal/geom"
)

// findOpenTables finds tables with horizontal rules only, as books set them:
// stacks of rules of the same extent with columns of text between.
func (s *Sheet) findOpenTables(e edges) {
	rules := slices.Clone(e.h)
	if len(rules) > maxGridLines {
		return
	}
	slices.SortFunc(rules, func(a, b geom.Rect) int { return cmp.Compare(a.Y0, b.Y0) })
	used := make([]bool, len(rules))
	for i, top := range rules {
		if used[i] || top.W() < 40 || s.insideTable(top) {
			continue
		}
		stack := []int{i}
		for j := i + 1; j < len(rules); j++ {
			r := rules[j]
			if used[j] || s.insideTable(r) {
				continue
			}
			if math.Abs(r.X0-top.X0) <= ruleAlign && math.Abs(r.X1-top.X1) <= ruleAlign {
				stack = append(stack, j)
			}
		}
		stack, below := s.firstTable(rules, stack)
		s.tryStack(rules, stack, below, used)
	}
}

// firstTable cuts a stack at the first band between two of its rules that lies
// between tables: rules of tables under each other are as long as the column. A
// caption between the first rule and the headings is left above: the table begins
// at the height below.
func (s *Sheet) firstTable(rules []geom.Rect, stack []int) (table []int, below float64) {
	below = rules[stack[0]].Y0
	for k := 1; k < len(stack); k++ {
		a, b := rules[stack[k-1]], rules[stack[k]]
		band := geom.Rect{X0: min(a.X0, b.X0), Y0: a.Y0, X1: max(a.X1, b.X1), Y1: b.Y1}
		rows := s.rowsIn(s.piecesIn(band))
		y, between := s.betweenTables(rows, band)
		switch {
		case between:
			return stack[:k], below
		case k == 1 && y > below:
			below = y
		case y > band.Y0:
			return stack[:k], below
		}
	}
	return stack, below
}

// minProseLines is how many long lines make a band between two rules text, if most
// of its lines are without a gap.
const minProseLines = 2

// betweenTables reports whether a band holds nothing but a caption or lines of
// running text, and otherwise the height below its caption, the top without one.
func (s *Sheet) betweenTables(rows []textRow, band geom.Rect) (below float64, between bool) {
	long, several, caption := 0, 0, -1
	for k := range rows {
		segments := s.segmentsOf(&rows[k])
		if len(segments) > 1 {
			several++
		} else if isLong(segments[0], band) && segments[0].x0 < band.X0+noteIndent*rows[k].size {
			long++
		}
		if s.isCaptionRow(&rows[k]) {
			caption, several = k, 0
		}
	}
	if caption < 0 {
		return band.Y0, long >= minProseLines && several < long
	}
	if several == 0 {
		return 0, true
	}
	for caption+1 < len(rows) && len(s.segmentsOf(&rows[caption+1])) == 1 {
		caption++
	}
	return (rows[caption].bottom + rows[caption+1].top) / 2, false
}

// isCaptionRow reports whether a row begins as the caption of a table or figure.
func (s *Sheet) isCaptionRow(r *textRow) bool {
	var words []string
	for _, i := range r.pieces[:min(len(r.pieces), 4)] {
		words = append(words, s.pieces[i].text)
	}
	m := captionForm.FindStringSubmatch(strings.Join(words, " "))
	return m != nil && len(r.pieces) >= 3 && strings.TrimSpace(m[3]) != ""
}

// tryStack looks for a table between the first rule of a stack and the last one
// for which what lies between is a table.
func (s *Sheet) tryStack(rules []geom.Rect, stack []int, below float64, used []bool) {
	first := rules[stack[0]]
	for last := len(stack) - 1; last >= 1; last-- {
		bottom := rules[stack[last]]
		box := geom.Rect{X0: min(first.X0, bottom.X0), Y0: max(first.Y0, below), X1: max(first.X1, bottom.X1), Y1: bottom.Y1}
		if box.H() < 12 {
			continue
		}
		header, footer := slices.Clone(s.header), slices.Clone(s.footer)
		if last > 1 { // two rules alone may be those of the page
			s.reclaimRows(box)
		}
		keep := func() { s.header, s.footer = header, footer }
		rows := s.rowsIn(s.piecesIn(box))
		if n := s.notesFrom(rows, box); n < len(rows) {
			rows = rows[:n]
			box.Y1 = rows[n-1].bottom + 1
		}
		pieces := piecesOfRows(rows)
		if len(rows) < minOpenRows {
			keep()
			continue
		}
		var breaks []float64
		for _, k := range stack[1:last] {
			breaks = append(breaks, rules[k].CenterY())
		}
		heads := 0
		if len(breaks) > 0 {
			heads = rowsAbove(rows, breaks[0])
		}
		strips := s.columnEdges(rows, box, heads)
		if len(strips) == 0 || s.looksLikeText(rows, strips) || s.countsPages(rows, strips) || s.isMarkedList(rows) {
			keep()
			continue
		}
		if below <= first.Y0 {
			if above := s.headsAbove(box, rows, strips); len(above) > 0 {
				breaks = append([]float64{first.CenterY()}, breaks...)
				box.Y0 = above[0].top - 1
				pieces, rows = append(pieces, piecesOfRows(above)...), append(above, rows...)
			}
		}
		g := s.alignedGrid(rows, strips, box, breaks, s.shortRules(box))
		g.drawn, g.confidence = true, 0.85
		if len(breaks) > 0 && g.headerRows == 0 {
			g.headerRows = max(0, locate(g.ys, breaks[0]+0.5))
		}
		if s.addTable(g, pieces) {
			for _, k := range stack[:last+1] {
				used[k] = true
			}
			return
		}
		keep()
	}
}

// isLong reports whether a line without a gap holds words over most of a box.
func isLong(g segment, box geom.Rect) bool {
	return g.words >= sentenceWords && g.x1-g.x0 > longLine*box.W()
}

// longLine is the share of a table's width that a line of running text covers.
const longLine = 0.6

// noteIndent is how far a note under a table begins from its left edge, in ems.
const noteIndent = 2.5

// notesFrom returns the row from which on there are only notes under the table:
// lines without a gap, one of which is long.
func (s *Sheet) notesFrom(rows []textRow, box geom.Rect) int {
	left := math.Inf(1)
	for k := range rows {
		left = min(left, s.pieces[rows[k].pieces[0]].box.X0)
	}
	n, long := len(rows), false
	for n > 1 {
		segments := s.segmentsOf(&rows[n-1])
		if len(segments) > 1 || segments[0].x0 > left+noteIndent*rows[n-1].size {
			break
		}
		long = long || isLong(segments[0], box)
		n--
	}
	if !long {
		return len(rows)
	}
	return n
}

// rowsAbove counts the rows above a height.
func rowsAbove(rows []textRow, y float64) int {
	n := 0
	for n < len(rows) && rows[n].base < y {
		n++
	}
	return n
}

func (s *Sheet) insideTable(r geom.Rect) bool {
	for _, t := range s.tables {
		if t.box.Grow(3).Overlaps(r.Grow(0.1)) {
			return true
		}
	}
	return false
}
