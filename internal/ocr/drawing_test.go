package ocr

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"recto/internal/geom"
)

// TestFills: painted cells are found with their edges, the white lines between
// them are rules, and what letters leave of the paint is none.
func TestFills(t *testing.T) {
	img, _ := typeset(t, 28, color.Black, "", "Harbour the road was closed", "", "Bridge the road was closed", "", "")
	text := image.NewNRGBA(img.Rect)
	draw.Draw(text, img.Rect, img, image.Point{}, draw.Src)
	cells := []image.Rectangle{image.Rect(83, 81, 501, 161), image.Rect(503, 81, 1001, 161), image.Rect(83, 163, 501, 241)}
	paint := color.NRGBA{250, 190, 120, 255}
	for _, c := range cells {
		draw.Draw(img, c, image.NewUniform(paint), image.Point{}, draw.Src)
		for y := c.Min.Y; y < c.Max.Y; y++ {
			for x := c.Min.X; x < c.Max.X; x++ {
				if text.NRGBAAt(x, y).R < 128 {
					img.Set(x, y, color.White) // light letters on paint
				}
			}
		}
	}
	fills := fillsOf(img, 14)
	if len(fills) != len(cells) {
		t.Fatalf("fillsOf = %v, want %v", fills, cells)
	}
	for _, c := range cells {
		found := false
		for _, f := range fills {
			off := max(math.Abs(f.Box.X0-float64(c.Min.X)), math.Abs(f.Box.X1-float64(c.Max.X)), math.Abs(f.Box.Y0-float64(c.Min.Y)), math.Abs(f.Box.Y1-float64(c.Max.Y)))
			found = found || off <= 1 && f.Color == paint
		}
		if !found {
			t.Errorf("no fill at %v among %v", c, fills)
		}
	}
	gray := toGray(img)
	d := drawingOf(inkOf(gray), gray, 14)
	want := geom.Rect{X0: 501, Y0: 81, X1: 503, Y1: 161}
	for _, r := range append(d.Horizontal, d.Vertical...) {
		across := r.W() > r.H() && math.Abs(r.CenterY()-162) < 3
		if !across && !want.Grow(3).ContainsRect(r, 0) {
			t.Errorf("%v is no rule", r)
		}
	}
	if len(d.Vertical) != 1 || len(d.Horizontal) != 1 {
		t.Errorf("rules = %v, %v, want the white lines between the cells", d.Horizontal, d.Vertical)
	}
}

// TestPaleRules: rules much lighter than the text are found.
func TestPaleRules(t *testing.T) {
	img, _ := typeset(t, 28, color.Black, "The road was closed over night", "nobody knew whether the bridge would hold", "")
	draw.Draw(img, image.Rect(80, 140, 900, 141), image.NewUniform(color.Gray{225}), image.Point{}, draw.Src)
	gray := toGray(img)
	d := drawingOf(inkOf(gray), gray, 14)
	if len(d.Horizontal) != 1 || len(d.Vertical) != 0 || math.Abs(d.Horizontal[0].X0-80) > 2 || math.Abs(d.Horizontal[0].X1-900) > 2 || d.Horizontal[0].H() > 2 {
		t.Errorf("rules = %v, %v, want one at 140", d.Horizontal, d.Vertical)
	}
}
