package ocr

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	"recto/internal/geom"
)

// TestFindPrint: rows of letters are seen in either colour, grain and blots are not.
func TestFindPrint(t *testing.T) {
	letters := 0
	for _, l := range verse {
		letters += countLetters(l)
	}
	text := sheet(t, 20, verse)
	dark := image.NewNRGBA(text.Rect)
	draw.Draw(dark, dark.Rect, text, image.Point{}, draw.Src)
	for i := range dark.Pix {
		if i%4 != 3 {
			dark.Pix[i] = 255 - dark.Pix[i]
		}
	}
	for name, img := range map[string]image.Image{"black on white": text, "white on black": dark} {
		got := FindPrint(img, nil)
		if got.Letters < letters*8/10 || got.Letters > letters*12/10 || got.Rows < len(verse) || got.Rows > 3*len(verse) {
			t.Errorf("FindPrint(%s) = %+v, want about %d letters in %d rows", name, got, letters, len(verse))
		}
	}
	half := geom.Rect{X1: float64(text.Rect.Dx()), Y1: float64(text.Rect.Dy()) / 2}
	if got, all := FindPrint(text, []geom.Rect{half}), FindPrint(text, nil); got.Letters < all.Letters*4/10 || got.Letters > all.Letters*6/10 {
		t.Errorf("FindPrint without the upper half = %+v, all is %+v", got, all)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	blots := image.NewNRGBA(image.Rect(0, 0, 800, 600))
	draw.Draw(blots, blots.Rect, image.White, image.Point{}, draw.Src)
	for range 300 {
		x, y := rnd.IntN(800), rnd.IntN(600)
		draw.Draw(blots, image.Rect(x, y, x+4+rnd.IntN(20), y+4+rnd.IntN(20)), image.Black, image.Point{}, draw.Src)
	}
	if got := FindPrint(blots, nil); got.Letters > got.Patches/5 {
		t.Errorf("FindPrint(blots) = %+v", got)
	}
	grain := image.NewNRGBA(blots.Rect)
	for y := range 600 {
		for x := range 800 {
			grain.Set(x, y, color.Gray{uint8(rnd.IntN(256))})
		}
	}
	if got := FindPrint(grain, nil); got.Letters > got.Patches/5 {
		t.Errorf("FindPrint(grain) = %+v", got)
	}
}

// TestRegion: words are placed in the box; those that are not believed, or are
// there already, are left out.
func TestRegion(t *testing.T) {
	word := func(text string, x, sure float64) Word {
		return Word{Text: text, Confidence: sure, Box: geom.FromXYWH(x, 50, 80, 20)}
	}
	read := func(words ...Word) *Page {
		return &Page{Width: 800, Height: 200, Ink: &Drawing{}, Result: Result{Lines: []Line{{Words: words}}}}
	}
	box := geom.Rect{X0: 100, Y0: 300, X1: 500, Y1: 400} // half a point a pixel
	none := func(string, geom.Rect) bool { return false }

	runs, _ := read(word("invented", 100, 0.95), word("words", 200, 0.92), word("§", 300, 0.5)).Region(box, none)
	if len(runs) != 2 || runs[0].Text() != "invented" || !runs[0].Pictured || runs[0].Box.X0 != 150 || runs[0].Box.CenterY() < 320 || runs[0].Box.CenterY() > 340 {
		t.Errorf("Region = %+v", runs)
	}
	runs, _ = read(word("invented", 100, 0.95), word("words", 200, 0.92)).Region(box, func(s string, _ geom.Rect) bool { return s == "words" })
	if len(runs) != 1 {
		t.Errorf("Region without a known word = %+v", runs)
	}
	if runs, _ = read(word("shrubs", 100, 0.3), word("leaves", 200, 0.45)).Region(box, none); runs != nil {
		t.Errorf("Region of what nobody believes = %+v", runs)
	}
	if runs, _ = read(word("to", 100, 0.95)).Region(box, none); runs != nil {
		t.Errorf("Region of two letters = %+v", runs)
	}
}
