package layout

import (
	"math"
	"slices"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recto/internal/page"
	"recto/internal/text"
)

// Some fonts, those of TeX above all, have no letters with accents: the accent is
// a glyph of its own, printed over its letter, before, after or at the end of the line ("Mina´c").

// Geometry of an accent and its letter, in ems or as a share.
const (
	accentOverlap = 0.6  // share of the narrower of the two that lies over the other
	accentCenter  = 0.12 // ems by which the accent's middle may stand beside the letter's box: italics lean
	accentRise    = 0.55 // ems by which the accent may be raised, over capitals
	accentSize    = 0.3  // share by which the two sizes may differ
)

// glyphAt names a glyph of a page.
type glyphAt struct{ run, glyph int }

// composeAccents returns the runs with accents put on the letters they are
// printed over. Runs keep their places; those that change are copies.
func composeAccents(runs []page.Run) []page.Run {
	if !hasAccents(runs) {
		return runs
	}
	letters := map[int][]glyphAt{} // by height: accents may be drawn long after their letter
	for i := range runs {
		for k := range runs[i].Glyphs {
			if g := &runs[i].Glyphs[k]; unicode.IsLetter(g.Rune) || unicode.Is(unicode.Sm, g.Rune) {
				letters[band(g)] = append(letters[band(g)], glyphAt{i, k})
			}
		}
	}
	marks := map[glyphAt]rune{}
	gone := map[glyphAt]bool{}
	for i := range runs {
		for k := range runs[i].Glyphs {
			g := &runs[i].Glyphs[k]
			mark := text.CombiningForm(g.Rune)
			if mark == 0 {
				continue
			}
			at := glyphAt{i, k}
			var best glyphAt
			bestShare := 0.0
			for y := band(g) - 1; y <= band(g)+1; y++ {
				for _, c := range letters[y] {
					if share := accentShare(runs, at, c, mark); share > bestShare && marks[c] == 0 {
						best, bestShare = c, share
					}
				}
			}
			if bestShare > 0 {
				marks[best], gone[at] = mark, true
			}
		}
	}
	if len(gone) == 0 {
		return runs
	}
	out := slices.Clone(runs)
	for i := range out {
		out[i].Glyphs = withAccents(i, runs[i].Glyphs, marks, gone)
	}
	return out
}

// band is the strip of the page a glyph's baseline lies in, 16 points high: the
// letter of an accent is in the same one or the next.
func band(g *page.Glyph) int { return int(g.Origin.Y / 16) }

func hasAccents(runs []page.Run) bool {
	for i := range runs {
		for k := range runs[i].Glyphs {
			if text.CombiningForm(runs[i].Glyphs[k].Rune) != 0 {
				return true
			}
		}
	}
	return false
}

// accentShare returns how far an accent lies over a letter, 0 when it is not the
// letter's own.
func accentShare(runs []page.Run, accent, letter glyphAt, mark rune) float64 {
	r, q := &runs[accent.run], &runs[letter.run]
	a, b := &r.Glyphs[accent.glyph], &q.Glyphs[letter.glyph]
	if !carries(b.Rune, mark) || r.Angle != 0 || q.Angle != 0 || math.Abs(r.Size-q.Size) > accentSize*q.Size {
		return 0
	}
	center := a.Box.CenterX()
	if math.Abs(a.Origin.Y-b.Origin.Y) > accentRise*q.Size || center < b.Box.X0-accentCenter*q.Size || center > b.Box.X1+accentCenter*q.Size {
		return 0
	}
	if share := a.Box.OverlapX(b.Box) / max(min(a.Box.W(), b.Box.W()), 0.01); share >= accentOverlap {
		return share
	}
	return 0
}

// longSolidus is the stroke through a sign that denies it.
const longSolidus = 0x0338

// carries reports whether a character can bear a mark.
func carries(r, mark rune) bool {
	if mark == longSolidus {
		return unicode.Is(unicode.Sm, r)
	}
	return unicode.IsLetter(r) && !text.IsIdeograph(r)
}

// dotless are letters that lose their dot below an accent.
var dotless = map[rune]rune{'ı': 'i', 'ȷ': 'j'}

// withAccents returns the glyphs of run i with marks put on and accents taken out.
func withAccents(i int, glyphs []page.Glyph, marks map[glyphAt]rune, gone map[glyphAt]bool) []page.Glyph {
	changed := false
	for k := range glyphs {
		at := glyphAt{i, k}
		changed = changed || gone[at] || marks[at] != 0
	}
	if !changed {
		return glyphs
	}
	var out []page.Glyph
	space := page.GlyphFlag(0)
	for k, g := range glyphs {
		at := glyphAt{i, k}
		if gone[at] {
			space |= g.Flags & page.SpaceBefore // drawn before accent and letter
			continue
		}
		g.Flags |= space
		space = 0
		mark := marks[at]
		if mark == 0 {
			out = append(out, g)
			continue
		}
		if plain := dotless[g.Rune]; plain != 0 {
			g.Rune = plain
		}
		if whole := []rune(norm.NFC.String(string([]rune{g.Rune, mark}))); len(whole) == 1 {
			g.Rune = whole[0]
			out = append(out, g)
			continue
		}
		over := g
		over.Rune, over.Flags, over.Box.X0, over.Origin.X = mark, 0, g.Box.X1, g.Box.X1
		out = append(out, g, over)
	}
	return out
}
