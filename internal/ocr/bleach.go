package ocr

import (
	"image"
	"image/draw"
)

// Print on painted cells: the engine looks for one brightness that parts ink from
// ground, and gives up where grounds of many colours lie side by side.
const (
	paleGround = 245 // brightness of grounds that need nothing
	printOff   = 30  // levels by which print stands out of its ground
	leastShown = 8   // levels of a ground, so that black ones do not blow up noise
)

// bleach turns painted areas white, each by the brightness of its own ground, and
// light print on them black. A picture without such areas comes back itself.
func bleach(m image.Image, fills []Fill) image.Image {
	src, ok := m.(*image.NRGBA)
	if !ok {
		return m
	}
	var out *image.NRGBA
	for _, f := range fills { // those on top come later
		ground := luminance(f.Color.R, f.Color.G, f.Color.B)
		box := image.Rect(int(f.Box.X0), int(f.Box.Y0), int(f.Box.X1), int(f.Box.Y1)).Intersect(src.Rect)
		if ground >= paleGround || box.Empty() {
			continue
		}
		if out == nil {
			out = &image.NRGBA{Pix: append([]uint8(nil), src.Pix...), Stride: src.Stride, Rect: src.Rect}
		}
		dark, light := 0, 0
		each(src, box, func(_, v int) {
			switch {
			case v < ground-printOff:
				dark++
			case v > ground+printOff:
				light++
			}
		})
		each(src, box, func(at, v int) {
			w := min(255, 255*v/max(ground, leastShown))
			if light > dark {
				w = 255 - 255*max(0, v-ground)/max(255-ground, leastShown)
			}
			out.Pix[at], out.Pix[at+1], out.Pix[at+2] = uint8(w), uint8(w), uint8(w)
		})
	}
	if out == nil {
		return m
	}
	return out
}

// each visits the pixels of a box: where they are in memory, and their brightness.
func each(m *image.NRGBA, box image.Rectangle, visit func(at, v int)) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		at := m.PixOffset(box.Min.X, y)
		for range box.Dx() {
			visit(at, luminance(m.Pix[at], m.Pix[at+1], m.Pix[at+2]))
			at += 4
		}
	}
}

func luminance(r, g, b uint8) int { return (2*int(r) + 5*int(g) + int(b)) / 8 }

// plain returns a picture in the form in which its painted areas are looked for;
// gray stays gray.
func plain(m image.Image) image.Image {
	switch m := m.(type) {
	case *image.Gray:
		return m
	case *image.NRGBA:
		if m.Rect.Min == (image.Point{}) {
			return m
		}
	}
	b := m.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, m, b.Min, draw.Over)
	return out
}
