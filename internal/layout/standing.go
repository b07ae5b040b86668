package layout

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text that stands in the same place in the same words on most pages is
// furniture also where no header or footer is looked for: the speaker's name
// beside every slide, a notice above the foot.
const (
	minStandingPages = 3
	standingShare    = 0.6  // of the document's pages
	standingShift    = 1.5  // points by which the place may differ
	maxStanding      = 0.25 // share of a page's characters; more is a form printed often
	lowerPart        = 0.7  // of the page: below it no table's head is repeated
)

// markStanding adds lines that repeat in place on most pages to the footer.
func markStanding(d *document) {
	if len(d.sheets) < minStandingPages {
		return
	}
	type place struct{ sheet, line int }
	byText := map[string][]place{}
	for i, s := range d.sheets {
		for li := range s.lines {
			l := &s.lines[li]
			low := l.box.Y0 > lowerPart*s.in.Height
			if l.angle == 0 && low && strings.IndexFunc(l.text, unicode.IsLetter) >= 0 {
				byText[l.text] = append(byText[l.text], place{i, li})
			}
		}
	}
	found := make([][]int, len(d.sheets))
	for _, at := range byText {
		for _, p := range at {
			a := d.sheets[p.sheet].lines[p.line].box
			pages := map[int]bool{}
			for _, q := range at {
				b := d.sheets[q.sheet].lines[q.line].box
				if math.Abs(a.X0-b.X0) < standingShift && math.Abs(a.Y0-b.Y0) < standingShift {
					pages[q.sheet] = true
				}
			}
			if !d.sheets[p.sheet].isFurniture(p.line) && len(pages) >= minStandingPages && float64(len(pages)) >= standingShare*float64(len(d.sheets)) && !d.sheets[p.sheet].isOneOfMany(p.line) {
				found[p.sheet] = append(found[p.sheet], p.line)
			}
		}
	}
	for i, lines := range found {
		s := d.sheets[i]
		all, standing := 0, 0
		for li := range s.lines {
			all += s.lines[li].glyphs
		}
		for _, li := range lines {
			standing += s.lines[li].glyphs
		}
		if float64(standing) <= maxStanding*float64(all) || s.isBare(lines) {
			s.footer = append(s.footer, lines...)
		}
	}
}

// minSameRows is how many other rows of a page say the same as a row, but for their
// numbers, when it is one of a table or a grid and no furniture.
const minSameRows = 3

// isOneOfMany reports whether other rows of the page say the same as a line, but
// for their numbers: the last row of a grid is no footer.
func (s *Sheet) isOneOfMany(li int) bool {
	l := &s.lines[li]
	if strings.IndexFunc(l.text, unicode.IsLetter) < 0 || strings.IndexFunc(l.text, unicode.IsDigit) < 0 {
		return false
	}
	key := furnitureKey(l.text)
	first, _ := utf8.DecodeRuneInString(key)
	var bases []float64
	for k := range s.lines {
		o := &s.lines[k]
		if math.Abs(o.base-l.base) < 0.5*l.size || slices.ContainsFunc(bases, func(b float64) bool { return math.Abs(b-o.base) < 0.5*l.size }) {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(o.text); unicode.ToLower(r) != first && !unicode.IsDigit(r) {
			continue
		}
		if furnitureKey(o.text) == key {
			bases = append(bases, o.base)
		}
	}
	return len(bases) >= minSameRows
}

// isBare reports whether a page has little text besides its furniture, so that
// shares say nothing.
func (s *Sheet) isBare(lines []int) bool {
	rest := 0
	for li := range s.lines {
		if !s.isFurniture(li) && !slices.Contains(lines, li) {
			rest++
		}
	}
	return rest > 0 && rest <= bareLines && len(lines) <= bareLines
}

// bareLines is how many lines a slide with a title only has.
const bareLines = 3

// markLastNumber takes a number that stands alone and centred below all text as
// the page's number, however far from the edge: printed web pages and
// statements end where their text ends.
func (s *Sheet) markLastNumber() {
	if len(s.footer) > 0 || len(s.lines) < 8 {
		return
	}
	last, above := -1, math.Inf(-1)
	left, right := math.Inf(1), math.Inf(-1)
	for li := range s.lines {
		l := &s.lines[li]
		if l.angle != 0 || l.glyphs == 0 {
			continue
		}
		left, right = min(left, l.box.X0), max(right, l.box.X1)
		switch {
		case last < 0 || l.base > s.lines[last].base:
			if last >= 0 {
				above = max(above, s.lines[last].base)
			}
			last = li
		default:
			above = max(above, l.base)
		}
	}
	if last < 0 {
		return
	}
	l := &s.lines[last]
	_, lone := loneNumber(l.text)
	centred := math.Abs(l.box.CenterX()-(left+right)/2) < 2*l.size
	if lone && centred && l.base-above > headGap*typicalLeading*l.size && l.base > 0.5*s.in.Height {
		s.footer = append(s.footer, last)
	}
}
