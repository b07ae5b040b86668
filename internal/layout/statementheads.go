package layout

import (
	"math"
	"slices"
)

// The headings and the labels of statements.

// statementHeads returns the first row of the statement with its headings, and how
// many rows of headings there are. What stands between the headings and the first
// row of numbers are labels without numbers.
func (s *Sheet) statementHeads(rows []valueRow, i int, st *statement) (from, heads int) {
	from = i
	for k := i - 1; k >= 0 && i-k <= maxHeadLines; k-- {
		r := &rows[k]
		if rows[k+1].base-r.base > statementGap*max(r.size, st.size) || r.size > headSize*st.size || s.isCaptionRow(&r.textRow) {
			break
		}
		segments := s.segmentsOf(&r.textRow)
		if st.heads == nil && st.oneEach(segments) {
			st.heads = segments
			if heads == 0 {
				heads = k
			}
			from = k
			continue
		}
		label := segments[0].x0 < st.cols[0].x0-headTitleReach*st.size && segments[0].x1 < st.cols[0].x0+headTitleReach*st.size
		over := segments
		if label {
			over = segments[1:]
			for n := 1; n < len(st.labels) && len(over) > 0 && over[0].x0 < st.labels[n].x1 && over[0].x1 > st.labels[n].x0 && over[0].x1 < st.cols[0].x0; n++ {
				over = over[1:]
			}
		}
		if len(over) == 0 {
			if heads > 0 || i-k > maxPlainRows {
				break
			}
			continue // a sub-heading, if there are headings above
		}
		if !st.areHeads(over) {
			break
		}
		if heads == 0 {
			heads = k
		}
		from = k
	}
	if from == i {
		return s.leadingLabel(rows, i, st), 0
	}
	return from, heads - from + 1
}

// leadingLabel returns the row from which on the labels above row i belong to a
// statement without headings: the beginning of a label that row i ends.
func (s *Sheet) leadingLabel(rows []valueRow, i int, st *statement) int {
	if i == 0 || len(rows[i-1].values) > 0 || !startsLower(s.pieces[rows[i].label[0]].text) || rows[i].base-rows[i-1].base > cellLeading*st.size || !s.isPlainRow(&rows[i-1], st) {
		return i
	}
	return i - 1
}

// areHeads reports whether texts stand over the columns of numbers.
func (st *statement) areHeads(over []segment) bool {
	reach := headTitleReach * st.size
	for _, g := range over {
		if g.x0 < st.cols[0].x0-3*reach || g.x1 > st.cols[len(st.cols)-1].x1+reach {
			return false
		}
		if !slices.ContainsFunc(st.cols, func(c extent) bool { return g.x0 < c.x1+reach && g.x1 > c.x0-reach }) {
			return false
		}
	}
	return true
}

// oneEach reports whether a row has a text for each column, in the room between the
// columns beside it: headings that begin at the left of right-aligned numbers stand
// over nothing.
func (st *statement) oneEach(row []segment) bool {
	all := slices.Concat(st.labels, st.cols)
	if len(row) != len(all) {
		return false
	}
	for c, g := range row {
		if g.words >= sentenceWords || c > 0 && g.x0 < all[c-1].x1 || c+1 < len(all) && g.x1 > all[c+1].x0 {
			return false
		}
	}
	return true
}

// findLabels finds the columns of labels. It reports whether they are labels at all:
// what stands left of the numbers may be running text.
func (s *Sheet) findLabels(st *statement) bool {
	var labels []textRow
	whole := extent{math.Inf(1), math.Inf(-1)}
	for k := range st.rows {
		r := &st.rows[k]
		if len(r.label) == 0 {
			continue
		}
		if x := s.pieces[r.label[len(r.label)-1]].box.X1; x < st.cols[0].x0 {
			whole = extent{min(whole.x0, s.pieces[r.label[0]].box.X0), max(whole.x1, x)}
			l := r.textRow
			l.pieces = r.label
			labels = append(labels, l)
		}
	}
	st.labels = []extent{whole}
	two, words := 0, 0
	for k := range labels {
		if g := s.segmentsOf(&labels[k]); len(g) > 1 {
			two++
			words += g[0].words
		}
	}
	if float64(two) < minTwoLabels*float64(len(labels)) {
		return true
	}
	if words >= sentenceWords*two {
		return false
	}
	st.inner = s.strips(labels, 0)
	edges := append([]float64{math.Inf(-1)}, st.inner...)
	st.labels = slices.Repeat([]extent{{math.Inf(1), math.Inf(-1)}}, len(edges))
	edges = append(edges, math.Inf(1))
	for k := range labels {
		for _, i := range labels[k].pieces {
			b := s.pieces[i].box
			c := locate(edges, b.CenterX())
			st.labels[c] = extent{min(st.labels[c].x0, b.X0), max(st.labels[c].x1, b.X1)}
		}
	}
	return true
}

// strips returns the edges between the columns.
func (st *statement) strips() []float64 {
	edges := slices.Clone(st.inner)
	edges = append(edges, (max(st.labels[len(st.labels)-1].x1, st.cols[0].x0-2*st.size)+st.cols[0].x0)/2)
	for c := 1; c < len(st.cols); c++ {
		edges = append(edges, (st.cols[c-1].x1+st.cols[c].x0)/2)
	}
	if len(st.heads) == 0 {
		return edges
	}
	all := slices.Concat(st.labels, st.cols)
	for c := range edges { // headings keep to their column
		edges[c] = (max(all[c].x1, st.heads[c].x1) + min(all[c+1].x0, st.heads[c+1].x0)) / 2
	}
	return edges
}
