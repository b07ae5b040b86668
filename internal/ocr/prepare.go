package ocr

import (
	"image"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// toGray returns the brightness of a picture, on white where it is transparent.
func toGray(m image.Image) *image.Gray {
	g, _ := grayOf(m)
	return g
}

// grayOf returns the brightness of a picture, and whether that is all there is to
// it: it has no colours.
func grayOf(m image.Image) (g *image.Gray, colourless bool) {
	b := m.Bounds()
	var pix []uint8
	stride := 0
	switch m := m.(type) {
	case *image.Gray:
		if m.Rect.Min == (image.Point{}) {
			return m, true
		}
	case *image.NRGBA:
		if m.Opaque() {
			pix, stride = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride
		}
	case *image.RGBA:
		if m.Opaque() {
			pix, stride = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride
		}
	}
	g = image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	if pix == nil {
		draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(g, g.Rect, m, b.Min, draw.Over)
		return g, false
	}
	var colours uint32
	for y := range b.Dy() {
		row := g.Pix[y*g.Stride : y*g.Stride+b.Dx()]
		from := pix[y*stride : y*stride+4*b.Dx()]
		for x := range row {
			p := from[4*x : 4*x+3 : 4*x+3]
			red, green, blue := uint32(p[0]), uint32(p[1]), uint32(p[2])
			colours |= red ^ green | green ^ blue
			// As color.GrayModel has it, from 16 bits a channel.
			row[x] = uint8((0x101*(19595*red+38470*green+7471*blue) + 1<<15) >> 24)
		}
	}
	return g, colours == 0
}

// Fit returns a picture whose sides are at most so many pixels.
func Fit(m image.Image, side int) image.Image {
	long := max(m.Bounds().Dx(), m.Bounds().Dy())
	if long <= side {
		return m
	}
	return reduce(toGray(m), float64(side)/float64(long))
}

// reduce scales a picture down: each pixel is the mean of the area it stands for.
func reduce(g *image.Gray, factor float64) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, max(1, int(float64(w)*factor)), max(1, int(float64(h)*factor))))
	nw, nh := out.Rect.Dx(), out.Rect.Dy()
	sums := make([]float64, w) // of the rows that a row stands for
	for y := range nh {
		clear(sums)
		top, bottom := float64(y)*float64(h)/float64(nh), float64(y+1)*float64(h)/float64(nh)
		for k := int(top); k < h && float64(k) < bottom; k++ {
			part := min(bottom, float64(k+1)) - max(top, float64(k))
			for x, v := range g.Pix[k*g.Stride : k*g.Stride+w] {
				sums[x] += part * float64(v)
			}
		}
		for x := range nw {
			left, right := float64(x)*float64(w)/float64(nw), float64(x+1)*float64(w)/float64(nw)
			sum := 0.0
			for k := int(left); k < w && float64(k) < right; k++ {
				sum += (min(right, float64(k+1)) - max(left, float64(k))) * sums[k]
			}
			out.Pix[y*out.Stride+x] = uint8(sum/((bottom-top)*(right-left)) + 0.5)
		}
	}
	return out
}

// shrink averages squares of k by k pixels.
func shrink(g *image.Gray, k int) *image.Gray {
	if k <= 1 {
		return g
	}
	out := image.NewGray(image.Rect(0, 0, g.Rect.Dx()/k, g.Rect.Dy()/k))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sum := 0
			for j := range k {
				row := g.Pix[(y*k+j)*g.Stride+x*k:]
				for i := range k {
					sum += int(row[i])
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / (k * k))
		}
	}
	return out
}

// threshold returns the brightness that parts ink from paper best, by Otsu's
// criterion (1979): the largest variance between the two.
func threshold(g *image.Gray) uint8 {
	var counts [4][256]uint32 // paper is one colour: neighbours must not wait for each other
	w, h := g.Rect.Dx(), g.Rect.Dy()
	for y := range h {
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+w] {
			counts[x&3][v]++
		}
	}
	var count [256]float64
	all, sum := float64(w*h), 0.0
	for v := range count {
		count[v] = float64(counts[0][v] + counts[1][v] + counts[2][v] + counts[3][v])
		sum += float64(v) * count[v]
	}
	below, sumBelow, best := 0.0, 0.0, 0.0
	at := uint8(128)
	for v, n := range count {
		below += n
		sumBelow += float64(v) * n
		if below == 0 || below == all {
			continue
		}
		d := sumBelow/below - (sum-sumBelow)/(all-below)
		if s := below * (all - below) * d * d; s > best {
			best, at = s, uint8(v)
		}
	}
	return at
}

// ink is a picture in two colours: true is ink, whichever of the two is rarer.
type ink struct {
	w, h     int
	pix      []bool
	inverted bool // ink is the lighter of the two
}

func inkOf(g *image.Gray) *ink {
	t := threshold(g)
	p := &ink{w: g.Rect.Dx(), h: g.Rect.Dy()}
	p.pix = make([]bool, p.w*p.h)
	dark := 0
	for y := range p.h {
		row := p.pix[y*p.w : (y+1)*p.w]
		for x, v := range g.Pix[y*g.Stride : y*g.Stride+p.w] {
			if v <= t {
				row[x] = true
				dark++
			}
		}
	}
	if dark*2 > len(p.pix) { // light on dark
		p.inverted = true
		for i := range p.pix {
			p.pix[i] = !p.pix[i]
		}
	}
	return p
}

// What a letter looks like as a connected patch of ink, in pixels and ratios.
const (
	minPatch    = 4
	maxPatch    = 200
	widestPatch = 3.0 // times its height: "m" in a wide face
	tallestBar  = 6.0 // times its width: "l"
	minFilled   = 8   // an eighth of its box at least
)

// patches visits the connected patches of ink: the box of each
// and how many pixels it has.
func (p *ink) patches(visit func(box image.Rectangle, area int)) {
	seen := make([]bool, len(p.pix))
	stack := make([]int32, 0, 1024)
	for i, is := range p.pix {
		if !is || seen[i] {
			continue
		}
		seen[i] = true
		stack = append(stack[:0], int32(i))
		x0, x1, y0, y1, area := p.w, 0, p.h, 0, 0
		for len(stack) > 0 {
			j := int(stack[len(stack)-1])
			stack = stack[:len(stack)-1]
			area++
			x, y := j%p.w, j/p.w
			x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
			push := func(k int) {
				if p.pix[k] && !seen[k] {
					seen[k] = true
					stack = append(stack, int32(k))
				}
			}
			if x > 0 {
				push(j - 1)
			}
			if x+1 < p.w {
				push(j + 1)
			}
			if y > 0 {
				push(j - p.w)
			}
			if y+1 < p.h {
				push(j + p.w)
			}
		}
		visit(image.Rect(x0, y0, x1+1, y1+1), area)
	}
}

// textHeight returns the median height of the letters of a picture in pixels and
// how many there are. It is the height of most small letters.
func textHeight(p *ink) (median float64, n int) {
	var heights [maxPatch]int
	p.patches(func(box image.Rectangle, area int) {
		w, h := box.Dx(), box.Dy()
		if h < minPatch || h >= maxPatch || float64(w) > widestPatch*float64(h) || float64(h) > tallestBar*float64(w) || area*minFilled < w*h {
			return
		}
		heights[h]++
		n++
	})
	k := 0
	for h, c := range heights {
		if k += c; n > 0 && k*2 >= n {
			return float64(h), n
		}
	}
	return 0, n
}

// Skew is looked for on a small picture: baselines are where ink ends downwards,
// and at the right angle they fall into few rows, so that the squares of the
// rows' counts are largest (Postl 1986).
const (
	skewSide   = 1000  // pixels of the longer side
	maxSkew    = 10.0  // degrees to either side
	skewStep   = 0.5   // of the first search
	minEdges   = 200   // fewer ends of ink say nothing
	usedEdges  = 60000 // more are sampled
	minPeak    = 1.5   // how far the best angle stands out of the mean
	minSkew    = 0.3   // below that turning costs more than it gives
	finestSkew = 0.0625
)

// skewOf returns by how many degrees the lines of a picture run down to the
// right, 0 when they are level or nobody can tell.
func skewOf(g *image.Gray) float64 {
	s := shrink(g, max(1, max(g.Rect.Dx(), g.Rect.Dy())/skewSide))
	p := inkOf(s)
	type point struct{ x, y float64 }
	var ends []point
	for y := 0; y+1 < p.h; y++ {
		for x := 1; x < p.w; x++ {
			if p.pix[y*p.w+x] && !p.pix[(y+1)*p.w+x] {
				ends = append(ends, point{float64(x - p.w/2), float64(y)})
			}
		}
	}
	if len(ends) < minEdges {
		return 0
	}
	step := max(1, len(ends)/usedEdges)
	rows := make([]float64, p.h+2*p.w+2)
	score := func(deg float64) float64 {
		clear(rows)
		slope := math.Tan(deg * math.Pi / 180)
		for i := 0; i < len(ends); i += step {
			if at := int(ends[i].y - ends[i].x*slope + float64(p.w)); at >= 0 && at < len(rows) {
				rows[at]++
			}
		}
		sum := 0.0
		for _, n := range rows {
			sum += n * n
		}
		return sum
	}
	best, most, sum, n := 0.0, 0.0, 0.0, 0.0
	for a := -maxSkew; a <= maxSkew; a += skewStep {
		v := score(a)
		sum += v
		n++
		if v > most {
			best, most = a, v
		}
	}
	for d := skewStep / 2; d >= finestSkew; d /= 2 {
		for _, a := range []float64{best - d, best + d} {
			if v := score(a); v > most {
				best, most = a, v
			}
		}
	}
	if math.Abs(best) < minSkew || most < minPeak*sum/n {
		return 0
	}
	return best
}

// rotate turns a picture by degrees against the clock about its middle, on
// white; the size stays.
func rotate(m image.Image, deg float64) image.Image {
	b := m.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	w, h := float64(b.Dx()), float64(b.Dy())
	sin, cos := math.Sincos(deg * math.Pi / 180)
	xdraw.BiLinear.Transform(out, f64.Aff3{
		cos, sin, w/2 - cos*w/2 - sin*h/2,
		-sin, cos, h/2 + sin*w/2 - cos*h/2,
	}, m, b, draw.Src, nil)
	return out
}

// turn turns a picture by quarter turns clockwise.
func turn(m image.Image, quarters int) image.Image {
	quarters = ((quarters % 4) + 4) % 4
	if quarters == 0 {
		return m
	}
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Rect(0, 0, w, h)
	if quarters%2 == 1 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewNRGBA(size)
	src := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(src, src.Rect, m, b.Min, draw.Src)
	for y := range h {
		for x := range w {
			var tx, ty int
			switch quarters {
			case 1:
				tx, ty = h-1-y, x
			case 2:
				tx, ty = w-1-x, h-1-y
			case 3:
				tx, ty = y, w-1-x
			}
			copy(out.Pix[ty*out.Stride+tx*4:ty*out.Stride+tx*4+4], src.Pix[y*src.Stride+x*4:y*src.Stride+x*4+4])
		}
	}
	return out
}
