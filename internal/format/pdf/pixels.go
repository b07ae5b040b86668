package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"recto/internal/geom"
)

// How a JPEG is compared with what the page shows: by the mean colours of a few
// areas, since pictures are scaled in different ways.
const (
	compareGrid = 8
	sameColor   = 28.0 // mean difference of a channel, in levels; colour profiles move it by ten
)

// showsSame reports whether a JPEG file looks to other programs as the page
// shows it. It does not when its colours are inks, or inverted, or mapped to
// others by the document, or when it is a kind that few programs read.
func showsSame(data []byte, w, h int, shown *image.NRGBA) bool {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width != w || c.Height != h || c.ColorModel == color.CMYKModel {
		return false
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return false
	}
	a, b := meanColors(img), meanColors(shown)
	sum := 0.0
	for i := range a {
		sum += math.Abs(a[i] - b[i])
	}
	return sum/float64(len(a)) <= sameColor
}

// meanColors returns the mean red, green and blue, 0-255, of the areas of a
// picture.
func meanColors(m image.Image) [compareGrid * compareGrid * 3]float64 {
	var out [compareGrid * compareGrid * 3]float64
	b := m.Bounds()
	const samples = 24 // along a side of each area at most
	for cell := range compareGrid * compareGrid {
		cx, cy := cell%compareGrid, cell/compareGrid
		x0, x1 := b.Min.X+cx*b.Dx()/compareGrid, b.Min.X+(cx+1)*b.Dx()/compareGrid
		y0, y1 := b.Min.Y+cy*b.Dy()/compareGrid, b.Min.Y+(cy+1)*b.Dy()/compareGrid
		x1, y1 = min(max(x1, x0+1), b.Max.X), min(max(y1, y0+1), b.Max.Y)
		n := 0.0
		for y := y0; y < y1; y += max(1, (y1-y0)/samples) {
			for x := x0; x < x1; x += max(1, (x1-x0)/samples) {
				red, green, blue, _ := m.At(x, y).RGBA()
				out[cell*3] += float64(red >> 8)
				out[cell*3+1] += float64(green >> 8)
				out[cell*3+2] += float64(blue >> 8)
				n++
			}
		}
		for k := range 3 {
			out[cell*3+k] /= max(n, 1)
		}
	}
	return out
}

// stand turns and mirrors an image in quarter turns the way it stands on the
// page; lie maps the unit square, y upwards, to the page, y downwards.
func stand(m *image.NRGBA, lie geom.Matrix) *image.NRGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	across := math.Abs(lie.A)+math.Abs(lie.D) >= math.Abs(lie.B)+math.Abs(lie.C)
	// Where a step to the right in the image leads on the page, and one down.
	var mirrorX, mirrorY bool
	if across {
		mirrorX, mirrorY = lie.A < 0, lie.D > 0
	} else {
		mirrorX, mirrorY = lie.C > 0, lie.B < 0
	}
	if across && !mirrorX && !mirrorY {
		return m
	}
	r := image.Rect(0, 0, w, h)
	if !across {
		r = image.Rect(0, 0, h, w)
	}
	out := image.NewNRGBA(r)
	for y := range r.Dy() {
		for x := range r.Dx() {
			i, j := x, y
			if mirrorX {
				i = r.Dx() - 1 - x
			}
			if mirrorY {
				j = r.Dy() - 1 - y
			}
			if !across {
				i, j = j, i
			}
			copy(out.Pix[y*out.Stride+4*x:][:4], m.Pix[j*m.Stride+4*i:])
		}
	}
	return out
}

// pngPicture encodes a picture with no more bits than it needs: most that are no
// JPEG are scans in black and white, or grey.
func pngPicture(img *image.NRGBA) (*Picture, error) {
	var buf bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&buf, narrow(img)); err != nil {
		return nil, fmt.Errorf("encode image: %w", err)
	}
	return &Picture{Data: buf.Bytes(), ContentType: "image/png", WidthPx: img.Rect.Dx(), HeightPx: img.Rect.Dy()}, nil
}

// narrow returns an opaque grey picture with one byte a pixel, or one bit where
// it is black and white; any other as it is.
func narrow(m *image.NRGBA) image.Image {
	twoTone := true
	for i := 0; i < len(m.Pix); i += 4 {
		v := m.Pix[i]
		if m.Pix[i+1] != v || m.Pix[i+2] != v || m.Pix[i+3] != 255 {
			return m
		}
		twoTone = twoTone && (v == 0 || v == 255)
	}
	if twoTone {
		out := image.NewPaletted(m.Rect, color.Palette{color.Black, color.White})
		for i := range out.Pix {
			out.Pix[i] = m.Pix[4*i] & 1
		}
		return out
	}
	out := image.NewGray(m.Rect)
	for i := range out.Pix {
		out.Pix[i] = m.Pix[4*i]
	}
	return out
}
