package layout

import (
	"math"
	"slices"
	"strings"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/text"
)

// piece is a stretch of glyphs of one style without a space: a word or a part
// of one.
type piece struct {
	text    string // logical order, normalized
	box     geom.Rect
	base    float64 // baseline, points from the top
	size    float64
	font    *page.Font
	color   page.Color
	style   doc.Style
	marks   doc.Style // struck out, underlined, highlighted: says nothing of what the text is
	mcid    int
	run     int  // index of the run it was cut from
	space   bool // a space was drawn before it
	hyphen  bool // ends in a hyphen that PDFium believes soft
	rtl     bool // written from right to left
	stacked bool // half of a stacked fraction: off the baseline
	bad     int  // characters that cannot be what the page shows
	tags    tagFlags
	angle   float64
	left    float64 // where its baseline starts, points from the left; of turned text
	length  float64 // along the baseline, of turned text
	sure    float64 // of recognition, 0-1; 1 for text that came as text
	shown   bool    // recognized from a picture on the page
}

type tagFlags uint8

const artifactTag tagFlags = 1

// Gaps between glyphs, in ems. Kerning stays under 0.1; the narrowest word
// spaces of tightly set titles are 0.16; letter-spaced text is judged against
// its own median gap.
const (
	minWordGap     = 0.13
	looseMedian    = 0.06 // median gap from which a run counts as letter-spaced
	minLooseGlyphs = 4
)

// cutPieces cuts runs into pieces at spaces and word gaps.
func cutPieces(p *page.Page, o Options) []piece {
	pieces := make([]piece, 0, len(p.Runs)*4)
	runs := composeAccents(p.Runs)
	for i := range runs {
		r := &runs[i]
		gap := wordGap(r)
		start := 0
		for k := 1; k <= len(r.Glyphs); k++ {
			if k < len(r.Glyphs) && !breaksWord(r, k, gap) {
				continue
			}
			pieces = append(pieces, newPiece(r, i, start, k))
			start = k
		}
	}
	return pieces
}

// breaksWord reports whether a new piece begins at glyph k of the run.
func breaksWord(r *page.Run, k int, gap float64) bool {
	g := &r.Glyphs[k]
	if g.Flags&page.SpaceBefore != 0 && gap <= minWordGap*r.Size {
		return true
	}
	d := glyphGap(r, k)
	return d > gap || d < -1.5*r.Size || text.IsIdeograph(g.Rune) != text.IsIdeograph(r.Glyphs[k-1].Rune) && d > 0.1*r.Size
}

// glyphGap returns the distance between glyph k and the one before it along the
// direction of writing; for right-to-left text the two are the other way round.
func glyphGap(r *page.Run, k int) float64 {
	a, b := &r.Glyphs[k-1], &r.Glyphs[k]
	if r.Angle != 0 {
		sin, cos := math.Sincos(r.Angle * math.Pi / 180)
		return (b.Origin.X-a.Origin.X)*cos + (b.Origin.Y-a.Origin.Y)*sin - advance(a, r.Size, sin, cos)
	}
	if text.IsRTL(b.Rune) && b.Box.X0 < a.Box.X0 {
		return a.Box.X0 - b.Box.X1
	}
	return b.Box.X0 - a.Box.X1
}

// advance returns how far a turned glyph reaches along its baseline. Its box is the
// one around a turned rectangle as high as its font size.
func advance(g *page.Glyph, size, sin, cos float64) float64 {
	if sin, cos = math.Abs(sin), math.Abs(cos); cos > sin {
		return max((g.Box.W()-size*sin)/cos, 0)
	}
	return max((g.Box.H()-size*cos)/sin, 0)
}

// wordGap returns the gap from which on two glyphs of the run are two words.
func wordGap(r *page.Run) float64 {
	if len(r.Glyphs) <= minLooseGlyphs {
		return minWordGap * r.Size
	}
	gaps := make([]float64, 0, 64)
	spaced := 0
	for k := 1; k < len(r.Glyphs); k++ {
		d := glyphGap(r, k)
		if r.Glyphs[k].Flags&page.SpaceBefore != 0 {
			spaced++
			if spaced*10 < len(r.Glyphs)*6 {
				continue
			}
		}
		gaps = append(gaps, d)
		if len(gaps) == cap(gaps) {
			break // the first glyphs tell
		}
	}
	if len(gaps) < minLooseGlyphs {
		return minWordGap * r.Size
	}
	slices.Sort(gaps)
	median := gaps[len(gaps)/2]
	if median < looseMedian*r.Size {
		return minWordGap * r.Size
	}
	return 1.6*median + 0.1*r.Size
}

// newPiece makes a piece of the glyphs from start to end.
func newPiece(r *page.Run, index, start, end int) piece {
	glyphs := r.Glyphs[start:end]
	p := piece{size: r.Size, font: r.Font, color: r.Color, mcid: r.MCID, run: index, angle: r.Angle, base: glyphs[0].Origin.Y, sure: 1, shown: r.Pictured}
	if r.Confidence > 0 {
		p.sure = r.Confidence
	}
	if r.Angle != 0 {
		sin, cos := math.Sincos(r.Angle * math.Pi / 180)
		first, last := &glyphs[0], &glyphs[len(glyphs)-1]
		p.left = first.Origin.X
		p.length = (last.Origin.X-first.Origin.X)*cos + (last.Origin.Y-first.Origin.Y)*sin + advance(last, r.Size, sin, cos)
	}
	p.space = glyphs[0].Flags&page.SpaceBefore != 0
	runes := make([]rune, 0, len(glyphs))
	rtl := 0
	for i := range glyphs {
		g := &glyphs[i]
		p.box = p.box.Union(g.Box)
		runes = append(runes, g.Rune)
		if text.IsRTL(g.Rune) {
			rtl++
		}
	}
	p.hyphen = glyphs[len(glyphs)-1].Flags&page.Hyphen != 0
	p.rtl = rtl*2 > len(runes)
	if p.rtl && len(glyphs) > 1 && glyphs[0].Box.X0 < glyphs[len(glyphs)-1].Box.X0 {
		slices.Reverse(runes) // drawn from left to right: visual order
	}
	p.text = text.Normalize(string(runes))
	if r.Font.Symbolic {
		p.text = text.Symbols(r.Font.Name, p.text)
	}
	p.text = text.TeXSigns(r.Font.Name, p.text)
	if r.Font.Bold {
		p.style |= doc.Bold
	}
	if r.Font.Italic {
		p.style |= doc.Italic
	}
	if r.Font.Monospace {
		p.style |= doc.Monospace
	}
	if r.Artifact {
		p.tags |= artifactTag
	}
	return p
}

// Shadows and fake bold repeat a word at a distance of a fraction of its size.
const overprintShift = 0.3

// dropOverprints marks pieces that repeat another one in the same place.
func (s *Sheet) dropOverprints() {
	type spot struct {
		text string
		y    int
	}
	seen := make(map[spot][]int, len(s.pieces))
	for i := range s.pieces {
		p := &s.pieces[i]
		if s.fate[i].reason != "" || len(p.text) == 0 {
			continue
		}
		y := int(p.base / 4)
		repeated := false
		for dy := -1; dy <= 1 && !repeated; dy++ {
			for _, k := range seen[spot{p.text, y + dy}] {
				q := &s.pieces[k]
				if math.Abs(p.base-q.base) < overprintShift*p.size && math.Abs(p.box.X0-q.box.X0) < min(overprintShift*p.size, 0.4*p.box.W()) && math.Abs(p.size-q.size) < 0.2*p.size {
					repeated = true
					if p.run != q.run {
						s.pieces[k].style |= boldIfShifted(p, q)
					}
					break
				}
			}
		}
		if repeated {
			s.drop(i, "overprint")
			continue
		}
		k := spot{p.text, y}
		seen[k] = append(seen[k], i)
	}
}

// boldIfShifted recognizes fake bold: the same word a hair to the side.
func boldIfShifted(p, q *piece) doc.Style {
	if d := math.Abs(p.box.X0 - q.box.X0); d > 0 && d < 0.06*p.size && p.color == q.color {
		return doc.Bold
	}
	return 0
}

// isDiagonal reports whether text runs neither along nor across the page.
func isDiagonal(angle float64) bool {
	const slack = 2 // degrees
	a := math.Mod(math.Abs(angle), 90)
	return a > slack && a < 90-slack
}

// hasWordRune reports whether there is a letter or digit in the text.
func hasWordRune(t string) bool { return strings.IndexFunc(t, text.IsWordRune) >= 0 }
