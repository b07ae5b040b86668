package ocr

import (
	"image"
	"image/color"
)

// Pixels returns a picture as rows of bytes without gaps: one byte for each
// pixel of a gray picture, else three, red, green and blue. Colour is kept, for
// the engine finds coloured text by its channels; what is transparent lies on
// white.
func Pixels(img image.Image) (pix []byte, perPixel int) {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if g, ok := img.(*image.Gray); ok {
		pix = make([]byte, 0, w*h)
		for y := range h {
			pix = append(pix, g.Pix[y*g.Stride:y*g.Stride+w]...)
		}
		return pix, 1
	}
	pix = make([]byte, 0, 3*w*h)
	if n, ok := img.(*image.NRGBA); ok && n.Opaque() {
		for y := range h {
			row := n.Pix[y*n.Stride : y*n.Stride+4*w]
			for x := 0; x < len(row); x += 4 {
				pix = append(pix, row[x], row[x+1], row[x+2])
			}
		}
		return pix, 3
	}
	for y := range h {
		for x := range w {
			c := color.NRGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
			a := int(c.A)
			over := func(v uint8) byte { return byte((int(v)*a + 255*(255-a)) / 255) }
			pix = append(pix, over(c.R), over(c.G), over(c.B))
		}
	}
	return pix, 3
}
