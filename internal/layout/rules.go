package layout

import (
	"cmp"
	"math"
	"slices"

	"recto/internal/geom"
	"recto/internal/page"
)

// Rules are drawn in pieces: one for every cell, or dash by dash.
const (
	ruleJoinGap = 3.0 // points between two pieces of one rule
	ruleSlack   = 1.0 // points by which pieces of one rule lie off its axis
)

// mergeRules joins collinear pieces into whole rules and drops repetitions. The
// result is sorted: horizontal rules from top to bottom, then vertical ones from
// left to right.
func mergeRules(in []page.Rule) []page.Rule {
	rules := slices.Clone(in)
	axis := func(r *page.Rule) float64 {
		if r.Vertical {
			return r.Box.CenterX()
		}
		return r.Box.CenterY()
	}
	from := func(r *page.Rule) float64 {
		if r.Vertical {
			return r.Box.Y0
		}
		return r.Box.X0
	}
	slices.SortStableFunc(rules, func(a, b page.Rule) int {
		if a.Vertical != b.Vertical {
			if a.Vertical {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(math.Round(axis(&a)/ruleSlack), math.Round(axis(&b)/ruleSlack)), cmp.Compare(from(&a), from(&b)))
	})
	out := rules[:0]
	for _, r := range rules {
		joined := false
		for k := len(out) - 1; k >= 0 && k >= len(out)-24; k-- {
			o := &out[k]
			if o.Vertical != r.Vertical || math.Abs(axis(o)-axis(&r)) > ruleSlack {
				continue
			}
			if touches(o.Box, r.Box, r.Vertical) {
				o.Box = o.Box.Union(r.Box)
				joined = true
				break
			}
		}
		if !joined {
			out = append(out, r)
		}
	}
	return out
}

// touches reports whether two collinear rules overlap or nearly meet.
func touches(a, b geom.Rect, vertical bool) bool {
	if vertical {
		return b.Y0 <= a.Y1+ruleJoinGap && a.Y0 <= b.Y1+ruleJoinGap
	}
	return b.X0 <= a.X1+ruleJoinGap && a.X0 <= b.X1+ruleJoinGap
}
