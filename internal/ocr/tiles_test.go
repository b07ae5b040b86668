package ocr

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"recto/internal/geom"
)

// TestTilesOf: the cores cover the picture once; a cut goes through white where
// there is some near, and where there is none the tiles overlap.
func TestTilesOf(t *testing.T) {
	p := &ink{w: 900, h: 500, pix: make([]bool, 900*500)}
	for i := range p.pix {
		p.pix[i] = i%900 < 430 || i%900 >= 440 // a white column
	}
	tiles := tilesOf(p, 500, 30)
	covered := image.NewGray(image.Rect(0, 0, p.w, p.h))
	for _, tile := range tiles {
		for y := tile.core.Min.Y; y < tile.core.Max.Y; y++ {
			for x := tile.core.Min.X; x < tile.core.Max.X; x++ {
				covered.Pix[y*covered.Stride+x]++
			}
		}
	}
	for i, n := range covered.Pix {
		if n != 1 {
			t.Fatalf("pixel %d,%d is in %d cores", i%900, i/900, n)
		}
	}
	if len(tiles) != 2 || tiles[0].core.Max.X < 430 || tiles[0].core.Max.X > 440 || tiles[0].shown != tiles[0].core {
		t.Errorf("tiles = %v, want two that meet in the white column", tiles)
	}
	for i := range p.pix {
		p.pix[i] = true
	}
	tiles = tilesOf(p, 500, 30)
	if len(tiles) != 2 || tiles[0].shown.Max.X != 480 || tiles[1].shown.Min.X != 420 {
		t.Errorf("tiles of black = %v, want an overlap of 30 pixels on both sides", tiles)
	}
}

// seer "reads" dark bars: each run of ink is a word named by its place, so the
// same bar read in two tiles is the same word.
type seer struct {
	words []geom.Rect // in the picture
	shown []image.Point
	at    []image.Rectangle // what it is shown, in turn
}

func (s *seer) Name() string        { return "seer" }
func (s *seer) Languages() []string { return []string{"eng"} }
func (s *seer) Recognize(_ context.Context, img image.Image, _ Options) (*Result, error) {
	at := s.at[len(s.shown)]
	s.shown = append(s.shown, img.Bounds().Size())
	r := &Result{}
	l := Line{}
	for i, w := range s.words {
		if i == len(s.words)/2 && len(l.Words) > 0 {
			r.Lines = append(r.Lines, l)
			l = Line{}
		}
		view := geom.Rect{X0: float64(at.Min.X), Y0: float64(at.Min.Y), X1: float64(at.Max.X), Y1: float64(at.Max.Y)}
		if part := w.Intersect(view); !part.Empty() {
			part = geom.Rect{X0: part.X0 - view.X0, X1: part.X1 - view.X0, Y0: part.Y0 - view.Y0, Y1: part.Y1 - view.Y0}
			l.Words = append(l.Words, Word{Text: string(rune('a' + i)), Box: part, Confidence: 0.9})
		}
	}
	if len(l.Words) > 0 {
		r.Lines = append(r.Lines, l)
	}
	return r, nil
}

// TestRecognizeTiles: lines that run across the tiles of a large picture come
// back whole, every word once and where it is.
func TestRecognizeTiles(t *testing.T) {
	const w, h = 5400, 4000
	img := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	s := &seer{}
	for line := range 2 {
		for i := range 12 { // some lie across the cut at 2700
			x := 60 + 440*i
			box := image.Rect(x, 500+2600*line, x+400, 540+2600*line)
			draw.Draw(img, box, image.NewUniform(color.Gray{}), image.Point{}, draw.Src)
			s.words = append(s.words, geom.Rect{X0: float64(box.Min.X), Y0: float64(box.Min.Y), X1: float64(box.Max.X), Y1: float64(box.Max.Y)})
		}
	}
	draw.Draw(img, image.Rect(0, 100, w, 104), image.Black, image.Point{}, draw.Src) // so that no column is white
	draw.Draw(img, image.Rect(0, 3900, w, 3904), image.Black, image.Point{}, draw.Src)
	p := inkOf(img)
	for _, tile := range tilesOf(p, tileSide, tileOverlap*20) {
		s.at = append(s.at, tile.shown)
	}
	if len(s.at) != 4 {
		t.Fatalf("%d tiles, want 4", len(s.at))
	}
	r, err := recognize(context.Background(), s, img, p, 1, 20, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range r.Lines {
		text := ""
		for _, word := range l.Words {
			text += word.Text
			if want := s.words[word.Text[0]-'a']; word.Box != want {
				t.Errorf("word %s at %v, want %v", word.Text, word.Box, want)
			}
		}
		got = append(got, text)
	}
	if strings.Join(got, " ") != "abcdefghijkl mnopqrstuvwx" {
		t.Errorf("lines = %q", got)
	}
}

// TestFit: the sides fit exactly, and gray stays what it was on the mean.
func TestFit(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 1000, 700))
	for i := range img.Pix {
		img.Pix[i] = uint8(i % 2 * 200)
	}
	out := Fit(img, 750).(*image.Gray)
	if out.Rect.Dx() != 750 || out.Rect.Dy() != 525 {
		t.Fatalf("size %v", out.Rect)
	}
	sum := 0
	for _, v := range out.Pix {
		sum += int(v)
	}
	if mean := float64(sum) / float64(len(out.Pix)); mean < 98 || mean > 102 {
		t.Errorf("mean brightness %v, want 100", mean)
	}
}
