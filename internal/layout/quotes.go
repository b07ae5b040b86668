package layout

import (
	"math"
	"strings"

	"recto/internal/doc"
)

// A block quote is set in from both sides of its column, or from the left beside
// a rule. Notes and addresses are, too: a quote is also announced by a colon, or
// set smaller or in italics.
const (
	quoteLeft     = 1.5  // ems from the left edge; first-line indents are less and of one line
	quoteRight    = 1.0  // ems that the longest line leaves free at the right
	quoteSlant    = 0.35 // share by which the two sides may differ: notes and asides are set in on one
	minQuoteLines = 2    // a single line set in may be anything
	maxQuoteSize  = 1.03 // of the page's text: larger ones are displayed
)

// findQuotes marks block quotes. Lists come first: their entries are set in, too.
func findQuotes(s *Sheet) {
	for i := range s.blocks {
		b := &s.blocks[i]
		if b.kind != paragraph || b.index || s.isPictured(b.lines[0]) || len(b.boxes) != 1 || b.size > maxQuoteSize*s.body || b.box.X0-b.left < quoteLeft*b.size {
			continue
		}
		if !s.textBeside(i) || !s.announced(i) || i > 0 && s.blocks[i-1].kind == listEntry {
			continue
		}
		left, right := b.box.X0-b.left, b.right-b.box.X1
		even := right >= quoteRight*b.size && math.Abs(left-right) <= quoteSlant*max(left, right)
		b.quote = len(b.lines) >= minQuoteLines && (s.ruleLeftOf(b) || even && s.flushLeft(b) && s.fillsItself(b))
	}
}

// announced reports whether the block looks like somebody else's words: the text
// above ends in a colon, or it is set smaller or in italics.
func (s *Sheet) announced(i int) bool {
	b := &s.blocks[i]
	if b.style&doc.Italic != 0 || b.size < noteSize*s.body {
		return true
	}
	above := i > 0 && s.blocks[i-1].column == b.column
	return above && (s.blocks[i-1].quote || strings.HasSuffix(s.blocks[i-1].text, ":"))
}

// textBeside reports whether the block stands above or below running text of its
// column that uses the whole width.
func (s *Sheet) textBeside(i int) bool {
	b := &s.blocks[i]
	for _, j := range []int{i - 1, i + 1} {
		if j < 0 || j >= len(s.blocks) {
			continue
		}
		o := &s.blocks[j]
		if o.quote && o.column == b.column {
			return true
		}
		if o.kind == paragraph && o.column == b.column && len(o.lines) >= 2 && o.box.X0-o.left < 0.5*o.size && o.right-o.box.X1 < quoteRight*o.size {
			return true
		}
	}
	return false
}

// flushLeft reports whether the block's lines begin at one edge, the first one
// aside.
func (s *Sheet) flushLeft(b *block) bool {
	for _, li := range b.lines[1:] {
		if math.Abs(s.lines[li].box.X0-s.lines[b.lines[len(b.lines)-1]].box.X0) > 0.3*b.size {
			return false
		}
	}
	return true
}

// fillsItself reports whether all lines but the last reach the block's right edge
// as running text does; lines of verse and addresses do not.
func (s *Sheet) fillsItself(b *block) bool {
	for k, li := range b.lines[:len(b.lines)-1] {
		if b.box.X1-s.lines[li].box.X1 > s.firstWordWidth(&s.lines[b.lines[k+1]])+0.6*b.size {
			return false
		}
	}
	return true
}

// ruleLeftOf reports whether a rule runs down the left side of a block, inside
// its column: bars outside mark changes.
func (s *Sheet) ruleLeftOf(b *block) bool {
	for _, r := range s.rules {
		if r.Vertical && r.Box.X0 > b.left-0.5*b.size && r.Box.X1 < b.box.X0 && b.box.X0-r.Box.X1 < 2*b.size &&
			r.Box.Y0 < b.box.Y0+0.5*b.size && r.Box.Y1 > b.box.Y1-0.5*b.size && r.Box.H() < b.box.H()+2*b.size {
			return true
		}
	}
	return false
}
