package searchable

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"recto/internal/geom"
)

// jpegQuality of pictures that have no stream of their own: text stays crisp.
const jpegQuality = 85

// Picture is a picture as a stream of a PDF.
type Picture struct {
	Box    geom.Rect // where it stands on the page
	Orient int       // EXIF orientation of the stream, 0 or 1 for upright

	data    []byte
	entries string // of the stream's dictionary: filter, colours, size
}

// JPEG takes a JPEG as it is; ok is false for kinds that a PDF cannot show.
func JPEG(data []byte) (p *Picture, ok bool) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, false
	}
	space := "/DeviceRGB"
	switch c.ColorModel {
	case color.GrayModel:
		space = "/DeviceGray"
	case color.CMYKModel: // Adobe writes them inverted, and nobody else writes them
		space = "/DeviceCMYK /Decode [1 0 1 0 1 0 1 0]"
	}
	return &Picture{data: data, entries: size(c.Width, c.Height) + " /BitsPerComponent 8 /ColorSpace " + space + " /Filter /DCTDecode"}, true
}

func size(w, h int) string { return fmt.Sprintf("/Width %d /Height %d", w, h) }

// PNG takes the compressed rows of a PNG as they are, which PDF knows too; ok is
// false where there is transparency or interlacing.
func PNG(data []byte) (p *Picture, ok bool) {
	const signature = 8
	if len(data) < signature+25 || string(data[12:16]) != "IHDR" {
		return nil, false
	}
	head := data[signature+8:]
	w, h, bits, kind, interlaced := binary.BigEndian.Uint32(head), binary.BigEndian.Uint32(head[4:]), head[8], head[9], head[12] != 0
	colors := map[byte]int{0: 1, 2: 3, 3: 1}[kind] // grey, RGB, palette; the others are transparent
	if colors == 0 || interlaced {
		return nil, false
	}
	space := map[byte]string{0: "/DeviceGray", 2: "/DeviceRGB"}[kind]
	var rows []byte
	for rest := data[signature:]; len(rest) >= 12; {
		n := int(binary.BigEndian.Uint32(rest))
		if n > len(rest)-12 {
			return nil, false
		}
		switch chunk := rest[8 : 8+n]; string(rest[4:8]) {
		case "PLTE":
			if kind == 3 {
				space = fmt.Sprintf("[/Indexed /DeviceRGB %d <%x>]", n/3-1, chunk)
			}
		case "tRNS":
			return nil, false
		case "IDAT":
			rows = append(rows, chunk...)
		}
		rest = rest[12+n:]
	}
	if len(rows) == 0 || space == "" {
		return nil, false
	}
	return &Picture{data: rows, entries: fmt.Sprintf("%s /BitsPerComponent %d /ColorSpace %s /Filter /FlateDecode "+
		"/DecodeParms <</Predictor 15 /Colors %d /BitsPerComponent %d /Columns %d>>", size(int(w), int(h)), bits, space, colors, bits, w)}, true
}

// Encode compresses a picture: one that is black and white without loss, others
// as JPEG.
func Encode(m image.Image) (*Picture, error) {
	b := m.Bounds()
	if p, ok := Bilevel(m); ok {
		return p, nil
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, err
	}
	space := "/DeviceRGB"
	if _, gray := m.(*image.Gray); gray {
		space = "/DeviceGray"
	}
	return &Picture{data: buf.Bytes(), entries: size(b.Dx(), b.Dy()) + " /BitsPerComponent 8 /ColorSpace " + space + " /Filter /DCTDecode"}, nil
}

// Bilevel compresses a picture without loss; ok is false where there is any colour
// but black and white.
func Bilevel(m image.Image) (p *Picture, ok bool) {
	bits, ok := bilevel(m)
	if !ok {
		return nil, false
	}
	b := m.Bounds()
	return &Picture{data: deflate(bits), entries: size(b.Dx(), b.Dy()) + " /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /FlateDecode"}, true
}

// bilevel returns a bit for each pixel, 1 for white, of a picture that has no
// other colours than black and white.
func bilevel(m image.Image) (bits []byte, ok bool) {
	b := m.Bounds()
	width := (b.Dx() + 7) / 8
	bits = make([]byte, width*b.Dy())
	set := func(x, y int) { bits[y*width+x/8] |= 0x80 >> (x % 8) }
	for y := range b.Dy() {
		for x := range b.Dx() {
			var r, g, bl uint8
			a := uint8(255)
			switch m := m.(type) {
			case *image.Gray:
				r = m.Pix[y*m.Stride+x]
				g, bl = r, r
			case *image.RGBA:
				p := m.Pix[y*m.Stride+4*x:]
				r, g, bl, a = p[0], p[1], p[2], p[3]
			case *image.NRGBA:
				p := m.Pix[y*m.Stride+4*x:]
				r, g, bl, a = p[0], p[1], p[2], p[3]
			default:
				c := color.NRGBAModel.Convert(m.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
				r, g, bl, a = c.R, c.G, c.B, c.A
			}
			switch {
			case a != 255 || r != g || g != bl || r != 0 && r != 255:
				return nil, false
			case r == 255:
				set(x, y)
			}
		}
	}
	return bits, true
}

// matrix is the content operator that puts the picture in its place on a page of
// given height.
func (p *Picture) matrix(pageHeight float64) string {
	// Where the right, downward and constant parts of a place in the stream go: the
	// first three give the place to the right on the upright picture, the others
	// that downwards.
	m := [9][6]float64{
		1: {1, 0, 0, 0, 1, 0}, 2: {-1, 0, 1, 0, 1, 0}, 3: {-1, 0, 1, 0, -1, 1}, 4: {1, 0, 0, 0, -1, 1},
		5: {0, 1, 0, 1, 0, 0}, 6: {0, -1, 1, 1, 0, 0}, 7: {0, -1, 1, -1, 0, 1}, 8: {0, 1, 0, -1, 0, 1},
	}[max(1, p.Orient)]
	w, h := p.Box.W(), p.Box.H()
	return fmt.Sprintf("%.3f %.3f %.3f %.3f %.3f %.3f cm", w*m[0], -h*m[3], -w*m[1], h*m[4],
		p.Box.X0+w*(m[1]+m[2]), pageHeight-p.Box.Y0-h*(m[4]+m[5]))
}
