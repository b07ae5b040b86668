package layout

import (
	"math"
	"slices"

	"recto/internal/geom"
	"recto/internal/page"
)

// barsAmong returns the horizontal rules drawn between the elements, none of them
// inside a table, figure or box. A rule across several columns ends what is
// above it: no gutter goes through.
func (o *orderer) barsAmong(els []element) []page.Rule {
	var bounds geom.Rect
	for _, e := range els {
		bounds = bounds.Union(e.box)
	}
	var out []page.Rule
	for _, r := range o.s.rules {
		if r.Vertical || r.Box.Y0 < bounds.Y0 || r.Box.Y1 > bounds.Y1 {
			continue
		}
		inside := slices.ContainsFunc(els, func(e element) bool { return e.box.Grow(1).Overlaps(r.Box) })
		if !inside {
			out = append(out, r)
		}
	}
	return out
}

// withBars adds to the elements the rules that reach far to both sides of a strip.
func withBars(byTop []element, bars []page.Rule, x0, x1, reach float64) []element {
	var out []element
	for _, r := range bars {
		if r.Box.X0 > x0-reach || r.Box.X1 < x1+reach {
			continue
		}
		if out == nil {
			out = slices.Clone(byTop)
		}
		k, _ := slices.BinarySearchFunc(out, r.Box.Y0, func(e element, y float64) int {
			if e.box.Y0 < y {
				return -1
			}
			return 1
		})
		out = slices.Insert(out, k, element{box: r.Box, line: -1})
	}
	if out == nil {
		return byTop
	}
	return out
}

// beside returns over which height both sides have something: an address on the
// left and a date far below it on the right are no columns.
func beside(left, right []element) float64 {
	total := 0.0
	a, b := stretches(left), stretches(right)
	for _, p := range a {
		for _, q := range b {
			total += max(0, min(p[1], q[1])-max(p[0], q[0]))
		}
	}
	return total
}

// stretches returns the heights that elements cover, lines one under the other
// as one stretch.
func stretches(els []element) [][2]float64 {
	byTop := slices.Clone(els)
	slices.SortStableFunc(byTop, func(a, b element) int {
		switch {
		case a.box.Y0 < b.box.Y0:
			return -1
		case a.box.Y0 > b.box.Y0:
			return 1
		}
		return 0
	})
	var out [][2]float64
	for _, e := range byTop {
		if n := len(out); n > 0 && e.box.Y0 <= out[n-1][1]+0.5*e.size {
			out[n-1][1] = math.Max(out[n-1][1], e.box.Y1)
			continue
		}
		out = append(out, [2]float64{e.box.Y0, e.box.Y1})
	}
	return out
}

// Lines for signatures are drawn above what is to be written under them.
const (
	signReach = 1.5 // ems between a rule and the words below it
	signGap   = 4.0 // ems between two of them
)

// areSigned reports whether each of two lines of one row stands under a rule of
// its own: they are two places to sign, not one line.
func (s *Sheet) areSigned(a, b *line) bool {
	if b.box.X0-a.box.X1 < signGap*a.size {
		return false
	}
	over := func(l *line) int {
		return slices.IndexFunc(s.rules, func(r page.Rule) bool {
			gap := l.box.Y0 - r.Box.Y1
			return !r.Vertical && gap > -1 && gap < signReach*l.size && r.Box.X0 < l.box.X0+l.size && r.Box.X1 > l.box.X1-l.size
		})
	}
	p, q := over(a), over(b)
	return p >= 0 && q >= 0 && p != q
}
