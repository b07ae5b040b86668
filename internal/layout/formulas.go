package layout

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/text"
)

// A displayed formula stands alone in its rows, set in from the edge of the text
// around it, and says something in mathematics: it has a relation or a large
// operator, signs or letters of mathematics, and hardly a word. What is set above
// and below its line (numerators, limits, rows of a matrix) comes as lines of its
// own and is brought back here, so that a formula is one line for the passes that
// follow.
const (
	minMathSigns  = 2    // signs that only mathematics has
	maxMathWords  = 0.34 // share of letters in ordinary words: "if x is odd"
	maxPartWords  = 0.5  // the same for what stands above and below
	displayIndent = 0.5  // ems a display is set in from the text
	displayApart  = 2.0  // ems to other text in its rows: nearer, it is part of a sentence
	displayReach  = 6.0  // ems up and down to the text that tells where the column begins
	fragmentGap   = 2.2  // ems between the parts of one formula: two quads
	fragmentOut   = 0.8  // the same for parts above and below
	fragmentRise  = 0.35 // ems by which the box of a part may miss the formula's
	hangingSigns  = 2.2  // ems that large delimiters reach below their box
)

// mathRows are the main lines of formulas with what belongs to each.
type formulaRow struct {
	seeds []int     // lines with a relation, on one baseline
	parts []int     // all lines, seeds first
	main  geom.Rect // of the seeds
	box   geom.Rect
	base  float64
	em    float64
	left  float64 // edges of the text above and below it, infinite when there is none
	right float64
	free  bool // it is a display
}

// findFormulas brings the lines of each displayed formula together.
func findFormulas(s *Sheet) {
	if s.opts.TextOnly {
		return
	}
	rows := s.formulaRows()
	for n := 0; n != len(rows); {
		n = len(rows)
		s.gatherParts(rows)
		rows = mergeFormulaRows(rows)
	}
	for i := range rows {
		r := &rows[i]
		r.free = s.standsFree(r, rows)
	}
	for i := range rows {
		if rows[i].free {
			s.joinFormula(&rows[i])
		}
	}
}

// formulaRows finds the main lines of formulas. Two in one row are one formula
// when they stand as near as its parts do.
func (s *Sheet) formulaRows() []formulaRow {
	var rows []formulaRow
	for li := range s.lines {
		if !s.isDisplayed(li) {
			continue
		}
		l := &s.lines[li]
		box := s.reach(li)
		k := slices.IndexFunc(rows, func(r formulaRow) bool {
			return math.Abs(s.lines[r.seeds[0]].base-l.base) < 0.3*l.size && gapX(r.main, box) < fragmentGap*l.size
		})
		if k < 0 {
			rows = append(rows, formulaRow{main: box, box: box, em: l.size})
			k = len(rows) - 1
		}
		r := &rows[k]
		r.seeds, r.parts = append(r.seeds, li), append(r.parts, li)
		r.main, r.box, r.base = r.main.Union(box), r.box.Union(box), l.base
	}
	for i := range rows {
		r := &rows[i]
		r.left, r.right = s.columnAround(r.main, r.em)
	}
	// "i = 1" below a sum is no formula of its own.
	return slices.DeleteFunc(rows, func(r formulaRow) bool {
		return slices.ContainsFunc(rows, func(o formulaRow) bool {
			return r.em < mathScript*o.em && gapY(r.main, o.main) < 0.5*o.em && gapX(r.main, o.main) < fragmentGap*o.em
		})
	})
}

// columnAround returns the edges of the running text above and below a box.
func (s *Sheet) columnAround(box geom.Rect, em float64) (left, right float64) {
	left, right = math.Inf(1), math.Inf(-1)
	for k := range s.lines {
		l := &s.lines[k]
		if l.glyphs == 0 || l.box.OverlapX(box) <= 0 || l.box.OverlapY(box) > 0.3*l.box.H() || gapY(l.box, box) >= displayReach*em {
			continue
		}
		if s.isProseLine(l) {
			left, right = min(left, l.box.X0), max(right, l.box.X1)
		}
	}
	return left, right
}

// mergeFormulaRows joins rows of one baseline that their parts have brought
// together.
func mergeFormulaRows(rows []formulaRow) []formulaRow {
	for i := 0; i < len(rows); i++ {
		a := &rows[i]
		for j := len(rows) - 1; j > i; j-- {
			b := &rows[j]
			if math.Abs(a.base-b.base) < 0.3*a.em && gapX(a.box, b.box) < fragmentGap*a.em {
				a.seeds, a.parts = append(a.seeds, b.seeds...), append(a.parts, b.parts...)
				a.main, a.box = a.main.Union(b.main), a.box.Union(b.box)
				rows = slices.Delete(rows, j, j+1)
				i = -1
				break
			}
		}
		if i < 0 {
			continue
		}
	}
	return rows
}

// gatherParts gives every other line of mathematics to the nearest row that it
// touches.
func (s *Sheet) gatherParts(rows []formulaRow) {
	taken := map[int]bool{}
	for i := range rows {
		for _, li := range rows[i].parts {
			taken[li] = true
		}
	}
	for grown := len(rows) > 0; grown; {
		grown = false
		for k := range s.lines {
			l := &s.lines[k]
			if taken[k] || l.glyphs == 0 {
				continue
			}
			box := s.reach(k)
			best, bestD := -1, math.Inf(1)
			for i := range rows {
				r := &rows[i]
				if d := math.Abs(box.CenterY() - r.main.CenterY()); d < bestD && r.touches(box) {
					best, bestD = i, d
				}
			}
			if best < 0 || !s.isFragment(k) || formulaNumber.MatchString(l.text) {
				continue
			}
			r := &rows[best]
			taken[k], grown = true, true
			r.parts, r.box = append(r.parts, k), r.box.Union(box)
			if box.OverlapY(r.main) > 0.5*min(box.H(), r.main.H()) {
				r.main = r.main.Union(geom.Rect{X0: box.X0, X1: box.X1, Y0: r.main.Y0, Y1: r.main.Y1})
			}
		}
	}
}

// touches reports whether a line is so near to a row that it is part of it: in
// the row as far away as two quads, above and below it hardly further out.
func (r *formulaRow) touches(box geom.Rect) bool {
	switch {
	case gapY(box, r.box) > fragmentRise*r.em, box.X0 < r.left-r.em && !math.IsInf(r.left, 0), box.X1 > r.right+r.em && !math.IsInf(r.right, 0):
		return false
	case box.OverlapY(r.main) > 0.5*min(box.H(), r.main.H()):
		return gapX(box, r.box) < fragmentGap*r.em
	}
	return gapX(box, r.main) < fragmentOut*r.em
}

// mathLine says what a line is made of.
type mathLine struct {
	letters   int // letters and digits
	words     int // letters in ordinary words
	signs     int // that only mathematics has
	relations int // signs that state something
}

// relations are the signs that make a statement.
const relationSigns = "=<>≤≥≠≈≡∼≃≅∝∈∉⊂⊆⊃⊇→←↔⇒⇔↦≪≫≺≻⪯⪰≜≔"

// mathFont matches the fonts of mathematics by name.
var mathFont = regexp.MustCompile(`(?i)^(?:cm(?:mi|mib|sy|ex|bsy)\d*|ms[ab]m\d*|euf[mb]\d*|eus[mb]\d*|rsfs\d*|lm(?:mi|sy|ex)\d.*|mt(?:mi|sy|ex|2mi).*|[tp]x(?:mi|sy|ex).*|rtx.?mi.*|.*math.*|stix(?:general|size|nonuni|integrals|variants).*)$`)

// functions are the names of functions that are set upright in formulas.
var functions = map[string]bool{
	"sin": true, "cos": true, "tan": true, "cot": true, "sec": true, "csc": true, "sinh": true, "cosh": true, "tanh": true,
	"arcsin": true, "arccos": true, "arctan": true, "log": true, "ln": true, "lg": true, "exp": true, "max": true, "min": true,
	"sup": true, "inf": true, "lim": true, "limsup": true, "liminf": true, "det": true, "dim": true, "ker": true, "gcd": true,
	"arg": true, "deg": true, "hom": true, "mod": true, "Pr": true, "tr": true, "argmax": true, "argmin": true, "diag": true,
	"sgn": true, "rank": true, "var": true, "Var": true, "cov": true, "Cov": true,
}

// isMathRune reports whether a character is a sign of mathematics and of nothing
// else; signs that ordinary text uses as well do not count.
func isMathRune(r rune) bool {
	return r > 0x7f && unicode.Is(unicode.Sm, r) && r != '¬' && r != '±' && r != '×' && r != '→' && r != '÷' ||
		r >= 0x1D400 && r <= 0x1D7FF || r == '′' || r == '∅' || r == '∞'
}

// mathOf counts what the pieces are made of.
func (s *Sheet) mathOf(pieces []int) mathLine {
	var m mathLine
	for _, i := range pieces {
		p := &s.pieces[i]
		font := mathFont.MatchString(p.font.Name)
		letters, signs := 0, 0
		for _, r := range p.text {
			if text.IsWordRune(r) {
				m.letters++
			}
			switch {
			case unicode.IsLetter(r) && (r < 0x1D400 || r > 0x1D7FF):
				letters++
			case isMathRune(r):
				signs++
			}
			if isRelation(r) {
				m.relations++
			}
		}
		switch {
		case font && strings.Trim(p.text, "0123456789.,") != "", letters == 1 && p.style&doc.Italic != 0 && utf8.RuneCountInString(p.text) <= 3:
			m.signs++
		case letters > 1 && !isFunction(p.text) && (p.style&doc.Italic == 0 || letters > 3):
			m.words += letters
		}
		m.signs += signs
	}
	return m
}

// isRelation reports whether a sign stands between the sides of an equation.
func isRelation(r rune) bool {
	return (r < 'a' || r > 'z') && strings.ContainsRune(relationSigns, r)
}

// isFunction reports whether a text names a function, such as "cos" or "log(".
func isFunction(t string) bool {
	for _, w := range strings.FieldsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if utf8.RuneCountInString(w) > 1 && !functions[w] {
			return false
		}
	}
	return true
}

// isDisplayed reports whether a line may be the main line of a displayed formula.
func (s *Sheet) isDisplayed(li int) bool {
	l := &s.lines[li]
	if !strings.ContainsFunc(l.text, isRelation) {
		return false // most lines end here
	}
	if l.glyphs == 0 || l.angle != 0 || l.rtl || l.size < mathScript*s.body || s.isFurniture(li) || s.drawingAround(l.box) >= 0 {
		return false
	}
	m := s.mathOf(l.pieces)
	return m.relations > 0 && m.signs >= minMathSigns && float64(m.words) <= maxMathWords*float64(m.letters)
}

// isFragment reports whether a line may be a part of a formula.
func (s *Sheet) isFragment(li int) bool {
	l := &s.lines[li]
	if l.glyphs == 0 || l.angle != 0 || s.isFurniture(li) || isMarker(l.text) && strings.ContainsAny(l.text, bullets) {
		return false
	}
	m := s.mathOf(l.pieces)
	return m.words == 0 || m.signs > 0 && float64(m.words) <= maxPartWords*float64(m.letters)
}

// formulaNumber is the number of an equation.
var formulaNumber = regexp.MustCompile(`^[(\[]\s?[A-Z]?\d{0,3}(?:[.\-–]\d{1,3}){0,3}[a-z′'*]?\s?[)\]]$`)

// reach returns the box of a line; TeX's large delimiters hang below their
// baseline, where their box does not show it.
func (s *Sheet) reach(li int) geom.Rect {
	var box geom.Rect
	for _, i := range s.lines[li].pieces {
		p := &s.pieces[i]
		b := p.box
		if strings.HasPrefix(p.font.Name, "CMEX") {
			b.Y0, b.Y1 = p.base, p.base+hangingSigns*p.size
		}
		box = box.Union(b)
	}
	return box
}

// gapX returns the white between two boxes side by side, negative when they
// overlap.
func gapX(a, b geom.Rect) float64 { return max(a.X0, b.X0) - min(a.X1, b.X1) }

// gapY is the same for boxes one above the other.
func gapY(a, b geom.Rect) float64 { return max(a.Y0, b.Y0) - min(a.Y1, b.Y1) }

// standsFree reports whether nothing but its number stands in the rows of a
// formula, and the text above or below begins further left. The number is added
// to the parts by joinFormula.
func (s *Sheet) standsFree(r *formulaRow, rows []formulaRow) bool {
	box, em := r.box, r.em
	var parts []int
	for i := range rows {
		if math.Abs(rows[i].base-r.base) > 0.3*em || rows[i].main == r.main {
			parts = append(parts, rows[i].parts...)
		}
	}
	left, right := r.left, r.right
	if !math.IsInf(left, 0) && box.X0-left < displayIndent*em {
		return false
	}
	for k := range s.lines {
		l := &s.lines[k]
		if l.glyphs == 0 || slices.Contains(parts, k) || l.box.OverlapY(box) < 0.3*l.box.H() || s.isNumberOf(l, box) {
			continue
		}
		gap := gapX(l.box, box)
		inColumn := math.IsInf(left, 0) || l.box.X1 > left && l.box.X0 < right
		if gap < displayApart*em || inColumn && !s.isFragment(k) && gap < displayReach*em {
			return false
		}
		if inColumn && !math.IsInf(left, 0) && !s.isFragment(k) {
			return false
		}
	}
	for _, t := range s.tables {
		if t.box.Overlaps(box) {
			return false
		}
	}
	return true
}

// minProseWords make a line of running text.
const minProseWords = 3

// isProseLine reports whether a line is ordinary text.
func (s *Sheet) isProseLine(l *line) bool {
	if l.angle != 0 || s.mathOf(l.pieces).relations > 0 && len(l.pieces) < 2*minProseWords {
		return false
	}
	n := 0
	for _, i := range l.pieces {
		if startsWithWord(strings.TrimLeft(s.pieces[i].text, `"“‘(`)) && utf8.RuneCountInString(s.pieces[i].text) > 1 {
			n++
		}
	}
	return n >= minProseWords
}

// isNumberOf reports whether a line is the number of the formula in the box.
func (s *Sheet) isNumberOf(l *line, box geom.Rect) bool {
	if !formulaNumber.MatchString(l.text) {
		return false
	}
	if l.box.OverlapY(box) > 0.5*l.box.H() {
		return gapX(l.box, box) > 0.5*l.size && gapX(l.box, box) < 0.6*s.in.Width
	}
	// A long formula pushes its number to the line below.
	return l.box.Y0 > box.CenterY() && gapY(l.box, box) < 0.8*l.size && l.box.X0 > box.X0+0.8*box.W()
}

// joinFormula makes one line of the parts of a formula and its number.
func (s *Sheet) joinFormula(r *formulaRow) {
	main, parts := r.seeds[0], r.parts
	var pieces []int
	box := geom.Rect{}
	for _, k := range parts {
		pieces = append(pieces, s.lines[k].pieces...)
		box = box.Union(s.lines[k].box)
	}
	number, best := -1, math.Inf(1)
	for k := range s.lines {
		l := &s.lines[k]
		if l.glyphs > 0 && !slices.Contains(parts, k) && s.isNumberOf(l, box) && math.Abs(l.box.CenterY()-box.CenterY()) < best && !s.proseBetween(l.box, box) {
			number, best = k, math.Abs(l.box.CenterY()-box.CenterY())
		}
	}
	l := &s.lines[main]
	base := l.base
	var own []int
	if number < 0 {
		pieces, own = s.cutNumber(pieces)
	}
	tree := &formulaTree{nodes: s.mathRow(pieces), number: own}
	if number >= 0 {
		tree.number = s.lines[number].pieces
		parts = append(parts, number)
	}
	for _, k := range parts {
		if k != main {
			s.lines[k].pieces, s.lines[k].text, s.lines[k].glyphs = nil, "", 0
		}
	}
	l.pieces = tree.pieces(nil)
	for _, i := range l.pieces {
		s.pieces[i].marks &^= doc.Underline // bars of fractions
	}
	l.formula = tree
	s.measure(l)
	l.base, l.wide = base, false
}

// cutNumber takes the number off the end of a formula, where it stands apart.
func (s *Sheet) cutNumber(pieces []int) (rest, number []int) {
	last := 0
	for k, i := range pieces {
		if s.pieces[i].box.X1 > s.pieces[pieces[last]].box.X1 {
			last = k
		}
	}
	p := &s.pieces[pieces[last]]
	if !formulaNumber.MatchString(p.text) {
		return pieces, nil
	}
	for k, i := range pieces {
		if k != last && p.box.X0-s.pieces[i].box.X1 < p.size {
			return pieces, nil
		}
	}
	return slices.Delete(slices.Clone(pieces), last, last+1), pieces[last : last+1 : last+1]
}

// proseBetween reports whether text stands between a formula and its number: then
// the number is another column's.
func (s *Sheet) proseBetween(a, b geom.Rect) bool {
	gap := geom.Rect{X0: min(a.X1, b.X1), X1: max(a.X0, b.X0), Y0: a.Y0, Y1: a.Y1}
	return slices.ContainsFunc(s.lines, func(l line) bool { return l.glyphs > 0 && l.box.Overlaps(gap.Grow(-0.5)) })
}
