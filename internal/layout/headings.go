package layout

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/page"
)

// What makes a block a heading. Sizes are relative to the body's.
const (
	maxHeadingChars = 220
	maxHeadingLines = 4
	largerText      = 1.12 // set so much larger than the body
	slightlyLarger  = 1.02
	maxIntroWords   = 4 // "For more information, please see:" introduces, "Results:" heads
	maxSameText     = 4 // a text that heads more than so many parts is a label
)

// look is the style of a heading: what looks alike is of one level.
type look struct {
	size float64 // rounded to half points
	bold bool
	caps bool
	ital bool
}

// headingAt is a candidate with its place.
type headingAt struct {
	s *Sheet
	i int // block
	look
}

// findHeadings decides which blocks are headings and gives them levels that are
// the same for the same look over the whole document.
func findHeadings(d *document) {
	for _, s := range d.sheets {
		if s.tagged {
			s.blocks = s.elementBlocks()
			defer s.takeHeadings()
		}
	}
	forgetFlatDepth(d)
	matchOutline(d)
	var found []headingAt
	for _, s := range d.sheets {
		for i := range s.blocks {
			if b := &s.blocks[i]; b.bookmark > 0 || b.told && s.deservesTag(b) || !b.told && s.isHeading(d, i) {
				found = append(found, headingAt{s, i, s.lookOf(b)})
			}
		}
	}
	if alike := findAlike(d, found); len(alike) > 0 {
		found = withAlike(d, found, alike)
	}
	found = withAlike(d, found, findFaces(d, found))
	found = dropCrowds(d, trustTree(d, found))
	found = dropCoverLines(d, dropKickers(d, dropEchoes(found)))
	for _, h := range found {
		b := &h.s.blocks[h.i]
		b.kind = heading
		b.number = readNumbering(b.text)
	}
	joinTitleLines(d, &found)
	setLevels(d, found)
	levelSlides(d)
}

// withAlike adds blocks to the found ones, in their order.
func withAlike(d *document, found []headingAt, more map[*Sheet]map[int]bool) []headingAt {
	is := indexHeadings(found)
	var out []headingAt
	for _, s := range d.sheets {
		for i := range s.blocks {
			if is[s][i] || more[s][i] {
				out = append(out, headingAt{s, i, s.lookOf(&s.blocks[i])})
			}
		}
	}
	return out
}

// isHeading judges one block by its own look and what surrounds it.
func (s *Sheet) isHeading(d *document, i int) bool {
	b := &s.blocks[i]
	if b.kind != paragraph || b.contents || len(b.lines) > maxHeadingLines || utf8.RuneCountInString(b.text) > maxHeadingChars {
		return false
	}
	t := strings.TrimSpace(b.text)
	if !hasLetters(t) || strings.HasPrefix(t, "http") || strings.Contains(t, "....") || strings.Contains(t, ". . .") || isMath(s, b) {
		return false
	}
	for _, li := range b.lines {
		if l := &s.lines[li]; l.angle != 0 || l.wide && s.standsAlone(l) {
			return false
		}
	}
	if m := s.markOf(&s.lines[b.lines[0]]); m.kind == bulletMarker || s.isByline(b) || s.headsAddress(i) || strings.Contains(t, "://") || emailForm.MatchString(t) || s.leadsToPage(b) {
		return false
	}
	ratio := b.size / d.body.size
	bold := b.style&doc.Bold != 0 && !d.body.bold
	caps := isCaps(t)
	num := readNumbering(t)
	sentence := endsSentence(t) && !strings.HasSuffix(t, "?") && !strings.HasSuffix(t, "!") && num.depth == 0
	words := len(strings.Fields(t))
	switch {
	case num.depth == 0 && strings.HasSuffix(t, ":") && words > maxIntroWords && isProse(t), sentence && startsLower(t):
		return false // it introduces a list or ends a paragraph
	case ratio >= largerText:
		return (!(sentence && words > 10) || bold && labelForm.MatchString(t)) && words <= 30
	case strings.HasSuffix(t, ",") || strings.HasSuffix(t, ";"):
		return false
	case startsLower(t) && num.depth == 0:
		// Small capitals may come as small letters.
		return ratio >= slightlyLarger && words <= 8 && (s.standsApart(b) || s.underHeading(d, i)) && differentFont(s, b, d.body.font) && s.followedByText(i) && !sentence
	case bold && (ratio >= 0.9 || s.headsSmallText(i)):
		if sentence && words > 3 || words > 24 {
			return false
		}
		return s.standsApart(b) || num.depth > 0 || ratio >= slightlyLarger || s.followedByText(i)
	case num.depth > 0 && (caps || ratio >= slightlyLarger || b.style&doc.Italic != 0) && words <= 16 && ratio >= 0.95:
		return s.standsApart(b) && !endsSentence(t)
	case caps && ratio >= 0.95 && words <= 12 && len(t) >= 4 && !sentence:
		return s.standsApart(b) && len(b.lines) <= 2
	case ratio >= slightlyLarger && words <= 12 && !sentence:
		return (s.standsApart(b) || s.underHeading(d, i)) && differentFont(s, b, d.body.font)
	case colored(s, b, d) && ratio >= 0.97 && words <= 12 && !sentence:
		return s.standsApart(b) && len(b.lines) <= 2
	}
	return false
}

// labelForm is a heading that names its kind and number: "Strategic goal 2: …".
var labelForm = regexp.MustCompile(`^\p{Lu}\p{L}+(?: \p{L}+){0,2}:? #?\d+(?:\.\d+)*\s*[:.–-]`)

// headsSmallText reports whether a block smaller than the body stands over text
// that is as small, as in imprints and notes.
func (s *Sheet) headsSmallText(i int) bool {
	b := &s.blocks[i]
	return len(b.lines) == 1 && s.standsApart(b) && s.followedByText(i) && sameSize(b.size, s.blocks[i+1].size) &&
		len(s.blocks[i+1].lines) > 0 && s.blocks[i+1].before < 1.6*b.size
}

// isByline reports whether a block lists names: several commas and raised marks.
func (s *Sheet) isByline(b *block) bool {
	marks := 0
	for _, li := range b.lines {
		for _, i := range s.lines[li].pieces {
			if s.pieces[i].style&doc.Superscript != 0 {
				marks++
			}
		}
	}
	if first, _, _ := strings.Cut(strings.ToLower(b.text), " "); first == "by" && len(strings.Fields(b.text)) <= 6 {
		return true
	}
	commas := strings.Count(b.text, ",") + strings.Count(b.text, " and ") + strings.Count(b.text, "&")
	return marks >= 2 && commas >= 1 || marks >= 1 && commas >= 3
}

// maxAddress is the length of an address under a name.
const maxAddress = 250

// headsAddress reports whether a block is a name: what follows it is an address
// with an e-mail in it.
func (s *Sheet) headsAddress(i int) bool {
	if i+1 >= len(s.blocks) || len(strings.Fields(s.blocks[i].text)) > 5 {
		return false
	}
	n := &s.blocks[i+1]
	return n.column == s.blocks[i].column && len(n.text) <= maxAddress && emailForm.MatchString(n.text) && !isProse(n.text)
}

// isProse reports whether most words of a text begin with a small letter, as those
// of a sentence do and those of an address do not.
func isProse(t string) bool {
	small, all := 0, 0
	for _, w := range strings.Fields(t) {
		if strings.Contains(w, "@") || !hasWordRune(w) {
			continue
		}
		all++
		if startsLower(w) {
			small++
		}
	}
	return small*2 > all
}

var emailForm = regexp.MustCompile(`[\w.+-]+@[\w-]+\.\w`)

// leadsToPage reports whether a block is an entry of a table of contents: a title
// and, far behind it, a number.
func (s *Sheet) leadsToPage(b *block) bool {
	l := &s.lines[b.lines[len(b.lines)-1]]
	if !l.wide || len(l.pieces) < 3 {
		return false
	}
	last, before := &s.pieces[l.pieces[len(l.pieces)-1]], &s.pieces[l.pieces[len(l.pieces)-2]]
	return last.box.X0-before.box.X1 > gutterGap*l.size && strings.Trim(last.text, "0123456789ivxlc") == ""
}

// underHeading reports whether the block follows closely on one that looks like
// a heading.
func (s *Sheet) underHeading(d *document, i int) bool {
	if i == 0 || s.blocks[i-1].column != s.blocks[i].column || s.blocks[i-1].kind != paragraph {
		return false
	}
	p := &s.blocks[i-1]
	return len(p.lines) <= 2 && len(p.text) < 80 && (p.style&doc.Bold != 0 && !d.body.bold || p.size > largerText*d.body.size)
}

// standsApart reports whether more white stands above the block than inside it.
func (s *Sheet) standsApart(b *block) bool {
	return b.before == 0 || b.before > 1.25*typicalLeading*b.size
}

// followedByText reports whether the next block is text that this one can head.
func (s *Sheet) followedByText(i int) bool {
	if i+1 >= len(s.blocks) {
		return false
	}
	n := &s.blocks[i+1]
	return n.kind == paragraph && n.style&doc.Bold == 0 && n.column == s.blocks[i].column && len(n.text) > 20 || n.kind == tableBlock
}

// differentFont reports whether the block is set in another face than the body.
func differentFont(s *Sheet, b *block, body *page.Font) bool {
	f := s.lines[b.lines[0]].font
	return body != nil && f != nil && f.Name != body.Name
}

// colored reports whether the block has a colour of its own.
func colored(s *Sheet, b *block, d *document) bool {
	for _, li := range b.lines {
		if c := s.lines[li].color; c == d.body.color || c>>8 == 0 || c>>8 == 0xFFFFFF || isGrey(c) {
			return false
		}
	}
	return true
}

// isGrey reports whether a colour has no hue to speak of.
func isGrey(c page.Color) bool {
	r, g, b := int(c>>24&0xff), int(c>>16&0xff), int(c>>8&0xff)
	return max(r, g, b)-min(r, g, b) < 24
}

// isMath reports whether a block is mostly signs: a displayed formula.
func isMath(s *Sheet, b *block) bool {
	letters, others := 0, 0
	for _, r := range b.text {
		switch {
		case unicode.IsLetter(r):
			letters++
		case !unicode.IsSpace(r) && !unicode.IsDigit(r):
			others++
		}
	}
	return others > letters
}

func hasLetters(t string) bool {
	n := 0
	for _, r := range t {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n >= 2
}

// isCaps reports whether a text is set in capitals.
func isCaps(t string) bool {
	upper, lower := 0, 0
	for _, r := range t {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	return upper >= 4 && lower*10 <= upper
}

func (s *Sheet) lookOf(b *block) look {
	return look{
		size: math.Round(b.size*2) / 2, bold: b.style&doc.Bold != 0,
		caps: isCaps(b.text), ital: b.style&doc.Italic != 0,
	}
}

// dropCrowds takes back headings that are no headings because there are too many
// of them with too little below: a style used for whole passages.
func dropCrowds(d *document, found []headingAt) []headingAt {
	isFound := map[*Sheet]map[int]bool{}
	for _, h := range found {
		if isFound[h.s] == nil {
			isFound[h.s] = map[int]bool{}
		}
		isFound[h.s][h.i] = true
	}
	texts := map[string]int{}
	for _, h := range found {
		if h.s.blocks[h.i].isNamed() {
			continue // the tree has decided
		}
		texts[strings.ToLower(h.s.blocks[h.i].text)]++
	}
	type tally struct{ n, inRow int }
	by := map[look]*tally{}
	same := func(h headingAt, j int) bool {
		return j >= 0 && j < len(h.s.blocks) && isFound[h.s][j] && h.s.lookOf(&h.s.blocks[j]) == h.look
	}
	for _, h := range found {
		if h.s.blocks[h.i].isNamed() {
			continue
		}
		t := by[h.look]
		if t == nil {
			t = &tally{}
			by[h.look] = t
		}
		t.n++
		if same(h, h.i-1) && same(h, h.i+1) {
			t.inRow++
		}
	}
	out := found[:0]
	for _, h := range found {
		if h.s.blocks[h.i].isNamed() {
			out = append(out, h)
			continue
		}
		t := by[h.look]
		if t.n >= 6 && t.inRow*2 > t.n && h.size < largerText*d.body.size {
			continue
		}
		if inCount(h.s, h.i, isFound[h.s]) {
			continue
		}
		if texts[strings.ToLower(h.s.blocks[h.i].text)] > maxSameText {
			continue
		}
		out = append(out, h)
	}
	return out
}

// inCount reports whether a candidate is one of several that count on without
// anything between them: entries of a list in heavy type.
func inCount(s *Sheet, i int, found map[int]bool) bool {
	m := readMarker(s.blocks[i].text)
	if m.kind != decimalMarker {
		return false
	}
	next := func(j, by int) bool {
		if j < 0 || j >= len(s.blocks) || !found[j] {
			return false
		}
		o := readMarker(s.blocks[j].text)
		return o.kind == m.kind && o.value == m.value+by
	}
	return next(i+1, 1) || next(i-1, -1)
}

// joinTitleLines joins headings that are one title broken into blocks: the same
// look, one close under the other, in the same column.
func joinTitleLines(d *document, found *[]headingAt) {
	out := (*found)[:0]
	for _, h := range *found {
		if n := len(out); n > 0 {
			p := out[n-1]
			a := &p.s.blocks[p.i]
			b := &h.s.blocks[h.i]
			if p.s == h.s && !h.s.tagged && h.i == p.i+1 && a.column == b.column && b.number.depth == 0 && b.bookmark == 0 && titleGoesOn(d, p, h) {
				a.lines = append(slices.Clone(a.lines), b.lines...)
				a.box = a.box.Union(b.box)
				a.boxes[0] = a.box
				a.text += " " + b.text
				a.after = b.after
				h.s.blocks = slices.Delete(h.s.blocks, h.i, h.i+1)
				for k := range *found {
					if f := &(*found)[k]; f.s == h.s && f.i > h.i {
						f.i--
					}
				}
				continue
			}
		}
		out = append(out, h)
	}
	*found = out
}

// titleGoesOn reports whether a heading set large goes on in the next one: the
// same look a line below, or a subtitle in the same face behind a colon.
func titleGoesOn(d *document, p, h headingAt) bool {
	a, b := &p.s.blocks[p.i], &h.s.blocks[h.i]
	if h.size < largerText*d.body.size || b.before <= 0 {
		return false
	}
	if p.look == h.look {
		return b.before < 1.3*b.size || b.before < 1.45*b.size && !endsSentence(a.text)
	}
	return strings.HasSuffix(a.text, ":") && b.before < 1.45*a.size && b.size < a.size && !differentStyle(p, h)
}

// setLevels gives every look a level: larger before smaller, bold before plain,
// and numbers of one depth on one level.
func setLevels(d *document, found []headingAt) {
	if len(found) == 0 {
		return
	}
	title := findTitle(d, found)
	var looks []look
	depth := map[look]map[int]int{}
	for k, h := range found {
		if k == title {
			continue
		}
		if depth[h.look] == nil {
			depth[h.look] = map[int]int{}
			looks = append(looks, h.look)
		}
		depth[h.look][h.s.blocks[h.i].number.depth]++
	}
	slices.SortFunc(looks, compareLooks)
	level := map[look]int{}
	next := 1
	if title >= 0 {
		next = 2
	}
	used := func(l look) int {
		n := 0
		for _, c := range depth[l] {
			n += c
		}
		return n
	}
	// A look that occurs once, on a cover or as an accident, makes no level of its
	// own as long as others recur.
	recurring := 0
	for _, l := range looks {
		if used(l) > 1 {
			recurring++
		}
	}
	nested := nestedLooks(d, found)
	var last *look
	for k := range looks {
		l := looks[k]
		once := recurring >= 2 && used(l) == 1 && !nested[l]
		if last != nil && !once && !sameRank(*last, l) {
			next++
		}
		level[l] = next
		if !once {
			last = &looks[k]
		}
	}
	followTree(found, looks, level)
	// Numbering is stronger than looks: "2.1" is one below "2".
	top := 0
	for _, h := range found {
		n := h.s.blocks[h.i].number
		if n.depth == 1 && n.word == "" && (top == 0 || level[h.look] < top) && level[h.look] > 0 {
			top = level[h.look]
		}
	}
	for k, h := range found {
		b := &h.s.blocks[h.i]
		b.level = level[h.look]
		if k == title {
			b.title = true
			b.level = max(b.treeLevel, 1)
			continue
		}
		if b.told && b.treeLevel > 0 {
			b.level = b.treeLevel
			continue
		}
		if top > 0 && b.number.word == "" && b.number.depth > 0 {
			b.level = top + b.number.depth - 1
		}
		b.level = min(max(b.level, 1), 6)
	}
	followOutline(found, title)
}

// nestedStep is how much larger a heading is than the one right below it.
const nestedStep = 1.04

// nestedLooks returns the looks of headings that stand right above or below a
// heading of another size: part and chapter, each a level. On the first page they
// may be title and subtitle.
func nestedLooks(d *document, found []headingAt) map[look]bool {
	out := map[look]bool{}
	for k := 1; k < len(found); k++ {
		a, b := found[k-1], found[k]
		if a.s == b.s && b.i == a.i+1 && a.size > b.size*nestedStep && !differentStyle(a, b) {
			out[a.look], out[b.look] = true, true
		}
	}
	return out
}

// compareLooks sorts looks from the highest level to the lowest.
func compareLooks(a, b look) int {
	order := func(x bool) int {
		if x {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(order(a.bold), order(b.bold)), cmp.Compare(order(a.caps), order(b.caps)), cmp.Compare(order(!a.ital), order(!b.ital)))
}

// sameRank reports whether two looks are of one level: sizes that differ by less
// than an eye sees.
func sameRank(a, b look) bool {
	return math.Abs(a.size-b.size) <= 0.5 && a.bold == b.bold && a.caps == b.caps && a.ital == b.ital
}

// findTitle returns the index of the document's title among the headings: the
// largest text of the first page, alone of its size; -1 for none.
func findTitle(d *document, found []headingAt) int {
	if len(d.sheets) == 0 || found[0].s != d.sheets[0] {
		return -1
	}
	best := -1
	for k, h := range found {
		if h.s != d.sheets[0] {
			break
		}
		if best < 0 || h.size > found[best].size {
			best = k
		}
	}
	for k, h := range found {
		if k != best && h.size >= found[best].size-0.25 {
			return -1 // others are as large: chapters
		}
	}
	return best
}
