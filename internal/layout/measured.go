package layout

import (
	"cmp"
	"math"
	"slices"
)

// Sizes of recognized text are measured on ink and differ from line to line.
const (
	measureError = 0.07 // relative, of a line of words
	shortError   = 0.10 // of a line of few letters
	shortMeasure = 12   // letters
)

// evenSizes gives lines of recognized text that are of almost one size that
// size, over the whole document: the commonest size first, then the commonest
// of what is left.
func evenSizes(d *document) {
	type measured struct {
		s *Sheet
		i int
	}
	var left []measured
	for _, s := range d.sheets {
		for i := range s.lines {
			if l := &s.lines[i]; l.font != nil && l.font.Measured && l.size > 0 {
				left = append(left, measured{s, i})
			}
		}
	}
	size := func(m measured) float64 { return m.s.lines[m.i].size }
	slices.SortStableFunc(left, func(a, b measured) int { return cmp.Compare(size(a), size(b)) })
	for len(left) > 0 {
		start, end, most := 0, 0, -1
		for a, b, n := 0, 0, 0; a < len(left); a++ {
			for b < len(left) && size(left[b]) <= size(left[a])*(1+measureError) {
				n += left[b].s.lines[left[b].i].glyphs
				b++
			}
			if n > most {
				start, end, most = a, b, n
			}
			n -= left[a].s.lines[left[a].i].glyphs
		}
		seen, middle := 0, size(left[start])
		for _, m := range left[start:end] {
			middle = size(m)
			if seen += m.s.lines[m.i].glyphs; seen*2 >= most {
				break
			}
		}
		middle = roundSize(middle)
		var rest []measured
		for k, m := range left {
			off := measureError
			if m.s.lines[m.i].glyphs < shortMeasure {
				off = shortError
			}
			if (k < start || k >= end) && math.Abs(size(m)-middle) > off*middle {
				rest = append(rest, m)
				continue
			}
			m.s.resize(m.i, middle)
		}
		left = rest
	}
}

// resize sets the size of a line, and that of its pieces which have it.
func (s *Sheet) resize(i int, size float64) {
	l := &s.lines[i]
	for _, k := range l.pieces {
		if p := &s.pieces[k]; p.size == l.size {
			p.size = size
		}
	}
	l.size = size
}
