package layout

import (
	"math"
	"regexp"
	"strings"
)

// Hanging paragraphs begin at the edge and go on further in: definitions,
// references, the entries of an index. First-line indents look the same for two
// lines; what tells them apart is where lines end. A line that goes on is full,
// a paragraph's last line mostly is not: text that hangs stands below full
// lines, an indented first line below short ones.
const (
	minHangingParts = 2   // indented parts that agree: one may be chance
	maxHangEms      = 6.0 // further in is no longer the same paragraph
)

// hangs says for every line of a column what a hanging paragraph makes of it.
type hangs []hang

type hang uint8

const (
	noHang    hang = iota
	hangStart      // at the edge: a paragraph begins
	hangOn         // further in: it goes on
)

// findHanging finds stretches of hanging paragraphs in a column.
func (v *columnView) findHanging() hangs {
	out := make(hangs, len(v.lines))
	type part struct{ head, from, to int } // the flush line and the indented lines below it
	var stretch []part
	flush := func() {
		if len(stretch) >= minHangingParts {
			for i := stretch[0].head; i < stretch[len(stretch)-1].to; i++ {
				out[i] = hangStart
			}
			for _, p := range stretch {
				for i := p.from; i < p.to; i++ {
					out[i] = hangOn
				}
			}
			if end := stretch[len(stretch)-1].to; end < len(out) && v.atEdge(end) {
				out[end] = hangStart
			}
		}
		stretch = nil
	}
	for i := 1; i < len(v.lines); i++ {
		if !v.atEdge(i-1) || !v.indented(i) {
			continue
		}
		to := i + 1
		for to < len(v.lines) && v.indented(to) && math.Abs(v.line(to).box.X0-v.line(i).box.X0) < 0.3*v.line(i).size {
			to++
		}
		p := part{i - 1, i, to}
		if n := len(stretch); n > 0 && !v.goesWith(stretch[n-1].from, stretch[n-1].to, p.head, i) {
			flush()
		}
		if v.partHangs(p.head, p.from, p.to) {
			stretch = append(stretch, p)
		} else {
			flush()
		}
	}
	flush()
	return out
}

// goesWith reports whether the part whose head is line head goes on with the
// hanging paragraphs whose last part is from..to: the same indent, and no
// running text at the edge between them.
func (v *columnView) goesWith(from, to, head, first int) bool {
	if !sameSize(v.line(from).size, v.line(first).size) || math.Abs(v.line(from).box.X0-v.line(first).box.X0) > 0.3*v.line(first).size {
		return false
	}
	for i := to; i < head; i++ {
		if !v.atEdge(i) || v.full(i) {
			return false
		}
	}
	return true
}

// partHangs reports whether indented lines go on with the paragraph that begins
// at the flush line above them: all lines but the last are full.
func (v *columnView) partHangs(head, from, to int) bool {
	for i := from; i < to; i++ {
		if !v.full(i-1) || v.s.markOf(v.line(i)).strong() || !sameSize(v.line(head).size, v.line(i).size) || v.gap(i) > 1.6*v.line(i).size {
			return false
		}
	}
	return to == len(v.lines) || !v.full(to-1) || v.atEdge(to) && v.s.markOf(v.line(to)).strong()
}

// atEdge reports whether a line begins at the column's left edge.
func (v *columnView) atEdge(i int) bool {
	l := v.line(i)
	return !l.rtl && l.angle == 0 && l.box.X0-v.left < 0.3*l.size
}

// indented reports whether a line begins further in, by as much as indents are.
func (v *columnView) indented(i int) bool {
	l := v.line(i)
	in := l.box.X0 - v.left
	return !l.rtl && l.angle == 0 && in > indentEms*l.size && in < maxHangEms*l.size
}

// full reports whether the first word of the next line would have had no room
// behind line i.
func (v *columnView) full(i int) bool {
	l := v.line(i)
	if i+1 == len(v.lines) {
		return true
	}
	return v.right-l.box.X1 < v.s.firstWordWidth(v.line(i+1))+0.3*l.size
}

// An index is lines that end in page numbers; few of them are full.
const (
	minIndexLines = 6
	minIndexShare = 0.6
)

// indexForm is the end of a complete entry of an index: "bees, 12, 45–47".
var indexForm = regexp.MustCompile(`^\pL.*, ?(?:\d{1,4}|[ivxlc]{1,7})(?:[-–—]\d{1,4})?[nft]{0,2}$`)

// isIndex reports whether a column is part of an index.
func (v *columnView) isIndex() bool {
	if len(v.lines) < minIndexLines {
		return false
	}
	n := 0
	for i := range v.lines {
		if t := v.line(i).text; indexForm.MatchString(t) && !strings.Contains(t, ". ") {
			n++
		}
	}
	return float64(n) >= minIndexShare*float64(len(v.lines))
}

// indexBreak reports whether an entry of an index begins at line i: the one above
// is complete and this one does not begin with its page numbers.
func (v *columnView) indexBreak(i int) bool {
	p, l := v.line(i-1), v.line(i)
	return indexForm.MatchString(p.text) && startsWithWord(strings.TrimLeft(l.text, `"'“‘(`)) || !strings.HasSuffix(p.text, ",") && !v.full(i-1)
}
