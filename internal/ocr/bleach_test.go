package ocr

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	"recto/internal/geom"
)

// TestBleach: dark print on a colour and light print on a dark colour are black
// on white afterwards; what stands beside the cells, and the picture itself, stay.
func TestBleach(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 300, 60))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	paint := func(x, y, w, h int, c color.NRGBA) {
		draw.Draw(img, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
	}
	violet, navy, black := color.NRGBA{130, 60, 190, 255}, color.NRGBA{20, 40, 110, 255}, color.NRGBA{0, 0, 0, 255}
	green := color.NRGBA{30, 140, 60, 255}
	paint(0, 0, 100, 60, violet)
	paint(40, 20, 6, 20, black)
	paint(100, 0, 100, 60, navy)
	paint(140, 20, 6, 20, color.NRGBA{255, 255, 255, 255})
	paint(240, 20, 6, 20, green) // coloured print on paper
	fills := []Fill{{Box: geom.Rect{X1: 100, Y1: 60}, Color: violet}, {Box: geom.Rect{X0: 100, X1: 200, Y1: 60}, Color: navy}}
	out := bleach(img, fills).(*image.NRGBA)
	for _, c := range []struct {
		x, y int
		want color.NRGBA
	}{
		{10, 10, color.NRGBA{255, 255, 255, 255}}, {42, 30, black}, // dark on violet
		{110, 10, color.NRGBA{255, 255, 255, 255}}, {142, 30, black}, // light on navy
		{242, 30, green}, {290, 10, color.NRGBA{255, 255, 255, 255}},
	} {
		if got := out.NRGBAAt(c.x, c.y); got != c.want {
			t.Errorf("pixel %d,%d is %v, want %v", c.x, c.y, got, c.want)
		}
	}
	if img.NRGBAAt(10, 10) != violet {
		t.Error("the picture itself was changed")
	}
	pale := []Fill{{Box: geom.Rect{X1: 100, Y1: 60}, Color: color.NRGBA{250, 250, 245, 255}}}
	if bleach(img, pale) != image.Image(img) {
		t.Error("a pale ground was bleached")
	}
}
