package layout

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/language"
)

// buildItems turns the page's blocks into items.
func buildItems(s *Sheet) {
	p := s.out
	if p == nil {
		p = &doc.Page{}
		s.out = p
	}
	p.Header = s.furnitureItems(s.header)
	p.Footer = s.furnitureItems(s.footer)
	if s.tagged {
		return
	}
	for i := 0; i < len(s.blocks); i++ {
		b := &s.blocks[i]
		base := doc.Base{Boxes: b.boxes, Confidence: s.sureText(b)}
		if len(base.Boxes) == 0 {
			base.Boxes = []geom.Rect{b.box}
		}
		switch b.kind {
		case heading:
			base.Confidence = s.sureHeading(b)
			p.Items = append(p.Items, &doc.Heading{Base: base, Level: b.level, Title: b.title, Text: headingText(s.blockText(b))})
		case listEntry:
			j := s.endOfList(i)
			var run []int
			for k := i; k < j; k++ {
				run = append(run, k)
			}
			for _, l := range s.nestEntries(run) {
				p.Items = append(p.Items, s.listItem(l))
			}
			i = j - 1
		case code:
			p.Items = append(p.Items, s.codeItem(base, s.codeText(b)))
		case caption:
			p.Items = append(p.Items, &doc.Caption{Base: base, Text: s.blockText(b)})
		case footnote:
			p.Items = append(p.Items, &doc.Footnote{Base: base, Marker: b.note, Text: s.blockText(b)})
		case formula:
			base.Confidence = sureFormula
			p.Items = append(p.Items, s.formulaItem(b, base))
		case tableBlock:
			p.Items = append(p.Items, s.tableItem(b))
		case figureBlock:
			p.Items = append(p.Items, s.figureItem(b))
		case paragraph, asideBlock:
			p.Items = append(p.Items, &doc.Paragraph{Base: base, Quote: b.quote, Text: s.blockText(b)})
		}
	}
}

// endOfList returns the first block after the list that begins at block i. A
// paragraph indented as the entries' text belongs to its entry.
func (s *Sheet) endOfList(i int) int {
	j := i + 1
	for j < len(s.blocks) {
		b := &s.blocks[j]
		if b.kind == listEntry {
			j++
			continue
		}
		entry := s.blocks[j-1]
		if b.kind == paragraph && entry.kind == listEntry && b.column == entry.column && s.indentedLike(b, &entry) && j+1 < len(s.blocks) && s.blocks[j+1].kind == listEntry {
			j++
			continue
		}
		break
	}
	return j
}

// indentedLike reports whether a paragraph stands under the text of an entry.
func (s *Sheet) indentedLike(b, entry *block) bool {
	textLeft := entry.box.X0
	first := &s.lines[entry.lines[0]]
	for _, i := range first.pieces[1:] {
		if s.pieces[i].space {
			textLeft = s.pieces[i].box.X0
			break
		}
	}
	return math.Abs(b.box.X0-textLeft) < 0.6*b.size
}

func (s *Sheet) listItem(l *listTree) *doc.List {
	out := &doc.List{Ordered: l.marker.kind != bulletMarker}
	out.Confidence = 1 // that of its least sure entry, below
	for _, e := range l.entries {
		b := &s.blocks[e.block]
		entry := doc.ListEntry{Marker: b.marker.text, Number: b.marker.value, Text: s.blockText(b)}
		if !b.marker.drawn {
			entry.Text = withoutMarker(entry.Text, b.marker.text)
		}
		entry.Boxes, entry.Confidence = b.boxes, s.sureEntry(b)
		out.Confidence = min(out.Confidence, entry.Confidence)
		for _, k := range e.more {
			m := &s.blocks[k]
			entry.Items = append(entry.Items, &doc.Paragraph{Base: doc.Base{Boxes: m.boxes, Confidence: s.sureText(m)}, Text: s.blockText(m)})
			out.Boxes = append(out.Boxes, m.boxes...)
		}
		for _, c := range e.children {
			child := s.listItem(c)
			entry.Items = append(entry.Items, child)
			out.Boxes = append(out.Boxes, child.Boxes...)
		}
		out.Boxes = append(out.Boxes, b.boxes...)
		out.Entries = append(out.Entries, entry)
	}
	out.Boxes = joinBoxes(out.Boxes)
	return out
}

// joinBoxes unites boxes that stand one above the other, so that a list has one
// box for every column it is in.
func joinBoxes(in []geom.Rect) []geom.Rect {
	var out []geom.Rect
	for _, b := range in {
		joined := false
		for k := range out {
			if out[k].OverlapX(b) > 0.3*min(out[k].W(), b.W()) {
				out[k] = out[k].Union(b)
				joined = true
				break
			}
		}
		if !joined {
			out = append(out, b)
		}
	}
	return out
}

// withoutMarker removes the mark from the beginning of an entry's text.
func withoutMarker(t doc.Text, mark string) doc.Text {
	rest := mark
	for len(t) > 0 && rest != "" {
		in := strings.TrimLeft(t[0].Text, " ")
		n := 0
		for n < len(in) && n < len(rest) && in[n] == rest[n] {
			n++
		}
		in, rest = in[n:], rest[n:]
		if in == "" {
			t = t[1:]
			rest = strings.TrimLeft(rest, " ")
			continue
		}
		t = slices.Clone(t)
		t[0].Text = in
		if n == 0 {
			break
		}
	}
	for len(t) > 0 {
		trimmed := strings.TrimLeft(t[0].Text, " \t\u00a0")
		if trimmed != "" {
			t = slices.Clone(t)
			t[0].Text = trimmed
			break
		}
		t = t[1:]
	}
	return t
}

// blockText assembles the text of a block.
func (s *Sheet) blockText(b *block) doc.Text {
	var lines [][]int
	for _, li := range b.lines {
		lines = append(lines, s.lines[li].pieces)
	}
	return s.textOf(lines)
}

// headingText drops the weight of a heading set in bold throughout: being a
// heading says it.
func headingText(t doc.Text) doc.Text {
	for i := range t {
		t[i].Style &^= doc.Bold
	}
	return joinInlines(t)
}

// textOf joins lines of pieces into running text: word spaces, hyphens at line
// ends, styles and links. Every piece is marked as used.
func (s *Sheet) textOf(lines [][]int) doc.Text {
	var out doc.Text
	begun := -1 // line of the last inline: each is on one line
	add := func(line int, text string, style doc.Style, link string, box geom.Rect) {
		same := begun == line
		begun = line
		if n := len(out); n > 0 && same && out[n-1].Style == style && out[n-1].Link == link {
			out[n-1].Text += text
			out[n-1].Box = out[n-1].Box.Union(box)
			return
		}
		out = append(out, doc.Inline{Text: text, Style: style, Link: link, Box: box})
	}
	for k, pieces := range lines {
		for j, i := range pieces {
			p := &s.pieces[i]
			s.fate[i].used++
			text := p.text
			space := ""
			switch {
			case j > 0 && s.parted(pieces[j-1], i):
				space = " "
			case j == 0 && k > 0 && len(lines[k-1]) > 0:
				prev := &s.pieces[lines[k-1][len(lines[k-1])-1]]
				space = " "
				if drop, ok := s.joinHyphen(out, prev, wordFrom(s, pieces)); ok {
					if drop {
						out[len(out)-1].Text = strings.TrimSuffix(out[len(out)-1].Text, "-")
					}
					space = ""
				} else if betweenIdeographs(prev.text, text) {
					space = ""
				}
			}
			style := p.style | p.marks
			link := s.linkAt(p.box)
			if space != "" && len(out) > 0 {
				// The space belongs to neither style; put it with the plainer one.
				out[len(out)-1].Text += space
			}
			if n := len(out); n > 0 && link != "" && out[n-1].Link == "" && strings.HasSuffix(out[n-1].Text, "  ") {
				out[n-1].Text = strings.TrimRight(out[n-1].Text, " ") + " "
			}
			add(k, text, style, link, p.box)
		}
	}
	return out
}

// wordFrom returns the first word of a line of pieces.
func wordFrom(s *Sheet, pieces []int) string {
	word := s.pieces[pieces[0]].text
	for _, i := range pieces[1:] {
		if s.pieces[i].space {
			break
		}
		word += s.pieces[i].text
	}
	return word
}

// joinInlines unites neighbours of one style.
func joinInlines(t doc.Text) doc.Text {
	var out doc.Text
	for _, in := range t {
		if n := len(out); n > 0 && out[n-1].Style == in.Style && out[n-1].Link == in.Link {
			out[n-1].Text += in.Text
			out[n-1].Box = out[n-1].Box.Union(in.Box)
			continue
		}
		out = append(out, in)
	}
	return out
}

// linkAt returns the target of the link a piece stands in.
func (s *Sheet) linkAt(b geom.Rect) string {
	for i := range s.in.Links {
		l := &s.in.Links[i]
		if l.URI != "" && l.Box.Contains(geom.Point{X: b.CenterX(), Y: b.CenterY()}) {
			return l.URI
		}
	}
	return ""
}

// codeText keeps a block's lines and shows indents as spaces.
func (s *Sheet) codeText(b *block) string {
	var lines [][]int
	for _, li := range b.lines {
		lines = append(lines, s.lines[li].pieces)
	}
	return s.codeLines(lines)
}

// codeItem is a piece of code with its language, if that is sure.
func (s *Sheet) codeItem(base doc.Base, value string) doc.Item {
	return &doc.Code{Base: base, Language: language.OfCode(value), Value: value}
}

// codeLines is codeText for lines of pieces.
func (s *Sheet) codeLines(lines [][]int) string {
	left, advance := math.Inf(1), 0.0
	n := 0
	for _, l := range lines {
		for _, i := range l {
			p := &s.pieces[i]
			left = min(left, p.box.X0)
			advance += p.box.W()
			n += utf8.RuneCountInString(p.text)
		}
	}
	step := max(advance/float64(max(n, 1)), 1)
	var out strings.Builder
	last := 0.0
	for k, l := range lines {
		first := &s.pieces[l[0]]
		if k > 0 {
			out.WriteByte('\n')
			if first.base-last > 1.9*typicalLeading*first.size {
				out.WriteByte('\n')
			}
		}
		last = first.base
		at := left
		for j, i := range l {
			p := &s.pieces[i]
			s.fate[i].used++
			if gap := int(math.Round((p.box.X0 - at) / step)); gap > 0 && (j == 0 || p.space) {
				out.WriteString(strings.Repeat(" ", min(gap, 80)))
			} else if j > 0 && p.space {
				out.WriteByte(' ')
			}
			out.WriteString(p.text)
			at = p.box.X1
		}
	}
	return out.String()
}

func (s *Sheet) tableItem(b *block) *doc.Table {
	g := b.table
	t := &doc.Table{RowCount: len(g.ys) - 1, ColCount: len(g.xs) - 1, HeaderRows: g.headerRows, Drawn: g.drawn}
	t.Boxes, t.Confidence = []geom.Rect{g.box}, g.confidence
	for k := range g.cells {
		c := &g.cells[k]
		t.Cells = append(t.Cells, doc.Cell{
			Row: c.row, Col: c.col, RowSpan: c.rowSpan, ColSpan: c.colSpan,
			Header: c.row < g.headerRows, Text: s.textOf(c.lines), Box: c.box,
		})
	}
	return t
}

func (s *Sheet) figureItem(b *block) *doc.Figure {
	f := &doc.Figure{Base: doc.Base{Boxes: []geom.Rect{b.box}, Confidence: sureDrawn}, Alt: b.fig.alt, Source: b.fig.image}
	var lines [][]int
	labels := slices.Clone(b.fig.labels)
	slices.SortStableFunc(labels, func(a, b int) int {
		if d := s.lines[a].base - s.lines[b].base; math.Abs(d) > 2 {
			return int(math.Copysign(1, d))
		}
		return int(s.lines[a].box.X0 - s.lines[b].box.X0)
	})
	for _, li := range labels {
		lines = append(lines, s.lines[li].pieces)
	}
	f.Labels = s.textOf(lines)
	return f
}

// furnitureItems makes one paragraph of every row of a header or footer.
func (s *Sheet) furnitureItems(lines []int) []doc.Item {
	var out []doc.Item
	for k := 0; k < len(lines); {
		j := k + 1
		for j < len(lines) && math.Abs(s.lines[lines[j]].base-s.lines[lines[k]].base) < 0.4*s.lines[lines[k]].size {
			j++
		}
		var pieces [][]int
		var box geom.Rect
		for _, li := range lines[k:j] {
			pieces = append(pieces, s.lines[li].pieces)
			box = box.Union(s.lines[li].box)
		}
		out = append(out, &doc.Paragraph{Base: doc.Base{Boxes: []geom.Rect{box}, Confidence: sureDrawn}, Text: s.textOf(pieces)})
		k = j
	}
	return out
}

// markHeader decides how many rows at the top of a grid are headers: those above
// the first row with numbers in a table that has numbers, or bold ones.
func (s *Sheet) markHeader(g *grid) {
	if g.headerRows > 0 || len(g.ys) < 3 {
		return
	}
	bold := func(r int) bool {
		seen, beyond := false, r == 0 // a bold label alone below the first row is a sub-heading
		for k := range g.cells {
			c := &g.cells[k]
			if c.row != r || c.empty() {
				continue
			}
			beyond = beyond || c.col > 0
			for _, i := range c.pieces {
				if hasWordRune(s.pieces[i].text) && s.pieces[i].style&doc.Bold == 0 {
					return false
				}
			}
			seen = true
		}
		return seen && beyond
	}
	n := 0
	for n < len(g.ys)-2 && bold(n) {
		n++
	}
	if n > 0 && n <= 4 {
		g.headerRows = n
		return
	}
	g.headerRows = 1
}
