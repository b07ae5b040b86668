package layout

import (
	"slices"
	"strings"
	"unicode/utf8"

	"recto/internal/geom"
	"recto/internal/page"
)

// Words returns the page's visible words with their boxes, line by line.
func (s *Sheet) Words() []page.Word {
	var out []page.Word
	for li := range s.lines {
		var b strings.Builder
		var box geom.Rect
		bad, sure := 0, 1.0
		flush := func() {
			if b.Len() > 0 {
				sure *= 1 - float64(bad)/float64(utf8.RuneCountInString(b.String()))
				out = append(out, page.Word{Text: b.String(), Box: inverse(s.turn).ApplyRect(box), Confidence: max(sure, 0)})
			}
			b.Reset()
			box, bad, sure = geom.Rect{}, 0, 1
		}
		for k, i := range s.lines[li].pieces {
			p := &s.pieces[i]
			if k > 0 && s.parted(s.lines[li].pieces[k-1], i) {
				flush()
			}
			b.WriteString(p.text)
			bad += p.bad
			sure = min(sure, p.sure)
			box = box.Union(p.box)
		}
		flush()
	}
	return out
}

// Images returns the page's image objects by their index, as they stand on the paper.
func (s *Sheet) Images() []page.Image {
	out := slices.Clone(s.in.Images)
	for i := range out {
		out[i].Box = inverse(s.turn).ApplyRect(out[i].Box)
	}
	slices.SortStableFunc(out, func(a, b page.Image) int { return a.Index - b.Index })
	return out
}

// ImageBoxes returns where the page's image objects stand, by their index.
func (s *Sheet) ImageBoxes() map[int]geom.Rect {
	out := map[int]geom.Rect{}
	for i := range s.in.Images {
		out[s.in.Images[i].Index] = inverse(s.turn).ApplyRect(s.in.Images[i].Box)
	}
	return out
}

// Fields returns the page's interactive form fields.
func (s *Sheet) Fields() []page.Field {
	if s.turn == geom.Identity {
		return s.in.Fields
	}
	out := slices.Clone(s.in.Fields)
	for i := range out {
		out[i].Box = inverse(s.turn).ApplyRect(out[i].Box)
	}
	return out
}

// NeedsOCR says why the text of the page should be recognized from its picture,
// "" when it need not.
func (s *Sheet) NeedsOCR() string {
	if s.in.Err != nil {
		return ""
	}
	return s.needsOCR()
}

// Unreadable returns the share of the page's characters that cannot be what it
// shows.
func (s *Sheet) Unreadable() float64 {
	return float64(s.read.garbled) / float64(max(s.read.visible, 1))
}

// Scanned reports whether invisible text counts, since it transcribes a picture
// of the page.
func (s *Sheet) Scanned() bool { return s.in.Err == nil && s.scanned() }
