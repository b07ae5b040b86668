package layout

import (
	"cmp"
	"slices"
)

// Rivers: gutters narrower than a gap that ends a line show as word gaps that
// stand exactly under each other.
const (
	minRiverRows = 6    // rows in succession with a gap in the same place
	minRiver     = 0.55 // width of the common gap, in ems
)

// splitLines makes the lines of the page lines of one column each.
func splitLines(s *Sheet) {
	s.dropLineNumbers()
	s.joinDropCaps()
	s.splitAtRivers()
	s.splitAtColumnEdges()
}

// splitAtRivers splits lines that run across a narrow gutter.
func (s *Sheet) splitAtRivers() {
	type gap struct{ x0, x1 float64 }
	var rows []int
	for li := range s.lines {
		if l := &s.lines[li]; l.angle == 0 && l.glyphs > 0 && !s.isFurniture(li) && len(l.pieces) > 3 {
			rows = append(rows, li)
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(s.lines[a].base, s.lines[b].base) })
	gaps := func(li int) []gap {
		l := &s.lines[li]
		var out []gap
		for k := 1; k < len(l.pieces); k++ {
			a, b := s.pieces[l.pieces[k-1]].box.X1, s.pieces[l.pieces[k]].box.X0
			if b-a >= minRiver*l.size {
				out = append(out, gap{a, b})
			}
		}
		return out
	}
	cuts := map[int]float64{}
	type river struct {
		x0, x1 float64
		rows   []int
		base   float64
	}
	var open []river
	finish := func(r river) {
		if len(r.rows) >= minRiverRows {
			for _, li := range r.rows {
				cuts[li] = (r.x0 + r.x1) / 2
			}
		}
	}
	for _, li := range rows {
		l := &s.lines[li]
		var next []river
		taken := map[int]bool{}
		gs := gaps(li)
		for _, r := range open {
			crosses := l.box.X0 < r.x0 && l.box.X1 > r.x1
			if !crosses {
				if l.base-r.base > 3*l.size {
					finish(r)
					continue
				}
				next = append(next, r)
				continue
			}
			hit := false
			for k, g := range gs {
				x0, x1 := max(r.x0, g.x0), min(r.x1, g.x1)
				if x1-x0 >= minRiver*l.size && l.base-r.base < 3*l.size {
					taken[k] = true
					next = append(next, river{x0, x1, append(r.rows, li), l.base})
					hit = true
					break
				}
			}
			if !hit {
				finish(r)
			}
		}
		for k, g := range gs {
			if !taken[k] {
				next = append(next, river{g.x0, g.x1, []int{li}, l.base})
			}
		}
		open = next
	}
	for _, r := range open {
		finish(r)
	}
	for _, li := range rows {
		if x, ok := cuts[li]; ok {
			s.splitLine(li, x)
		}
	}
}

// A gap inside a line is a gutter when other lines end where it begins and begin
// where it ends.
const (
	edgeLines = 5   // such lines on either side
	edgeNear  = 2.0 // points
)

// splitAtColumnEdges splits lines that run across a gutter between columns whose
// edges other lines show.
func (s *Sheet) splitAtColumnEdges() {
	var lefts, rights []float64
	for li := range s.lines {
		if l := &s.lines[li]; l.angle == 0 && l.glyphs > 0 && !s.isFurniture(li) {
			lefts, rights = append(lefts, l.box.X0), append(rights, l.box.X1)
		}
	}
	slices.Sort(lefts)
	slices.Sort(rights)
	near := func(v []float64, x float64) int {
		from, _ := slices.BinarySearch(v, x-edgeNear)
		to, _ := slices.BinarySearch(v, x+edgeNear)
		return to - from
	}
	for li := range len(s.lines) {
		l := &s.lines[li]
		if l.angle != 0 || len(l.pieces) < 3 || s.isFurniture(li) {
			continue
		}
		for k := 1; k < len(l.pieces); k++ {
			a, b := s.pieces[l.pieces[k-1]].box.X1, s.pieces[l.pieces[k]].box.X0
			if b-a >= minRiver*l.size && near(rights, a) >= edgeLines && near(lefts, b) >= edgeLines {
				s.splitLine(li, (a+b)/2)
				break
			}
		}
	}
}

// splitLine cuts a line in two at x.
func (s *Sheet) splitLine(li int, x float64) {
	l := &s.lines[li]
	k := slices.IndexFunc(l.pieces, func(i int) bool { return s.pieces[i].box.CenterX() > x })
	if k <= 0 || l.rtl {
		return
	}
	rest := line{pieces: slices.Clone(l.pieces[k:]), angle: l.angle}
	s.pieces[rest.pieces[0]].space = false
	s.measure(&rest)
	l.pieces = l.pieces[:k:k]
	s.measure(l)
	s.lines = append(s.lines, rest)
}
