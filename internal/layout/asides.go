package layout

import (
	"cmp"
	"math"
	"slices"

	"recto/internal/doc"
)

// Notes and side heads stand in a narrow column beside the text, each at the
// height of the text it belongs to.
const (
	asideWidth = 0.5  // of the text's width at most; columns of one text are alike
	asideFill  = 0.65 // share of the height beside the text that notes fill
	asideDense = 0.75 // share of their own height that notes fill; more is one sidebar
	asideRows  = 9    // lines of a note: more is a text of its own
	asideChars = 0.34 // characters of the notes, as a share of the text's
	asideGap   = 1.9  // distance of baselines between two notes, in ems
	asideLevel = 1.5  // ems between the tops of a side head and its text: they may share a line or a middle
)

// isMargin reports whether a column is the margin of another: narrow, thinly
// filled, and in another type than the text.
func (o *orderer) isMargin(notes, text []element) bool {
	a, b := o.sideOf(notes), o.sideOf(text)
	if len(a.lines) == 0 || len(b.lines) == 0 || a.x1-a.x0 > asideWidth*(b.x1-b.x0) || float64(a.chars) > asideChars*float64(b.chars) {
		return false
	}
	if slices.ContainsFunc(notes, func(e element) bool { return e.line < 0 && e.fig == nil }) {
		return false
	}
	height, rows := 0.0, 0
	clusters := asideNotes(notes)
	for _, c := range clusters {
		rows = max(rows, len(c))
		height += c[len(c)-1].box.Y1 - c[0].box.Y0
	}
	if rows > asideRows || height > asideFill*(b.y1-b.y0) || len(clusters) > 1 && height > asideDense*(a.y1-a.y0) {
		return false
	}
	return !sameSize(o.usualSize(notes), o.usualSize(text)) || o.usualFace(notes) != o.usualFace(text)
}

// usualSize returns the size of most characters of the lines.
func (o *orderer) usualSize(els []element) float64 {
	sizes := map[float64]int{}
	for _, e := range els {
		if e.line >= 0 {
			sizes[roundSize(e.size)] += o.s.lines[e.line].glyphs
		}
	}
	return heaviest(sizes, o.s.body)
}

// usualFace returns the name of the typeface of most characters of the lines.
func (o *orderer) usualFace(els []element) string {
	count := map[string]int{}
	for _, e := range els {
		if e.line >= 0 {
			l := &o.s.lines[e.line]
			count[l.font.Name] += l.glyphs
		}
	}
	best := ""
	for name, n := range count {
		if n > count[best] || n == count[best] && name < best {
			best = name
		}
	}
	return best
}

// asideNotes cuts the lines of a margin into notes.
func asideNotes(els []element) [][]element {
	els = slices.Clone(els)
	slices.SortStableFunc(els, func(a, b element) int { return cmp.Compare(a.base, b.base) })
	var notes [][]element
	start := 0
	for i := 1; i <= len(els); i++ {
		if i == len(els) || els[i].base-els[i-1].base > asideGap*max(els[i].size, els[i-1].size) {
			notes = append(notes, els[start:i:i])
			start = i
		}
	}
	return notes
}

// margin appends the notes of a margin, each as columns of its own.
func (o *orderer) margin(els []element) {
	for _, note := range asideNotes(els) {
		from := len(o.s.columns)
		o.emit(note)
		o.asides++
		for k := from; k < len(o.s.columns); k++ {
			o.s.columns[k].aside = o.asides
		}
	}
}

// takeAsides takes the blocks of margin notes out of the reading order, note by note.
func (s *Sheet) takeAsides() [][]block {
	var notes [][]block
	last := 0
	rest := s.blocks[:0:0]
	for i := range s.blocks {
		b := s.blocks[i]
		n := s.columns[b.column].aside
		if n == 0 {
			rest = append(rest, b)
			continue
		}
		if n != last {
			notes = append(notes, nil)
			last = n
		}
		notes[len(notes)-1] = append(notes[len(notes)-1], b)
	}
	s.blocks = rest
	return notes
}

// placeAsides puts every note behind the paragraph it stands beside, so that no
// sentence is broken; a head set out into the margin comes before its text.
func (s *Sheet) placeAsides(notes [][]block) {
	for _, note := range notes {
		at := s.asidePlace(&note[0])
		s.blocks = slices.Insert(s.blocks, at, note...)
	}
}

// asidePlace returns the index before which a note is read.
func (s *Sheet) asidePlace(note *block) int {
	em := max(s.body, 6)
	y := note.box.Y0 + 0.5*note.size
	best, dist := len(s.blocks), math.Inf(1)
	for i := range s.blocks {
		b := &s.blocks[i]
		if s.columns[b.column].aside > 0 {
			continue
		}
		for _, box := range b.boxes {
			if box.OverlapX(note.box) > 0 {
				continue
			}
			d := max(box.Y0-y, y-box.Y1, 0)
			if d < dist {
				best, dist = i+1, d
				if box.Y0 > y || math.Abs(box.Y0-note.box.Y0) < asideLevel*em && note.style&doc.Bold != 0 {
					best = i
				}
			}
		}
	}
	for best > 0 && best < len(s.blocks) && s.columns[s.blocks[best].column].aside > 0 {
		best++ // notes of one place keep their order
	}
	return best
}
