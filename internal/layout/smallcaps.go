package layout

import (
	"math"
	"strings"
	"unicode"

	"recto/internal/page"
)

// Small capitals are often drawn as capitals of a smaller size behind a larger
// first letter. The word has the size of its first letter, or a heading set so
// would be smaller than the text below it.

// The size of small capitals, as a share of their first letter.
const (
	smallCapsMin = 0.65
	smallCapsMax = 0.92
)

// smallCaps is how a line sets small capitals; the zero value says that it has none.
type smallCaps struct {
	font        *page.Font
	small, full float64
	named       bool // the text has small letters where capitals are drawn
}

// findSmallCaps looks for a word that begins with larger capitals and goes on with
// smaller ones on the same baseline.
func (s *Sheet) findSmallCaps(pieces []int) smallCaps {
	for k := 1; k < len(pieces); k++ {
		q, p := &s.pieces[pieces[k-1]], &s.pieces[pieces[k]]
		if p.space || p.font != q.font || p.size < smallCapsMin*q.size || p.size > smallCapsMax*q.size || math.Abs(p.base-q.base) > scriptShift*q.size {
			continue
		}
		if isCapitals(q.text) && (isCapitals(p.text) || s.namesSmallCaps(pieces, q.size)) {
			return smallCaps{font: p.font, small: p.size, full: q.size, named: !isCapitals(p.text)}
		}
	}
	return smallCaps{}
}

// namesSmallCaps reports whether a line in one face and two sizes is in small
// capitals though its text says small letters, as browsers write it: no small
// letter has the large size, and a third of its words begin large. One large
// letter before a line of text is an initial.
func (s *Sheet) namesSmallCaps(pieces []int, full float64) bool {
	words, large := 0, 0
	for k, i := range pieces {
		p := &s.pieces[i]
		big := math.Abs(p.size-full) < 0.02*full
		if p.font != s.pieces[pieces[0]].font || big && hasSmallLetter(p.text) || !big && (p.size > smallCapsMax*full || p.size < smallCapsMin*full) {
			return false
		}
		if k == 0 || p.space {
			words++
			if big {
				large++
			}
		}
	}
	return 3*large >= words
}

// hasSmallLetter reports whether a text has a small letter.
func hasSmallLetter(t string) bool { return strings.IndexFunc(t, unicode.IsLower) >= 0 }

// size returns the size that a piece of the line counts as.
func (c smallCaps) size(p *piece) float64 {
	if c.full > 0 && p.font == c.font && math.Abs(p.size-c.small) < 0.02*c.small && (c.named || isCapitals(p.text)) {
		return c.full
	}
	return p.size
}

// isCapitals reports whether a text has letters and all of them are capitals.
func isCapitals(t string) bool {
	letters := false
	for _, r := range t {
		if unicode.IsLower(r) {
			return false
		}
		letters = letters || unicode.IsUpper(r)
	}
	return letters
}
