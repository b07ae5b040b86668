package layout

import (
	"strings"

	"recto/internal/geom"
	"recto/internal/page"
)

// Words returns the page's visible words with their boxes, line by line.
func (s *Sheet) Words() []page.Word {
	var out []page.Word
	for li := range s.lines {
		var b strings.Builder
		var box geom.Rect
		flush := func() {
			if b.Len() > 0 {
				out = append(out, page.Word{Text: b.String(), Box: box, Confidence: 1})
			}
			b.Reset()
			box = geom.Rect{}
		}
		for _, i := range s.lines[li].pieces {
			p := &s.pieces[i]
			if p.space {
				flush()
			}
			b.WriteString(p.text)
			box = box.Union(p.box)
		}
		flush()
	}
	return out
}

// ImageBoxes returns where the page's image objects stand, by their index.
func (s *Sheet) ImageBoxes() map[int]geom.Rect {
	out := map[int]geom.Rect{}
	for i := range s.in.Images {
		out[s.in.Images[i].Index] = s.in.Images[i].Box
	}
	return out
}
