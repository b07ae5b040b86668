package tesseract

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"io"
	"testing"
	"testing/iotest"

	"recto/internal/ocr"
)

func TestPNM(t *testing.T) {
	const w, h = 5, 2*bandRows + 3
	nrgba, gray := image.NewNRGBA(image.Rect(0, 0, w, h)), image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			nrgba.Set(x, y, color.NRGBA{uint8(40 * x), uint8(y), 7, 255})
			gray.Set(x, y, color.Gray{uint8(x + y)})
		}
	}
	clear := image.NewNRGBA(nrgba.Rect)
	for _, c := range []struct {
		img  image.Image
		kind string
	}{
		{nrgba, "P6"}, {gray, "P5"}, {clear, "P6"}, {gray.SubImage(image.Rect(1, 1, 4, bandRows+9)), "P5"}, {nrgba.SubImage(image.Rect(1, 1, 4, 9)), "P6"},
		{struct{ image.Image }{nrgba}, "P6"},
	} {
		got, err := io.ReadAll(iotest.OneByteReader(newPNM(c.img)))
		if err != nil {
			t.Fatal(err)
		}
		pix, _ := ocr.Pixels(c.img)
		b := c.img.Bounds()
		want := append(fmt.Appendf(nil, "%s\n%d %d\n255\n", c.kind, b.Dx(), b.Dy()), pix...)
		if !bytes.Equal(got, want) {
			t.Errorf("%T %v: %d bytes that begin with %q, want %d", c.img, b, len(got), got[:min(20, len(got))], len(want))
		}
	}
}
