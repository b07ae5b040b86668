package markdown

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/geom"
)

// locate finds which part of an item's markdown each of its boxes shows. With
// one box that is everything. With several the texts are followed through the
// markdown, where they appear in order, with markup between their characters;
// this keeps the writers free of bookkeeping.
func locate(it doc.Item, md string) []Range {
	boxes := it.Common().Boxes
	if len(boxes) == 0 {
		return nil
	}
	pieces := make([]Range, len(boxes))
	if len(boxes) == 1 {
		pieces[0] = Range{0, Len(md)}
		return pieces
	}
	f := follower{md: md, pieces: pieces, boxes: boxes}
	f.skipMarker()
	f.item(it)
	takeMarkup(md, pieces)
	toUTF16(md, pieces)
	return pieces
}

// follower walks through the markdown as the texts go by.
type follower struct {
	md     string
	pos    int
	pieces []Range // in bytes; Start == End while nothing was seen
	boxes  []geom.Rect
}

func (f *follower) item(it doc.Item) {
	switch it := it.(type) {
	case *doc.Heading:
		f.text(it.Text)
	case *doc.Paragraph:
		f.text(it.Text)
	case *doc.List:
		for i := range it.Entries {
			f.text(it.Entries[i].Text)
			for _, child := range it.Entries[i].Items {
				f.item(child)
			}
		}
	case *doc.Code:
		f.all()
	case *doc.Table:
		f.text(it.Caption)
		for i := range it.Cells {
			f.inline(it.Cells[i].Text.Plain(), it.Cells[i].Box)
		}
	case *doc.Figure:
		f.all()
	case *doc.Caption:
		f.text(it.Text)
	case *doc.Footnote:
		f.text(it.Text)
	case *doc.Formula:
		f.text(it.Text)
	case *doc.Link:
		f.all()
	}
}

// all gives every box the whole markdown: there is nothing to tell them apart.
func (f *follower) all() {
	for i := range f.pieces {
		f.pieces[i] = Range{0, len(f.md)}
	}
}

func (f *follower) text(t doc.Text) {
	for i := range t {
		f.inline(t[i].Text, t[i].Box)
	}
}

// inline follows one text and adds what it covers to the piece it stands in.
func (f *follower) inline(s string, box geom.Rect) {
	start := -1
	for _, r := range s {
		if isSpace(r) {
			continue
		}
		at := f.find(r)
		if at < 0 {
			continue
		}
		if start < 0 {
			start = at
		}
		f.pos = at + utf8.RuneLen(r)
	}
	if start < 0 || box.IsZero() {
		return
	}
	p := &f.pieces[nearest(f.boxes, box)]
	if p.Start == p.End {
		p.Start = start
	}
	p.Start, p.End = min(p.Start, start), max(p.End, f.pos)
}

// maxMarkup is how many bytes of markup, besides tags and addresses, may stand
// between two characters of the text: a table's padding and rule are the longest.
const maxMarkup = 2048

// find returns where r comes next, passing over markup, or -1.
func (f *follower) find(r rune) int {
	for pos, steps := f.pos, 0; pos < len(f.md) && steps < maxMarkup; steps++ {
		if end := markupEnd(f.md, pos); end > pos {
			pos = end
			continue
		}
		at, size := utf8.DecodeRuneInString(f.md[pos:])
		if at == r && !(r == '\\' && pos+1 < len(f.md) && isPunct(rune(f.md[pos+1]), true) && f.md[pos+1] != '\\') {
			return pos
		}
		pos += size
		if at == '\n' {
			pos += lineMarker(f.md[pos:])
		}
	}
	return -1
}

// markupEnd returns where a tag or a link's address that begins at pos ends, or
// pos.
func markupEnd(md string, pos int) int {
	rest := md[pos:]
	switch {
	case rest[0] == '<' && len(rest) > 1 && (isASCIILetter(rest[1]) || rest[1] == '/') && (pos == 0 || md[pos-1] != '\\'):
		if end := strings.IndexByte(rest, '>'); end > 0 {
			return pos + end + 1
		}
	case strings.HasPrefix(rest, "]("):
		if end := strings.IndexByte(rest, ')'); end > 0 {
			return pos + end + 1
		}
	}
	return pos
}

// skipMarker passes over the marker of the first line.
func (f *follower) skipMarker() { f.pos = lineMarker(f.md) }

// lineMarker returns the length of what begins a line and is no text: spaces,
// bullets, numbers, number signs.
func lineMarker(line string) int {
	n := 0
	for {
		rest := line[n:]
		spaces := rowLength(rest, ' ')
		rest = rest[spaces:]
		size := 0
		switch {
		case strings.HasPrefix(rest, "- "), strings.HasPrefix(rest, "* "):
			size = 2
		case strings.HasPrefix(rest, "#"):
			size = rowLength(rest, '#')
		default:
			digits := 0
			for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
				digits++
			}
			if digits > 0 && digits+1 < len(rest) && (rest[digits] == '.' || rest[digits] == ')') && rest[digits+1] == ' ' {
				size = digits + 2
			}
		}
		n += spaces + size
		if size == 0 {
			return n
		}
	}
}

// takeMarkup gives the markup around a piece to it: what touches it, and to the
// outermost pieces all that is left.
func takeMarkup(md string, pieces []Range) {
	for i := range pieces {
		p := &pieces[i]
		if p.Start == p.End {
			continue
		}
		low, high := 0, len(md)
		for k := range pieces {
			if o := pieces[k]; k != i && o.Start < o.End {
				if o.End <= p.Start {
					low = max(low, o.End)
				}
				if o.Start >= p.End {
					high = min(high, o.Start)
				}
			}
		}
		for p.Start > low && (low == 0 || !isBreakable(rune(md[p.Start-1]))) {
			p.Start--
		}
		for p.End < high && (high == len(md) || !isBreakable(rune(md[p.End]))) {
			p.End++
		}
	}
}

// nearest returns the box that holds the middle of b, or the closest one.
func nearest(boxes []geom.Rect, b geom.Rect) int {
	x, y := b.CenterX(), b.CenterY()
	best, bestDistance := 0, -1.0
	for i, box := range boxes {
		dx := max(0, box.X0-x, x-box.X1)
		dy := max(0, box.Y0-y, y-box.Y1)
		if d := dx*dx + dy*dy; bestDistance < 0 || d < bestDistance {
			best, bestDistance = i, d
		}
	}
	return best
}

// Len returns how long a text is in UTF-16 code units.
func Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// toUTF16 turns byte offsets in s into UTF-16 offsets.
func toUTF16(s string, pieces []Range) {
	for i := range pieces {
		start := Len(s[:pieces[i].Start])
		pieces[i] = Range{start, start + Len(s[pieces[i].Start:pieces[i].End])}
	}
}
