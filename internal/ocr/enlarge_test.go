package ocr

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	xdraw "golang.org/x/image/draw"
)

// noise returns a picture of random colours, with transparency if asked for.
func noise(w, h int, colours, opaque bool) *image.NRGBA {
	r := rand.New(rand.NewPCG(1, 2))
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(m.Pix); i += 4 {
		v := byte(r.IntN(256))
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = v, v, v, 255
		if colours {
			m.Pix[i+1], m.Pix[i+2] = byte(r.IntN(256)), byte(r.IntN(256))
		}
		if !opaque {
			m.Pix[i+3] = byte(r.IntN(256))
		}
	}
	return m
}

func TestEnlarge(t *testing.T) {
	for _, opaque := range []bool{true, false} {
		for _, factor := range []float64{1.5, 2, 3} {
			m := noise(37, 23, true, opaque)
			got := enlarge(m, factor).(*image.NRGBA)
			want := image.NewNRGBA(image.Rect(0, 0, int(37*factor), int(23*factor)))
			xdraw.CatmullRom.Scale(want, want.Rect, m, m.Rect, draw.Src, nil)
			checkSame(t, got.Pix, want.Pix, 1)
			gray := toGray(m)
			gotGray := enlarge(gray, factor).(*image.Gray)
			wantGray := image.NewGray(want.Rect)
			xdraw.CatmullRom.Scale(wantGray, want.Rect, gray, gray.Rect, draw.Src, nil)
			checkSame(t, gotGray.Pix, wantGray.Pix, 1)
		}
	}
	if got := enlarge(noise(1, 1, true, true), 3).Bounds(); got != image.Rect(0, 0, 3, 3) {
		t.Errorf("a single pixel became %v", got)
	}
}

func TestGrayOf(t *testing.T) {
	for _, opaque := range []bool{true, false} {
		for _, colours := range []bool{true, false} {
			m := noise(31, 17, colours, opaque)
			got, colourless := grayOf(m)
			want := image.NewGray(m.Rect)
			draw.Draw(want, want.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
			draw.Draw(want, want.Rect, m, image.Point{}, draw.Over)
			checkSame(t, got.Pix, want.Pix, 0)
			if colourless != (opaque && !colours) {
				t.Errorf("colourless is %v of a picture with colours %v, opaque %v", colourless, colours, opaque)
			}
		}
	}
	part := noise(31, 17, true, true).SubImage(image.Rect(5, 6, 20, 16)).(*image.NRGBA)
	got, _ := grayOf(part)
	if want := color.GrayModel.Convert(part.At(5, 6)).(color.Gray).Y; got.Pix[0] != want || got.Rect != image.Rect(0, 0, 15, 10) {
		t.Errorf("a part became %v that starts with %d, want %d", got.Rect, got.Pix[0], want)
	}
}

// checkSame compares bytes that may differ by some.
func checkSame(t *testing.T, got, want []uint8, by int) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d bytes, want %d", len(got), len(want))
	}
	for i := range got {
		if d := int(got[i]) - int(want[i]); d > by || d < -by {
			t.Fatalf("byte %d is %d, want %d", i, got[i], want[i])
		}
	}
}
