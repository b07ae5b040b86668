package layout

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/geom"
)

// A fraction is set in three ways: as one character, which needs no work; as two
// small numbers with a slash between, one raised; and stacked, with a bar between.
// The last two are written in the line they stand in: 3/4, (a + b)/2c.

// Geometry of stacked fractions, in ems of the line they stand in.
const (
	maxBarWidth      = 8.0  // wider rules are those of tables
	barHigh          = 0.55 // the bar is so far above the baseline at most: the axis of mathematics is at 0.25
	barLow           = 0.08 // and at least
	fractionReach    = 1.0  // from the bar to the word beside it
	barOverhang      = 0.5  // the bar is longer than the longer half by so much on each side, at most
	barCentering     = 0.35 // by which the middle of a half may stand beside the middle of the bar
	numeratorGap     = 0.6  // from the baseline of the upper half down to the bar, ems of that half
	denominatorIn    = 0.5  // from the bar down to the baseline of the lower half, at least
	denominatorTo    = 1.25 // and at most
	minFractionWords = 2    // plain words of the line: formulas have none or one, a function's name
	scriptedReach    = 2.0  // the same for exponents and indices of the halves, in ems of theirs
)

// stackFractions moves the halves of stacked fractions into the segments of the
// line they belong to, and forgets the bars, which are no rules of tables.
func (s *Sheet) stackFractions(segments [][]spot) [][]spot {
	shelves := shelve(segments)
	kept := s.rules[:0:0]
	for i := range s.rules {
		r := &s.rules[i]
		if !r.Vertical && !s.meetsRule(r) {
			if next := s.stackFraction(segments, shelves, r.Box); next != nil {
				segments, shelves = next, shelve(next)
				continue
			}
		}
		kept = append(kept, *r)
	}
	s.rules = kept
	return segments
}

// spotAt names a spot of a segment.
type spotAt struct{ segment, spot int }

// shelfHeight is the height of the strips by which spots are found, in points.
const shelfHeight = 24

// shelve sorts spots by the height of their baseline.
func shelve(segments [][]spot) map[int][]spotAt {
	shelves := map[int][]spotAt{}
	for k, seg := range segments {
		for i := range seg {
			at := int(seg[i].base / shelfHeight)
			shelves[at] = append(shelves[at], spotAt{k, i})
		}
	}
	return shelves
}

// stackFraction writes the fraction with a given bar into its line. It returns the
// segments as they are then, nil when the bar is of no fraction.
func (s *Sheet) stackFraction(segments [][]spot, shelves map[int][]spotAt, bar geom.Rect) [][]spot {
	var upper, lower []spotAt
	left, right := -1, -1 // segments that end or begin at the bar
	var host spot
	y := bar.CenterY()
	shelf := int(y / shelfHeight)
	for _, at := range slices.Concat(shelves[shelf-1], shelves[shelf], shelves[shelf+1]) {
		seg := segments[at.segment]
		sp := &seg[at.spot]
		if up := (sp.base - y) / sp.size; up >= barLow && up <= barHigh && bar.W() <= maxBarWidth*sp.size {
			if at.spot == len(seg)-1 && math.Abs(bar.X0-sp.x1) <= fractionReach*sp.size {
				left, host = at.segment, *sp
			}
			if at.spot == 0 && math.Abs(sp.x0-bar.X1) <= fractionReach*sp.size {
				right, host = at.segment, *sp
			}
		}
		if sp.x0 < bar.X0-0.1*sp.size || sp.x1 > bar.X1+0.1*sp.size {
			continue
		}
		switch up := (y - sp.base) / sp.size; {
		case up >= 0 && up <= scriptedReach:
			upper = append(upper, at)
		case up < 0 && -up <= scriptedReach:
			lower = append(lower, at)
		}
	}
	upper = pickHalf(segments, upper, func(sp *spot) bool { return y-sp.base <= numeratorGap*sp.size })
	lower = pickHalf(segments, lower, func(sp *spot) bool {
		return sp.base-y >= denominatorIn*sp.size && sp.base-y <= denominatorTo*sp.size
	})
	if left < 0 && right < 0 || len(upper) == 0 || len(lower) == 0 {
		return nil
	}
	words := 0
	for _, k := range []int{left, right} {
		if k >= 0 {
			words += s.countWords(segments[k])
		}
	}
	if words < minFractionWords {
		return nil // a displayed formula is understood as a whole later
	}
	above, below := halfWidth(segments, upper, bar, host.size), halfWidth(segments, lower, bar, host.size)
	if min(above, below) < 0 || bar.W() > max(above, below)+2*barOverhang*host.size {
		return nil
	}
	var out []spot
	if left >= 0 {
		out = append(out, segments[left]...)
	}
	over, sign := s.half(segments, upper, host, bar, bar.X0, "")
	if end := &s.pieces[over[len(over)-1].i]; end.style&(doc.Superscript|doc.Subscript) == 0 {
		end.text, sign = end.text+sign+"/", ""
	} else {
		sign += "/"
	}
	under, shut := s.half(segments, lower, host, bar, bar.CenterX(), sign)
	s.pieces[under[len(under)-1].i].text += shut
	out = append(append(out, over...), under...)
	if right >= 0 && right != left {
		out = append(out, segments[right]...)
	}
	gone := map[spotAt]bool{}
	for _, at := range append(upper, lower...) {
		gone[at] = true
	}
	rest := [][]spot{out}
	for k, seg := range segments {
		if k == left || k == right {
			continue
		}
		keep := seg[:0:0]
		for i := range seg {
			if !gone[spotAt{k, i}] {
				keep = append(keep, seg[i])
			}
		}
		if len(keep) > 0 {
			rest = append(rest, keep)
		}
	}
	return rest
}

// countWords returns the number of plain words in a segment, of three letters or
// more.
func (s *Sheet) countWords(seg []spot) int {
	n := 0
	for _, sp := range seg {
		t := strings.TrimRight(s.pieces[sp.i].text, ".,;:")
		if utf8.RuneCountInString(t) >= 3 && !strings.ContainsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) }) {
			n++
		}
	}
	return n
}

// pickHalf returns the spots of one half: those that stand at the right distance
// from the bar, and the exponents and indices of them.
func pickHalf(segments [][]spot, at []spotAt, stands func(*spot) bool) []spotAt {
	var main *spot
	for _, a := range at {
		if sp := &segments[a.segment][a.spot]; stands(sp) && (main == nil || sp.size > main.size) {
			main = sp
		}
	}
	var out []spotAt
	for _, a := range at {
		if sp := &segments[a.segment][a.spot]; main != nil && (stands(sp) && sp.size > scriptSize*main.size || isScriptOf(sp, main)) {
			out = append(out, a)
		}
	}
	return out
}

// isScriptOf reports whether a spot is smaller than another and raised or lowered
// beside it.
func isScriptOf(sp, main *spot) bool {
	d := math.Abs(sp.base - main.base)
	return sp.size <= scriptSize*main.size && sp.size >= minScriptSize*main.size && d > scriptShift*main.size && d < 0.6*main.size
}

// halfWidth returns the width of one half of a fraction, -1 when it cannot be one:
// it stands on the middle of the bar and is no larger than the line.
func halfWidth(segments [][]spot, half []spotAt, bar geom.Rect, em float64) float64 {
	x0, x1 := math.MaxFloat64, -math.MaxFloat64
	for _, at := range half {
		sp := &segments[at.segment][at.spot]
		x0, x1 = min(x0, sp.x0), max(x1, sp.x1)
		if sp.size > 1.05*em {
			return -1
		}
	}
	if math.Abs((x0+x1)/2-bar.CenterX()) > barCentering*em {
		return -1
	}
	return x1 - x0
}

// half returns the spots of one half as they stand in the line, from x on: on its
// baseline, in order, with the sign before the first. shut is the bracket that
// must follow, if one was opened.
func (s *Sheet) half(segments [][]spot, at []spotAt, host spot, bar geom.Rect, x float64, sign string) (out []spot, shut string) {
	for _, a := range at {
		out = append(out, segments[a.segment][a.spot])
	}
	slices.SortStableFunc(out, func(a, b spot) int { return cmp.Compare(a.x0, b.x0) })
	var whole strings.Builder
	right := 0.0
	for i := range out {
		whole.WriteString(s.pieces[out[i].i].text)
	}
	open := ""
	if len(out) > 1 && strings.ContainsFunc(whole.String(), isOperator) {
		open, shut = "(", ")"
	}
	main := out[0]
	for _, sp := range out {
		if sp.size > main.size {
			main = sp
		}
	}
	for i := range out {
		sp, p := &out[i], &s.pieces[out[i].i]
		p.stacked = true
		script := isScriptOf(sp, &main)
		switch {
		case script && sp.base < main.base:
			p.style |= doc.Superscript
		case script:
			p.style |= doc.Subscript
		}
		if i == 0 {
			p.text, p.space = sign+open+p.text, false
		} else {
			p.space = !script && sp.x0-right > minWordGap*main.size
		}
		right = sp.x1
		sp.x0, sp.x1 = x+(sp.x0-bar.X0)/2, x+(sp.x1-bar.X0)/2
	}
	for i := range out {
		out[i].base, out[i].size = host.base, host.size
	}
	return out, shut
}

// isOperator reports whether a sign needs brackets around the half it stands in.
func isOperator(r rune) bool { return unicode.Is(unicode.Sm, r) || strings.ContainsRune("-–−/", r) }

// writeFractions makes plain text of fractions with a slash, whose numbers are
// smaller than the line and not both on its baseline: "1/2" is no footnote mark.
func (s *Sheet) writeFractions(seg []spot) {
	for k := 0; k+1 < len(seg); k++ {
		over := &s.pieces[seg[k].i]
		if over.style&doc.Superscript == 0 || !isNumber(over.text) {
			continue
		}
		next := &s.pieces[seg[k+1].i]
		rest, ok := strings.CutPrefix(strings.Replace(next.text, "⁄", "/", 1), "/")
		under := next
		if ok && rest == "" && k+2 < len(seg) {
			under = &s.pieces[seg[k+2].i]
			rest = under.text
		}
		if !ok || next.space || under != next && under.space || !startsWithNumber(rest) || under.size > 1.1*over.size {
			continue
		}
		if k > 0 {
			before := &s.pieces[seg[k-1].i]
			if !over.space && !strings.ContainsFunc(before.text[len(before.text)-1:], unicode.IsDigit) && hasWordRune(before.text[len(before.text)-1:]) {
				continue // a power: m²/s
			}
			over.space = over.space || hasWordRune(before.text) // 2 1/2
		}
		for _, p := range []*piece{over, next, under} {
			p.style &^= doc.Superscript | doc.Subscript
		}
		next.text = strings.Replace(next.text, "⁄", "/", 1)
	}
}

// isNumber reports whether a text is digits only.
func isNumber(t string) bool {
	return t != "" && !strings.ContainsFunc(t, func(r rune) bool { return r < '0' || r > '9' })
}

func startsWithNumber(t string) bool { return t != "" && t[0] >= '0' && t[0] <= '9' }
