package layout

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"recto/internal/doc"
	"recto/internal/geom"
)

// Tables without a full grid: rules between rows only, or nothing but aligned
// text. Columns are the vertical strips that no text crosses.
const (
	minStrip       = 0.45 // width of a strip between two columns, in ems
	spanRows       = 0.15 // share of rows that may cross a strip: headings that span columns
	maxCellWords   = 14   // words of an average cell; text columns have lines of ten and more and wrap
	ruleAlign      = 6.0  // points by which the ends of a table's rules may differ
	minOpenRows    = 2    // rows of text between the rules of an open table
	minAlignedRows = 3    // rows of a table without rules
)

// textRow is a row of table text: all pieces on one baseline in a region.
type textRow struct {
	base, top, bottom float64
	size              float64
	pieces            []int // left to right
}

// rowsIn groups the pieces into rows by baseline.
func (s *Sheet) rowsIn(pieces []int) []textRow {
	order := slices.Clone(pieces)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.pieces[a].base, s.pieces[b].base) })
	var rows []textRow
	for _, i := range order {
		p := &s.pieces[i]
		if n := len(rows); n > 0 {
			r := &rows[n-1]
			if math.Abs(p.base-r.base) < 0.5*max(p.size, r.size)*0.9 || p.style&(doc.Superscript|doc.Subscript) != 0 && p.box.CenterY() < r.bottom && p.box.CenterY() > r.top {
				r.pieces = append(r.pieces, i)
				if p.size > r.size {
					r.size, r.base = p.size, p.base
				}
				r.top, r.bottom = min(r.top, p.box.Y0), max(r.bottom, p.box.Y1)
				continue
			}
		}
		rows = append(rows, textRow{base: p.base, top: p.box.Y0, bottom: p.box.Y1, size: p.size, pieces: []int{i}})
	}
	for k := range rows {
		slices.SortStableFunc(rows[k].pieces, func(a, b int) int { return cmp.Compare(s.pieces[a].box.X0, s.pieces[b].box.X0) })
	}
	return rows
}

// strips returns the middles of the vertical strips that at most share·rows rows
// cross and that have text on both sides, left to right.
func (s *Sheet) strips(rows []textRow, share float64) []float64 {
	type event struct {
		x float64
		d int
	}
	var events []event
	size := 0.0
	for k := range rows {
		size += rows[k].size
		// Words of one cell stand closer than a strip is wide: join them.
		var x0, x1 float64
		open := false
		for _, i := range rows[k].pieces {
			b := s.pieces[i].box
			if open && b.X0-x1 < minStrip*rows[k].size {
				x1 = max(x1, b.X1)
				continue
			}
			if open {
				events = append(events, event{x0, 1}, event{x1, -1})
			}
			x0, x1, open = b.X0, b.X1, true
		}
		if open {
			events = append(events, event{x0, 1}, event{x1, -1})
		}
	}
	if len(events) == 0 {
		return nil
	}
	size /= float64(len(rows))
	slices.SortFunc(events, func(a, b event) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(b.d, a.d)) })
	allowed := int(share * float64(len(rows)))
	var out []float64
	depth, seenText := 0, false
	start := math.Inf(-1)
	for k, e := range events {
		if depth <= allowed && k > 0 && seenText {
			if math.IsInf(start, -1) {
				start = events[k-1].x
			}
		}
		depth += e.d
		if depth > allowed {
			if !math.IsInf(start, -1) && e.x-start >= minStrip*size {
				out = append(out, (start+e.x)/2)
			}
			start = math.Inf(-1)
			seenText = true
		}
	}
	return out
}

// splitByAlignment divides the wide fields of a drawn grid that has rules only
// around it or between rows: the columns inside are told by alignment.
func (s *Sheet) splitByAlignment(g *grid) *grid {
	if len(g.xs)-1 > 1 && len(g.ys)-1 > 1 {
		return g
	}
	var pieces []int
	for k := range g.cells {
		pieces = append(pieces, g.cells[k].pieces...)
	}
	rows := s.rowsIn(pieces)
	if len(rows) < minOpenRows {
		return g
	}
	var strips []float64
	if len(g.xs)-1 > 1 {
		strips = g.xs[1 : len(g.xs)-1]
	} else {
		strips = s.columnEdges(rows, g.box, rowsAbove(rows, g.ys[1]))
	}
	if len(strips) == 0 || s.looksLikeText(rows, strips) {
		return g
	}
	n := s.alignedGrid(rows, strips, g.box, g.ys[1:len(g.ys)-1], s.shortRules(g.box))
	n.drawn, n.confidence = true, 0.85
	return n
}

// looksLikeText reports whether the columns between the strips are running text:
// long lines, most of which fill their column.
func (s *Sheet) looksLikeText(rows []textRow, strips []float64) bool {
	cells, words, full := 0, 0, 0
	edges := append([]float64{math.Inf(-1)}, strips...)
	edges = append(edges, math.Inf(1))
	type extent struct{ x0, x1 float64 }
	width := make([]extent, len(edges)-1)
	for c := range width {
		width[c] = extent{math.Inf(1), math.Inf(-1)}
	}
	each := func(f func(c int, x0, x1 float64, n int)) {
		for k := range rows {
			x0, x1, n := make([]float64, len(edges)-1), make([]float64, len(edges)-1), make([]int, len(edges)-1)
			numbers := make([]int, len(edges)-1)
			for _, i := range rows[k].pieces {
				b := s.pieces[i].box
				c := locate(edges, b.CenterX())
				if n[c] == 0 {
					x0[c] = b.X0
				}
				x1[c] = max(x1[c], b.X1)
				n[c]++
				if isNumeric(s.pieces[i].text) {
					numbers[c]++ // numbers are no running text
				}
			}
			for c := range n {
				if n[c] > 0 {
					f(c, x0[c], x1[c], max(1, n[c]-numbers[c]))
				}
			}
		}
	}
	each(func(c int, x0, x1 float64, n int) {
		width[c].x0, width[c].x1 = min(width[c].x0, x0), max(width[c].x1, x1)
	})
	each(func(c int, x0, x1 float64, n int) {
		cells++
		words += n
		if n >= 4 && x1-x0 > 0.75*(width[c].x1-width[c].x0) {
			full++
		}
	})
	if cells == 0 {
		return true
	}
	return float64(words)/float64(cells) > maxCellWords || float64(full) > 0.5*float64(cells) && float64(words)/float64(cells) > 4.5
}

// findAlignedTables finds tables that nothing is drawn around among the lines of
// one region: several rows in succession whose segments stand in the same
// columns. The lines of the tables are emptied.
func (s *Sheet) findAlignedTables(lines []int) []*grid {
	known := len(s.tables)
	var free []int
	for _, li := range lines {
		if l := &s.lines[li]; l.glyphs > 0 && l.angle == 0 {
			free = append(free, li)
		}
	}
	s.findStatements(free, func(box geom.Rect, st *statement) bool { return true })
	free = slices.DeleteFunc(free, func(li int) bool { return s.lines[li].glyphs == 0 })
	rows := s.lineRows(free)
	for i := 0; i < len(rows); {
		j := s.alignedRun(rows, i)
		if j-i >= s.alignedRows() && (s.isPageList(rows[i:j]) || s.isForm(rows[i:j])) {
			i = j // nor is a part of it a table
			continue
		}
		if j-i >= s.alignedRows() && s.tryAligned(rows[i:j]) {
			i = j
			continue
		}
		i++
	}
	return s.tables[known:]
}

// lineRow is a row of lines side by side.
type lineRow struct {
	lines []int
	base  float64
	size  float64
	box   geom.Rect
}

// lineRows groups lines by baseline over the whole width, top to bottom.
func (s *Sheet) lineRows(lines []int) []lineRow {
	order := slices.Clone(lines)
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.lines[a].base, s.lines[b].base), cmp.Compare(s.lines[a].box.X0, s.lines[b].box.X0))
	})
	var rows []lineRow
	for _, li := range order {
		l := &s.lines[li]
		if n := len(rows); n > 0 && math.Abs(rows[n-1].base-l.base) < 0.3*min(l.size, rows[n-1].size) {
			r := &rows[n-1]
			r.lines = append(r.lines, li)
			r.box = r.box.Union(l.box)
			continue
		}
		rows = append(rows, lineRow{lines: []int{li}, base: l.base, size: l.size, box: l.box})
	}
	for k := range rows {
		slices.SortFunc(rows[k].lines, func(a, b int) int { return cmp.Compare(s.lines[a].box.X0, s.lines[b].box.X0) })
	}
	return rows
}

// maxRowGap is the widest step from one row of an aligned table to the next, in
// ems of its text.
const maxRowGap = 2.6

// alignedRun returns the end of the run of rows from i that may be one table.
// One row of a single segment may stand between rows of several: a subheading or
// a wrapped cell.
func (s *Sheet) alignedRun(rows []lineRow, i int) int {
	if len(rows[i].lines) < 2 {
		return i
	}
	end := i + 1
	single := 0
	for j := i + 1; j < len(rows); j++ {
		if rows[j].base-rows[j-1].base > maxRowGap*max(rows[j].size, rows[j-1].size) {
			break
		}
		if len(rows[j].lines) < 2 {
			single++
			if single > 2 {
				break
			}
			continue
		}
		single = 0
		end = j + 1
	}
	return end
}

// tryAligned makes a table of the rows if their columns agree and their cells
// look like cells.
func (s *Sheet) tryAligned(run []lineRow) bool {
	var pieces []int
	var box geom.Rect
	multi := 0
	for _, r := range run {
		for _, li := range r.lines {
			pieces = append(pieces, s.lines[li].pieces...)
		}
		box = box.Union(r.box)
		if len(r.lines) > 1 {
			multi++
		}
	}
	rows := s.rowsIn(pieces)
	if len(rows) < s.alignedRows() {
		return false
	}
	strips := s.columnEdges(rows, box.Grow(1), 0)
	if len(strips) == 0 {
		return false
	}
	if s.isMarkedList(rows) || s.isAssignments(rows) || s.isListing(rows) || !s.cellsLookTabular(rows, strips) {
		return false
	}
	g := s.alignedGrid(rows, strips, box.Grow(1), nil, s.shortRules(box))
	g.confidence = 0.6
	return s.addTable(g, pieces)
}

// isAssignments reports whether rows are lines of code: fixed-width type with one
// and the same operator in every row.
func (s *Sheet) isAssignments(rows []textRow) bool {
	for k := range rows {
		operator := false
		for _, i := range rows[k].pieces {
			p := &s.pieces[i]
			if p.font == nil || !p.font.Monospace {
				return false
			}
			operator = operator || slices.Contains([]string{"=", ":=", "+=", "==", "->", "=>"}, p.text)
		}
		if !operator {
			return false
		}
	}
	return true
}

// maxMono is the share of fixed-width words from which all of a page is set so.
const maxMono = 0.75

// isListing reports whether rows are code or what a program has printed, with or
// without text between: all rows with gaps are in fixed-width type, on a page with
// text in another. The letters of such type stand under each other in any case.
func (s *Sheet) isListing(rows []textRow) bool {
	isMono := func(i int) bool { return s.pieces[i].style&doc.Monospace != 0 }
	for k := range rows {
		if len(s.segmentsOf(&rows[k])) < 2 {
			continue
		}
		for _, i := range rows[k].pieces {
			if !isMono(i) && hasWordRune(s.pieces[i].text) {
				return false
			}
		}
	}
	mono := 0
	for i := range s.pieces {
		if isMono(i) {
			mono++
		}
	}
	return float64(mono) < maxMono*float64(len(s.pieces))
}

// Evidence for a table that rests on alignment alone.
const (
	minNumericShare = 0.3 // of the cells beyond the first column
	minRowsFilled   = 0.6 // share of rows with at least two cells
)

// The same with Options.MoreTables, which asks neither for numbers nor for a third
// column.
const (
	moreRows       = 2   // rows
	moreRowsFilled = 0.4 // share of rows with at least two cells
	moreWords      = 7.0 // words of an average cell
)

// alignedRows returns how many rows a table without rules has at least.
func (s *Sheet) alignedRows() int {
	if s.opts.MoreTables {
		return moreRows
	}
	return minAlignedRows
}

// cellsLookTabular reports whether cells between the strips are short and either
// many columns agree or a good part of the cells are numbers. Two text columns
// and lists with hanging marks fail it.
func (s *Sheet) cellsLookTabular(rows []textRow, strips []float64) bool {
	edges := append([]float64{math.Inf(-1)}, strips...)
	edges = append(edges, math.Inf(1))
	cells, numeric, beyond, several, words, marks := 0, 0, 0, 0, 0, 0
	for k := range rows {
		texts := make([][]string, len(edges)-1)
		for _, i := range rows[k].pieces {
			c := locate(edges, s.pieces[i].box.CenterX())
			texts[c] = append(texts[c], s.pieces[i].text)
		}
		n := 0
		for c, t := range texts {
			if len(t) == 0 {
				continue
			}
			n++
			cells++
			words += len(t)
			joined := strings.Join(t, " ")
			if c == 0 && isMarker(joined) {
				marks++
			}
			if c > 0 {
				beyond++
				if isNumeric(joined) {
					numeric++
				}
			}
		}
		if n > 1 {
			several++
		}
	}
	if cells == 0 || beyond == 0 || float64(marks) > 0.4*float64(len(rows)) && len(strips) == 1 {
		return false
	}
	average := float64(words) / float64(cells)
	filledRows := float64(several) / float64(len(rows))
	numericShare := float64(numeric) / float64(beyond)
	if s.opts.MoreTables {
		return filledRows >= moreRowsFilled && average <= moreWords && !s.isContents(rows)
	}
	if filledRows < minRowsFilled || average > 7 {
		return false
	}
	switch {
	case numericShare >= minNumericShare:
		return !s.isContents(rows)
	case len(strips) >= 2:
		return average <= 4 && len(rows) >= minAlignedRows+1
	}
	return false
}

// isContents reports whether rows are a table of contents: dot leaders or page
// numbers at the right end of uneven titles.
func (s *Sheet) isContents(rows []textRow) bool {
	dots := 0
	for k := range rows {
		for _, i := range rows[k].pieces {
			if t := s.pieces[i].text; strings.Count(t, ".") > 3 || strings.Trim(t, ".…") == "" && len(t) > 0 {
				dots++
				break
			}
		}
	}
	return dots*3 > len(rows)
}

// isNumeric reports whether a cell is a number with signs, units or brackets.
func isNumeric(t string) bool {
	digits, letters := 0, 0
	for _, r := range t {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	if digits == 0 {
		t = strings.TrimSpace(t)
		return t == "-" || t == "–" || t == "—" || t == "n/a" || t == "N/A"
	}
	return letters <= 2 || letters*2 < digits
}
