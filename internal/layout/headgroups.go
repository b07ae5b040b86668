package layout

import "math"

// groups returns the columns each of the headings of row k heads when they stand in
// the middle of groups of equally many columns, all of which have a heading of their
// own below; nil otherwise. Nothing need be drawn to show such groups.
func (o *openGrid) groups(k int, parts []part) []part {
	cols := len(o.xs) - 1
	var m int // headings over the groups: those at the right end of the row
	for m < len(parts) && parts[len(parts)-1-m].from > 0 {
		m++
	}
	below := make([]bool, cols)
	for q := k + 1; q < o.heads; q++ {
		for _, i := range o.rows[q].pieces {
			below[o.columnAt(i)] = true
		}
	}
	for ; m >= 2; m-- {
		for n := 2; n*m < cols; n++ {
			if out := o.groupsOf(k, parts, m, n, below); out != nil {
				return out
			}
		}
	}
	return nil
}

// groupsOf is groups for the last m headings over n columns each.
func (o *openGrid) groupsOf(k int, parts []part, m, n int, below []bool) []part {
	first := len(o.xs) - 1 - m*n
	for c := first; c < len(below); c++ {
		if !below[c] {
			return nil
		}
	}
	out := append([]part(nil), parts...)
	for j := range m {
		p := &out[len(parts)-m+j]
		from, to := first+j*n, first+(j+1)*n-1
		middle := (o.text[from].x0 + o.text[to].x1) / 2
		if math.Abs(p.middle()-middle) > centreSlack*o.rows[k].size || p.from < from || p.to > to {
			return nil
		}
		p.from, p.to = from, to
	}
	if q := len(parts) - m - 1; q >= 0 && out[q].to >= first {
		return nil
	}
	return out
}
