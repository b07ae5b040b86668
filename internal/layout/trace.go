package layout

import (
	"fmt"

	"recto/internal/doc"
	"recto/internal/geom"
)

// Layer is what one pass has found on a page, for drawing it over the page.
type Layer struct {
	Pass  string
	Marks []Mark
}

// Mark is one thing found.
type Mark struct {
	Box   geom.Rect
	Label string
}

// Trace understands pages like Understand and says after each pass what is on
// the page at index i of the sheets. It is for people who look at the passes.
func Trace(sheets []*Sheet, i int, o Options) (*doc.Document, []Layer) {
	layers := []Layer{sheets[i].pieceLayer(), sheets[i].lineLayer("lines")}
	d := understand(sheets, o, func(pass string, _ []*Sheet) {
		s := sheets[i]
		switch pass {
		case "furniture":
			l := Layer{Pass: pass}
			for _, li := range s.header {
				l.Marks = append(l.Marks, Mark{s.lines[li].box, "header"})
			}
			for _, li := range s.footer {
				l.Marks = append(l.Marks, Mark{s.lines[li].box, "footer"})
			}
			layers = append(layers, l)
		case "figures":
			l := Layer{Pass: pass}
			for _, f := range s.figures {
				l.Marks = append(l.Marks, Mark{f.box, fmt.Sprintf("image %d", f.image)})
			}
			layers = append(layers, l)
		case "formulas":
			l := Layer{Pass: pass}
			for i := range s.lines {
				if s.lines[i].formula != nil {
					l.Marks = append(l.Marks, Mark{s.lines[i].box, "formula"})
				}
			}
			layers = append(layers, l)
		case "columns":
			l := Layer{Pass: pass}
			for k, c := range s.columns {
				l.Marks = append(l.Marks, Mark{c.box, fmt.Sprint(k + 1)})
			}
			t := Layer{Pass: "tables"}
			for _, g := range s.tables {
				for _, c := range g.cells {
					t.Marks = append(t.Marks, Mark{c.box, fmt.Sprintf("%d,%d", c.row, c.col)})
				}
			}
			layers = append(layers, t, l, s.lineLayer("lines after columns"))
		case "marks":
			// Bullets that "signs" has learned and "marks" has found, before the words.
			l := Layer{Pass: pass}
			for i := range s.lines {
				if m := s.lines[i].mark; m.kind != noMarker && s.lines[i].glyphs > 0 {
					label := m.text
					if m.drawn {
						label = "drawn " + m.text
					}
					l.Marks = append(l.Marks, Mark{s.lines[i].box, label})
				}
			}
			layers = append(layers, l)
		case "blocks", "quotes":
			l := Layer{Pass: map[string]string{"blocks": "blocks", "quotes": "kinds"}[pass]}
			for k := range s.blocks {
				b := &s.blocks[k]
				for _, box := range append(b.boxes, b.box)[:max(len(b.boxes), 1)] {
					l.Marks = append(l.Marks, Mark{box, fmt.Sprintf("%d %s", k+1, kindNames[b.kind])})
				}
			}
			layers = append(layers, l)
		}
	})
	if back := inverse(sheets[i].turn); back != geom.Identity {
		for k := range layers {
			for m := range layers[k].Marks {
				layers[k].Marks[m].Box = back.ApplyRect(layers[k].Marks[m].Box)
			}
		}
	}
	return d, layers
}

// kindNames are the names of the kinds of blocks.
var kindNames = [...]string{
	paragraph: "paragraph", heading: "heading", listEntry: "list entry", code: "code", caption: "caption",
	footnote: "footnote", formula: "formula", tableBlock: "table", figureBlock: "figure", asideBlock: "aside",
}

func (s *Sheet) pieceLayer() Layer {
	l := Layer{Pass: "pieces"}
	for i := range s.pieces {
		l.Marks = append(l.Marks, Mark{s.pieces[i].box, s.fate[i].reason})
	}
	for _, r := range s.rules {
		l.Marks = append(l.Marks, Mark{r.Box.Grow(0.5), "rule"})
	}
	return l
}

func (s *Sheet) lineLayer(name string) Layer {
	l := Layer{Pass: name}
	for i := range s.lines {
		if s.lines[i].glyphs > 0 {
			l.Marks = append(l.Marks, Mark{s.lines[i].box, fmt.Sprintf("%.1f", s.lines[i].size)})
		}
	}
	return l
}
