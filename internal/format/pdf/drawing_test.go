package pdf

import (
	"testing"

	"recto/internal/geom"
	"recto/internal/page"
)

func TestRules(t *testing.T) {
	p := read(t, "drawing", 1)
	want := []page.Rule{
		{Box: geom.Rect{X0: 50, Y0: 49.5, X1: 250, Y1: 50.5}, Color: 0xff},
		{Box: geom.Rect{X0: 299.75, Y0: 100, X1: 300.25, Y1: 200}, Vertical: true, Color: 0xff},
		{Box: geom.Rect{X0: 50, Y0: 69.2, X1: 250, Y1: 70}, Color: 0xff},                   // a thin rectangle
		{Box: geom.Rect{X0: 50, Y0: 89.75, X1: 250, Y1: 90.25}, Color: 0xff, Dashed: true}, //
		{Box: geom.Rect{X0: 50, Y0: 249.5, X1: 250, Y1: 250.5}, Color: 0xffffffff},         // white ones part cells
		{Box: geom.Rect{X0: 50, Y0: 367, X1: 150, Y1: 373}, Color: 0xff},                   //
		{Box: geom.Rect{X0: 0, Y0: 399.5, X1: 420, Y1: 400.5}, Color: 0xff},                // cut at the page's edges
		{Box: geom.Rect{X0: 50, Y0: 539.5, X1: 100, Y1: 540.5}, Color: 0xff},               // three of one path
		{Box: geom.Rect{X0: 50, Y0: 519.5, X1: 100, Y1: 520.5}, Color: 0xff},               //
		{Box: geom.Rect{X0: 50, Y0: 499.5, X1: 100, Y1: 500.5}, Color: 0xff},               //
	}
	if len(p.Rules) != len(want) {
		t.Fatalf("%d rules %v, want %d", len(p.Rules), p.Rules, len(want))
	}
	for i, w := range want {
		got := p.Rules[i]
		if !sameBox(got.Box, w.Box) || got.Vertical != w.Vertical || got.Color != w.Color || got.Dashed != w.Dashed {
			t.Errorf("rule %d = %+v, want %+v", i, got, w)
		}
	}
	if !p.Drawn {
		t.Error("a page with drawings has nothing drawn")
	}
}

func TestFills(t *testing.T) {
	p := read(t, "drawing", 1)
	want := []page.Fill{
		{Box: geom.Rect{X0: 50, Y0: 120, X1: 170, Y1: 160}, Color: 0xe6e6ccff},
		{Box: geom.Rect{X0: 200, Y0: 120, X1: 260, Y1: 160}, Stroke: 0xff0000ff},
		{Box: geom.Rect{X0: 50, Y0: 190, X1: 110, Y1: 220}, Color: 0x00ff00ff, Stroke: 0x0000ffff},
		{Box: geom.Rect{X0: 50, Y0: 260, X1: 150, Y1: 300}, Stroke: 0x000000ff},
		{Box: geom.Rect{X0: 200, Y0: 366, X1: 300, Y1: 374}, Color: 0x000000ff}, // a bar drawn as a stroke
		{Box: geom.Rect{X0: 70, Y0: 440, X1: 150, Y1: 480}, Color: 0x0000ffff},  // inside a form object
		{Box: geom.Rect{X0: 200, Y0: 510, X1: 230, Y1: 540}, Color: 0x00ffffff}, // what its clip leaves of it
	}
	if len(p.Fills) != len(want) {
		t.Fatalf("%d fills %v, want %d", len(p.Fills), p.Fills, len(want))
	}
	order := 0
	for i, w := range want {
		got := p.Fills[i]
		if !sameBox(got.Box, w.Box) || got.Color != w.Color || got.Stroke != w.Stroke {
			t.Errorf("fill %d = %v %08x %08x, want %v %08x %08x", i, got.Box, got.Color, got.Stroke, w.Box, w.Color, w.Stroke)
		}
		if got.Order <= order {
			t.Errorf("fill %d has order %d after %d", i, got.Order, order)
		}
		order = got.Order
	}
}

func TestShapes(t *testing.T) {
	p := read(t, "drawing", 1)
	want := []page.Shape{
		{Box: geom.Rect{X0: 200, Y0: 180, X1: 260, Y1: 200}, Curved: true},
		{Box: geom.Rect{X0: 150, Y0: 195, X1: 180, Y1: 220}, Filled: true},
		{Box: geom.Rect{X0: 50, Y0: 320, X1: 80, Y1: 350}},
	}
	if len(p.Shapes) != len(want) {
		t.Fatalf("shapes %+v, want %d", p.Shapes, len(want))
	}
	for i, w := range want {
		got := p.Shapes[i]
		if !sameBox(got.Box, w.Box) || got.Curved != w.Curved || got.Filled != w.Filled {
			t.Errorf("shape %d = %+v, want %+v", i, got, w)
		}
	}
}

// TestTurnedDrawing checks that drawings follow the page's rotation and crop.
func TestTurnedDrawing(t *testing.T) {
	r := open(t, "rotated")
	tests := []struct {
		page     int
		rule     geom.Rect
		vertical bool
		fill     geom.Rect
	}{
		{1, geom.Rect{X0: 199.5, Y0: 100, X1: 200.5, Y1: 200}, true, geom.Rect{X0: 300, Y0: 100, X1: 320, Y1: 150}},
		{2, geom.Rect{X0: 50, Y0: 349.5, X1: 150, Y1: 350.5}, false, geom.Rect{X0: 50, Y0: 230, X1: 100, Y1: 250}},
		{3, geom.Rect{X0: 220, Y0: 199.5, X1: 320, Y1: 200.5}, false, geom.Rect{X0: 270, Y0: 300, X1: 320, Y1: 320}},
		{4, geom.Rect{X0: 349.5, Y0: 150, X1: 350.5, Y1: 250}, true, geom.Rect{X0: 230, Y0: 200, X1: 250, Y1: 250}},
	}
	for _, tt := range tests {
		p := r.ReadPage(tt.page)
		if len(p.Rules) != 1 || len(p.Fills) != 1 {
			t.Fatalf("page %d: rules %v, fills %v, want one each", tt.page, p.Rules, p.Fills)
		}
		checkBox(t, "the rule", p.Rules[0].Box, tt.rule)
		checkBox(t, "the fill", p.Fills[0].Box, tt.fill)
		if p.Rules[0].Vertical != tt.vertical || p.Fills[0].Color != 0xff0000ff {
			t.Errorf("page %d: rule %+v, fill %+v", tt.page, p.Rules[0], p.Fills[0])
		}
	}
}

// TestForms checks which small outlines count as circles and as squares.
func TestForms(t *testing.T) {
	// Bézier points of an arc lie at 0.5523 of the radius from its ends.
	circle := func(r float64) []geom.Point {
		k := 0.5523 * r
		return []geom.Point{{X: r}, {X: r, Y: k}, {X: k, Y: r}, {Y: r}, {X: -k, Y: r}, {X: -r, Y: k}, {X: -r}, {X: -r, Y: -k}, {X: -k, Y: -r}, {Y: -r}, {X: k, Y: -r}, {X: r, Y: -k}, {X: r}}
	}
	rounded := func(r, corner float64) []geom.Point {
		a, k := r-corner, r-corner+0.5523*corner
		return []geom.Point{
			{X: r, Y: a}, {X: r, Y: k}, {X: k, Y: r}, {X: a, Y: r}, {X: -a, Y: r}, {X: -k, Y: r}, {X: -r, Y: k}, {X: -r, Y: a},
			{X: -r, Y: -a}, {X: -r, Y: -k}, {X: -k, Y: -r}, {X: -a, Y: -r}, {X: a, Y: -r}, {X: k, Y: -r}, {X: r, Y: -k}, {X: r, Y: -a}, {X: r, Y: a},
		}
	}
	heart := []geom.Point{{Y: 5}, {X: -2, Y: 3}, {X: -5, Y: 1}, {X: -5, Y: -2}, {X: -5, Y: -5}, {X: -1, Y: -5}, {Y: -2}, {X: 1, Y: -5}, {X: 5, Y: -5}, {X: 5, Y: -2}, {X: 5, Y: 1}, {X: 2, Y: 3}, {Y: 5}}
	tests := []struct {
		name   string
		points []geom.Point
		half   float64
		want   page.Form
	}{
		{"circle", circle(5), 5, page.Round},
		{"square with small corners", rounded(5, 1), 5, page.Square},
		{"square with larger corners", rounded(5, 1.8), 5, page.Square},
		{"heart", heart, 5, page.Irregular},
		{"dot", circle(1), 1, page.Irregular},
		{"large circle", circle(40), 40, page.Irregular},
	}
	for _, tt := range tests {
		if got := formOf(tt.points, geom.Rect{X0: -tt.half, Y0: -tt.half, X1: tt.half, Y1: tt.half}); got != tt.want {
			t.Errorf("%s: form %d, want %d", tt.name, got, tt.want)
		}
	}
}
