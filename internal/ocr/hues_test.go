package ocr

import (
	"image/color"
	"testing"

	"recto/internal/geom"
	"recto/internal/page"
)

// TestLineColors: lines have the hue of their ink, and black and grey have none.
// Links have none either.
func TestLineColors(t *testing.T) {
	for _, c := range []struct {
		ink  color.NRGBA
		want page.Color
	}{
		{color.NRGBA{A: 255}, hueColors[grey]},
		{color.NRGBA{R: 110, G: 105, B: 115, A: 255}, hueColors[grey]},
		{color.NRGBA{R: 15, G: 71, B: 97, A: 255}, hueColors[cyan]},
		{color.NRGBA{R: 20, G: 40, B: 150, A: 255}, hueColors[blue]},
		{color.NRGBA{R: 192, A: 255}, hueColors[red]},
		{color.NRGBA{R: 90, G: 140, B: 20, A: 255}, hueColors[yellow]},
	} {
		img, p := typeset(t, 24, c.ink, "Harbour lights at dusk")
		p.take(&p.Result, img, toGray(img), inkOf(toGray(img)))
		if got := p.color(&p.Lines[0], 24); got != c.want {
			t.Errorf("ink %v: color %08x, want %08x", c.ink, got, c.want)
		}
		words := p.Lines[0].Words
		foot := words[0].Box.Y1
		p.Ink = &Drawing{Horizontal: []geom.Rect{{X0: words[0].Box.X0, Y0: foot + 2, X1: words[len(words)-1].Box.X1, Y1: foot + 4}}}
		if got := p.color(&p.Lines[0], 24); got != hueColors[grey] {
			t.Errorf("underlined ink %v: color %08x, want none", c.ink, got)
		}
	}
}
