package ocr

import (
	"image"
	"image/color"
	"math"
)

// How the light on a photograph is measured.
const (
	gridOfLight = 24   // squares along the longer side by which light is measured
	unevenLight = 30   // levels below the brightest paper that are another light
	fewDark     = 0.15 // of the squares that may be so dark on an even page: they hold figures
	leastLight  = 0.4  // of the light around: what is darker is painted so
	whitePaper  = 245

	longestSheet = 10 // times its width: more is no sheet
)

// point is a place in a picture, in pixels.
type point struct{ x, y float64 }

// Straighten makes a photograph of a sheet look like a scan: it cuts the sheet
// out, takes out the perspective and evens the light. A picture that needs none
// of it comes back as it is.
func Straighten(m image.Image) image.Image {
	if corners, ok := sheetIn(m); ok {
		m = unwarp(m, corners)
	}
	if even, ok := evenLight(m); ok {
		m = even
	}
	return m
}

// unwarp maps the quadrilateral onto a rectangle no smaller than its longer
// sides. Its shape follows from the means of opposite sides: the far one is as
// much too short as the near one is too long.
func unwarp(m image.Image, c [4]point) image.Image {
	side := func(a, b point) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }
	top, bottom, left, right := side(c[0], c[1]), side(c[3], c[2]), side(c[0], c[3]), side(c[1], c[2])
	shape := min(max((left+right)/max(top+bottom, 1), 1/longestSheet), longestSheet)
	width := max(top, bottom, max(left, right)/shape, 1)
	w, h := int(width), int(max(width*shape, 1))
	// The map from the unit square to the quadrilateral (Heckbert 1989).
	sx, sy := c[0].x-c[1].x+c[2].x-c[3].x, c[0].y-c[1].y+c[2].y-c[3].y
	dx1, dy1, dx2, dy2 := c[1].x-c[2].x, c[1].y-c[2].y, c[3].x-c[2].x, c[3].y-c[2].y
	det := dx1*dy2 - dx2*dy1
	if det == 0 {
		return m
	}
	g, i := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	a, b := c[1].x-c[0].x+g*c[1].x, c[3].x-c[0].x+i*c[3].x
	d, e := c[1].y-c[0].y+g*c[1].y, c[3].y-c[0].y+i*c[3].y
	gray := toGray(m)
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		v := (float64(y) + 0.5) / float64(h)
		for x := range w {
			u := (float64(x) + 0.5) / float64(w)
			z := g*u + i*v + 1
			out.SetGray(x, y, color.Gray{Y: sample(gray, (a*u+b*v+c[0].x)/z-0.5, (d*u+e*v+c[0].y)/z-0.5)})
		}
	}
	return out
}

// sample returns the brightness between pixels.
func sample(g *image.Gray, x, y float64) uint8 {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	x, y = min(max(x, 0), float64(w-1)), min(max(y, 0), float64(h-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, w-1), min(y0+1, h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	at := func(i, j int) float64 { return float64(g.Pix[j*g.Stride+i]) }
	top := at(x0, y0)*(1-fx) + at(x1, y0)*fx
	foot := at(x0, y1)*(1-fx) + at(x1, y1)*fx
	return uint8(top*(1-fy) + foot*fy + 0.5)
}

// evenLight divides a picture by the brightness of its paper, which is that of
// the brighter pixels of each part; ok is false where the light is even already.
func evenLight(m image.Image) (out image.Image, ok bool) {
	gray := toGray(m)
	light, cell := lightOf(gray)
	high := 0
	for _, v := range light.Pix {
		high = max(high, int(v))
	}
	dark := 0
	for _, v := range light.Pix {
		if int(v) < high-unevenLight {
			dark++
		}
	}
	if float64(dark) <= fewDark*float64(len(light.Pix)) {
		return m, false
	}
	// Squares blur the edge of a hard shadow, the ground of a small copy keeps it.
	k := max(1, max(gray.Rect.Dx(), gray.Rect.Dy())/searchSide)
	small := shrink(gray, k)
	ground := &image.Gray{Pix: withoutPrint(small), Stride: small.Rect.Dx(), Rect: small.Rect}
	for y := range ground.Rect.Dy() {
		for x := range ground.Rect.Dx() {
			around := sample(light, (float64(x)+0.5)*float64(k)/float64(cell)-0.5, (float64(y)+0.5)*float64(k)/float64(cell)-0.5)
			i := y*ground.Stride + x
			ground.Pix[i] = max(ground.Pix[i], uint8(leastLight*float64(around)))
		}
	}
	return divide(gray, ground, k), true
}

// lightOf returns the brightness of the paper in squares of cell pixels: that of
// their brighter pixels.
func lightOf(gray *image.Gray) (light *image.Gray, cell int) {
	w, h := gray.Rect.Dx(), gray.Rect.Dy()
	cell = max(8, max(w, h)/gridOfLight)
	cw, ch := (w+cell-1)/cell, (h+cell-1)/cell
	light = image.NewGray(image.Rect(0, 0, cw, ch))
	for cy := range ch {
		for cx := range cw {
			var count [256]int
			n := 0
			for y := cy * cell; y < min(h, (cy+1)*cell); y++ {
				for x := cx * cell; x < min(w, (cx+1)*cell); x++ {
					count[gray.Pix[y*gray.Stride+x]]++
					n++
				}
			}
			v := 255
			for seen := 0; v > 0; v-- {
				if seen += count[v]; seen*5 >= n { // four of five are darker
					break
				}
			}
			light.Pix[cy*light.Stride+cx] = uint8(v)
		}
	}
	return light, cell
}

// divide makes the paper white whose brightness is known in squares of cell
// pixels.
func divide(gray, light *image.Gray, cell int) *image.Gray {
	even := image.NewGray(gray.Rect)
	for y := range gray.Rect.Dy() {
		for x := range gray.Rect.Dx() {
			paper := sample(light, (float64(x)+0.5)/float64(cell)-0.5, (float64(y)+0.5)/float64(cell)-0.5)
			even.Pix[y*even.Stride+x] = uint8(min(255, int(gray.Pix[y*gray.Stride+x])*whitePaper/max(int(paper), 1)))
		}
	}
	return even
}
