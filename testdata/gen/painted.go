package main

import (
	"fmt"
	"strings"
)

// paintedPictures has images that look different from what their bytes say, and
// images that are none: page 2 repeats one of page 1 beside lines and dots.
func paintedPictures() (sample, error) {
	r := newRaw(2)
	jpg, err := jpegPicture(16, 8)
	if err != nil {
		return sample{}, err
	}
	image := func(w, h int, entries, data string) string {
		return r.stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d %s", w, h, entries), data)
	}
	const rgb = "/BitsPerComponent 8 /ColorSpace /DeviceRGB "
	photo := image(16, 8, rgb+"/Filter /DCTDecode", string(jpg))
	negative := image(16, 8, rgb+"/Filter /DCTDecode /Decode [1 0 1 0 1 0]", string(jpg))
	// Two rows: red above blue.
	flag := image(4, 4, rgb, strings.Repeat("\xFF\x00\x00", 8)+strings.Repeat("\x00\x00\xFF", 8))
	stencil := image(8, 8, "/BitsPerComponent 1 /ImageMask true", strings.Repeat("\x0F", 8))
	stripes := strings.Repeat("\xFF\xFF\xFF\xFF\x00\x00\x00\x00", 4*32)
	fine := image(32, 32, "/BitsPerComponent 8 /ColorSpace /DeviceGray", stripes)
	ink := image(4, 4, "/BitsPerComponent 8 /ColorSpace /DeviceGray /SMask "+fine, strings.Repeat("\x20", 16))
	dot := image(1, 1, rgb, "\x80\x80\x80")
	resources := "/XObject << /Photo " + photo + " /Negative " + negative + " /Flag " + flag + " /Stencil " + stencil + " /Ink " + ink + " /Dot " + dot + " >>"
	r.set(0, rawPage{resources: resources, content: "q 160 0 0 80 40 500 cm /Photo Do Q\n" +
		"q 160 0 0 80 220 500 cm /Negative Do Q\n" +
		"q 40 0 0 -40 40 440 cm /Flag Do Q\n" + // mirrored: blue above red
		"0 g 100 400 40 40 re f q 1 g 40 0 0 40 100 400 cm /Stencil Do Q\n" + // white on black
		"q 60 0 0 60 200 400 cm /Ink Do Q\n",
	})
	r.set(1, rawPage{resources: resources, content: "q 160 0 0 80 40 500 cm /Photo Do Q\n" +
		"q 300 0 0 40 40 400 cm /Dot Do Q\n" + // a shade
		"q 300 0 0 1 40 380 cm /Flag Do Q\n", // a line
	})
	return sample{pdf: r.finish(""), pages: 2}, nil
}
