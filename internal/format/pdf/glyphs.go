package pdf

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf16"

	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/text"
)

// style is what all glyphs of one text object have in common.
type style struct {
	object   handle
	font     *page.Font
	size     float64
	angle    float64 // degrees clockwise
	color    page.Color
	mode     page.Mode
	mcid     int
	artifact bool
	dir      geom.Point // unit vector of writing on the page
	up       geom.Point // unit vector from the baseline to the top of the glyphs
}

// PDFium's own marks in the text of a page.
const (
	softHyphenMark = 0x02 // a hyphen at a line end that it believes to be soft
	unmappedMark   = 0
)

// angleSlack is the angle below which text counts as level, in degrees: scanned
// and converted documents jitter by fractions of one.
const angleSlack = 0.5

// readText reads the glyphs of the page. Each costs three or four calls, the
// rest is asked once for every text object.
func (r *Reader) readText(w *placed) {
	m := r.m
	text := m.call("FPDFText_LoadPage", w.handle)
	if text == 0 {
		return
	}
	defer m.call("FPDFText_ClosePage", text)
	count := m.callInt("FPDFText_CountChars", text)
	if count > r.limits.Glyphs {
		w.out.Cut = append(w.out.Cut, fmt.Sprintf("the page has %d characters, %d are read", count, r.limits.Glyphs))
		count = r.limits.Glyphs
	}
	var (
		st      *style
		styles  = map[handle]*style{}
		fonts   = map[handle]*page.Font{}
		glyphs  = make([]page.Glyph, 0, max(count, 0))
		first   int // index in glyphs where the current run begins
		space   bool
		lastOut = m.out(0)
		boxOut  = m.out(4)
	)
	flush := func(st *style) {
		if st != nil && len(glyphs) > first {
			w.out.Runs = append(w.out.Runs, newRun(st, glyphs[first:len(glyphs):len(glyphs)]))
		}
		first = len(glyphs)
	}
	for i := 0; i < count && m.trap == nil; i++ {
		char := rune(uint32(m.do(m.getUnicode, text, uint64(i))))
		if char >= 0xD800 && char < 0xDC00 && i+1 < count { // characters beyond 16 bits come in halves
			low := rune(uint32(m.do(m.getUnicode, text, uint64(i+1))))
			if r := utf16.DecodeRune(char, low); r != '\uFFFD' {
				char = r
				i++
			}
		}
		if isBlank(char) {
			// PDFium puts spaces of its own between distant glyphs; only drawn ones count.
			if !space {
				space = m.do(m.getTextObject, text, uint64(i)) != 0
			}
			continue
		}
		object := m.do(m.getTextObject, text, uint64(i))
		if object == 0 { // put in by PDFium, not drawn
			continue
		}
		before := st
		if st == nil || object != st.object {
			if st = styles[object]; st == nil {
				st = r.readStyle(w, text, i, object, fonts)
				styles[object] = st
			}
		}
		g := page.Glyph{Rune: char}
		switch char {
		case softHyphenMark, 0xFFFE, '\u00AD':
			g.Rune, g.Flags = '-', page.Hyphen
		case unmappedMark, 0xFFFF:
			g.Rune, g.Flags = '\uFFFD', page.Unmapped
		}
		if char >= 0xE000 && char <= 0xF8FF || char < 0x20 && char != softHyphenMark {
			g.Flags |= page.Unmapped
			if char < 0x20 {
				g.Rune = '\uFFFD'
			}
		}
		if space {
			g.Flags |= page.SpaceBefore
			space = false
		}
		m.do(m.getCharOrigin, text, uint64(i), lastOut, lastOut+8)
		g.Origin = w.toPage.Apply(geom.Point{X: m.float64At(0), Y: m.float64At(8)})
		if st.angle == 0 {
			m.do(m.getLooseBox, text, uint64(i), boxOut)
			// FS_RECTF is left, top, right, bottom.
			g.Box = w.toPage.ApplyRect(geom.Rect{X0: m.float32At(32), Y0: m.float32At(36), X1: m.float32At(40), Y1: m.float32At(44)})
		} else {
			m.call("FPDFText_GetCharBox", text, uint64(i), boxOut, boxOut+8, boxOut+16, boxOut+24)
			// Left, right, bottom, top.
			g.Box = w.toPage.ApplyRect(geom.Rect{X0: m.float64At(32), Y0: m.float64At(48), X1: m.float64At(40), Y1: m.float64At(56)})
		}
		if st != before && (before == nil || len(glyphs) == first || !st.goesOn(before, &glyphs[len(glyphs)-1], &g)) {
			flush(before)
		}
		glyphs = append(glyphs, g)
	}
	flush(st)
}

// Text objects that are one run, in ems: browsers draw every letter as an object of
// its own.
const (
	objectGap   = 0.1  // between the advance of a glyph and the next, either way
	objectShift = 0.02 // between their baselines
)

// areOneScript reports whether two characters may be of one word whose letters stand
// in the order they are drawn in: those of other scripts turn, stack or change
// places, and Latin beside Greek letters are a product.
func areOneScript(a, b rune) bool {
	for _, script := range []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic} {
		if unicode.In(a, script, unicode.Common) && unicode.In(b, script, unicode.Common) {
			return true
		}
	}
	return false
}

// goesOn reports whether a text object that begins with glyph g goes on where the
// one before ended with glyph last, in the same look.
func (st *style) goesOn(before *style, last, g *page.Glyph) bool {
	if st.font != before.font || st.size != before.size || st.color != before.color || st.mode != before.mode ||
		st.angle != 0 || before.angle != 0 || st.mcid != before.mcid || st.artifact != before.artifact || !areOneScript(last.Rune, g.Rune) {
		return false
	}
	return math.Abs(g.Box.X0-last.Box.X1) < objectGap*st.size && math.Abs(g.Origin.Y-last.Origin.Y) < objectShift*st.size
}

// newRun closes a run: it shares out the box of glyphs that are pieces of one
// ligature, gives turned glyphs their advance boxes and adds up the whole.
func newRun(st *style, glyphs []page.Glyph) page.Run {
	splitLigatures(glyphs, st)
	if st.angle != 0 {
		turnedBoxes(glyphs, st)
	} else {
		evenHeights(glyphs, st)
	}
	run := page.Run{
		Glyphs: glyphs, Font: st.font, Size: st.size, Color: st.color, Mode: st.mode,
		Angle: st.angle, MCID: st.mcid, Artifact: st.artifact, Confidence: 1,
	}
	for i := range glyphs {
		run.Box = run.Box.Union(glyphs[i].Box)
	}
	return run
}

// splitLigatures divides the box of a glyph that stands for several characters
// among them: they arrive as neighbours with one origin and one box.
func splitLigatures(glyphs []page.Glyph, st *style) {
	for i := 0; i < len(glyphs); {
		j := i + 1
		for j < len(glyphs) && glyphs[j].Origin == glyphs[i].Origin && glyphs[j].Box == glyphs[i].Box {
			j++
		}
		if n := float64(j - i); n > 1 && st.angle == 0 {
			box, step := glyphs[i].Box, glyphs[i].Box.W()/n
			isRTL := text.IsRTL(glyphs[i].Rune)
			for k := i; k < j; k++ {
				at := k - i
				if isRTL { // the first character stands to the right
					at = j - 1 - k
				}
				glyphs[k].Box.X0 = box.X0 + step*float64(at)
				glyphs[k].Box.X1 = glyphs[k].Box.X0 + step
				glyphs[k].Origin.X = glyphs[k].Box.X0
			}
		}
		i = j
	}
}

// Height of a glyph box above and below the baseline, in ems, for fonts whose
// own measures are missing or absurd.
const (
	plainAscent  = 0.75
	plainDescent = 0.25
)

// evenHeights gives glyphs whose font measures are broken a sane box: PDFium
// falls back to the ink, which is empty for some and a dot for a full stop.
func evenHeights(glyphs []page.Glyph, st *style) {
	for i := range glyphs {
		g := &glyphs[i]
		if h := g.Box.H(); h < 0.5*st.size || h > 2*st.size || g.Box.Y0 > g.Origin.Y || g.Box.Y1 < g.Origin.Y-0.5*st.size {
			g.Box.Y0, g.Box.Y1 = g.Origin.Y-plainAscent*st.size, g.Origin.Y+plainDescent*st.size
		}
		if g.Box.X1 <= g.Box.X0 {
			g.Box.X1 = g.Box.X0 + 0.1*st.size
			if i+1 < len(glyphs) && glyphs[i+1].Origin.X > g.Box.X0 && glyphs[i+1].Origin.X < g.Box.X0+st.size {
				g.Box.X1 = glyphs[i+1].Origin.X
			}
		}
	}
}

// turnedBoxes replaces the ink boxes of turned text by boxes that reach from one
// origin to the next and over the height of the font.
func turnedBoxes(glyphs []page.Glyph, st *style) {
	along := func(p geom.Point) float64 { return p.X*st.dir.X + p.Y*st.dir.Y }
	for i := range glyphs {
		g := &glyphs[i]
		ink := g.Box
		advance := max(
			along(geom.Point{X: ink.X0, Y: ink.Y0}), along(geom.Point{X: ink.X1, Y: ink.Y1}),
			along(geom.Point{X: ink.X0, Y: ink.Y1}), along(geom.Point{X: ink.X1, Y: ink.Y0}),
		) - along(g.Origin)
		if i+1 < len(glyphs) {
			if next := along(glyphs[i+1].Origin) - along(g.Origin); next > 0 && next < advance+0.3*st.size {
				advance = next
			}
		}
		advance = min(max(advance, 0.1*st.size), 2*st.size)
		corner := func(s, t float64) geom.Point {
			return geom.Point{X: g.Origin.X + st.dir.X*s + st.up.X*t, Y: g.Origin.Y + st.dir.Y*s + st.up.Y*t}
		}
		a, b := corner(0, -plainDescent*st.size), corner(advance, plainAscent*st.size)
		c, d := corner(0, plainAscent*st.size), corner(advance, -plainDescent*st.size)
		g.Box = geom.Rect{
			X0: min(a.X, b.X, c.X, d.X), Y0: min(a.Y, b.Y, c.Y, d.Y),
			X1: max(a.X, b.X, c.X, d.X), Y1: max(a.Y, b.Y, c.Y, d.Y),
		}
	}
}

// readStyle asks for everything the glyphs of a text object share. index is one
// of its characters.
func (r *Reader) readStyle(w *placed, text handle, index int, object handle, fonts map[handle]*page.Font) *style {
	m := r.m
	st := &style{object: object, mcid: -1}
	fontHandle := m.call("FPDFTextObj_GetFont", object)
	if st.font = fonts[fontHandle]; st.font == nil {
		st.font = r.readFont(fontHandle)
		fonts[fontHandle] = st.font
	}
	m.clear(24)
	matrix := geom.Identity
	if m.callInt("FPDFText_GetMatrix", text, uint64(index), m.out(0)) != 0 {
		matrix = geom.Matrix{A: m.float32At(0), B: m.float32At(4), C: m.float32At(8), D: m.float32At(12)}
	}
	onPage := matrix.Then(geom.Matrix{A: w.toPage.A, B: w.toPage.B, C: w.toPage.C, D: w.toPage.D})
	size := math.Float64frombits(m.call("FPDFText_GetFontSize", text, uint64(index)))
	st.size = math.Abs(size) * scaleY(onPage)
	if st.size < minSize || math.IsNaN(st.size) || math.IsInf(st.size, 0) {
		st.size = minSize
	}
	st.dir = unit(geom.Point{X: onPage.A, Y: onPage.B}, geom.Point{X: 1})
	st.up = unit(geom.Point{X: onPage.C, Y: onPage.D}, geom.Point{Y: -1})
	if size < 0 {
		st.dir, st.up = geom.Point{X: -st.dir.X, Y: -st.dir.Y}, geom.Point{X: -st.up.X, Y: -st.up.Y}
	}
	st.angle = math.Atan2(st.dir.Y, st.dir.X) * 180 / math.Pi
	if math.Abs(st.angle) < angleSlack {
		st.angle = 0
	}
	mode := m.callInt("FPDFTextObj_GetTextRenderMode", object)
	paint := "FPDFPageObj_GetFillColor"
	if mode == 1 || mode == 5 { // outlines alone
		paint = "FPDFPageObj_GetStrokeColor"
	}
	m.clear(32)
	if m.callInt(paint, object, m.out(0), m.out(1), m.out(2), m.out(3)) != 0 {
		st.color = page.Color(m.uint32At(0)&0xff<<24 | m.uint32At(8)&0xff<<16 | m.uint32At(16)&0xff<<8 | m.uint32At(24)&0xff)
	} else {
		st.color = 0x000000ff
	}
	if mode == 3 || mode == 7 {
		st.mode = page.Invisible
	}
	if r.tagged {
		st.mcid = m.callInt("FPDFPageObj_GetMarkedContentID", object)
		if st.mcid < 0 {
			st.artifact = r.isArtifact(object)
		}
	}
	return st
}

// minSize stands in for sizes that are zero or not a number.
const minSize = 0.1

// unit scales a vector to length 1, or returns instead when it has none.
func unit(p, instead geom.Point) geom.Point {
	l := math.Hypot(p.X, p.Y)
	if l < 1e-9 || math.IsNaN(l) || math.IsInf(l, 0) {
		return instead
	}
	return geom.Point{X: p.X / l, Y: p.Y / l}
}

// isArtifact reports whether the object is marked as page furniture.
func (r *Reader) isArtifact(object handle) bool {
	m := r.m
	n := min(m.callInt("FPDFPageObj_CountMarks", object), 16)
	for i := range n {
		mark := m.call("FPDFPageObj_GetMark", object, uint64(i))
		m.clear(8)
		if m.call("FPDFPageObjMark_GetName", mark, m.out(1), 512, m.out(0)) == 0 {
			continue
		}
		size := m.uint32At(0)
		if size < 2 || size > 512 {
			continue
		}
		if b, ok := m.mem.Read(m.scratch+8, size); ok && strings.ReplaceAll(string(b), "\x00", "") == "Artifact" {
			return true
		}
	}
	return false
}

// isBlank reports whether a character is white space that draws nothing.
func isBlank(c rune) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '\v', '\f', 0x00A0, 0x3000, 0x2028, 0x2029, 0x200B, 0xFEFF:
		return true
	}
	return c >= 0x2000 && c <= 0x200A || c == 0x202F || c == 0x205F
}
