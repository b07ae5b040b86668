package layout

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"recto/internal/geom"
)

// Tables of records: a row of short headings, then one column of wrapped text
// between narrow columns of codes, marks and numbers, as specifications and
// checklists set them, often without a rule. Most of their rows of text are second
// lines of the wide cell, which hides the alignment of the others.
const (
	segmentGap      = 0.9 // ems between two cells of one row
	minRecordCols   = 4   // fewer columns are label, text and note: too weak alone
	maxHeadWords    = 3   // words of a heading of a column
	minRecords      = 2   // records under the headings
	maxNarrowWords  = 2.5 // words of an average cell of a narrow column
	maxWideColumns  = 1   // columns of wrapped text
	recordLeading   = 1.5 // ems between lines of one cell
	minRecordsThree = 0.5 // share of the records that fill three columns
)

// segment is a cell's part of one row of text.
type segment struct {
	x0, x1 float64
	words  int
}

// segmentsOf returns the parts of a row between wide gaps.
func (s *Sheet) segmentsOf(r *textRow) []segment {
	var out []segment
	for _, i := range r.pieces {
		b := s.pieces[i].box
		if n := len(out); n > 0 && b.X0-out[n-1].x1 < segmentGap*r.size {
			out[n-1].x1 = max(out[n-1].x1, b.X1)
			out[n-1].words++
			continue
		}
		out = append(out, segment{b.X0, b.X1, 1})
	}
	return out
}

// findRecordTables finds tables of records among the lines no table has taken.
// Headings that repeat on every page look like page furniture; those above records
// are taken back.
func (s *Sheet) findRecordTables() {
	var pieces []int
	for li := range s.lines {
		if l := &s.lines[li]; l.glyphs > 0 && l.angle == 0 && !slices.Contains(s.footer, li) {
			pieces = append(pieces, l.pieces...)
		}
	}
	rows := s.rowsIn(pieces)
	segments := make([][]segment, len(rows))
	for k := range rows {
		segments[k] = s.segmentsOf(&rows[k])
	}
	for k := 0; k < len(rows); {
		k = max(k+1, s.tryRecords(rows, segments, k))
	}
}

// tryRecords makes a table of the records under row k if it holds headings, and
// returns the row after the table, 0 without one.
func (s *Sheet) tryRecords(rows []textRow, segments [][]segment, k int) int {
	head := segments[k]
	if len(head) < minRecordCols {
		return 0
	}
	for _, h := range head {
		if h.words > maxHeadWords {
			return 0
		}
	}
	cols := slices.Clone(head)
	words := make([]int, len(cols))
	var starts []int // rows at which records begin
	three, end := 0, k+1
	for j := k + 1; j < len(rows); j++ {
		step := rows[j].base - rows[j-1].base
		next, filled, ok := placeSegments(cols, segments[j])
		begins := ok && filled[0] && len(segments[j]) > 1
		if !ok || step > 2*maxRowGap*rows[j].size || !begins && step > recordLeading*rows[j].size || filled[0] && !begins {
			break
		}
		if begins {
			starts = append(starts, j)
			if len(segments[j]) >= 3 {
				three++
			}
		}
		if len(starts) == 0 {
			break
		}
		for _, g := range segments[j] {
			words[columnOf(next, g)] += g.words
		}
		cols, end = next, j+1
	}
	if len(starts) < minRecords || end-k-1 == len(starts) || float64(three) < minRecordsThree*float64(len(starts)) {
		return 0
	}
	wide := 0
	for _, w := range words {
		if float64(w) > maxNarrowWords*float64(len(starts)) {
			wide++
		}
	}
	if wide > maxWideColumns {
		return 0
	}
	if !s.addTable(recordGrid(rows, cols, k, end, starts), piecesOfRows(rows[k:end])) {
		return 0
	}
	s.dropEmptyFurniture()
	return end
}

// placeSegments widens the columns by a row's segments. It fails when one meets
// two columns or none.
func placeSegments(cols, row []segment) (next []segment, filled []bool, ok bool) {
	next, filled = slices.Clone(cols), make([]bool, len(cols))
	for _, g := range row {
		c := columnOf(cols, g)
		if c < 0 {
			return nil, filled, false
		}
		filled[c] = true
		next[c].x0, next[c].x1 = min(next[c].x0, g.x0), max(next[c].x1, g.x1)
	}
	for c := 1; c < len(next); c++ {
		if next[c].x0 <= next[c-1].x1 {
			return nil, filled, false
		}
	}
	return next, filled, true
}

// columnOf returns the only column a segment overlaps, -1 when there is none or
// more than one.
func columnOf(cols []segment, g segment) int {
	found := -1
	for c := range cols {
		if g.x0 < cols[c].x1 && g.x1 > cols[c].x0 {
			if found >= 0 {
				return -1
			}
			found = c
		}
	}
	return found
}

// recordGrid returns the grid of headings in row k and records up to end.
func recordGrid(rows []textRow, cols []segment, k, end int, starts []int) *grid {
	xs := []float64{cols[0].x0 - 1}
	for c := 1; c < len(cols); c++ {
		xs = append(xs, (cols[c-1].x1+cols[c].x0)/2)
	}
	xs = append(xs, cols[len(cols)-1].x1+1)
	ys := []float64{rows[k].top - 1}
	for _, j := range starts {
		ys = append(ys, (rows[j-1].bottom+rows[j].top)/2)
	}
	ys = append(ys, rows[end-1].bottom+1)
	every := func(int, int) bool { return true }
	g := newGrid(xs, ys, every, every)
	g.headerRows, g.confidence = 1, 0.7
	return g
}

func piecesOfRows(rows []textRow) []int {
	var out []int
	for k := range rows {
		out = append(out, rows[k].pieces...)
	}
	return out
}

// dropEmptyFurniture takes lines that a table has emptied out of the page's header
// and footer.
func (s *Sheet) dropEmptyFurniture() {
	empty := func(li int) bool { return s.lines[li].glyphs == 0 }
	s.header = slices.DeleteFunc(s.header, empty)
	s.footer = slices.DeleteFunc(s.footer, empty)
}

// reclaimRows gives rows between the rules of a table back that were taken for the page's header
// or footer: headings of a table that repeat on every page stand at its top. The
// rest of the grid must hold text of its own.
func (s *Sheet) reclaimRows(box geom.Rect) {
	if len(s.piecesIn(box)) == 0 {
		return
	}
	inside := func(li int) bool {
		return box.ContainsRect(s.lines[li].box, 1)
	}
	outside := func(lines []int) bool { // furniture proper stands outside the grid
		for _, li := range lines {
			l := &s.lines[li]
			if inside(li) {
				for _, m := range lines {
					if !inside(m) && math.Abs(s.lines[m].base-l.base) < 0.4*l.size {
						return true
					}
				}
			}
		}
		return false
	}
	if !outside(s.header) {
		s.header = slices.DeleteFunc(s.header, inside)
	}
	if !outside(s.footer) {
		s.footer = slices.DeleteFunc(s.footer, inside)
	}
}

// Rules between all rows: the lines between two of them are one row.
const (
	minRuledRows = 3   // rules inside the table
	maxEarly     = 0.5 // share of lines whose cell had room for the next word: wrapped text leaves none
	bandLeading  = 1.5 // ems between wrapped lines
	bandPadding  = 1.2 // the step over a rule, in steps between wrapped lines
)

// ruledRows reports whether the rules divide all rows of the table, so that lines
// between two rules are wrapped text: they stand closer than lines on both sides of
// a rule, and lines after the first do not hold numbers in every column as rows of a
// group do.
func (s *Sheet) ruledRows(rows []textRow, xs, breaks []float64) bool {
	if len(breaks) < minRuledRows {
		return false
	}
	var within, ems, across []float64
	numbers, cells, early, pairs := 0, 0, 0, 0
	right := s.columnRights(rows, xs)
	for k := 1; k < len(rows); k++ {
		step := rows[k].base - rows[k-1].base
		if ruleBetween(breaks, &rows[k-1], &rows[k]) {
			across = append(across, step)
			continue
		}
		n, of := s.earlyBreaks(&rows[k-1], &rows[k], xs, right)
		early, pairs = early+n, pairs+of
		within, ems = append(within, step), append(ems, step/max(rows[k].size, 1))
		for _, i := range rows[k].pieces {
			if locate(xs, s.pieces[i].box.CenterX()) > 0 {
				cells++
				if isNumeric(s.pieces[i].text) {
					numbers++
				}
			}
		}
	}
	if len(within) == 0 || len(across) < minRuledRows || numbers*3 > cells || float64(early) > maxEarly*float64(pairs) {
		return false
	}
	slices.Sort(within)
	slices.Sort(across)
	slices.Sort(ems)
	return ems[len(ems)*9/10] <= bandLeading && across[len(across)/2] >= bandPadding*within[len(within)/2]
}

// columnRights returns the right edge of the text of every column.
func (s *Sheet) columnRights(rows []textRow, xs []float64) []float64 {
	right := make([]float64, len(xs)-1)
	for k := range rows {
		for _, i := range rows[k].pieces {
			b := s.pieces[i].box
			c := locate(xs, b.CenterX())
			right[c] = max(right[c], b.X1)
		}
	}
	return right
}

// earlyBreaks compares two rows that follow each other: in how many of the columns
// that both fill would the first word of the second have fitted on the first. There
// the second row is an entry of its own and no wrapped text.
func (s *Sheet) earlyBreaks(a, b *textRow, xs, right []float64) (early, pairs int) {
	end := make([]float64, len(xs)-1)
	for _, i := range a.pieces {
		box := s.pieces[i].box
		c := locate(xs, box.CenterX())
		end[c] = max(end[c], box.X1)
	}
	seen := make([]bool, len(xs)-1)
	for _, i := range b.pieces { // left to right
		box := s.pieces[i].box
		c := locate(xs, box.CenterX())
		if seen[c] || end[c] == 0 {
			continue
		}
		seen[c] = true
		pairs++
		if right[c]-end[c] > box.W()+minStrip*b.size {
			early++
		}
	}
	return early, pairs
}

// ruleBetween reports whether a rule stands between two rows.
func ruleBetween(breaks []float64, a, b *textRow) bool {
	return slices.ContainsFunc(breaks, func(y float64) bool { return y > a.base-1 && y < b.base })
}

// What makes a table of contents.
const (
	minContents = 5 // entries with a page number
	perStray    = 3 // entries for each row with other text at the right
)

// countsPages reports whether the last column holds page numbers that never fall,
// beside titles: rules in a table of contents lead the eye, they divide nothing.
// Titles of the page itself may stand across.
func (s *Sheet) countsPages(rows []textRow, strips []float64) bool {
	if len(strips) != 1 {
		return false
	}
	last, entries, words, strays := 0, 0, 0, 0
	for k := range rows {
		left := 0
		var right []string
		for _, i := range rows[k].pieces {
			if p := &s.pieces[i]; p.box.CenterX() < strips[0] {
				left++
			} else {
				right = append(right, p.text)
			}
		}
		if len(right) == 0 {
			continue
		}
		n, ok := smallNumber(right[0])
		if len(right) > 1 || !ok {
			strays++
			continue
		}
		if n < last {
			return false
		}
		last = n
		entries++
		words += left
	}
	return entries >= minContents && entries >= perStray*strays && words >= 2*entries
}

// isPageList reports whether a run of rows is a table of contents.
func (s *Sheet) isPageList(run []lineRow) bool {
	var pieces []int
	for _, r := range run {
		for _, li := range r.lines {
			pieces = append(pieces, s.lines[li].pieces...)
		}
	}
	rows := s.rowsIn(pieces)
	return s.countsPages(rows, s.strips(rows, spanRows))
}

// smallNumber reads a number of at most four digits.
func smallNumber(t string) (int, bool) {
	if len(t) == 0 || len(t) > 4 {
		return 0, false
	}
	n := 0
	for _, r := range t {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = 10*n + int(r-'0')
	}
	return n, true
}

// maxMarkedRows is the share of rows that may begin with a mark: more are a list,
// whose gaps after marks and in justified text look like columns.
const maxMarkedRows = 0.4

// isMarkedList reports whether rows are entries of a list: they begin with bullets,
// or with numbers in brackets as references do. Dashes and signs do not count: a
// column of numbers begins with them too.
func (s *Sheet) isMarkedList(rows []textRow) bool {
	marked, several := 0, 0
	signs := map[string]int{}
	for k := range rows {
		first := &s.pieces[rows[k].pieces[0]]
		t := first.text
		if s.isSign(first) {
			marked++
		} else if m := readMarker(t + " x"); m.kind == bulletMarker && m.text == t && !m.weak || strings.HasPrefix(t, "[") && strings.HasSuffix(t, "]") && isNumeric(t) {
			marked++
		}
		if len(s.segmentsOf(&rows[k])) > 1 {
			several++
			if utf8.RuneCountInString(t) == 1 && !hasWordRune(t) && !strings.ContainsAny(t, "+-–—−$€£¥<>=✓✔×") {
				signs[t]++
			}
		}
	}
	for _, n := range signs { // one sign before every entry is a bullet of a symbol font
		if n == several && n >= minAlignedRows {
			return true
		}
	}
	return float64(marked) > maxMarkedRows*float64(len(rows))
}
