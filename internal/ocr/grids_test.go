package ocr

import (
	"context"
	"image"
	"image/draw"
	"testing"

	"recto/internal/geom"
)

// TestRereadGrids: the table is read again without its rules, and only its words
// change; the other rules of the page, and a table that was read well, stay.
func TestRereadGrids(t *testing.T) {
	img := sheet(t, 20, verse)
	at := func(x, y, w, h float64) geom.Rect { return geom.Rect{X0: x, Y0: y, X1: x + w, Y1: y + h} }
	ink := &Drawing{Horizontal: []geom.Rect{at(40, 20, 600, 2)}} // a rule above the text
	for i := range 4 {
		ink.Horizontal = append(ink.Horizontal, at(100, 100+60*float64(i), 362, 2))
		ink.Vertical = append(ink.Vertical, at(100+120*float64(i), 100, 2, 182))
	}
	for _, r := range append(ink.Horizontal, ink.Vertical...) {
		draw.Draw(img, image.Rect(int(r.X0), int(r.Y0), int(r.X1), int(r.Y1)), image.Black, image.Point{}, draw.Src)
	}
	first := func(conf float64) *Result {
		return &Result{Lines: []Line{
			{Words: []Word{{Text: "Harvest", Box: at(40, 60, 80, 20), Confidence: 0.95}}},
			{Words: []Word{{Text: "wheal", Box: at(120, 120, 60, 20), Confidence: conf}, {Text: "beside", Box: at(700, 120, 60, 20), Confidence: 0.95}}},
		}}
	}
	// In the cut-out, which begins a letter beyond the table, at 90,90.
	again := &Result{Lines: []Line{{Words: []Word{{Text: "wheat", Box: at(30, 30, 60, 20), Confidence: 0.93}, {Text: "40", Box: at(150, 30, 30, 20), Confidence: 0.9}}}}}
	s := &scripted{answers: []*Result{again}}
	r := first(0.7)
	if err := r.rereadGrids(context.Background(), s, img, ink, 1, 10, Options{}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range r.Lines {
		for _, w := range l.Words {
			got = append(got, w.Text)
			if w.Text == "wheat" && w.Box != at(120, 120, 60, 20) {
				t.Errorf("box of a word read again = %v, want it in the picture", w.Box)
			}
		}
	}
	if len(got) != 4 || got[0] != "Harvest" || got[1] != "wheat" || got[2] != "40" || got[3] != "beside" {
		t.Errorf("words = %q", got)
	}
	if len(s.seen) != 1 || s.seen[0] != image.Pt(382, 202) {
		t.Errorf("the engine saw %v, want the table alone", s.seen)
	}
	s = &scripted{answers: []*Result{again}}
	r = first(0.95)
	if err := r.rereadGrids(context.Background(), s, img, ink, 1, 10, Options{}); err != nil || len(s.seen) != 0 {
		t.Errorf("a table that was read well was read again: %v, %v", s.seen, err)
	}
}
