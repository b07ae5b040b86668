package spatial

import (
	"math"
	"slices"
	"strings"

	"recto/internal/page"
	"recto/internal/text"
)

// chunk is text of one run without wide gaps; single spaces are in it.
type chunk struct {
	text   string
	x0, x1 float64 // along the direction of writing
	base   float64 // baseline, across it
	size   float64
	space  bool // a space was drawn before it
}

// Gaps between glyphs in ems, as in package layout: from minWordGap on there is a
// space; in letter-spaced text gaps are judged against the run's own.
const (
	minWordGap     = 0.165
	looseMedian    = 0.06
	maxLooseMedian = 1.0 // wider ones are columns
	minLooseGlyphs = 8
	looseSample    = 64 // glyphs that tell whether a run is letter-spaced
)

// repeats reports whether a chunk is drawn over the one before, to look bold or
// to cast a shadow.
func (c *chunk) repeats(prev *chunk) bool {
	return c.text == prev.text && math.Abs(c.x0-prev.x0) < 0.3*c.size && math.Abs(c.base-prev.base) < 0.3*c.size
}

// cut appends a run's chunks.
func cut(chunks []chunk, r *page.Run, t turn) []chunk {
	size := r.Size
	if size <= 0 {
		size = max(1, r.Glyphs[0].Box.H())
	}
	wordGap, loose := looseGap(r, t)
	wordGap = max(wordGap, minWordGap*size)
	var b strings.Builder
	first := place(&r.Glyphs[0], t)
	c := chunk{x0: first.x0, x1: first.x1, base: first.base, size: size, space: r.Glyphs[0].Flags&page.SpaceBefore != 0}
	prev := first
	b.Grow(len(r.Glyphs) + 8)
	for k := range r.Glyphs {
		g := &r.Glyphs[k]
		at := prev
		if k > 0 {
			at = place(g, t)
			d := gap(prev, at, g.Rune)
			switch {
			case d >= minColumnGap*size && d > wordGap || d < -1.5*size || math.Abs(at.base-prev.base) > sameBase*size:
				c.text = b.String()
				chunks = appendChunk(chunks, c, r)
				b = strings.Builder{}
				c = chunk{x0: at.x0, x1: at.x1, base: at.base, size: size, space: true}
			case d > wordGap || !loose && g.Flags&page.SpaceBefore != 0:
				b.WriteByte(' ')
			}
		}
		c.x0, c.x1 = min(c.x0, at.x0), max(c.x1, at.x1)
		if g.Rune >= ' ' {
			b.WriteRune(g.Rune)
		}
		prev = at
	}
	c.text = b.String()
	return appendChunk(chunks, c, r)
}

func appendChunk(chunks []chunk, c chunk, r *page.Run) []chunk {
	if r.Font != nil {
		c.text = text.Symbols(r.Font.Name, c.text)
	}
	c.text = text.Normalize(c.text)
	if c.text == "" || math.IsNaN(c.x0+c.base) || math.IsInf(c.x0+c.base, 0) {
		return chunks
	}
	return append(chunks, c)
}

// spot is where a glyph stands along and across the direction of writing.
type spot struct{ x0, x1, base float64 }

// place turns a glyph's box so that writing runs to the right.
func place(g *page.Glyph, t turn) spot {
	box := func(a, b, base float64) spot { return spot{min(a, b), max(a, b), base} }
	switch t {
	case 1: // downwards
		return box(g.Box.Y0, g.Box.Y1, -g.Origin.X)
	case 2: // upside down
		return box(-g.Box.X0, -g.Box.X1, -g.Origin.Y)
	case 3: // upwards
		return box(-g.Box.Y0, -g.Box.Y1, g.Origin.X)
	}
	return spot{g.Box.X0, g.Box.X1, g.Origin.Y}
}

// gap returns the room between two glyphs that follow on.
func gap(prev, next spot, r rune) float64 {
	if next.x0 < prev.x0 && text.IsRTL(r) {
		return prev.x0 - next.x1
	}
	return next.x0 - prev.x1
}

// looseGap returns from which gap on letter-spaced text has a space, and whether
// the run is letter-spaced at all.
func looseGap(r *page.Run, t turn) (float64, bool) {
	n := min(len(r.Glyphs), looseSample)
	if n < minLooseGlyphs {
		return 0, false
	}
	// The usual run is tight within its first word: look no further.
	tight := 0
	var gaps [looseSample]float64
	prev := place(&r.Glyphs[0], t)
	for k := 1; k < n; k++ {
		at := place(&r.Glyphs[k], t)
		gaps[k-1] = gap(prev, at, r.Glyphs[k].Rune)
		if gaps[k-1] < looseMedian*r.Size {
			if tight++; tight > n/2 {
				return 0, false
			}
		}
		prev = at
	}
	slices.Sort(gaps[:n-1])
	median := gaps[(n-1)/2]
	if median < looseMedian*r.Size || median > maxLooseMedian*r.Size {
		return 0, false
	}
	return 1.6*median + 0.1*r.Size, true
}

// runText returns a run's text with its spaces.
func runText(r *page.Run) string {
	var b strings.Builder
	for i := range r.Glyphs {
		if i > 0 && r.Glyphs[i].Flags&page.SpaceBefore != 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r.Glyphs[i].Rune)
	}
	return text.Normalize(b.String())
}
