package layout

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"recto/internal/geom"
)

// The columns of a table that is not drawn whole are told by several witnesses: the
// white strips between its texts, and the places where its rules are drawn in
// pieces, one piece for each cell. Each gives a set of edges; the set that fits the
// text best is taken.

// What a set of column edges costs, for each row of text.
const (
	cutWord     = 3.0 // an edge cuts through a word
	leftGap     = 1.5 // a cell holds a gap as wide as those between columns
	partedWords = 0.7 // an edge parts words that stand a word space apart
	thinColumn  = 0.4 // a column holds next to nothing; once for the table
	drawnBonus  = 0.2 // what edges that are drawn are believed more
	headWeight  = 0.3 // of rows above the first rule: headings span columns
)

// Gaps and fill the costs are about.
const (
	wideGap    = 1.1  // ems between two cells in any row
	figureGap  = 0.7  // ems between two numbers of one row in two columns
	minColFill = 0.06 // share of the rows a column must fill
	minSeams   = 2    // rules that are broken at one place
	minSeveral = 0.4  // share of the rows that must hold two texts or more
	seamSlack  = 1.0  // points between two pieces of a rule that belong together
)

// columnEdges returns the inner edges of the columns that the rows of an open table
// stand in, nil when there is only one. heads rows at the top are headings.
func (s *Sheet) columnEdges(rows []textRow, box geom.Rect, heads int) []float64 {
	candidates := [][]float64{s.strips(rows, spanRows)}
	if heads > 0 && len(rows)-heads >= minOpenRows {
		candidates = append(candidates, s.strips(rows[heads:], spanRows))
	}
	var several []textRow // rows of one text are sub-headings and say nothing
	for k := max(heads, 0); k < len(rows); k++ {
		if len(s.segmentsOf(&rows[k])) > 1 {
			several = append(several, rows[k])
		}
	}
	if len(several) >= minOpenRows && float64(len(several)) >= minSeveral*float64(len(rows)-heads) {
		candidates = append(candidates, s.strips(several, spanRows), s.strips(several, 0))
	}
	candidates = append(candidates, s.seams(box))
	var best []float64
	bestCost := math.Inf(1)
	for k, c := range candidates {
		c = s.joinSigns(rows, inside(c, box))
		if len(c) == 0 {
			continue
		}
		cost := s.columnCost(rows, heads, c)
		if k == len(candidates)-1 {
			cost -= drawnBonus
		}
		if cost < bestCost-1e-9 {
			best, bestCost = c, cost
		}
	}
	return best
}

// inside returns the edges that lie within the box, sorted.
func inside(edges []float64, box geom.Rect) []float64 {
	var out []float64
	for _, x := range edges {
		if x > box.X0+1 && x < box.X1-1 {
			out = append(out, x)
		}
	}
	slices.Sort(out)
	return out
}

// seams returns the places at which two or more of the horizontal rules of a box
// are drawn in pieces that meet, or two of its shaded rows: who draws a table cell by
// cell breaks its rules and backgrounds at the edges of the columns.
func (s *Sheet) seams(box geom.Rect) []float64 {
	var pieces []geom.Rect
	add := func(b geom.Rect) {
		if b.X0 >= box.X0-ruleAlign && b.X1 <= box.X1+ruleAlign && b.CenterY() >= box.Y0-edgeSlack && b.CenterY() <= box.Y1+edgeSlack {
			pieces = append(pieces, b)
		}
	}
	for i := range s.in.Rules {
		if r := &s.in.Rules[i]; !r.Vertical {
			add(r.Box)
		}
	}
	for i := range s.in.Fills {
		add(s.in.Fills[i].Box)
	}
	slices.SortFunc(pieces, func(a, b geom.Rect) int {
		return cmp.Or(cmp.Compare(math.Round(a.CenterY()), math.Round(b.CenterY())), cmp.Compare(a.X0, b.X0))
	})
	type seam struct{ x, y float64 }
	var found []seam
	for k := 1; k < len(pieces); k++ {
		a, b := pieces[k-1], pieces[k]
		if math.Abs(a.CenterY()-b.CenterY()) <= ruleSlack && math.Abs(b.X0-a.X1) <= seamSlack && min(a.W(), b.W()) >= minCellSide {
			found = append(found, seam{(a.X1 + b.X0) / 2, a.CenterY()})
		}
	}
	if len(found) > maxGridLines*maxGridLines {
		return nil
	}
	slices.SortFunc(found, func(a, b seam) int { return cmp.Compare(a.x, b.x) })
	var out []float64
	for i := 0; i < len(found); {
		j, sum := i, 0.0
		var ys []float64
		for j < len(found) && found[j].x-found[i].x <= edgeSlack {
			sum += found[j].x
			ys = append(ys, found[j].y)
			j++
		}
		if len(clusterEdges(ys, edgeSlack)) >= minSeams {
			out = append(out, sum/float64(j-i))
		}
		i = j
	}
	return out
}

// columnCost says how badly column edges fit the rows.
func (s *Sheet) columnCost(rows []textRow, heads int, edges []float64) float64 {
	xs := append(append([]float64{math.Inf(-1)}, edges...), math.Inf(1))
	cost, weight := 0.0, 0.0
	fill := make([]int, len(xs)-1)
	for k := range rows {
		r := &rows[k]
		w := 1.0
		if k < heads {
			w = headWeight
		}
		weight += w
		single := len(s.segmentsOf(r)) == 1
		last := -1
		for n, i := range r.pieces {
			b := s.pieces[i].box
			c := locate(xs, b.CenterX())
			if c != last {
				fill[c]++
			}
			last = c
			if single {
				continue // a sub-heading or a title may stand across
			}
			if c > 0 && b.X0 < xs[c]-1 || c+1 < len(xs)-1 && b.X1 > xs[c+1]+1 {
				cost += cutWord * w
			}
			if n == 0 {
				continue
			}
			p := &s.pieces[r.pieces[n-1]]
			same, gap := locate(xs, p.box.CenterX()) == c, (b.X0-p.box.X1)/max(r.size, 1)
			numbers := isNumeric(p.text) && isNumeric(s.pieces[i].text)
			switch {
			case same && (gap >= wideGap || gap >= figureGap && numbers):
				cost += leftGap * w
			case !same && gap < minStrip && !numbers:
				cost += partedWords * w
			}
		}
	}
	cost /= max(weight, 1)
	for _, n := range fill {
		if n < 2 && len(rows) > 3 || float64(n) < minColFill*float64(len(rows)) {
			cost += thinColumn
		}
	}
	return cost
}

// joinSigns drops the edges between a column of nothing but currency signs and the
// numbers they belong to, and between numbers and a column of percent signs.
func (s *Sheet) joinSigns(rows []textRow, edges []float64) []float64 {
	if len(edges) == 0 {
		return nil
	}
	xs := append(append([]float64{math.Inf(-1)}, edges...), math.Inf(1))
	before, after, other := make([]int, len(xs)-1), make([]int, len(xs)-1), make([]int, len(xs)-1)
	for k := range rows {
		for _, i := range rows[k].pieces {
			c := locate(xs, s.pieces[i].box.CenterX())
			switch t := s.pieces[i].text; {
			case strings.Trim(t, "$€£¥(") == "":
				before[c]++
			case strings.Trim(t, "%)") == "":
				after[c]++
			default:
				other[c]++
			}
		}
	}
	var out []float64
	for c := 1; c < len(xs)-1; c++ {
		left, right := c-1, c
		if before[left] > 0 && other[left]+after[left] == 0 || after[right] > 0 && other[right]+before[right] == 0 {
			continue
		}
		out = append(out, xs[c])
	}
	return out
}
