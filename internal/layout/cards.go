package layout

import (
	"cmp"
	"math"
	"slices"
)

// A band of centred lines on top of two columns is no part of them.
const (
	centredSlack = 0.06 // share of the column width by which a centred line is off the middle
	centredFill  = 0.93 // lines as wide as this fill the column and tell nothing
	bandGap      = 1.0  // white below the band, in ems of the body
)

// centredUntil returns the height above which both columns hold centred lines
// only, if there is such a band and a white strip across both below it.
func (o *orderer) centredUntil(left, right []element) (y float64, ok bool) {
	a, b := o.sideOf(left), o.sideOf(right)
	ya, oka := o.centredBand(left, &a)
	yb, okb := o.centredBand(right, &b)
	if !oka || !okb {
		return 0, false
	}
	return max(ya, yb), math.Abs(ya-yb) < 6*max(o.s.body, 6)
}

// centredBand returns the foot of the centred lines at the top of a column; ok is
// false when there are fewer than two, or nothing below them.
func (o *orderer) centredBand(els []element, d *side) (foot float64, ok bool) {
	byTop := slices.Clone(els)
	slices.SortStableFunc(byTop, func(p, q element) int { return cmp.Compare(p.box.Y0, q.box.Y0) })
	width := d.x1 - d.x0
	mid := (d.x0 + d.x1) / 2
	n := 0
	for k, e := range byTop {
		centred := e.line >= 0 && math.Abs(e.box.CenterX()-mid) < centredSlack*width && e.box.W() < centredFill*width && e.box.X0-d.x0 > 0.5*o.s.body
		if centred {
			n++
			foot = e.box.Y1
			continue
		}
		return foot, n >= 2 && k < len(byTop) && e.box.Y0-foot > bandGap*max(o.s.body, 6)*0.5
	}
	return 0, false
}

// cards emits blocks that stand side by side: band by band, left before right.
func (o *orderer) cards(els []element, x float64) {
	slices.SortStableFunc(els, func(a, b element) int { return cmp.Compare(a.box.Y0, b.box.Y0) })
	for i := 0; i < len(els); {
		j, foot := i+1, els[i].box.Y1
		for j < len(els) && els[j].box.Y0 < foot+0.4*els[j].size {
			foot = max(foot, els[j].box.Y1)
			j++
		}
		var left, right []element
		for _, e := range els[i:j] {
			if e.box.CenterX() < x {
				left = append(left, e)
			} else {
				right = append(right, e)
			}
		}
		o.emit(left)
		o.emit(right)
		i = j
	}
}

// splitBelow takes what stands above y out of both columns.
func splitBelow(left, right []element, y float64) (heads, l, r []element) {
	for _, e := range left {
		if e.box.CenterY() < y {
			heads = append(heads, e)
		} else {
			l = append(l, e)
		}
	}
	for _, e := range right {
		if e.box.CenterY() < y {
			heads = append(heads, e)
		} else {
			r = append(r, e)
		}
	}
	return heads, l, r
}
