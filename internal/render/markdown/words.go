package markdown

import (
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/geom"
)

// Spot is a word of an item: where it stands on the page and in the item's
// markdown.
type Spot struct {
	Text  string
	Range Range     // in UTF-16 code units, End exclusive
	Box   geom.Rect // of the stretch of text on one line that holds the word
	Cell  int       // index of the table's cell, -1 outside tables
}

// Spots follows the words of an item through its markdown, as Item wrote it. A
// word drawn in two styles is one spot for each. Words without a box are left
// out: nothing on the page shows them.
func Spots(it doc.Item, md string) []Spot {
	f := follower{md: md}
	var out []Spot
	f.skipMarker()
	f.spots(it, -1, &out)
	at, units := 0, 0
	// The words come in order, so one walk over the markdown counts its units.
	count := func(to int) int {
		if to < at {
			at, units = 0, 0
		}
		units += Len(md[at:to])
		at = to
		return units
	}
	for i := range out {
		r := &out[i].Range
		*r = Range{count(r.Start), count(r.End)}
	}
	return out
}

func (f *follower) spots(it doc.Item, cell int, out *[]Spot) {
	text := func(t doc.Text) {
		for i := range t {
			f.words(t[i].Text, t[i].Box, cell, out)
		}
	}
	switch it := it.(type) {
	case *doc.Heading:
		text(it.Text)
	case *doc.Paragraph:
		text(it.Text)
	case *doc.List:
		for i := range it.Entries {
			text(it.Entries[i].Text)
			for _, child := range it.Entries[i].Items {
				f.spots(child, cell, out)
			}
		}
	case *doc.Table:
		text(it.Caption)
		for i := range it.Cells {
			cell = i
			text(it.Cells[i].Text)
		}
	case *doc.Caption:
		text(it.Text)
	case *doc.Footnote:
		text(it.Text)
	case *doc.Formula:
		text(it.Text)
	case *doc.Figure:
		text(it.Caption)
	case *doc.Code:
		f.words(it.Value, it.Box(), cell, out)
	case *doc.Link:
		f.words(it.Text, it.Box(), cell, out)
	}
}

// words follows the words of one stretch of text.
func (f *follower) words(s string, box geom.Rect, cell int, out *[]Spot) {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if isSpace(r) {
			i += size
			continue
		}
		begin := i
		from, to := -1, -1
		for i < len(s) {
			r, size = utf8.DecodeRuneInString(s[i:])
			if isSpace(r) {
				break
			}
			i += size
			at := f.find(r)
			if at < 0 {
				continue
			}
			if from < 0 {
				from = at
			}
			to = at + utf8.RuneLen(r)
			f.pos = to
		}
		if from >= 0 && !box.IsZero() {
			*out = append(*out, Spot{Text: s[begin:i], Range: Range{from, to}, Box: box, Cell: cell})
		}
	}
}
