package layout

import (
	"math"
	"slices"

	"recto/internal/doc"
	"recto/internal/geom"
)

// Trees say little about headings: many programs write the title and whatever
// has no heading style as plain paragraphs, and some call every large text a
// heading. So the paragraphs and headings of a tree are looked at once more, as
// blocks among the others, by the pass that knows headings by their looks.

// tagText is an item that came from the structure tree, with its text.
type tagText struct {
	item   int // index in Sheet.out.Items
	lines  [][]int
	nested bool // a heading whose level is how deep its section lies
}

// elementBlocks makes blocks of the items of a tagged page, one each and in the
// same order. Only headings and paragraphs have lines.
func (s *Sheet) elementBlocks() []block {
	if s.out == nil {
		return nil
	}
	lineOf := s.linesOfPieces()
	at := map[int]*tagText{}
	for k := range s.tagTexts {
		at[s.tagTexts[k].item] = &s.tagTexts[k]
	}
	var out []block
	column := 0
	for i, item := range s.out.Items {
		b := block{kind: asideBlock, caption: -1, boxes: item.Common().Boxes}
		for _, box := range b.boxes {
			b.box = b.box.Union(box)
		}
		if e := at[i]; e != nil {
			if lines := s.ownLines(e.lines, lineOf); len(lines) > 0 {
				b = s.newBlock(lines, 0, &columnView{left: b.box.X0, right: b.box.X1})
			}
		}
		switch it := item.(type) {
		case *doc.Heading:
			b.kind, b.treeLevel, b.title = paragraph, it.Level, it.Title
			b.told = len(b.lines) > 0
			b.byDepth = at[i] != nil && at[i].nested
		case *doc.Table:
			b.kind = tableBlock
		case *doc.Figure:
			b.kind = figureBlock
		case *doc.List:
			b.kind = listEntry
		case *doc.Caption:
			b.kind = caption
		case *doc.Footnote:
			b.kind = footnote
		case *doc.Code:
			b.kind = code
		case *doc.Formula:
			b.kind = formula
		case *doc.Paragraph, *doc.Link:
		}
		if n := len(out); n > 0 && (out[n-1].box.OverlapX(b.box) <= 0 || b.box.Y0 < out[n-1].box.Y0) {
			column++ // it stands beside or above the last one
		}
		b.column = column
		if len(b.lines) > 0 {
			b.before = s.gapAbove(&s.lines[b.lines[0]])
		}
		out = append(out, b)
	}
	return out
}

// linesOfPieces returns the line of every piece, -1 for none.
func (s *Sheet) linesOfPieces() []int {
	out := make([]int, len(s.pieces))
	for i := range out {
		out[i] = -1
	}
	for li := range s.lines {
		for _, i := range s.lines[li].pieces {
			out[i] = li
		}
	}
	return out
}

// ownLines returns lines of an item's text. Where a line holds text of others
// too, across a gutter, its part becomes a line of its own.
func (s *Sheet) ownLines(text [][]int, lineOf []int) []int {
	var out []int
	for _, pieces := range text {
		li := lineOf[pieces[0]]
		if li < 0 {
			continue
		}
		if len(s.lines[li].pieces) != len(pieces) {
			part := line{pieces: pieces, angle: s.lines[li].angle}
			s.measure(&part)
			li = len(s.lines)
			s.lines = append(s.lines, part)
		}
		out = append(out, li)
	}
	return out
}

// gapAbove returns the distance of baselines to the nearest line above, 0 for
// none.
func (s *Sheet) gapAbove(l *line) float64 {
	best := math.Inf(1)
	for i := range s.lines {
		o := &s.lines[i]
		if o.angle == l.angle && o.base < l.base-0.3*l.size && o.box.OverlapX(l.box) > 0 {
			best = min(best, l.base-o.base)
		}
	}
	if math.IsInf(best, 1) {
		return 0
	}
	return best
}

// takeHeadings writes back what was found out about a tagged page's blocks.
func (s *Sheet) takeHeadings() {
	for i := range s.blocks {
		b := &s.blocks[i]
		if p, ok := s.out.Items[i].(*doc.Paragraph); ok && b.kind == heading {
			base := p.Base
			base.Confidence = s.sureHeading(b) // the eye says so, not the tree
			s.out.Items[i] = &doc.Heading{Base: base, Level: b.level, Title: b.title, Text: headingText(p.Text)}
		}
		h, ok := s.out.Items[i].(*doc.Heading)
		switch {
		case !ok || len(b.lines) == 0:
		case b.kind == heading:
			h.Level, h.Title = b.level, b.title
		default:
			s.out.Items[i] = &doc.Paragraph{Base: h.Base, Text: h.Text}
		}
	}
	s.blocks = nil
}

// deservesTag reports whether a text that the tree calls a heading can be one:
// it is no list of authors and no passage of text.
func (s *Sheet) deservesTag(b *block) bool {
	return !s.isByline(b) && !(len(b.text) > maxHeadingChars && endsSentence(b.text))
}

// Which texts become headings that the tree calls paragraphs.
const (
	titleStep = 1.1 // a title is so much larger than the headings of the tree
	sameAsTag = 0.5 // share of the texts of a look that must be tagged before the others follow
)

// trustTree leaves out what looks like a heading and is none by the tree. A
// title, which many programs write as a paragraph, is believed to the eye, as
// are texts that look like the tagged headings, and all of them where the tree
// names fewer headings than it misses. Texts in the face of tagged headings, in
// which no running text is set, are believed too unless they are titles of boxes.
func trustTree(d *document, found []headingAt) []headingAt {
	told, others, strong := map[look]int{}, textsByLook(d), map[look]int{}
	faces := map[string]bool{}
	nTold, nUntold := 0, 0
	largest := 0.0
	for _, h := range found {
		switch b := &h.s.blocks[h.i]; {
		case b.told:
			told[h.look]++
			faces[h.s.headStyleOf(b).font] = true
			nTold++
			largest = max(largest, h.size)
		case h.s.tagged:
			if h.s.isStrongHeading(d, h.i) {
				nUntold++
				strong[h.look]++
			}
		}
	}
	title := titleAbove(d, found, largest)
	out := found[:0]
	for k, h := range found {
		b := &h.s.blocks[h.i]
		n := told[h.look]
		likeTold := n > 0 && float64(n) >= sameAsTag*float64(n+others[h.look])
		inFace := faces[h.s.headStyleOf(b).font] && float64(strong[h.look]) >= sameAsTag*float64(others[h.look]) && !h.s.isFramed(b)
		if b.isNamed() || !h.s.tagged || k == title || likeTold || (nUntold > nTold || inFace) && h.s.isStrongHeading(d, h.i) {
			out = append(out, h)
		}
	}
	return out
}

// isFramed reports whether a block stands in a box, whose title heads the box only.
func (s *Sheet) isFramed(b *block) bool {
	return slices.ContainsFunc(s.frames(), func(f geom.Rect) bool { return f.ContainsRect(b.box, frameSlack) })
}

// textsByLook counts the texts of tagged pages that the tree calls paragraphs.
func textsByLook(d *document) map[look]int {
	out := map[look]int{}
	for _, s := range d.sheets {
		for i := range s.blocks {
			if b := &s.blocks[i]; s.tagged && !b.told && b.kind == paragraph && len(b.lines) > 0 {
				out[s.lookOf(b)]++
			}
		}
	}
	return out
}

// titleAbove returns the index of the title among the untagged candidates: the
// largest of the first page, above all tagged headings and larger than they are,
// -1 for none.
func titleAbove(d *document, found []headingAt, largest float64) int {
	best := -1
	for k, h := range found {
		if h.s != d.sheets[0] || h.s.blocks[h.i].told {
			break
		}
		if h.size > titleStep*largest && (best < 0 || h.size > found[best].size) {
			best = k
		}
	}
	return best
}

// isStrongHeading reports whether a candidate is bold or larger than the text
// and has something to head below it.
func (s *Sheet) isStrongHeading(d *document, i int) bool {
	b := &s.blocks[i]
	bold := b.style&doc.Bold != 0 && !d.body.bold
	return (bold || b.size >= largerText*d.body.size) && s.standsApart(b) && !endsSentence(b.text) && s.headsSomething(i)
}

// headsSomething reports whether text or a list follows a block.
func (s *Sheet) headsSomething(i int) bool {
	return s.followedByText(i) || i+1 < len(s.blocks) && s.blocks[i+1].kind == listEntry
}

// followTree gives the looks of tagged headings the level the tree gives most of
// them, and others one below the nearest look above that the tree knows.
func followTree(found []headingAt, looks []look, level map[look]int) {
	votes := map[look]map[int]int{}
	for _, h := range found {
		if b := &h.s.blocks[h.i]; b.told && b.treeLevel > 0 {
			if votes[h.look] == nil {
				votes[h.look] = map[int]int{}
			}
			votes[h.look][b.treeLevel]++
		}
	}
	if len(votes) == 0 {
		return
	}
	above := 0
	for _, l := range looks {
		if votes[l] == nil {
			level[l] = min(above+1, 6)
			continue
		}
		most := 0
		for n := 1; n <= 6; n++ {
			if votes[l][n] > most {
				most, above = votes[l][n], n
			}
		}
		level[l] = above
	}
}

// forgetFlatDepth takes back the levels of headings that lie equally deep: then
// nesting says nothing and looks decide.
func forgetFlatDepth(d *document) {
	depths := map[int]int{}
	var nested []*block
	for _, s := range d.sheets {
		for i := range s.blocks {
			if b := &s.blocks[i]; b.told && b.byDepth {
				depths[b.treeLevel]++
				nested = append(nested, b)
			}
		}
	}
	if len(depths) != 1 {
		return
	}
	for _, b := range nested {
		b.treeLevel = 0
	}
}
