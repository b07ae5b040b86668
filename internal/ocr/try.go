package ocr

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"unicode"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// sampleWords are on the picture that Try shows.
const sampleWords = "The clock in the hall struck seven and nobody came"

// Try shows an engine a small picture of print and says whether it reads it: an
// engine that starts and has its data can still be of no use.
func Try(ctx context.Context, e Engine) error {
	use, _ := Choose(e, nil)
	p, err := Read(ctx, e, testPicture(), Options{Languages: use, Codes: []string{"en"}})
	if err != nil {
		return err
	}
	var got []string
	for i := range p.Lines {
		for _, w := range p.Lines[i].Words {
			got = append(got, w.Text)
		}
	}
	found := 0
	words := strings.Fields(sampleWords)
	for _, want := range words {
		for _, w := range got {
			if strings.EqualFold(want, strings.TrimFunc(w, unicode.IsPunct)) {
				found++
				break
			}
		}
	}
	if 2*found < len(words) {
		return fmt.Errorf("it read %d of %d words of a test picture", found, len(words))
	}
	return nil
}

// testPicture is a line of print in two, letters 20 pixels high.
func testPicture() image.Image {
	const times, margin = 3, 12
	words := strings.Fields(sampleWords)
	lines := []string{strings.Join(words[:5], " "), strings.Join(words[5:], " ")}
	face := basicfont.Face7x13
	small := image.NewGray(image.Rect(0, 0, 2*margin+face.Advance*max(len(lines[0]), len(lines[1])), 2*margin+22*len(lines)))
	draw.Draw(small, small.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: small, Src: image.NewUniform(color.Gray{}), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(margin, margin+12+22*i)
		d.DrawString(l)
	}
	large := image.NewGray(image.Rect(0, 0, times*small.Rect.Dx(), times*small.Rect.Dy()))
	xdraw.CatmullRom.Scale(large, large.Rect, small, small.Rect, draw.Src, nil)
	return large
}
