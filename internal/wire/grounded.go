package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/render/markdown"
)

// GroundedPage is one line of the grounded items: where on the page each part
// of each item's markdown stands.
type GroundedPage struct {
	PageNumber int            `json:"page_number"`
	PageWidth  float64        `json:"page_width"`
	PageHeight float64        `json:"page_height"`
	Success    bool           `json:"success"`
	Items      []GroundedItem `json:"items"`
	Error      *string        `json:"error,omitempty"`
}

// GroundedItem is an item with its grounding. Spans count UTF-16 code units of
// MD from 0, their end exclusive.
type GroundedItem struct {
	Type      Kind      `json:"type"`
	MD        string    `json:"md"`
	BBox      []BBox    `json:"bbox"`
	Grounding Grounding `json:"grounding"`
}

// Grounding ties stretches of an item's markdown to places on the page.
type Grounding struct {
	Source string         `json:"source"` // "md", or "caption" for pictures
	Lines  []GroundedLine `json:"lines"`
	Cells  []GroundedCell `json:"cells,omitempty"` // tables, when cells are asked for
}

// GroundedLine is a line as printed.
type GroundedLine struct {
	Span  [2]int         `json:"span"`
	BBox  WordBox        `json:"bbox"`
	Words []GroundedWord `json:"words,omitempty"` // when words are asked for
}

// GroundedWord is a word of a line.
type GroundedWord struct {
	Span [2]int  `json:"span"`
	BBox WordBox `json:"bbox"`
}

// GroundedCell is a cell of a table; Row and Col count from 0. Cells without
// text have no span. PageNumber is there for cells of a table over pages whose
// box stands on a later page than the table's own.
type GroundedCell struct {
	Row     int     `json:"row"`
	Col     int     `json:"col"`
	RowSpan int     `json:"row_span"`
	ColSpan int     `json:"col_span"`
	Header  bool    `json:"header"`
	Span    *[2]int `json:"span"`
	BBox    WordBox `json:"bbox"`

	PageNumber int `json:"page_number,omitempty"`
}

// GroundedItems writes the grounded items of a result as JSON lines, one a page.
func GroundedItems(w io.Writer, r *engine.Result, o markdown.Options, fine []Granularity) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	f := folder{o: o}
	for i, p := range r.Doc.Pages {
		row := GroundedPage{
			PageNumber: p.Number, PageWidth: points(p.Width), PageHeight: points(p.Height), Success: p.Err == nil, Items: []GroundedItem{},
		}
		if p.Err != nil {
			row.Error = new(p.Err.Error())
		}
		var words []page.Word
		if i < len(r.Words) {
			words = r.Words[i]
		}
		g := newGrounder(words, fine)
		for _, it := range slices.Concat(p.Header, p.Items, p.Footer) {
			folded := f.item(it)
			row.Items = append(row.Items, GroundedItem{Type: folded.Type, MD: folded.MD, BBox: folded.BBox, Grounding: g.ground(it, folded.MD)})
		}
		if err := e.Encode(row); err != nil {
			return fmt.Errorf("write grounded items of page %d: %w", p.Number, err)
		}
	}
	return nil
}

// grounder finds the boxes of words on one page.
type grounder struct {
	words []page.Word // of the page
	taken []bool      // words that a place was found for
	bands [][]int     // words by the height of their middle
	fine  []Granularity
}

// bandHeight is the height of a band of the page in points: about a line.
const bandHeight = 12

func newGrounder(words []page.Word, fine []Granularity) *grounder {
	g := &grounder{words: words, taken: make([]bool, len(words)), fine: fine}
	for i := range words {
		b := band(words[i].Box.CenterY())
		for len(g.bands) <= b {
			g.bands = append(g.bands, nil)
		}
		g.bands[b] = append(g.bands[b], i)
	}
	return g
}

// maxBands bounds the bands of pages with text far below their paper.
const maxBands = 2000

func band(y float64) int { return int(max(0, min(y/bandHeight, maxBands))) }

func (g *grounder) ground(it doc.Item, md string) Grounding {
	out := Grounding{Source: "md", Lines: []GroundedLine{}}
	if _, ok := it.(*doc.Figure); ok {
		out.Source = "caption"
	}
	spots := markdown.Spots(it, md)
	if slices.Contains(g.fine, "cell") {
		out.Cells = cellsOf(it, spots)
	}
	if slices.Contains(g.fine, "line") || slices.Contains(g.fine, "word") {
		out.Lines = g.lines(ownPage(it, spots))
	}
	return out
}

// ownPage leaves out what stands on later pages than its table.
func ownPage(it doc.Item, spots []markdown.Spot) []markdown.Spot {
	t, ok := it.(*doc.Table)
	if !ok || t.MergedFrom == nil {
		return spots
	}
	return slices.DeleteFunc(slices.Clone(spots), func(s markdown.Spot) bool { return s.Cell >= 0 && t.Cells[s.Cell].Page != 0 })
}

// cellsOf ties a table's cells to their markdown.
func cellsOf(it doc.Item, spots []markdown.Spot) []GroundedCell {
	t, ok := it.(*doc.Table)
	if !ok {
		return nil
	}
	cells := make([]GroundedCell, len(t.Cells))
	for i := range t.Cells {
		c := &t.Cells[i]
		cells[i] = GroundedCell{Row: c.Row, Col: c.Col, RowSpan: c.RowSpan, ColSpan: c.ColSpan, Header: c.Header, BBox: wordBox(c.Box), PageNumber: c.Page}
	}
	for _, s := range spots {
		if s.Cell < 0 {
			continue
		}
		c := &cells[s.Cell]
		if c.Span == nil {
			c.Span = &[2]int{s.Range.Start, s.Range.End}
		}
		c.Span[0], c.Span[1] = min(c.Span[0], s.Range.Start), max(c.Span[1], s.Range.End)
	}
	return cells
}

// sameLine is the part of the lower height two boxes of one line share at least.
const sameLine = 0.5

// lines gathers the words of an item into the lines they were printed in.
func (g *grounder) lines(spots []markdown.Spot) []GroundedLine {
	lines := []GroundedLine{}
	var box geom.Rect // of the line so far, by its text
	cell := -1
	for _, s := range spots {
		n := len(lines)
		if n == 0 || s.Cell != cell || box.OverlapY(s.Box) < sameLine*min(box.H(), s.Box.H()) || s.Box.X0 < box.X0 && s.Box.X1 < box.X1-1 {
			lines = append(lines, GroundedLine{Span: [2]int{s.Range.Start, s.Range.End}})
			box, cell = geom.Rect{}, s.Cell
			n++
		}
		l := &lines[n-1]
		l.Span[1] = max(l.Span[1], s.Range.End)
		box = box.Union(s.Box)
		l.BBox = wordBox(box)
		if slices.Contains(g.fine, "word") {
			l.Words = append(l.Words, GroundedWord{Span: [2]int{s.Range.Start, s.Range.End}, BBox: wordBox(g.find(s))})
		}
	}
	return lines
}

// find returns where a word stands: the first word of the page within its
// stretch of line that reads like it. A word that was split or joined on its way
// has the box of its stretch.
func (g *grounder) find(s markdown.Spot) geom.Rect {
	around := s.Box.Grow(1)
	best := -1
search:
	for b := band(around.Y0); b <= band(around.Y1) && b < len(g.bands); b++ {
		for _, i := range g.bands[b] {
			w := &g.words[i]
			if g.taken[i] || !w.Box.Overlaps(around) {
				continue
			}
			if w.Text == s.Text {
				best = i
				break search
			}
			if best < 0 && isPart(w.Text, s.Text) {
				best = i
			}
		}
	}
	if best < 0 {
		return s.Box
	}
	w := &g.words[best]
	g.taken[best] = w.Text == s.Text // the rest of a joined word may come with another style
	if cut := w.Box.Intersect(around); !cut.IsZero() {
		return cut
	}
	return w.Box
}

// isPart reports whether one of two words begins or ends with the other, as the
// two halves of a broken word and a word before its comma do.
func isPart(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	return b != "" && (a[:len(b)] == b || a[len(a)-len(b):] == b)
}

func wordBox(r geom.Rect) WordBox {
	x, y, w, h := corner(r)
	return WordBox{x, y, w, h}
}
