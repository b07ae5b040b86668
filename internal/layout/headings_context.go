package layout

import (
	"math"
	"strings"
	"unicode"

	"recto/internal/doc"
	"recto/internal/page"
)

// What surrounds a candidate, and the rest of the document, tell as much as its
// own look: a style that heads parts heads them everywhere, and what stands right
// above something larger heads nothing.

// headStyle is what the eye takes for one style of headings.
type headStyle struct {
	font  string
	size  float64 // rounded to half points
	color page.Color
}

func (s *Sheet) headStyleOf(b *block) headStyle {
	l := &s.lines[b.lines[0]]
	name := ""
	if l.font != nil {
		name = l.font.Name
	}
	return headStyle{name, math.Round(b.size*2) / 2, l.color}
}

// Texts in the style of found headings are headings too.
const (
	minAlike      = 2   // headings that make a style
	alikeShare    = 0.6 // share of the texts of the style that are headings
	maxAlikeWords = 30
	// maxAlikeSentence is how many words a heading has that ends with a full stop.
	maxAlikeSentence = 8
)

// findAlike returns the blocks that were not found by their own look, for they
// end as sentences do or begin with a small letter, but are set in a style that
// others found are set in and hardly anything else is.
func findAlike(d *document, found []headingAt) map[*Sheet]map[int]bool {
	isFound := indexHeadings(found)
	heads, all := map[headStyle]int{}, map[headStyle]int{}
	for _, s := range d.sheets {
		for i := range s.blocks {
			b := &s.blocks[i]
			if s.tagged || b.kind != paragraph || len(b.lines) == 0 {
				continue
			}
			k := s.headStyleOf(b)
			all[k]++
			if isFound[s][i] {
				heads[k]++
			}
		}
	}
	out := map[*Sheet]map[int]bool{}
	for _, s := range d.sheets {
		if s.tagged {
			continue
		}
		for i := range s.blocks {
			b := &s.blocks[i]
			if b.kind != paragraph || isFound[s][i] || !s.canBeAlike(d, i) {
				continue
			}
			k := s.headStyleOf(b)
			if heads[k] < minAlike || float64(heads[k]) < alikeShare*float64(all[k]) {
				continue
			}
			if out[s] == nil {
				out[s] = map[int]bool{}
			}
			out[s][i] = true
		}
	}
	return out
}

// canBeAlike reports whether a block could be a heading as far as its text goes.
func (s *Sheet) canBeAlike(d *document, i int) bool {
	b := &s.blocks[i]
	if len(b.lines) > maxHeadingLines || len(strings.Fields(b.text)) > maxAlikeWords || !hasLetters(b.text) || isMath(s, b) {
		return false
	}
	for _, li := range b.lines {
		l := &s.lines[li]
		if l.wide || l.angle != 0 || l.font != s.lines[b.lines[0]].font {
			return false
		}
	}
	plain := b.style&(doc.Bold|doc.Italic) == 0 && !differentFont(s, b, d.body.font) && !colored(s, b, d)
	if plain && b.size < largerText*d.body.size || s.markOf(&s.lines[b.lines[0]]).kind == bulletMarker {
		return false
	}
	if words := len(strings.Fields(b.text)); endsSentence(b.text) && words > maxAlikeSentence || strings.HasSuffix(b.text, ":") && words > maxIntroWords {
		return false
	}
	return s.headsSomething(i) && s.standsApart(b) && !s.isByline(b) && !s.headsAddress(i) && !emailForm.MatchString(b.text) && !s.leadsToPage(b)
}

// indexHeadings tells by page which blocks are among the found.
func indexHeadings(found []headingAt) map[*Sheet]map[int]bool {
	out := map[*Sheet]map[int]bool{}
	for _, h := range found {
		if out[h.s] == nil {
			out[h.s] = map[int]bool{}
		}
		out[h.s][h.i] = true
	}
	return out
}

// kickerStep is how much larger a heading is than the label above it.
const kickerStep = 1.08

// dropKickers takes back candidates that stand right above a larger one: names of
// journals and sections, authors, the date at the foot of a cover. A number is
// no label.
func dropKickers(d *document, found []headingAt) []headingAt {
	drop := make([]bool, len(found))
	for k := len(found) - 2; k >= 0; k-- {
		h := found[k]
		b := &h.s.blocks[h.i]
		if b.isNamed() || readNumbering(b.text).depth > 0 {
			continue
		}
		n := k + 1
		for n < len(found)-1 && drop[n] && rightAfter(d, found[n-1], found[n], false) {
			n++
		}
		for j := k; j < n; j++ {
			byTitle := j == 0 || found[j-1].s == found[j].s && found[j-1].i == found[j].i-1 && found[j-1].size > found[j].size
			if !rightAfter(d, found[j], found[j+1], byTitle && h.s == d.sheets[0]) {
				n = -1
				break
			}
		}
		drop[k] = n > 0 && found[n].size >= kickerStep*h.size && differentStyle(h, found[n])
	}
	out := found[:0]
	for k, h := range found {
		if !drop[k] {
			out = append(out, h)
		}
	}
	return out
}

// differentStyle reports whether two headings differ in more than size.
func differentStyle(a, b headingAt) bool {
	p, q := a.s.headStyleOf(&a.s.blocks[a.i]), b.s.headStyleOf(&b.s.blocks[b.i])
	return p.font != q.font || p.color != q.color
}

// What may stand between a label or an author beside the title and the next larger
// heading: a date, an address, a number.
const (
	maxLabelBlocks = 3
	maxLabelText   = 60 // characters
)

// rightAfter reports whether nothing stands between two headings: on one page, or
// one at the foot of a page, below other text, and one at the head of the next.
// Next to a title short texts may stand between them.
func rightAfter(d *document, a, b headingAt, byTitle bool) bool {
	if a.s == b.s {
		if n := b.i - a.i - 1; n > maxLabelBlocks || n > 0 && !byTitle {
			return false
		}
		for i := a.i + 1; i < b.i; i++ {
			if m := &a.s.blocks[i]; m.kind != paragraph || len(m.text) > maxLabelText || endsSentence(m.text) {
				return false
			}
		}
		return true
	}
	for k := 1; k < len(d.sheets); k++ {
		if d.sheets[k-1] == a.s && d.sheets[k] == b.s {
			return a.i > 0 && a.i == len(a.s.blocks)-1 && b.i == 0
		}
	}
	return false
}

// maxCoverBlocks is how many short texts a cover has.
const maxCoverBlocks = 8

// dropCoverLines takes back candidates below the title of a cover: a first page
// with little on it and no running text under them.
func dropCoverLines(d *document, found []headingAt) []headingAt {
	if len(found) == 0 || len(d.sheets) < 2 || found[0].s != d.sheets[0] {
		return found
	}
	s, texts, running := d.sheets[0], 0, false
	for i := range s.blocks {
		b := &s.blocks[i]
		running = running || b.kind != paragraph && b.kind != figureBlock || len(b.text) > maxLabelText && endsSentence(b.text)
		if len(b.lines) > 0 {
			texts++
		}
	}
	if running || texts > maxCoverBlocks {
		return found
	}
	out := found[:1]
	for _, h := range found[1:] {
		if h.s == s && !s.blocks[h.i].isNamed() && h.size < found[0].size {
			continue
		}
		out = append(out, h)
	}
	return out
}

// echoStep is how much larger a heading is than an entry that names it.
const echoStep = 1.05

// dropEchoes takes back candidates that repeat the text of a larger one: at the
// head of a page, right above another candidate as the entries of a table of
// contents are, and repeats of the document's title.
func dropEchoes(found []headingAt) []headingAt {
	largest := map[string]float64{}
	for _, h := range found {
		k := letterKey(h.s.blocks[h.i].text)
		largest[k] = max(largest[k], h.size)
	}
	echo := make([]bool, len(found))
	for k, h := range found {
		echo[k] = !h.s.blocks[h.i].isNamed() && largest[letterKey(h.s.blocks[h.i].text)] >= echoStep*h.size
	}
	out := make([]headingAt, 0, len(found))
	for k, h := range found {
		inRow := k > 0 && echo[k-1] && found[k-1].s == h.s && found[k-1].i == h.i-1 ||
			k+1 < len(found) && echo[k+1] && found[k+1].s == h.s && found[k+1].i == h.i+1
		title := letterKey(found[0].s.blocks[found[0].i].text) == letterKey(h.s.blocks[h.i].text)
		if echo[k] && (h.i == 0 || inRow || title) {
			continue
		}
		out = append(out, h)
	}
	return out
}

// letterKey reduces a text to its letters and digits.
func letterKey(t string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, t)
}
