package main

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
)

// pngPicture draws a colour ramp; with alpha it fades out to the right.
func pngPicture(w, h int, alpha bool) ([]byte, error) {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), 128, 255}
			if alpha {
				c.A = uint8(255 - 255*x/w)
			}
			img.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// jpegPicture draws four coloured quarters.
func jpegPicture(w, h int) ([]byte, error) {
	quarters := []color.RGBA{{200, 30, 30, 255}, {30, 160, 30, 255}, {30, 30, 200, 255}, {220, 200, 40, 255}}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, quarters[x*2/w+y*2/h*2])
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90})
	return b.Bytes(), err
}

// cmykJPEG writes a JPEG file of 8 by 8 pixels of one colour in four inks, as
// Adobe's programs do: the values stand inverted. The standard library writes
// none, and one block needs few bits.
func cmykJPEG() []byte {
	b := []byte{0xFF, 0xD8}
	segment := func(marker byte, data ...byte) {
		n := len(data) + 2
		b = append(b, 0xFF, marker, byte(n>>8), byte(n))
		b = append(b, data...)
	}
	segment(0xEE, append([]byte("Adobe"), 0, 100, 0, 0, 0, 0, 0)...) // no transform
	table := make([]byte, 65)
	for i := range 64 {
		table[i+1] = 8 // a step of the first coefficient is one level of brightness
	}
	segment(0xDB, table...)
	segment(0xC0, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0)
	// Code 0 is a difference of 0 bits, 10 one of 7 bits.
	segment(0xC4, 0x00, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7)
	// Code 0 ends the block.
	segment(0xC4, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	segment(0xDA, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0)
	// Cyan -100 is none of it seen inverted: 127-100 = 27 stands for dark.
	bits := ""
	for _, level := range []int{-100, 100, 100, 100} { // cyan full, the others little
		v := level
		if v < 0 {
			v += 127 // ones' complement
		}
		bits += "10"
		for i := 6; i >= 0; i-- {
			bits += string('0' + byte(v>>i&1))
		}
		bits += "0"
	}
	for len(bits)%8 != 0 {
		bits += "1"
	}
	for i := 0; i < len(bits); i += 8 {
		var c byte
		for _, bit := range bits[i : i+8] {
			c = c<<1 | byte(bit-'0')
		}
		b = append(b, c)
		if c == 0xFF {
			b = append(b, 0)
		}
	}
	return append(b, 0xFF, 0xD9)
}
