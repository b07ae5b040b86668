package pdf

import (
	"reflect"
	"testing"

	"recto/internal/geom"
	"recto/internal/page"
)

func TestLinks(t *testing.T) {
	p := read(t, "labels", 1)
	want := []page.Link{ // programs to start and other files are no links
		{Box: geom.Rect{X0: 50, Y0: 88, X1: 150, Y1: 104}, Page: 3},
		{Box: geom.Rect{X0: 50, Y0: 118, X1: 150, Y1: 134}, Page: 2},
		{Box: geom.Rect{X0: 50, Y0: 148, X1: 150, Y1: 164}, URI: "https://example.org/a?b=1"},
		{Box: geom.Rect{X0: 50, Y0: 178, X1: 150, Y1: 194}, URI: "mailto:recto@example.org"},
		{Box: geom.Rect{X0: 50, Y0: 208, X1: 150, Y1: 224}, Page: 3},
	}
	if !reflect.DeepEqual(p.Links, want) {
		t.Errorf("links %+v, want %+v", p.Links, want)
	}
	// Free text is text of the page, a comment is not.
	checkBox(t, "the note", runOf(t, p, "A note on top").Box, geom.Rect{X0: 202, Y0: 103.65, X1: 273.4, Y1: 117.65})
}

func TestFields(t *testing.T) {
	p := read(t, "form", 1)
	row := func(x, bottom, w, h float64) geom.Rect {
		return geom.Rect{X0: x, Y0: 600 - bottom - h, X1: x + w, Y1: 600 - bottom}
	}
	want := []page.Field{
		{Box: row(60, 248, 12, 12), Name: "pay", Kind: page.RadioButton, Value: "year"},
		{Box: row(60, 228, 12, 12), Name: "pay", Kind: page.RadioButton, Value: "month", Checked: true},
		{Box: row(150, 495, 200, 18), Name: "name", Value: "Clara Weiss"},
		{Box: row(150, 465, 200, 18), Name: "street", Value: "Orchard Road 12"},
		{Box: row(150, 405, 200, 46), Name: "remarks", Value: "near the pump\nif possible"},
		{Box: row(150, 375, 120, 18), Name: "size", Kind: page.ComboBox, Value: "100 square metres", Options: []string{"50 square metres", "100 square metres", "200 square metres"}},
		{Box: row(150, 310, 120, 54), Name: "tools", Kind: page.ListBox, Value: "Spade", Options: []string{"Spade", "Rake"}},
		{Box: row(150, 95, 200, 18), Name: "phone", Value: "555 0123"},
		{Box: row(60, 298, 12, 12), Name: "rules", Kind: page.CheckBox, Value: "Yes", Checked: true},
		{Box: row(60, 278, 12, 12), Name: "news", Kind: page.CheckBox, Value: "Yes"},
		{Box: row(60, 204, 12, 12), Name: "bare", Kind: page.CheckBox, Value: "Yes", Checked: true},
		{Box: row(50, 180, 80, 20), Name: "send", Kind: page.PushButton},
		{Box: row(200, 180, 120, 20), Name: "signature", Kind: page.Signature},
	}
	if len(p.Fields) != len(want) {
		t.Fatalf("%d fields %+v, want %d", len(p.Fields), p.Fields, len(want))
	}
	for i, w := range want {
		if !reflect.DeepEqual(p.Fields[i], w) {
			t.Errorf("field %d = %+v, want %+v", i, p.Fields[i], w)
		}
	}
}

// TestFieldText checks that the value of each field is text on the page, whether
// the file draws it, draws an empty field or leaves all drawing to the viewer.
func TestFieldText(t *testing.T) {
	p := read(t, "form", 1)
	tests := []struct {
		text string
		box  geom.Rect // of the field
	}{
		{"Clara Weiss", geom.Rect{X0: 150, Y0: 87, X1: 350, Y1: 105}},        // drawn by the file
		{"Orchard Road 12", geom.Rect{X0: 150, Y0: 117, X1: 350, Y1: 135}},   // not drawn
		{"near the pump", geom.Rect{X0: 150, Y0: 149, X1: 350, Y1: 195}},     // of several lines
		{"if possible", geom.Rect{X0: 150, Y0: 149, X1: 350, Y1: 195}},       //
		{"100 square metres", geom.Rect{X0: 150, Y0: 207, X1: 270, Y1: 225}}, //
		{"Spade", geom.Rect{X0: 150, Y0: 236, X1: 270, Y1: 290}},             //
		{"555 0123", geom.Rect{X0: 150, Y0: 487, X1: 350, Y1: 505}},          // drawn empty
	}
	for _, tt := range tests {
		r := runOf(t, p, tt.text)
		if !tt.box.ContainsRect(r.Box, 0.5) || r.Mode != page.Painted || r.Size != 11 {
			t.Errorf("value %q of size %v stands at %v, want size 11 inside %v", tt.text, r.Size, r.Box, tt.box)
		}
	}
	n := 0
	for i := range p.Runs {
		if textOf(&p.Runs[i]) == "✔" {
			n++
		}
	}
	if n != 2 { // the third is drawn by PDFium as a shape
		t.Errorf("%d ticks in checked boxes, want 2", n)
	}
}

// TestReadTwice checks that reading a page does not use it up, although drawing
// its annotations changes the document inside the Reader.
func TestReadTwice(t *testing.T) {
	for _, name := range []string{"form", "labels", "report", "pictures"} {
		r := open(t, name)
		first := r.ReadPage(1)
		if err := r.Images(1, map[int]bool{0: true}, func(int, *Picture, error) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Render(1, 36, geom.Rect{}); err != nil {
			t.Fatal(err)
		}
		if second := r.ReadPage(1); !reflect.DeepEqual(first, second) {
			t.Errorf("%s reads differently the second time:\n%+v\n%+v", name, first, second)
		}
	}
}

func TestValueGlyphs(t *testing.T) {
	g := valueGlyphs("ab  c ", geom.Point{X: 10, Y: 20}, 10, 200)
	if len(g) != 3 || g[2].Rune != 'c' || g[2].Origin.X != 30 || g[2].Flags != page.SpaceBefore || g[0].Flags != 0 {
		t.Errorf("glyphs %+v, want a, b and c after a space at 30", g)
	}
	g = valueGlyphs("0123456789", geom.Point{X: 0, Y: 20}, 10, 20)
	if last := g[len(g)-1].Box.X1; last > 20.001 {
		t.Errorf("a value too long for its field ends at %v, want 20", last)
	}
	if g := valueGlyphs(" ", geom.Point{}, 10, 20); len(g) != 0 {
		t.Errorf("glyphs of a blank = %+v", g)
	}
}
