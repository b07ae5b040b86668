// Package spatial writes a page as plain text that keeps the arrangement on
// paper: columns side by side, gaps as spaces, empty lines where there is room
// between lines. It works on what is drawn, not on what it means, and never
// writes one text over another: where there is no room, text moves to the right.
package spatial

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"recto/internal/page"
)

// Options say what to leave out. The zero value leaves out text that nobody sees,
// text too small to read, which would stretch the grid, and text that runs in
// another direction than most of the page.
type Options struct {
	KeepHidden  bool // text drawn invisibly, as in the text layer of a scan
	KeepRotated bool // stamps and labels at an angle, as lines of their own at the end
	KeepTiny    bool // text below tinySize
}

// tinySize is the size, in points, below which text cannot be read on paper; the
// smallest fine print is about 4 points.
const tinySize = 2.0

const (
	// maxBlankLines is how many empty lines a gap gives at most: more say nothing
	// to a reader of text.
	maxBlankLines = 2
	// maxColumn is the last column a text is put at; pages with text far outside
	// their paper would make lines without end.
	maxColumn = 400
	// minCell is the narrowest grid cell, points.
	minCell = 1.0
	// narrow makes cells somewhat narrower than the usual character, so that text
	// wider than usual still ends before the next column.
	narrow = 0.92
	// minColumnGap is the gap between two texts of a line, in ems, from which the
	// grid decides where the second begins; below they are one text with a space.
	// Justified text reaches 1.1 after a full stop, gutters start at 1.5.
	minColumnGap = 1.2
)

// Page returns the page's text, lines ending in "\n" but the last; "" when it
// has none.
func Page(p *page.Page, o Options) string { return Text(p.Runs, o) }

// Text is Page for the runs of a page or a part of one.
func Text(runs []page.Run, o Options) string { return Lay(runs, o).Text(nil) }

// Laid is a page's text in lines, before it is put on a grid.
type Laid struct {
	lines   []line
	rotated []chunk
}

// Lay finds the lines of a page.
func Lay(runs []page.Run, o Options) *Laid {
	turn := mainTurn(runs, o)
	var upright, rotated []chunk
	for i := range runs {
		r := &runs[i]
		if len(r.Glyphs) == 0 || r.Mode == page.Invisible && !o.KeepHidden || r.Size > 0 && r.Size < tinySize && !o.KeepTiny {
			continue
		}
		if turnOf(r.Angle) == turn {
			upright = cut(upright, r, turn)
			continue
		}
		if o.KeepRotated {
			rotated = append(rotated, chunk{text: runText(r)})
		}
	}
	return &Laid{lines: findLines(upright), rotated: rotated}
}

// Grid is where columns of characters stand: the left edge of the first and the
// width of each, points.
type Grid struct{ left, cell float64 }

// CommonGrid returns a grid for several pages, so that what stands at one place
// on each of them begins in one column of the text; nil when no page has text.
func CommonGrid(pages []*Laid) *Grid {
	left := math.Inf(1)
	var cells []float64
	for _, l := range pages {
		if l != nil && len(l.lines) > 0 {
			g := l.grid()
			left, cells = min(left, g.left), append(cells, g.cell)
		}
	}
	if len(cells) == 0 {
		return nil
	}
	slices.Sort(cells)
	return &Grid{left, cells[len(cells)/2]}
}

// grid returns the page's own grid.
func (l *Laid) grid() Grid {
	left := math.Inf(1)
	for i := range l.lines {
		left = min(left, l.lines[i].chunks[0].x0)
	}
	return Grid{left, cellWidth(l.lines)}
}

// Text writes the lines on a grid, nil for the page's own.
func (l *Laid) Text(g *Grid) string {
	var b strings.Builder
	b.Grow(4 << 10)
	if len(l.lines) > 0 {
		own := l.grid()
		if g == nil {
			g = &own
		}
		writeLines(&b, l.lines, *g)
	}
	for _, c := range l.rotated {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(c.text)
	}
	return b.String()
}

// turn is a direction of writing in quarter turns clockwise, or diagonal.
type turn int

const diagonal turn = -1

// maxSkew is how far from a quarter turn, in degrees, text still counts as such.
const maxSkew = 2

func turnOf(angle float64) turn {
	quarters := math.Round(angle / 90)
	if math.Abs(angle-quarters*90) > maxSkew {
		return diagonal
	}
	return turn(((int(quarters) % 4) + 4) % 4)
}

// mainTurn returns the direction of most of the page's text: a table printed
// sideways is read sideways.
func mainTurn(runs []page.Run, o Options) turn {
	var glyphs [4]int
	for i := range runs {
		if t := turnOf(runs[i].Angle); t != diagonal && (runs[i].Mode != page.Invisible || o.KeepHidden) {
			glyphs[t] += len(runs[i].Glyphs)
		}
	}
	best := turn(0)
	for t := range turn(4) {
		if glyphs[t] > glyphs[best] {
			best = t
		}
	}
	return best
}

// line is a row of chunks on about one baseline, from left to right.
type line struct {
	base   float64
	size   float64 // of its largest text
	chunks []chunk
}

// How far the baselines of a line may be apart, in ems of the larger text:
// superscripts and subscripts stray farther than text of one size.
const (
	sameBase   = 0.3
	raisedBase = 0.6
	smallText  = 0.85 // of the larger text's size, from which on text is no superscript
)

// findLines groups chunks into lines, from the top down.
func findLines(chunks []chunk) []line {
	slices.SortStableFunc(chunks, func(a, b chunk) int { return cmp.Compare(a.base, b.base) })
	var lines []line
	for _, c := range chunks {
		if n := len(lines); n > 0 && c.base-lines[n-1].base <= sameBase*max(c.size, lines[n-1].size) {
			l := &lines[n-1]
			l.chunks = append(l.chunks, c)
			if c.size > l.size {
				l.base, l.size = c.base, c.size
			}
			continue
		}
		lines = append(lines, line{base: c.base, size: c.size, chunks: []chunk{c}})
	}
	for i := range lines {
		if i+1 < len(lines) {
			lines[i+1].takeRaised(&lines[i])
		}
		if i > 0 {
			lines[i-1].takeRaised(&lines[i])
		}
	}
	lines = slices.DeleteFunc(lines, func(l line) bool { return len(l.chunks) == 0 })
	for i := range lines {
		slices.SortStableFunc(lines[i].chunks, func(a, b chunk) int { return cmp.Compare(a.x0, b.x0) })
	}
	return lines
}

// takeRaised moves the superscripts or subscripts of l's text, which have a
// baseline of their own, from the line above or below to l.
func (l *line) takeRaised(from *line) {
	if math.Abs(from.base-l.base) > raisedBase*l.size {
		return
	}
	text := len(l.chunks)
	from.chunks = slices.DeleteFunc(from.chunks, func(c chunk) bool {
		if c.size > smallText*l.size || !slices.ContainsFunc(l.chunks[:text], c.beside) {
			return false
		}
		l.chunks = append(l.chunks, c)
		return true
	})
}

// beside reports whether a small chunk stands at one of the ends of a large one,
// not above or below its middle.
func (c chunk) beside(large chunk) bool {
	return c.x0 <= large.x1+c.size && large.x0 <= c.x1+c.size && (c.x0 <= large.x0 || c.x1 >= large.x1)
}

// writeLines projects lines on a grid of characters.
func writeLines(b *strings.Builder, lines []line, g Grid) {
	leading := usualLeading(lines)
	for i := range lines {
		if i > 0 {
			b.WriteByte('\n')
			gap := lines[i].base - lines[i-1].base
			for range min(maxBlankLines, int(math.Round(gap/max(leading, lines[i].size)))-1) {
				b.WriteByte('\n')
			}
		}
		writeLine(b, &lines[i], g.left, g.cell)
	}
}

func writeLine(b *strings.Builder, l *line, left, cell float64) {
	column := 0
	for i := range l.chunks {
		c := &l.chunks[i]
		spaces := 0
		target := min(int((c.x0-left)/cell+0.5), maxColumn)
		if i == 0 {
			spaces = target
		} else {
			prev := &l.chunks[i-1]
			if c.repeats(prev) {
				c.x1 = max(c.x1, prev.x1)
				continue
			}
			gap := (c.x0 - prev.x1) / l.size
			switch {
			case gap >= minColumnGap:
				spaces = max(2, target-column)
			case gap > minWordGap || c.space:
				spaces = 1
			}
		}
		for range spaces {
			b.WriteByte(' ')
		}
		b.WriteString(c.text)
		column += spaces + utf8.RuneCountInString(c.text)
	}
}

// cellWidth returns the width of a grid cell: that of a usual character.
func cellWidth(lines []line) float64 {
	widths := make([]float64, 0, 4*len(lines))
	for i := range lines {
		for k := range lines[i].chunks {
			c := &lines[i].chunks[k]
			if n := utf8.RuneCountInString(c.text); n > 1 && c.x1 > c.x0 {
				widths = append(widths, (c.x1-c.x0)/float64(n))
			}
		}
	}
	if len(widths) == 0 {
		return max(minCell, 0.5*lines[0].size)
	}
	slices.Sort(widths)
	return max(minCell, narrow*widths[len(widths)/2])
}

// usualLeading returns the usual distance from one line to the next.
func usualLeading(lines []line) float64 {
	gaps := make([]float64, 0, len(lines))
	for i := 1; i < len(lines); i++ {
		gaps = append(gaps, lines[i].base-lines[i-1].base)
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/3] // paragraphs and headings stretch the upper half
}
