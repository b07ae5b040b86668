package layout

import (
	"slices"
	"strings"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
)

// A structure tree is believed when it covers the text and says more than that
// everything is a paragraph.
const (
	minTagCoverage = 0.92 // share of characters, artifacts apart, that the tree mentions
	minTagKinds    = 2    // kinds of elements besides containers and plain paragraphs over the document
)

// readTagTrees decides whether the document's structure tree is credible and, if
// it is, takes items, order and levels from it (ISO 32000-1, 14.8). Pages whose
// part of the tree does not cover their text are left to the other passes.
func readTagTrees(d *document) {
	if d.opts.IgnoreTags {
		return
	}
	kinds := map[string]bool{}
	var covered []*Sheet
	tagged := 0
	for _, s := range d.sheets {
		if len(s.in.Tags) == 0 {
			continue
		}
		tagged++
		if s.tagCoverage() < minTagCoverage {
			continue
		}
		covered = append(covered, s)
		for i := range s.in.Tags {
			collectKinds(&s.in.Tags[i], kinds)
		}
	}
	if len(kinds) < minTagKinds && !kinds["H"] && !kinds["Table"] || len(covered)*2 < tagged {
		return
	}
	for _, s := range covered {
		s.tagged = true
	}
	for _, s := range covered {
		s.buildTagged()
	}
}

// collectKinds notes the telling kinds of elements in a tree.
func collectKinds(t *page.Tag, kinds map[string]bool) {
	switch role := t.Type; {
	case isHeadingRole(role):
		kinds["H"] = true
	case role == "L", role == "Table", role == "Figure", role == "TOC", role == "Caption", role == "Note":
		kinds[role] = true
	}
	for i := range t.Children {
		collectKinds(&t.Children[i], kinds)
	}
}

// tagCoverage returns which share of the page's characters the tree mentions.
func (s *Sheet) tagCoverage() float64 {
	known := map[int]bool{}
	var walk func(t *page.Tag)
	walk = func(t *page.Tag) {
		for _, id := range t.MCIDs {
			known[id] = true
		}
		for i := range t.Children {
			walk(&t.Children[i])
		}
	}
	for i := range s.in.Tags {
		walk(&s.in.Tags[i])
	}
	in, all := 0, 0
	for i := range s.pieces {
		p := &s.pieces[i]
		if s.fate[i].reason != "" || p.tags&artifactTag != 0 || p.shown || s.inFurniture(i) {
			continue // an author knows nothing of what is recognized in pictures
		}
		all += len(p.text)
		if p.mcid >= 0 && known[p.mcid] {
			in += len(p.text)
		}
	}
	if all == 0 {
		return 0
	}
	return float64(in) / float64(all)
}

// inFurniture reports whether a piece stands in a line of the header or footer.
func (s *Sheet) inFurniture(i int) bool {
	for _, li := range append(slices.Clone(s.header), s.footer...) {
		if slices.Contains(s.lines[li].pieces, i) {
			return true
		}
	}
	return false
}

func isHeadingRole(role string) bool {
	return role == "H" || role == "Title" || len(role) == 2 && role[0] == 'H' && role[1] >= '1' && role[1] <= '6'
}

// tagWalk builds items from a structure tree.
type tagWalk struct {
	s      *Sheet
	lineOf []int         // line of every piece
	byMCID map[int][]int // pieces of every marked content, in drawing order
	images map[int][]int // images of every marked content
	// drawings are the boxes of what is drawn as marked content, nil until asked for.
	drawings map[int]geom.Rect
	items    []doc.Item
	depth    int // of sections, for headings without a level
	quotes   int // block quotes around
	inside   int // of list entries, whose items are no items of the page
}

// buildTagged makes the page's items from its tags.
func (s *Sheet) buildTagged() {
	w := &tagWalk{s: s, lineOf: make([]int, len(s.pieces)), byMCID: map[int][]int{}, images: map[int][]int{}}
	for li := range s.lines {
		for _, i := range s.lines[li].pieces {
			w.lineOf[i] = li
		}
	}
	joined := s.looseHyphens()
	for i := range s.pieces {
		id := s.pieces[i].mcid
		if of, ok := joined[i]; ok {
			id = of
		}
		if s.fate[i].reason == "" && id >= 0 {
			w.byMCID[id] = append(w.byMCID[id], i)
		}
	}
	for k := range s.in.Images {
		if id := s.in.Images[k].MCID; id >= 0 {
			w.images[id] = append(w.images[id], k)
		}
	}
	s.out = &doc.Page{}
	for i := range s.in.Tags {
		w.block(&s.in.Tags[i])
	}
	s.out.Items = w.items
	s.placeRest()
}

// looseHyphens returns the hyphens at line ends that programs which divide words
// leave outside the tree, with the marked content of the word before them.
func (s *Sheet) looseHyphens() map[int]int {
	out := map[int]int{}
	for li := range s.lines {
		pieces := s.lines[li].pieces
		n := len(pieces)
		if n < 2 {
			continue
		}
		last, before := &s.pieces[pieces[n-1]], &s.pieces[pieces[n-2]]
		if last.mcid < 0 && !last.space && before.mcid >= 0 && (last.text == "-" || last.text == "\u00ad" || last.text == "\u2010") {
			out[pieces[n-1]] = before.mcid
		}
	}
	return out
}

// placeRest puts what the tree does not mention where it belongs: repeated and
// edge lines into header and footer, other artifacts among the dropped, and text
// that was forgotten to the end, so that it is not lost.
func (s *Sheet) placeRest() {
	furniture := map[int]bool{}
	keep := func(lines []int) []int {
		var out []int
		for _, li := range lines {
			if !slices.ContainsFunc(s.lines[li].pieces, func(i int) bool { return s.fate[i].used > 0 }) {
				out = append(out, li)
				furniture[li] = true
			}
		}
		return out
	}
	s.header, s.footer = keep(s.header), keep(s.footer)
	for li := range s.lines {
		l := &s.lines[li]
		var rest []int
		for _, i := range l.pieces {
			if s.fate[i].used == 0 {
				rest = append(rest, i)
			}
		}
		if len(rest) == 0 || furniture[li] {
			continue
		}
		whole := len(rest) == len(l.pieces)
		artifact := s.pieces[rest[0]].mcid < 0
		switch {
		case artifact && whole && l.box.Y1 < headerZone*s.in.Height:
			s.header = append(s.header, li)
		case artifact && whole && l.box.Y0 > (1-footerZone)*s.in.Height:
			s.footer = append(s.footer, li)
		case artifact && s.pieces[rest[0]].tags&artifactTag != 0:
			for _, i := range rest {
				s.drop(i, "artifact")
			}
		default:
			box := geom.Rect{}
			for _, i := range rest {
				box = box.Union(s.pieces[i].box)
			}
			s.out.Items = append(s.out.Items, &doc.Paragraph{
				Base: doc.Base{Boxes: []geom.Rect{box}, Confidence: 0.5}, Text: s.textOf([][]int{rest}),
			})
		}
	}
}

// content is the text directly and indirectly inside an element.
type content struct {
	lines [][]int
	boxes []geom.Rect
}

// gather collects the pieces of an element in the order of its kids; skip leaves
// out children that become items of their own.
func (w *tagWalk) gather(t *page.Tag, skip func(*page.Tag) bool) content {
	var c content
	last := -1
	var walk func(t *page.Tag)
	walk = func(t *page.Tag) {
		for _, k := range t.Kids {
			if k.Child >= 0 {
				if child := &t.Children[k.Child]; skip == nil || !skip(child) {
					walk(child)
				}
				continue
			}
			for _, i := range w.byMCID[k.MCID] {
				if w.s.fate[i].used > 0 {
					continue
				}
				if li := w.lineOf[i]; li != last || len(c.lines) == 0 {
					c.lines = append(c.lines, nil)
					last = li
				}
				c.lines[len(c.lines)-1] = append(c.lines[len(c.lines)-1], i)
				c.boxes = append(c.boxes, w.s.pieces[i].box)
			}
			delete(w.byMCID, k.MCID)
		}
	}
	walk(t)
	c.boxes = joinBoxes(c.boxes)
	if len(c.boxes) > 1 {
		c.boxes = joinBoxes(c.boxes)
	}
	return c
}

// base makes an item's base; tags are believed.
func (c content) base() doc.Base { return doc.Base{Boxes: c.boxes, Confidence: sureTags} }

// isBlockRole reports whether an tagText is an item of its own wherever it stands.
func isBlockRole(t *page.Tag) bool {
	switch t.Type {
	case "L", "Table", "Figure", "Note", "Caption", "P", "Code", "Formula", "BlockQuote":
		return true
	}
	return isHeadingRole(t.Type)
}

// block turns an element into items.
func (w *tagWalk) block(t *page.Tag) {
	switch role := t.Type; {
	case isHeadingRole(role):
		notes := func(c *page.Tag) bool { return c.Type == "Note" || c.Type == "FENote" }
		c := w.gather(t, notes)
		if text := w.s.textOf(c.lines); !text.Empty() {
			w.note(c, role == "H")
			w.items = append(w.items, &doc.Heading{Base: c.base(), Level: w.level(role), Title: role == "Title", Text: headingText(text)})
		}
		w.inner(t, notes)
	case role == "L":
		if l := w.list(t); len(l.Entries) > 0 {
			w.items = append(w.items, l)
		}
	case role == "Table":
		w.table(t)
	case role == "Figure":
		w.figure(t)
	case role == "Caption":
		w.leaf(t, func(c content, text doc.Text) doc.Item { return &doc.Caption{Base: c.base(), Text: text} })
	case role == "Note", role == "FENote":
		w.leaf(t, func(c content, text doc.Text) doc.Item {
			return &doc.Footnote{Base: c.base(), Marker: noteMarkOf(text), Text: text}
		})
	case role == "Code" && len(t.Children) == 0:
		c := w.gather(t, nil)
		if len(c.lines) > 0 {
			w.items = append(w.items, w.s.codeItem(c.base(), w.s.codeLines(c.lines)))
		}
	case role == "Artifact":
	case w.isContainer(t):
		w.container(t)
	default:
		w.leaf(t, func(c content, text doc.Text) doc.Item {
			w.note(c, false)
			return &doc.Paragraph{Base: doc.Base{Boxes: c.boxes, Confidence: sureTagged(c.lines, text)}, Quote: w.quotes > 0, Text: text}
		})
	}
}

// note keeps the text of the next item for the pass that judges headings.
func (w *tagWalk) note(c content, nested bool) {
	if w.inside == 0 {
		w.s.tagTexts = append(w.s.tagTexts, tagText{item: len(w.items), lines: c.lines, nested: nested})
	}
}

// isContainer reports whether an element only holds others.
func (w *tagWalk) isContainer(t *page.Tag) bool {
	switch t.Type {
	case "Document", "DocumentFragment", "Part", "Art", "Sect", "Div", "NonStruct", "Aside", "TOC", "Index", "BlockQuote", "Story":
		return true
	}
	return len(t.MCIDs) == 0 && slices.ContainsFunc(t.Children, func(c page.Tag) bool {
		if t.Type == "P" && c.Type == "NonStruct" { // browsers wrap every stretch of text
			return holdsBlocks(&c)
		}
		if t.Type == "P" && c.Type == "Figure" && holdsText(t) { // it follows its paragraph
			return false
		}
		return isBlockRole(&c) || w.isContainer(&c)
	})
}

// holdsBlocks reports whether there is an item of its own somewhere in an element.
func holdsBlocks(t *page.Tag) bool {
	return slices.ContainsFunc(t.Children, func(c page.Tag) bool { return isBlockRole(&c) || holdsBlocks(&c) })
}

// holdsText reports whether an element has parts that run on as text.
func holdsText(t *page.Tag) bool {
	return slices.ContainsFunc(t.Children, func(c page.Tag) bool {
		switch c.Type {
		case "NonStruct", "Span", "Link", "Em", "Strong":
			return true
		}
		return false
	})
}

// container walks into an element; loose content between its children becomes a
// paragraph.
func (w *tagWalk) container(t *page.Tag) {
	if t.Type == "BlockQuote" {
		w.quotes++
		defer func() { w.quotes-- }()
	}
	if t.Type == "Sect" || t.Type == "Art" {
		w.depth++
		defer func() { w.depth-- }()
	}
	for _, k := range t.Kids {
		if k.Child >= 0 {
			w.block(&t.Children[k.Child])
			continue
		}
		loose := page.Tag{Type: "P", Kids: []page.Kid{k}, MCIDs: []int{k.MCID}}
		w.block(&loose)
	}
}

// leaf makes one item of an element's text; blocks inside it follow it.
func (w *tagWalk) leaf(t *page.Tag, item func(content, doc.Text) doc.Item) {
	inner := func(c *page.Tag) bool {
		return c != t && (c.Type == "L" || c.Type == "Table" || c.Type == "Figure" || c.Type == "Note" && len(c.Children) > 0 || isHeadingRole(c.Type))
	}
	c := w.gather(t, inner)
	if text := w.s.textOf(c.lines); !text.Empty() {
		w.items = append(w.items, item(c, text))
	}
	w.inner(t, inner)
}

// inner makes items of the elements inside t for which is reports true.
func (w *tagWalk) inner(t *page.Tag, is func(*page.Tag) bool) {
	for i := range t.Children {
		if child := &t.Children[i]; is(child) {
			w.block(child)
		} else {
			w.inner(child, is)
		}
	}
}

// level returns a heading's level.
func (w *tagWalk) level(role string) int {
	switch role {
	case "Title":
		return 1
	case "H":
		return min(max(w.depth, 1), 6)
	}
	return int(role[1] - '0')
}

func (w *tagWalk) list(t *page.Tag) *doc.List {
	l := &doc.List{}
	l.Confidence = sureTags
	for i := range t.Children {
		child := &t.Children[i]
		switch child.Type {
		case "LI":
			w.entry(l, child)
		case "L":
			inner := w.list(child)
			if len(inner.Entries) == 0 {
				continue
			}
			if n := len(l.Entries); n > 0 {
				l.Entries[n-1].Items = append(l.Entries[n-1].Items, inner)
			} else {
				l.Entries = append(l.Entries, inner.Entries...)
			}
			l.Boxes = append(l.Boxes, inner.Boxes...)
		default:
			w.block(child)
		}
	}
	l.Boxes = joinBoxes(l.Boxes)
	for _, e := range l.Entries {
		if m := readMarker(e.Marker + " x"); m.kind != noMarker && m.kind != bulletMarker {
			l.Ordered = true
		}
	}
	return l
}

// entry adds an LI: a label and a body, which may hold further lists.
func (w *tagWalk) entry(l *doc.List, t *page.Tag) {
	isList := func(c *page.Tag) bool { return c.Type == "L" || c.Type == "Table" || c.Type == "Figure" }
	c := w.gather(t, isList)
	text := w.s.textOf(c.lines)
	plain := strings.TrimSpace(text.Plain())
	e := doc.ListEntry{Base: c.base()}
	if m := readMarker(plain + " "); m.kind != noMarker {
		e.Marker, e.Number = m.text, m.value
		text = withoutMarker(text, m.text)
	}
	e.Text = text
	var walk func(t *page.Tag)
	walk = func(t *page.Tag) {
		for i := range t.Children {
			child := &t.Children[i]
			if !isList(child) {
				walk(child)
				continue
			}
			outer := w.items
			w.items = nil
			w.inside++
			w.block(child)
			w.inside--
			e.Items = append(e.Items, w.items...)
			w.items = outer
		}
	}
	walk(t)
	if e.Text.Empty() && len(e.Items) == 0 {
		return
	}
	l.Boxes = append(l.Boxes, c.boxes...)
	l.Entries = append(l.Entries, e)
}

// figure makes a picture of a Figure element, with its captions before or behind it.
func (w *tagWalk) figure(t *page.Tag) {
	isCaption := func(c *page.Tag) bool { return c.Type == "Caption" }
	captions := func(first bool) {
		seen := false
		for _, k := range t.Kids {
			if k.Child < 0 || !isCaption(&t.Children[k.Child]) {
				seen = true
			} else if seen != first {
				w.block(&t.Children[k.Child])
			}
		}
	}
	c := w.gather(t, isCaption)
	f := &doc.Figure{Base: c.base(), Alt: altOf(t), Source: -1, Labels: w.s.textOf(c.lines)}
	var box geom.Rect
	for _, b := range c.boxes {
		box = box.Union(b)
	}
	count := 0
	var walk func(t *page.Tag)
	walk = func(t *page.Tag) {
		for _, id := range t.MCIDs {
			for _, k := range w.images[id] {
				box = box.Union(w.s.in.Images[k].Box)
				f.Source = w.s.in.Images[k].Index
				count++
			}
			box = box.Union(w.drawn(id))
		}
		for i := range t.Children {
			if child := &t.Children[i]; !isCaption(child) {
				walk(child)
			}
		}
	}
	walk(t)
	if count > 1 {
		f.Source = -1
	}
	captions(true)
	if !box.IsZero() || f.Alt != "" || !f.Labels.Empty() {
		if !box.IsZero() {
			f.Boxes = []geom.Rect{box}
		}
		w.items = append(w.items, f)
	}
	captions(false)
}

// altOf returns the alternative text of a figure, or those of the figures inside:
// browsers put one around a picture and its caption.
func altOf(t *page.Tag) string {
	if alt := strings.TrimSpace(t.Alt); alt != "" {
		return alt
	}
	var all []string
	for i := range t.Children {
		if c := &t.Children[i]; c.Type == "Figure" || c.Type == "NonStruct" || c.Type == "Div" {
			if alt := altOf(c); alt != "" {
				all = append(all, alt)
			}
		}
	}
	return strings.Join(all, "; ")
}

// drawn returns the box around what is drawn as one marked content.
func (w *tagWalk) drawn(id int) geom.Rect {
	if w.drawings == nil {
		w.drawings = map[int]geom.Rect{}
		for i := range w.s.in.Shapes {
			if s := &w.s.in.Shapes[i]; s.MCID >= 0 {
				w.drawings[s.MCID] = w.drawings[s.MCID].Union(s.Box)
			}
		}
		for i := range w.s.in.Fills {
			if f := &w.s.in.Fills[i]; f.MCID >= 0 {
				w.drawings[f.MCID] = w.drawings[f.MCID].Union(f.Box)
			}
		}
	}
	return w.drawings[id]
}
