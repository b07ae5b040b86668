package layout

import (
	"math"

	"recto/internal/geom"
)

// Angles, in degrees off the level, of headings that are set aslant to save room.
const (
	minSlant = 20
	maxSlant = 80
)

// footWidth is how broad the foot of a slanted text is, in ems.
const footWidth = 1.2

// feet returns, for every piece of a slanted line among the rows, where its line
// stands: a heading aslant belongs to the column its lower end stands over, however
// far it leans over the next ones.
func (s *Sheet) feet(rows []textRow) map[int]geom.Rect {
	in := map[int]bool{}
	for k := range rows {
		for _, i := range rows[k].pieces {
			if a := math.Abs(s.pieces[i].angle); a >= minSlant && a <= maxSlant {
				in[i] = true
			}
		}
	}
	if len(in) == 0 {
		return nil
	}
	out := map[int]geom.Rect{}
	for li := range s.lines {
		l := &s.lines[li]
		if len(l.pieces) == 0 || !in[l.pieces[0]] {
			continue
		}
		b := s.pieces[l.pieces[0]].box
		foot := geom.Rect{X0: b.X0, Y0: b.Y0, X1: min(b.X1, b.X0+footWidth*l.size), Y1: b.Y1}
		if s.pieces[l.pieces[0]].angle > 0 { // it falls: its last word is the lowest
			b = s.pieces[l.pieces[len(l.pieces)-1]].box
			foot = geom.Rect{X0: max(b.X0, b.X1-footWidth*l.size), Y0: b.Y0, X1: b.X1, Y1: b.Y1}
		}
		for _, i := range l.pieces {
			out[i] = foot
		}
	}
	return out
}

// stand returns the box by which a piece is given to a column.
func (o *openGrid) stand(i int) geom.Rect {
	if b, ok := o.feet[i]; ok {
		return b
	}
	return o.s.pieces[i].box
}
