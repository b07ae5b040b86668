package layout

import (
	"math"
	"slices"
	"strings"

	"recto/internal/geom"
)

// Statements are the tables of annual reports: labels at the left, often far from
// the numbers, and columns of numbers under short rules that end and begin with each
// column. Nothing is drawn around them and no rule runs across; what makes them a
// table is that the numbers of row after row stand under each other.
const (
	minStatementRows = 3    // rows with a label and two numbers or more
	statementGap     = 3.2  // ems from one row to the next: a blank row lies between groups
	secondIndent     = 1.5  // ems by which labels of a second table may begin before the middle one
	tightStep        = 0.75 // ems between two lines that overlap
	maxPlainRows     = 4    // rows without a number in succession: sub-headings and labels of several lines
	wordReach        = 0.6  // ems from a word to a number that still belongs to it
	digitGap         = 0.35 // ems between two parts of one number
	minLabelled      = 0.6  // share of the rows of numbers that have a label
	maxProseLabels   = 0.5  // share of labels that fill their column as lines of a paragraph do
	labelFill        = 0.9  // share of the column such a line reaches over
	minOneEdge       = 0.7  // share of a column's numbers that end, begin or stand in the middle at one place
	edgeSame         = 0.4  // ems by which these may differ
	acrossRule       = 0.9  // share of a table's width a rule reaches over that runs across
	minTwoLabels     = 0.4  // share of the labels that must have a gap for two columns of labels
	drawnWidth       = 0.5  // share of its width over which a drawn grid has the say
	headTitleReach   = 1.0  // ems by which a heading may stand out over the columns
)

// value is a number of one row with its signs.
type value struct {
	extent
	end    float64 // of its digits: brackets and percent signs hang
	pieces []int
}

// valueRow is a row of text read as a label and the numbers behind it.
type valueRow struct {
	textRow
	label  []int
	values []value
}

// Signs that stand apart from their number.
const (
	openSigns  = "$€£¥(-–"
	closeSigns = ")%"
)

func isOpenSign(t string) bool {
	return strings.ContainsAny(t, "$€£¥(") && strings.Trim(t, openSigns) == ""
}
func isCloseSign(t string) bool { return strings.Trim(t, closeSigns) == "" }

// valuesOf reads a row from its right end: numbers, up to the first word. A number a
// word space behind that word belongs to it.
func (s *Sheet) valuesOf(r textRow) valueRow {
	v := valueRow{textRow: r}
	from := len(r.pieces)
	for from > 0 {
		t := s.pieces[r.pieces[from-1]].text
		if !isNumeric(t) && !isOpenSign(t) && !isCloseSign(t) {
			break
		}
		from--
	}
	for from > 0 && from < len(r.pieces) && s.pieces[r.pieces[from]].box.X0-s.pieces[r.pieces[from-1]].box.X1 < wordReach*r.size {
		from++
	}
	v.label = r.pieces[:from]
	pending := false // the last value is a sign without its number yet
	for _, i := range r.pieces[from:] {
		p := &s.pieces[i]
		n := len(v.values)
		sign := isOpenSign(p.text)
		near := n > 0 && p.box.X0-v.values[n-1].x1 < digitGap*r.size
		if n > 0 && (pending || isCloseSign(p.text) || near && !sign) {
			q := &v.values[n-1]
			q.x1, q.pieces = max(q.x1, p.box.X1), append(q.pieces, i)
			if !isCloseSign(p.text) {
				q.end = p.box.X1
			}
			pending = pending && sign
			continue
		}
		end := p.box.X1
		if c := strings.TrimRight(p.text, closeSigns); len(c) < len(p.text) && len(p.text) > 0 {
			end -= p.box.W() * float64(len(p.text)-len(c)) / float64(len(p.text)) * 0.6 // brackets are narrow
		}
		v.values = append(v.values, value{extent{p.box.X0, p.box.X1}, end, []int{i}})
		pending = sign
	}
	return v
}

// onlyYears reports whether all values of a row are years, as they head columns.
func (s *Sheet) onlyYears(v *valueRow) bool {
	for _, q := range v.values {
		if len(q.pieces) > 1 || !isYear(s.pieces[q.pieces[0]].text) {
			return false
		}
	}
	return true
}

// statement is a run of rows on its way to a table.
type statement struct {
	rows   []valueRow
	labels []extent  // columns of labels, one or more
	inner  []float64 // edges between these
	cols   []extent  // columns of numbers
	heads  []segment // headings when there is one for each column, else nil
	size   float64
}

// findRuledStatements finds the statements with rules over a part of their width,
// before these rules can make tables of their own. A table with two rules across or
// more is told by them, and what a drawn grid holds is left to it.
func (s *Sheet) findRuledStatements(grids []*grid) {
	var lines []int
	for li := range s.lines {
		if l := &s.lines[li]; l.glyphs > 0 && l.angle == 0 && !s.isFurniture(li) {
			lines = append(lines, li)
		}
	}
	s.findStatements(lines, func(box geom.Rect, st *statement) bool {
		return !s.hasAcrossRules(box, st.size) && !drawnAround(grids, box)
	})
}

// findStatements finds the statements among lines that the caller agrees to.
func (s *Sheet) findStatements(lines []int, agrees func(box geom.Rect, st *statement) bool) {
	var pieces []int
	for _, li := range lines {
		pieces = append(pieces, s.lines[li].pieces...)
	}
	all := s.rowsIn(pieces)
	if x, ok := s.secondLabels(all); ok {
		left, right := s.partRows(all, x)
		s.statementsAmong(left, agrees)
		s.statementsAmong(right, agrees)
		return
	}
	s.statementsAmong(all, agrees)
}

// secondLabels returns where the labels of a second table side by side with the first
// begin: behind numbers of row after row stand words again.
func (s *Sheet) secondLabels(rows []textRow) (x float64, ok bool) {
	var starts []float64
	for k := range rows {
		r := &rows[k]
		word := false // seen one before the numbers
		for n, i := range r.pieces {
			p := &s.pieces[i]
			if !isNumeric(p.text) && !isOpenSign(p.text) && !isCloseSign(p.text) {
				if word && n > 0 && isNumeric(s.pieces[r.pieces[n-1]].text) && p.box.X0-s.pieces[r.pieces[n-1]].box.X1 > segmentGap*r.size &&
					n > 1 && s.pieces[r.pieces[n-1]].box.X0-s.pieces[r.pieces[n-2]].box.X1 > wordReach*r.size {
					starts = append(starts, p.box.X0)
					break
				}
				word = true
			}
		}
	}
	if len(starts) < minStatementRows {
		return 0, false
	}
	slices.Sort(starts)
	return starts[len(starts)/2] - secondIndent*rows[0].size, true
}

// partRows cuts rows at x. A row with a piece across x stays whole, at the left.
func (s *Sheet) partRows(rows []textRow, x float64) (left, right []textRow) {
	for _, r := range rows {
		var a, b []int
		for _, i := range r.pieces {
			if s.pieces[i].box.X0 < x {
				a = append(a, i)
				continue
			}
			b = append(b, i)
		}
		if len(a) > 0 && len(b) > 0 && s.pieces[b[0]].box.X0-s.pieces[a[len(a)-1]].box.X1 < wordReach*r.size {
			a, b = r.pieces, nil
		}
		if len(a) > 0 {
			q := r
			q.pieces = a
			left = append(left, q)
		}
		if len(b) > 0 {
			q := r
			q.pieces = b
			right = append(right, q)
		}
	}
	return left, right
}

// statementsAmong finds the statements among rows.
func (s *Sheet) statementsAmong(all []textRow, agrees func(box geom.Rect, st *statement) bool) {
	rows := make([]valueRow, len(all))
	for k := range all {
		rows[k] = s.valuesOf(all[k])
	}
	for i := 0; i < len(rows); {
		i = max(i+1, s.tryStatement(rows, i, agrees))
	}
}

// tryStatement makes a table of the statement whose first row of numbers is row i,
// and returns the row after it; a part of what is none is none either.
func (s *Sheet) tryStatement(rows []valueRow, i int, agrees func(geom.Rect, *statement) bool) int {
	if len(rows[i].values) < 2 || len(rows[i].label) == 0 || s.onlyYears(&rows[i]) {
		return 0
	}
	st, end, whole := s.statementFrom(rows, i)
	if !whole || !s.isStatement(&st) {
		return end // nor is a part of it one
	}
	if !s.findLabels(&st) {
		return end
	}
	from, heads := s.statementHeads(rows, i, &st)
	var all []textRow
	for k := from; k < end; k++ {
		all = append(all, rows[k].textRow)
	}
	box := s.boxOf(piecesOfRows(all)).Grow(1)
	if !agrees(box, &st) {
		return end
	}
	strips := st.strips()
	if s.isMarkedList(all) || s.countsPages(all, strips) || s.isContents(all) || s.looksLikeText(all, strips) {
		return end
	}
	var breaks []float64
	if heads > 0 {
		breaks = append(breaks, (rows[from+heads-1].bottom+rows[from+heads].top)/2)
	}
	g := s.alignedGrid(all, strips, box, breaks, s.shortRules(box))
	g.drawn, g.confidence = false, 0.8
	if !s.addTable(g, piecesOfRows(all)) {
		return end
	}
	s.closeSigns(rows[from:end])
	return end
}

// drawnAround reports whether one of the grids has columns over most of a box.
func drawnAround(grids []*grid, box geom.Rect) bool {
	return slices.ContainsFunc(grids, func(g *grid) bool {
		return len(g.xs) > 3 && g.box.Overlaps(box) && g.box.OverlapX(box) > drawnWidth*box.W()
	})
}

// boxOf returns the box around pieces.
func (s *Sheet) boxOf(pieces []int) geom.Rect {
	var box geom.Rect
	for _, i := range pieces {
		box = box.Union(s.pieces[i].box)
	}
	return box
}

// statementFrom collects the rows of a statement from row i on and returns the row
// after the last one with numbers. It is not whole when the next row has numbers in
// these columns but does not fit.
func (s *Sheet) statementFrom(rows []valueRow, i int) (st statement, end int, whole bool) {
	st = statement{size: rows[i].size}
	end, whole = i, true
	plain, tight := 0, 0
	for k := i; k < len(rows); k++ {
		r := &rows[k]
		if k > i && r.base-rows[k-1].base > statementGap*max(r.size, st.size) {
			break
		}
		if k > i && len(r.label) > 0 && len(rows[k-1].label) > 0 && r.base-rows[k-1].base < tightStep*min(r.size, rows[k-1].size) {
			tight++
		}
		if len(r.values) == 0 {
			if plain++; plain > maxPlainRows || !s.isPlainRow(r, &st) {
				break
			}
			continue
		}
		if k > i && s.onlyYears(r) && len(r.values) > 1 {
			break // headings of the next one
		}
		cols, ok := placeValues(st.cols, r)
		if !ok {
			whole = len(r.values) < 2 || plain > 0
			break
		}
		plain = 0
		st.cols, end = cols, k+1
	}
	st.rows = rows[i:end]
	return st, end, whole && tight < 2 // lines between the rows are those of a column beside it
}

// placeValues returns the columns widened by the values of a row. ok is false when a
// value stands under two columns, or two under one.
func placeValues(cols []extent, r *valueRow) (out []extent, ok bool) {
	out = slices.Clone(cols)
	taken := make([]bool, len(out), len(out)+len(r.values))
	for _, v := range r.values {
		at := -1
		for c := range out {
			if v.x0 < out[c].x1 && v.x1 > out[c].x0 {
				if at >= 0 || taken[c] {
					return nil, false
				}
				at = c
			}
		}
		if at < 0 {
			out, taken = append(out, v.extent), append(taken, true)
			continue
		}
		out[at] = extent{min(out[at].x0, v.x0), max(out[at].x1, v.x1)}
		taken[at] = true
	}
	slices.SortFunc(out, func(a, b extent) int { return int(math.Copysign(1, a.x0-b.x0)) })
	for c := 1; c < len(out); c++ {
		if out[c].x0 < out[c-1].x1 {
			return nil, false
		}
	}
	return out, true
}

// isPlainRow reports whether a row without numbers belongs to the body: a label that
// ends before the numbers begin, with or without short words in their columns.
func (s *Sheet) isPlainRow(r *valueRow, st *statement) bool {
	segments := s.segmentsOf(&r.textRow)
	first := st.cols[0]
	if segments[0].x0 >= first.x0 || segments[0].x1 > first.x0 && segments[0].words >= sentenceWords {
		return false
	}
	for _, g := range segments[1:] {
		n := 0
		for _, c := range st.cols {
			if g.x0 < c.x1 && g.x1 > c.x0 {
				n++
			}
		}
		if n != 1 || g.words > 3 {
			return false
		}
	}
	return true
}

// isStatement reports whether enough rows have labels and the numbers of every
// column stand under each other.
func (s *Sheet) isStatement(st *statement) bool {
	if len(st.cols) < 2 {
		return false
	}
	numbers, labelled, several := 0, 0, 0
	left, right := math.Inf(1), math.Inf(-1)
	for k := range st.rows {
		r := &st.rows[k]
		if len(r.values) == 0 {
			continue
		}
		numbers++
		if len(r.values) > 1 {
			several++
		}
		if len(r.label) == 0 {
			continue
		}
		labelled++
		left = min(left, s.pieces[r.label[0]].box.X0)
		if x := s.pieces[r.label[len(r.label)-1]].box.X1; x < st.cols[0].x0 {
			right = max(right, x)
		} else if r.values[0].x0 < st.cols[1].x0 {
			return false // a label among the numbers
		}
	}
	if several < minStatementRows || float64(labelled) < minLabelled*float64(numbers) {
		return false
	}
	prose := 0
	for k := range st.rows {
		r := &st.rows[k]
		if len(r.values) > 0 && len(r.label) >= sentenceWords && s.pieces[r.label[len(r.label)-1]].box.X1-left > labelFill*(right-left) {
			prose++
		}
	}
	if float64(prose) > maxProseLabels*float64(labelled) {
		return false
	}
	for _, c := range st.cols {
		if !st.oneEdge(c) {
			return false
		}
	}
	return true
}

// oneEdge reports whether the numbers of a column end, begin or have their middle at
// one place.
func (st *statement) oneEdge(c extent) bool {
	var edges [4][]float64
	for k := range st.rows {
		for _, v := range st.rows[k].values {
			if v.x0 >= c.x0-0.1 && v.x1 <= c.x1+0.1 {
				for e, x := range [4]float64{v.end, v.x1, v.middle(), v.x0} {
					edges[e] = append(edges[e], x)
				}
			}
		}
	}
	n := len(edges[0])
	if n < 2 {
		return true
	}
	for _, xs := range edges {
		slices.Sort(xs)
		best := 0
		for a, b := 0, 0; b < n; b++ {
			for xs[b]-xs[a] > edgeSame*st.size {
				a++
			}
			best = max(best, b-a+1)
		}
		if float64(best) >= minOneEdge*float64(n) {
			return true
		}
	}
	return false
}

// hasAcrossRules reports whether two rules or more that begin and end at one place run
// across a box or above and below it: then the table is one of a stack of rules.
func (s *Sheet) hasAcrossRules(box geom.Rect, size float64) bool {
	near, above, below := []float64{}, []geom.Rect{}, []geom.Rect{}
	for i := range s.rules {
		r := &s.rules[i]
		if r.Vertical || r.Box.W() < acrossRule*box.W() || r.Box.OverlapX(box) < acrossRule*box.W() {
			continue
		}
		y := r.Box.CenterY()
		if y > box.Y0-statementGap*size && y < box.Y1+statementGap*size {
			near = append(near, y)
		}
		if y < box.Y0+size {
			above = append(above, r.Box)
		}
		if y > box.Y1-size {
			below = append(below, r.Box)
		}
	}
	if len(clusterEdges(near, edgeSlack)) >= 2 {
		return true
	}
	for _, a := range above {
		for _, b := range below {
			if math.Abs(a.X0-b.X0) <= ruleAlign && math.Abs(a.X1-b.X1) <= ruleAlign {
				return true
			}
		}
	}
	return false
}

// closeSigns joins signs that stand apart with their numbers.
func (s *Sheet) closeSigns(rows []valueRow) {
	for k := range rows {
		for _, v := range rows[k].values {
			for n, i := range v.pieces[1:] {
				if isCloseSign(s.pieces[i].text) || isOpenSign(s.pieces[v.pieces[n]].text) {
					s.pieces[i].space = false
				}
			}
		}
	}
}
