package ocr

import (
	"cmp"
	"image"
	"image/color"
	"slices"

	"recto/internal/geom"
)

// What a painted area looks like. The picture is looked at in squares of a few
// pixels: even ones have the colour of paper or of paint, others hold text or an
// edge.
const (
	fillSquare  = 4    // pixels
	evenRange   = 12   // brightness within an even square: the noise of a good JPEG
	unlikePaper = 9    // of any channel; the palest shades of tables are 12 off white
	sameShade   = 7    // of all channels, between squares of one area
	fillLetters = 1.6  // least side, in heights of small letters
	mostlyEven  = 0.35 // of an area's box is even: the rest is its text
	hardlyOther = 0.12 // of it has another shade
	mostFills   = 2000 // more are a photograph
)

// Fill is an evenly painted rectangle.
type Fill struct {
	Box   geom.Rect // pixels
	Color color.NRGBA
}

// square is what a small part of a picture shows.
type square struct {
	r, g, b int16
	even    bool
	area    int32 // which painted area it is of, 0 for none
}

// fillsOf finds the evenly painted rectangles of a picture whose small letters
// have a height, from above. It returns none where there are as many as only
// photographs have.
func fillsOf(m image.Image, letters float64) []Fill {
	img, ok := m.(*image.NRGBA)
	if !ok || letters <= 0 {
		return nil // a grey picture has its shades, too, but we get none
	}
	w, h := img.Rect.Dx()/fillSquare, img.Rect.Dy()/fillSquare
	all := make([]square, w*h)
	for y := range h {
		for x := range w {
			all[y*w+x] = squareOf(img, x*fillSquare, y*fillSquare)
		}
	}
	paper := paperOf(all)
	var out []Fill
	stack := make([]int32, 0, 1024)
	area := int32(0)
	for i := range all {
		s := &all[i]
		if !s.even || s.area != 0 || s.near(paper, unlikePaper) {
			continue
		}
		area++
		s.area = area
		first := *s
		x0, x1, y0, y1, n := w, 0, h, 0, 0
		stack = append(stack[:0], int32(i))
		for len(stack) > 0 {
			j := int(stack[len(stack)-1])
			stack = stack[:len(stack)-1]
			n++
			x, y := j%w, j/w
			x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
			push := func(k int) {
				if q := &all[k]; q.even && q.area == 0 && q.near(first, sameShade) {
					q.area = area
					stack = append(stack, int32(k))
				}
			}
			if x > 0 {
				push(j - 1)
			}
			if x+1 < w {
				push(j + 1)
			}
			if y > 0 {
				push(j - w)
			}
			if y+1 < h {
				push(j + w)
			}
		}
		cols, rows := x1-x0+1, y1-y0+1
		least := fillLetters * letters / fillSquare
		if float64(cols) < least || float64(rows) < least || float64(n) < mostlyEven*float64(cols*rows) {
			continue
		}
		other := 0
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				if q := &all[y*w+x]; q.even && !q.near(first, sameShade) {
					other++
				}
			}
		}
		if float64(other) > hardlyOther*float64(cols*rows) {
			continue
		}
		c := color.NRGBA{uint8(first.r), uint8(first.g), uint8(first.b), 255}
		out = append(out, Fill{Box: grow(img, image.Rect(x0*fillSquare, y0*fillSquare, (x1+1)*fillSquare, (y1+1)*fillSquare), first), Color: c})
		if len(out) > mostFills {
			return nil
		}
	}
	slices.SortStableFunc(out, func(a, b Fill) int { return cmp.Compare(b.Box.Area(), a.Box.Area()) }) // what lies on top comes later
	return out
}

// squareOf looks at the square with a corner.
func squareOf(img *image.NRGBA, x, y int) square {
	var sum [3]int
	low, high := 255, 0
	for dy := range fillSquare {
		row := img.Pix[(y+dy)*img.Stride+4*x:]
		for dx := range fillSquare {
			p := row[4*dx : 4*dx+3]
			sum[0], sum[1], sum[2] = sum[0]+int(p[0]), sum[1]+int(p[1]), sum[2]+int(p[2])
			v := (2*int(p[0]) + 5*int(p[1]) + int(p[2])) / 8
			low, high = min(low, v), max(high, v)
		}
	}
	const n = fillSquare * fillSquare
	return square{r: int16(sum[0] / n), g: int16(sum[1] / n), b: int16(sum[2] / n), even: high-low <= evenRange}
}

// near reports whether two squares differ by at most so much in every channel.
func (s *square) near(o square, by int16) bool {
	d := func(a, b int16) bool { return a-b <= by && b-a <= by }
	return d(s.r, o.r) && d(s.g, o.g) && d(s.b, o.b)
}

// paperOf returns the commonest shade of the even squares.
func paperOf(all []square) square {
	count := map[[3]int16]int{}
	for i := range all {
		if s := &all[i]; s.even {
			count[[3]int16{s.r / 4, s.g / 4, s.b / 4}]++
		}
	}
	best, most := [3]int16{63, 63, 63}, 0
	for k, n := range count {
		if n > most || n == most && (k[1] > best[1] || k[1] == best[1] && (k[0] > best[0] || k[0] == best[0] && k[2] > best[2])) {
			best, most = k, n
		}
	}
	return square{r: 4*best[0] + 2, g: 4*best[1] + 2, b: 4*best[2] + 2}
}

// grow moves the edges of an area outwards as long as most pixels beyond are of
// its shade: the squares do not end where it ends.
func grow(img *image.NRGBA, r image.Rectangle, shade square) geom.Rect {
	same := func(x, y int) bool {
		p := img.Pix[y*img.Stride+4*x:]
		q := square{r: int16(p[0]), g: int16(p[1]), b: int16(p[2])}
		return q.near(shade, evenRange)
	}
	most := func(n int, at func(k int) bool) bool {
		hits := 0
		for k := range n {
			if at(k) {
				hits++
			}
		}
		return hits*2 > n
	}
	b := img.Rect
	for k := 0; k < fillSquare && r.Min.X > 0 && most(r.Dy(), func(i int) bool { return same(r.Min.X-1, r.Min.Y+i) }); k++ {
		r.Min.X--
	}
	for k := 0; k < fillSquare && r.Max.X < b.Dx() && most(r.Dy(), func(i int) bool { return same(r.Max.X, r.Min.Y+i) }); k++ {
		r.Max.X++
	}
	for k := 0; k < fillSquare && r.Min.Y > 0 && most(r.Dx(), func(i int) bool { return same(r.Min.X+i, r.Min.Y-1) }); k++ {
		r.Min.Y--
	}
	for k := 0; k < fillSquare && r.Max.Y < b.Dy() && most(r.Dx(), func(i int) bool { return same(r.Min.X+i, r.Max.Y) }); k++ {
		r.Max.Y++
	}
	return geom.Rect{X0: float64(r.Min.X), Y0: float64(r.Min.Y), X1: float64(r.Max.X), Y1: float64(r.Max.Y)}
}
