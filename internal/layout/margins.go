package layout

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Line numbers: numbers in a row down the margin that count on.
const (
	minLineNumbers = 5
	numberGap      = 0.5 // ems between a number and its line
	numberAlign    = 2.0 // points by which right edges differ
)

// dropLineNumbers drops the numbers of lines that law texts and manuscripts print
// in the margin.
func (s *Sheet) dropLineNumbers() {
	type number struct{ line, piece, value int }
	var found []number
	for li := range s.lines {
		l := &s.lines[li]
		if l.angle != 0 || l.glyphs == 0 || s.isFurniture(li) {
			continue
		}
		p := &s.pieces[l.pieces[0]]
		v, err := strconv.Atoi(p.text)
		if err != nil || v <= 0 || len(l.pieces) > 1 && s.pieces[l.pieces[1]].box.X0-p.box.X1 < numberGap*l.size {
			continue
		}
		found = append(found, number{li, l.pieces[0], v})
	}
	if len(found) < minLineNumbers {
		return
	}
	slices.SortFunc(found, func(a, b number) int { return cmp.Compare(s.lines[a.line].base, s.lines[b.line].base) })
	edge := s.pieces[found[0].piece].box.X1
	step := found[1].value - found[0].value
	for k, n := range found {
		if math.Abs(s.pieces[n.piece].box.X1-edge) > numberAlign || k > 0 && n.value-found[k-1].value != step {
			return
		}
	}
	// The numbers stand outside the text, and the text beside them is text.
	for li := range s.lines {
		l := &s.lines[li]
		if l.angle == 0 && l.glyphs > 0 && !s.isFurniture(li) && l.box.X0 < edge && !slices.ContainsFunc(found, func(n number) bool { return n.line == li }) {
			return
		}
	}
	words := 0
	for _, n := range found {
		words += len(s.lines[n.line].pieces) - 1
	}
	if step <= 0 || step != 1 && step != 5 && step != 10 || step == 1 && words < 3*len(found) && words > 0 {
		return
	}
	for _, n := range found {
		l := &s.lines[n.line]
		s.drop(n.piece, "line number")
		l.pieces = l.pieces[1:]
		if len(l.pieces) == 0 {
			l.text, l.glyphs = "", 0
			continue
		}
		s.pieces[l.pieces[0]].space = false
		s.measure(l)
	}
}

// A drop capital is a letter over several lines at the beginning of the first.
const (
	dropCapSize  = 1.8 // in ems of the page's text
	dropCapReach = 1.0 // ems of the text between it and its line
)

// joinDropCaps puts a drop capital before the first of the lines beside it.
func (s *Sheet) joinDropCaps() {
	for li := range s.lines {
		c := &s.lines[li]
		if c.angle != 0 || c.glyphs != 1 || c.size < dropCapSize*s.body {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(c.text); !unicode.IsUpper(r) {
			continue
		}
		first := -1
		for k := range s.lines {
			l := &s.lines[k]
			if k == li || l.glyphs < 2 || l.angle != 0 || l.size > 0.7*c.size || s.isFurniture(k) {
				continue
			}
			beside := l.box.X0 >= c.box.X1-0.6*l.size && l.box.X0 <= c.box.X1+dropCapReach*l.size
			if beside && l.box.CenterY() > c.box.Y0 && l.box.CenterY() < c.box.Y1 && (first < 0 || l.base < s.lines[first].base) {
				first = k
			}
		}
		if first < 0 {
			continue
		}
		l := &s.lines[first]
		s.pieces[l.pieces[0]].space = false
		l.pieces = append([]int{c.pieces[0]}, l.pieces...)
		box := l.box
		s.measure(l)
		l.box.Y0, l.box.Y1 = box.Y0, box.Y1
		l.capped = true
		c.pieces, c.text, c.glyphs = nil, "", 0
	}
}
