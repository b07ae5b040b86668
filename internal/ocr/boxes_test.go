package ocr

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strings"
	"testing"

	"recto/internal/geom"
)

// TestReadBoxes: squares beside text, which an engine takes for letters or does not
// see, are boxes to tick; letters, cells and framed letters are not. In the lines,
// MM stands for an empty square, WW for a crossed one, HH for cells side by side.
func TestReadBoxes(t *testing.T) {
	for _, tt := range []struct{ name, as, in, want string }{
		{"read as a letter", "O", "MM member of the club", "☐ member of the club"},
		{"read as brackets", "[xX]]", "WW member of the club", "☒ member of the club"},
		{"not seen", "", "MM member of the club", "☐ member of the club"},
		{"several in a line", "LI", "older than six MM yes WW no", "older than six ☐ yes ☒ no"},
		{"after its text", "CI", "tick here MM", "tick here ☐"},
		{"letters", "O", "O D 0 B DOUBLE ODD P", "O D 0 B DOUBLE ODD P"},
		{"cells of a grid", "I", "number HH of the club", "number I of the club"},
		{"alone", "O", "MM", "O"},
	} {
		img, p := typeset(t, 28, color.Black, tt.in, "the quick brown fox jumps over a lazy dog", "pack my box with five dozen jugs")
		l := &p.Lines[0]
		for k := range l.Words {
			w := &l.Words[k]
			kind := w.Text
			if kind != "MM" && kind != "WW" && kind != "HH" {
				continue
			}
			b := image.Rect(int(w.Box.X0), int(w.Box.Y0)-2, int(w.Box.X1), int(w.Box.Y1)+2)
			draw.Draw(img, b.Inset(-2), image.White, image.Point{}, draw.Src)
			side := 24
			outline := func(x int) {
				r := image.Rect(x, b.Min.Y, x+side, b.Min.Y+side)
				draw.Draw(img, r, image.Black, image.Point{}, draw.Src)
				draw.Draw(img, r.Inset(2), image.White, image.Point{}, draw.Src)
			}
			outline(b.Min.X)
			if kind == "HH" {
				outline(b.Min.X + side - 2)
			}
			if kind == "WW" {
				for i := 2; i < side-2; i++ {
					for d := range 2 {
						img.Set(b.Min.X+i+d, b.Min.Y+i, color.Black)
						img.Set(b.Min.X+side-1-i-d, b.Min.Y+i, color.Black)
					}
				}
			}
			w.Text, w.Confidence = tt.as, 0.4
			w.Box = geom.Rect{X0: float64(b.Min.X), Y0: float64(b.Min.Y), X1: float64(b.Min.X + side), Y1: float64(b.Min.Y + side)}
		}
		l.Words = slices.DeleteFunc(l.Words, func(w Word) bool { return w.Text == "" })
		gray := toGray(img)
		black := inkOf(gray)
		height, _ := textHeight(black)
		p.Ink = drawingOf(black, gray, height)
		p.readBoxes()
		var got []string
		for _, w := range p.Lines[0].Words {
			got = append(got, w.Text)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, s, tt.want)
		}
	}
}
