package tesseract

import (
	"fmt"
	"image"
	"io"

	"recto/internal/ocr"
)

// bandRows is how many rows of a picture are made at a time: all of them would be
// a second picture in memory as long as the program works.
const bandRows = 64

// pnm hands out a picture in the plainest format there is, and forgets it when
// the program has got it.
type pnm struct {
	img  part
	y    int    // the first row that is not made yet
	made []byte // what is made and not read
}

type part interface {
	image.Image
	SubImage(r image.Rectangle) image.Image
}

func newPNM(img image.Image) io.Reader {
	p, ok := img.(part)
	if !ok { // no picture of Go's own has none
		all := image.NewNRGBA(img.Bounds())
		for y := all.Rect.Min.Y; y < all.Rect.Max.Y; y++ {
			for x := all.Rect.Min.X; x < all.Rect.Max.X; x++ {
				all.Set(x, y, img.At(x, y))
			}
		}
		p = all
	}
	b := p.Bounds()
	kind := "P6"
	if _, gray := img.(*image.Gray); gray {
		kind = "P5"
	}
	return &pnm{img: p, y: b.Min.Y, made: fmt.Appendf(nil, "%s\n%d %d\n255\n", kind, b.Dx(), b.Dy())}
}

func (p *pnm) Read(into []byte) (int, error) {
	if len(p.made) == 0 {
		if p.img == nil {
			return 0, io.EOF
		}
		b := p.img.Bounds()
		band := image.Rect(b.Min.X, p.y, b.Max.X, min(p.y+bandRows, b.Max.Y))
		if band.Empty() {
			p.img = nil
			return 0, io.EOF
		}
		p.made, _ = ocr.Pixels(p.img.SubImage(band))
		p.y = band.Max.Y
	}
	n := copy(into, p.made)
	p.made = p.made[n:]
	return n, nil
}
