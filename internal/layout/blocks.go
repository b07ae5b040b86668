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
)

// kind says what a block has turned out to be.
type kind uint8

const (
	paragraph kind = iota
	heading
	listEntry
	code
	caption
	footnote
	formula
	tableBlock
	figureBlock
	asideBlock // turned text in a margin
)

// block is lines that belong together, or a table or figure.
type block struct {
	kind      kind
	lines     []int
	box       geom.Rect
	boxes     []geom.Rect // its pieces when it goes on in another column
	size      float64
	style     doc.Style // what all of its text has
	column    int       // index in Sheet.columns
	left      float64   // left edge of its column's text
	right     float64
	text      string
	before    float64 // distance of baselines to the line above in the column, 0 for the first
	after     float64 // the same to the line below
	table     *grid
	fig       *figure
	level     int // of a heading, 1-6
	title     bool
	told      bool      // the structure tree says that it is a heading
	byDepth   bool      // the level is the depth of its section
	treeLevel int       // and of this level, 0 when it does not say
	bookmark  int       // how deep the bookmark lies that names it, 0 for none
	marker    marker    // of a list entry
	number    numbering // of a heading or entry
	caption   int       // block that is the caption of this figure or table, -1 for none
	quote     bool      // a paragraph quoted from elsewhere
	note      string    // mark of a footnote
	index     bool      // an entry of an index, which is complete

	contents  bool // an entry of a table of contents
	pageFirst bool // that begins with its page
}

// Distances that end a paragraph.
const (
	paragraphGap = 1.28 // times the column's usual leading
	sizeStep     = 0.07 // relative difference of sizes between two kinds of text
	indentEms    = 0.8  // first-line indents are 1 to 2 ems; jitter is under 0.3
	raggedRoom   = 0.30 // share of the column width a line may leave free at its end inside a paragraph
)

// buildBlocks cuts every column into blocks.
func buildBlocks(s *Sheet) {
	for k := range s.columns {
		c := &s.columns[k]
		switch {
		case c.table != nil:
			s.blocks = append(s.blocks, block{kind: tableBlock, box: c.box, table: c.table, column: k, caption: -1})
		case c.fig != nil:
			s.blocks = append(s.blocks, block{kind: figureBlock, box: c.box, fig: c.fig, column: k, caption: -1})
		default:
			s.columnBlocks(k)
		}
	}
	s.joinCode()
	asides := s.takeAsides()
	s.joinOverColumns()
	s.placeAsides(asides)
}

// maxCodeGap is the white inside a listing, in lines: one or two empty ones.
const maxCodeGap = 3.4

// joinCode joins the parts of a listing that empty lines divide; single lines in
// the same face next to code are code.
func (s *Sheet) joinCode() {
	mono := func(b *block) bool {
		return len(b.lines) > 0 && (b.kind == code || b.kind == paragraph && b.style&doc.Monospace != 0)
	}
	for i := 0; i+1 < len(s.blocks); i++ {
		a, b := &s.blocks[i], &s.blocks[i+1]
		if !mono(a) || !mono(b) || a.kind != code && b.kind != code || a.column != b.column || !sameSize(a.size, b.size) || b.before > maxCodeGap*typicalLeading*b.size {
			continue
		}
		a.kind = code
		a.lines = append(slices.Clone(a.lines), b.lines...)
		a.box = a.box.Union(b.box)
		a.boxes = []geom.Rect{a.box}
		a.text += " " + b.text
		a.after = b.after
		s.blocks = slices.Delete(s.blocks, i+1, i+2)
		i--
	}
}

// columnBlocks cuts the lines of one column.
func (s *Sheet) columnBlocks(k int) {
	c := &s.columns[k]
	v := s.viewOf(c)
	start := 0
	for i := 1; i <= len(c.lines); i++ {
		if i < len(c.lines) && !v.breaksAt(i, start) {
			continue
		}
		b := s.newBlock(c.lines[start:i:i], k, v)
		b.contents = v.contents[start] != noHang
		b.pageFirst = b.contents && v.pagesFirst
		if start > 0 {
			b.before = v.gap(start)
		}
		if i < len(c.lines) {
			b.after = v.gap(i)
		}
		s.blocks = append(s.blocks, b)
		start = i
	}
}

// columnView is a column with what is usual in it.
type columnView struct {
	s           *Sheet
	lines       []int
	left, right float64
	leading     map[float64]float64 // usual leading by rounded size
	hanging     bool                // most lines are indented under the first of their paragraph
	hangs       hangs               // what hanging paragraphs make of each line
	index       bool                // the lines are entries of an index
	contents    contents            // what a table of contents makes of each line
	pagesFirst  bool                // its page numbers stand before the entries
}

func (s *Sheet) viewOf(c *column) *columnView {
	v := &columnView{s: s, lines: c.lines, left: math.Inf(1), right: math.Inf(-1), leading: map[float64]float64{}}
	gaps := map[float64][]float64{}
	for i, li := range c.lines {
		l := &s.lines[li]
		v.left, v.right = min(v.left, l.box.X0), max(v.right, l.box.X1)
		if i > 0 {
			p := &s.lines[c.lines[i-1]]
			if sameSize(p.size, l.size) && l.base-p.base > 0.3*l.size { // not in one row
				gaps[roundSize(l.size)] = append(gaps[roundSize(l.size)], l.base-p.base)
			}
		}
	}
	for size, g := range gaps {
		slices.Sort(g)
		// The lower third: gaps between paragraphs are the larger ones.
		usual := g[len(g)/3]
		v.leading[size] = min(max(usual, minLeading*size), 1.9*size)
	}
	indents := map[float64]int{}
	flush := 0
	for _, li := range c.lines {
		l := &s.lines[li]
		switch in := l.box.X0 - v.left; {
		case in < 0.3*l.size:
			flush++
		case in > indentEms*l.size && in < 4*l.size:
			indents[math.Round(in)]++
		}
	}
	most := 0
	for _, n := range indents {
		most = max(most, n)
	}
	// Every paragraph begins at the edge, and nothing stands elsewhere.
	first := s.lines[c.lines[0]].box.X0-v.left < 0.3*s.lines[c.lines[0]].size
	v.hanging = len(c.lines) >= minHangingLines && first && flush >= 2 && float64(most) >= minHanging*float64(len(c.lines)) &&
		float64(most+flush) >= 0.9*float64(len(c.lines))
	v.hangs, v.index = v.findHanging(), v.isIndex()
	v.contents, v.pagesFirst = v.findContents()
	return v
}

// A column of hanging paragraphs: definitions, references, an index.
const (
	minHangingLines = 4
	minHanging      = 0.4 // share of lines that are indented; first-line indents are fewer
)

func (v *columnView) line(i int) *line { return &v.s.lines[v.lines[i]] }

// gap returns the distance of the baselines of lines i-1 and i.
func (v *columnView) gap(i int) float64 { return v.line(i).base - v.line(i-1).base }

func sameSize(a, b float64) bool { return math.Abs(a-b) <= sizeStep*max(a, b) }

// breaksAt reports whether a new block begins at line i of the column; start is
// the first line of the block so far.
func (v *columnView) breaksAt(i, start int) bool {
	p, l := v.line(i-1), v.line(i)
	if p.angle != l.angle || !sameSize(p.size, l.size) || p.formula != nil || l.formula != nil {
		return true
	}
	if c := v.contents[i]; c != noHang || v.contents[i-1] != noHang {
		return c != hangOn
	}
	if v.styleBreak(p, l) || i-start == 1 && v.headBreak(p, l) {
		return true
	}
	usual := v.leading[roundSize(l.size)]
	if usual == 0 {
		usual = 1.35 * l.size
	}
	gap := v.gap(i)
	if gap > paragraphGap*usual || gap > 2*l.size || gap < -0.5*l.size {
		return true
	}
	if isMono(p) && isMono(l) {
		return false
	}
	if v.hangsUnderNumber(i, start) {
		return false
	}
	switch {
	case v.index:
		return v.indexBreak(i)
	case v.hangs[i] == hangOn:
		return false
	case v.hangs[i] == hangStart:
		return true
	}
	if v.entryBreak(i, start) || v.s.standsAlone(p) || v.s.standsAlone(l) {
		return true
	}
	em := l.size
	centered := math.Abs(l.box.CenterX()-p.box.CenterX()) < 0.4*em && math.Abs(l.box.X0-p.box.X0) > 0.5*em && l.box.X0-v.left > 0.5*em
	if centered {
		return false
	}
	if v.isDisplay(l) {
		return endsSentence(p.text) && v.shortBreak(i, start)
	}
	return v.indentBreak(i, start) || v.shortBreak(i, start)
}

// leaderForm is the end of an entry of a table of contents.
var leaderForm = regexp.MustCompile(`(\.\s?){4,}\s*[0-9ivxlc]{1,6}$`)

// standsAlone reports whether a line is a row of its own: a label and its value
// far apart, or an entry that leads to a page number.
func (s *Sheet) standsAlone(l *line) bool {
	if leaderForm.MatchString(l.text) {
		return true
	}
	if !l.wide {
		return false
	}
	m := s.markOf(l)
	if m.kind == noMarker && readNumbering(l.text).depth == 0 {
		return true
	}
	// The gap behind a mark or number does not count.
	gaps := 0
	for k := 1; k < len(l.pieces); k++ {
		a, b := &s.pieces[l.pieces[k-1]], &s.pieces[l.pieces[k]]
		if b.box.X0-a.box.X1 > gutterGap*l.size {
			gaps++
		}
	}
	return gaps > 1
}

// isDisplay reports whether a line is set larger than the page's text: titles
// are broken by sense, not by room.
func (v *columnView) isDisplay(l *line) bool {
	return l.size > largerText*v.s.body
}

// styleBreak reports whether the weight changes for whole lines: a heading set
// in the size of the text.
func (v *columnView) styleBreak(p, l *line) bool {
	a, b := v.s.allStyle(p), v.s.allStyle(l)
	if (a^b)&doc.Bold == 0 {
		return false
	}
	// A bold line above text that has no bold at its start, or text above a bold line.
	if a&doc.Bold != 0 {
		return v.s.pieces[l.pieces[0]].style&doc.Bold == 0
	}
	return v.s.pieces[p.pieces[len(p.pieces)-1]].style&doc.Bold == 0
}

// headBreak reports whether p is a short line in a face that l does not use: a
// heading in the size and weight of the text.
func (v *columnView) headBreak(p, l *line) bool {
	if v.right-p.box.X1 < 0.25*(v.right-v.left) || p.rtl {
		return false
	}
	faces := map[string]bool{}
	for _, i := range p.pieces {
		if q := &v.s.pieces[i]; hasWordRune(q.text) {
			faces[q.font.Name] = true
		}
	}
	for _, i := range l.pieces {
		if q := &v.s.pieces[i]; hasWordRune(q.text) && faces[q.font.Name] {
			return false
		}
	}
	return len(faces) == 1
}

// allStyle returns the styles that every piece with letters of a line has.
func (s *Sheet) allStyle(l *line) doc.Style {
	style := ^doc.Style(0)
	seen := false
	for _, i := range l.pieces {
		p := &s.pieces[i]
		if !hasWordRune(p.text) || p.style&(doc.Superscript|doc.Subscript) != 0 {
			continue
		}
		style &= p.style
		seen = true
	}
	if !seen {
		return l.style
	}
	return style
}

// entryBreak reports whether line i begins a list entry.
func (v *columnView) entryBreak(i, start int) bool {
	l, p := v.line(i), v.line(i-1)
	m := v.s.markOf(l)
	if m.kind == noMarker {
		return false
	}
	if m.kind == bulletMarker {
		return !m.weak || l.box.X0 <= v.line(start).box.X0+0.5*l.size || v.s.setOff(l) || strings.HasSuffix(p.text, ":") || m.text == v.s.markOf(p).text
	}
	first := v.s.markOf(v.line(start))
	if m.kind == plainMarker {
		return first.kind == plainMarker && m.value == first.value+1 && endsSentence(p.text) && l.box.X0 <= v.line(start).box.X0+0.8*l.size
	}
	if first.kind == m.kind && first.value < m.value && m.value-first.value <= 2 && l.box.X0 <= v.line(start).box.X0+0.6*l.size {
		return true
	}
	// A wrapped line may begin with a number; a new entry stands where its
	// paragraph began or the text above had ended.
	ended := endsSentence(p.text) || p.box.X1 < v.right-raggedRoom*(v.right-v.left)
	return ended && l.box.X0 <= v.line(start).box.X0+2.5*l.size && !m.weak
}

// markGap is the space behind a mark that no word space reaches, in ems.
const markGap = 0.5

// setOff reports whether the first piece of a line stands apart from the rest as
// a mark does.
func (s *Sheet) setOff(l *line) bool {
	if len(l.pieces) < 2 {
		return false
	}
	a, b := &s.pieces[l.pieces[0]], &s.pieces[l.pieces[1]]
	return b.box.X0-a.box.X1 > markGap*l.size
}

// hangsUnderNumber reports whether line i stands under the text behind the number
// of a heading, in its weight: the second line of the heading.
func (v *columnView) hangsUnderNumber(i, start int) bool {
	first, l := v.line(start), v.line(i)
	if i-start > 2 || readNumbering(first.text).depth == 0 || len(first.pieces) < 2 || v.s.allStyle(first) != v.s.allStyle(l) || readNumbering(l.text).depth > 0 {
		return false
	}
	behind := v.s.pieces[first.pieces[1]].box.X0
	return math.Abs(l.box.X0-behind) < 0.3*l.size && behind-first.box.X0 > l.size
}

// maxCapLines is how many lines a drop capital pushes in.
const maxCapLines = 6

// indentBreak reports whether line i is indented as first lines are.
func (v *columnView) indentBreak(i, start int) bool {
	l, p := v.line(i), v.line(i-1)
	em := l.size
	if v.line(start).capped && i-start <= maxCapLines {
		return false
	}
	in := l.box.X0 - p.box.X0
	if l.rtl {
		in = p.box.X1 - l.box.X1
	}
	if i-start == 1 && !l.rtl && v.atIndent(p) && math.Abs(in) < 0.3*em && endsSentence(v.s.withoutMarks(p)) && startsUpper(l.text) && readMarker(p.text).kind == noMarker {
		return true // a paragraph of one line before another
	}
	if v.hanging && !l.rtl {
		if math.Abs(l.box.X0-v.left) < 0.3*em && p.box.X0-v.left > indentEms*em {
			return true // the next one begins
		}
		if in > indentEms*em && math.Abs(p.box.X0-v.left) < 0.3*em && i-start == 1 {
			return false
		}
	}
	if in > indentEms*em && in < 6*em {
		// Below the first line of a hanging paragraph the text is further in for
		// good; below an ordinary one only a new paragraph is.
		if i-start == 1 {
			hanging := v.s.markOf(v.line(start)).kind != noMarker
			back := i+1 < len(v.lines) && math.Abs(v.line(i+1).box.X0-l.box.X0) < 0.3*em && v.gap(i+1) < 1.6*em
			return !hanging && !back && p.box.X0-v.left < 2*em && fills(p, v)
		}
		return true
	}
	if in < -indentEms*em && i-start >= 2 && math.Abs(p.box.X0-v.line(start+1).box.X0) < 0.3*em && v.line(start).box.X0 < p.box.X0-indentEms*em {
		return true // back to the start of a hanging paragraph
	}
	return false
}

// atIndent reports whether a line begins as the first lines of the column's
// paragraphs do, while most lines begin at the edge.
func (v *columnView) atIndent(l *line) bool {
	in := l.box.X0 - v.left
	if in < indentEms*l.size || in > 4*l.size {
		return false
	}
	flush := 0
	for i := range v.lines {
		if v.line(i).box.X0-v.left < 0.3*l.size {
			flush++
		}
	}
	return flush*2 > len(v.lines)
}

// fills reports whether a line reaches the right edge of its column.
func fills(l *line, v *columnView) bool {
	return l.box.X1 > v.right-0.12*(v.right-v.left)
}

// shortBreak reports whether line i-1 ends early: the first word of line i would
// have had room on it.
func (v *columnView) shortBreak(i, start int) bool {
	l, p := v.line(i), v.line(i-1)
	if l.rtl || p.rtl {
		return p.box.X0-v.left > raggedRoom*(v.right-v.left) && endsSentence(p.text)
	}
	room := v.right - p.box.X1
	word := v.s.firstWordWidth(l)
	width := v.right - v.left
	if room < word+0.6*l.size+0.04*width {
		return false
	}
	if endsSentence(v.s.withoutMarks(p)) {
		return room > word+0.12*width || startsUpper(l.text) && room > word+0.08*width
	}
	if strings.HasSuffix(p.text, ":") {
		return true
	}
	return room > 0.45*width && startsUpper(l.text) && room > 2*word
}

// withoutMarks returns a line's text without the raised marks at its end.
func (s *Sheet) withoutMarks(l *line) string {
	t := l.text
	for k := len(l.pieces) - 1; k > 0; k-- {
		p := &s.pieces[l.pieces[k]]
		if p.style&doc.Superscript == 0 {
			break
		}
		t = strings.TrimSpace(strings.TrimSuffix(t, p.text))
	}
	return t
}

// firstWordWidth returns how wide the first word of a line is.
func (s *Sheet) firstWordWidth(l *line) float64 {
	box := s.pieces[l.pieces[0]].box
	for _, i := range l.pieces[1:] {
		if s.pieces[i].space {
			break
		}
		box = box.Union(s.pieces[i].box)
	}
	return box.W()
}

// endsSentence reports whether a text ends as sentences do.
func endsSentence(t string) bool {
	t = strings.TrimRight(t, ` "'”’»)]`)
	if t == "" {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(t)
	return strings.ContainsRune(".!?:;。！？؟", r)
}

// startsUpper reports whether a text begins with a capital letter.
func startsUpper(t string) bool {
	for _, r := range t {
		if unicode.IsLetter(r) {
			return unicode.IsUpper(r)
		}
		if unicode.IsDigit(r) {
			return false
		}
	}
	return false
}

func startsLower(t string) bool {
	r, _ := utf8.DecodeRuneInString(t)
	return unicode.IsLower(r)
}

func isMono(l *line) bool { return l.style&doc.Monospace != 0 }

// newBlock makes a block of lines.
func (s *Sheet) newBlock(lines []int, column int, v *columnView) block {
	b := block{lines: lines, column: column, left: v.left, right: v.right, caption: -1, index: v.index}
	b.style = ^doc.Style(0)
	sizes := map[float64]int{}
	mono := true
	var t strings.Builder
	for k, li := range lines {
		l := &s.lines[li]
		b.box = b.box.Union(l.box)
		b.style &= s.allStyle(l)
		sizes[l.size] += l.glyphs
		mono = mono && isMono(l)
		if k > 0 {
			t.WriteByte(' ')
		}
		t.WriteString(l.text)
	}
	b.size = heaviest(sizes, 10)
	b.boxes = []geom.Rect{b.box}
	b.text = t.String()
	switch first := &s.lines[lines[0]]; {
	case first.angle != 0 && isDiagonal(first.angle) || math.Abs(first.angle) > 45:
		b.kind = asideBlock
	case first.formula != nil:
		b.kind = formula
	case mono && (len(lines) > 1 || looksLikeCode(b.text)):
		b.kind = code
	}
	return b
}

// looksLikeCode reports whether a single line in a typewriter face is code and
// not an address or a file name.
func looksLikeCode(t string) bool {
	return len(strings.Fields(t)) > 1 && strings.ContainsAny(t, "{}();=<>$#|")
}
