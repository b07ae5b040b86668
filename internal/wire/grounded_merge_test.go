package wire

import (
	"bytes"
	"encoding/json"
	"testing"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/render/markdown"
)

// TestGroundedMergedTable checks that a table over pages claims no words of its
// own page for cells that stand on a later one.
func TestGroundedMergedTable(t *testing.T) {
	place := func(y float64) geom.Rect { return geom.Rect{X0: 72, Y0: y, X1: 100, Y1: y + 10} }
	cell := func(row, on int, y float64, s string) doc.Cell {
		return doc.Cell{Row: row, RowSpan: 1, ColSpan: 1, Page: on, Box: place(y), Text: doc.Text{{Text: s, Box: place(y)}}}
	}
	whole := &doc.Table{
		Base: doc.Base{Boxes: []geom.Rect{place(700)}}, RowCount: 2, ColCount: 1, MergedFrom: []int{1, 2},
		Cells: []doc.Cell{cell(0, 0, 700, "here"), cell(1, 2, 72, "there")},
	}
	rest := &doc.Table{Base: doc.Base{Boxes: []geom.Rect{place(72)}}, MergedInto: 1}
	r := &engine.Result{
		Doc: &doc.Document{Pages: []*doc.Page{{Number: 1, Items: []doc.Item{whole}}, {Number: 2, Items: []doc.Item{rest}}}},
		Words: [][]page.Word{
			{{Text: "there", Box: place(72), Confidence: 1}, {Text: "here", Box: place(700), Confidence: 1}},
			{{Text: "there", Box: place(72), Confidence: 1}},
		},
	}
	var b bytes.Buffer
	if err := GroundedItems(&b, r, markdown.Options{}, []Granularity{"cell", "line", "word"}); err != nil {
		t.Fatal(err)
	}
	var first GroundedPage
	if err := json.NewDecoder(&b).Decode(&first); err != nil {
		t.Fatal(err)
	}
	g := first.Items[0].Grounding
	if len(g.Lines) != 1 || g.Lines[0].BBox.Y != 700 {
		t.Errorf("lines %+v, want the one at 700", g.Lines)
	}
	if len(g.Cells) != 2 || g.Cells[0].PageNumber != 0 || g.Cells[1].PageNumber != 2 || g.Cells[1].Span == nil {
		t.Errorf("cells %+v, want the second on page 2 with its span", g.Cells)
	}
}
