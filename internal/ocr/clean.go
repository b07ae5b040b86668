package ocr

import (
	"context"
	"image"
	"image/color"
	"image/draw"
)

// What keeps a scan from being read, and how it shows. Every step looks for its
// evidence first, so that a clean page reaches the engine as it is.
const (
	// Noise is everywhere, also on the margins; dots and thin strokes of print are
	// not. So it is counted in squares.
	noiseGrid   = 16    // squares a side
	noiseShare  = 0.6   // of the squares that must hold it
	impulse     = 60    // levels by which a pixel stands out of all its neighbours
	manyImpulse = 0.003 // of the pixels of a square
	roughPaper  = 8     // levels between a pixel and the mean of its neighbours, by the median; good scans have 2

	speckSide   = 4.0  // pixels
	speckText   = 0.3  // of the height of small letters
	speckReach  = 0.5  // of the height of small letters: what lies nearer to print may be its dot
	lonelyShare = 0.3  // of the specks that must lie beyond that reach
	tinySpeck   = 2    // pixels: never a dot
	edgeShare   = 0.25 // of an edge along which the dark border of a scan reaches
	edgeDepth   = 0.08 // of the width or height: the deepest border
	edgeLeast   = 3    // pixels
	edgeMargin  = 2    // pixels that the blur of a border reaches beyond it
	holeLeast   = 0.015
	holeMost    = 0.045 // of the longer side: a hole of 6 mm on A4 is 0.02
	holeMargin  = 0.12  // of a side within which holes are punched
	roundFill   = 0.785 // of its box that a disc fills
	roundTilt   = 0.07  // difference to that
	slabHeight  = 12    // pixels: a dark head of a table holds a line of text
	slabWide    = 2.0   // times its height
	slabFill    = 0.5   // of its box that is dark
	slabFull    = 0.98  // more has no text in it
	slabLetters = 3     // light letters that make it a head with text
	darkerPrint = 30    // levels by which print stands out of a coloured ground
)

// clean takes out what hides text: noise, shade, specks, dark borders of scans,
// punch holes and light text on dark bars. A page without them comes back
// itself.
func clean(ctx context.Context, img image.Image) (image.Image, error) {
	gray := toGray(img)
	if isNoisy(gray) {
		gray = median(gray)
		img = gray
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if even, ok := evenShade(gray); ok {
		gray, img = even, even
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	p := inkOf(gray)
	c := &canvas{src: img, paper: image.White}
	if p.inverted {
		c.paper = image.Black
	}
	invertSlabs(gray, p, c)
	clearEdges(p, c)
	clearSpots(p, c)
	return c.result(), ctx.Err()
}

// canvas is a picture that is copied when it is first painted on.
type canvas struct {
	src   image.Image
	dst   draw.Image
	paper *image.Uniform
}

func (c *canvas) open() draw.Image {
	if c.dst == nil {
		b := c.src.Bounds()
		r := image.Rect(0, 0, b.Dx(), b.Dy())
		if _, ok := c.src.(*image.Gray); ok {
			c.dst = image.NewGray(r)
		} else {
			c.dst = image.NewNRGBA(r)
			draw.Draw(c.dst, r, image.White, image.Point{}, draw.Src)
		}
		draw.Draw(c.dst, r, c.src, b.Min, draw.Over)
	}
	return c.dst
}

func (c *canvas) erase(r image.Rectangle) {
	draw.Draw(c.open(), r, c.paper, image.Point{}, draw.Src)
}

func (c *canvas) invert(r image.Rectangle) {
	switch m := c.open().(type) {
	case *image.Gray:
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				m.SetGray(x, y, color.Gray{Y: 255 - m.GrayAt(x, y).Y})
			}
		}
	case *image.NRGBA:
		for y := r.Min.Y; y < r.Max.Y; y++ {
			row := m.Pix[m.PixOffset(r.Min.X, y):m.PixOffset(r.Max.X, y)]
			for i := 0; i+3 < len(row); i += 4 {
				row[i], row[i+1], row[i+2] = 255-row[i], 255-row[i+1], 255-row[i+2]
			}
		}
	}
}

func (c *canvas) result() image.Image {
	if c.dst == nil {
		return c.src
	}
	return c.dst
}

// isNoisy reports whether a picture is strewn with single pixels or rough all
// over.
func isNoisy(g *image.Gray) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	if w < 3 || h < 3 {
		return false
	}
	var rough [256]int
	var single [noiseGrid * noiseGrid]int
	n := 0
	for y := 1; y+1 < h; y += 2 { // every other row tells as much
		row := g.Pix[y*g.Stride:]
		up, down := g.Pix[(y-1)*g.Stride:], g.Pix[(y+1)*g.Stride:]
		for x := 1; x+1 < w; x++ {
			v, l, r, u, d := int(row[x]), int(row[x-1]), int(row[x+1]), int(up[x]), int(down[x])
			n++
			if v > max(l, r, u, d)+impulse || v < min(l, r, u, d)-impulse {
				single[(y*noiseGrid/h)*noiseGrid+x*noiseGrid/w]++
			}
			off := v - (l+r+u+d)/4
			rough[max(off, -off)]++
		}
	}
	strewn := 0
	for _, k := range single {
		if float64(k*len(single)) > manyImpulse*float64(n) {
			strewn++
		}
	}
	if float64(strewn) > noiseShare*float64(len(single)) {
		return true
	}
	seen := 0
	for level, k := range rough {
		if seen += k; seen*2 >= n {
			return level >= roughPaper
		}
	}
	return false
}

// median returns a picture whose pixels are the medians of their neighbourhoods
// of nine; edges keep their place.
func median(g *image.Gray) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		rows := [3][]uint8{g.Pix[max(y-1, 0)*g.Stride:], g.Pix[y*g.Stride:], g.Pix[min(y+1, h-1)*g.Stride:]}
		column := func(x int) (low, mid, high uint8) {
			x = min(max(x, 0), w-1)
			a, b, c := rows[0][x], rows[1][x], rows[2][x]
			return min(a, b, c), max(min(a, b), min(max(a, b), c)), max(a, b, c)
		}
		l0, m0, h0 := column(-1)
		l1, m1, h1 := column(0)
		for x := range w {
			l2, m2, h2 := column(x + 1)
			// The median of nine is that of the largest low, the middle mid and
			// the smallest high of sorted columns.
			a, c := max(l0, l1, l2), min(h0, h1, h2)
			b := max(min(m0, m1), min(max(m0, m1), m2))
			out.Pix[y*out.Stride+x] = max(min(a, b), min(max(a, b), c))
			l0, m0, h0, l1, m1, h1 = l1, m1, h1, l2, m2, h2
		}
	}
	return out
}

// Shade: paper so dark that one threshold for the page takes it for ink.
const (
	shadeMargin = 15   // levels above the threshold at which print is eaten already
	shadeShare  = 0.03 // of the squares that must be in such shade and hold text
	flatPaper   = 20   // levels within which most of a square's paper lies
	mostPaper   = 0.65 // of a square with text that is paper: pictures are rougher
	leastPrint  = 0.01 // of a square that is print
)

// evenShade divides a picture by the brightness of its paper where a part of the
// text lies in shade; ok is false where none does. Dark bars with light text are
// no shade.
func evenShade(g *image.Gray) (out *image.Gray, ok bool) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	t := int(threshold(g))
	light, cell := lightOf(g)
	cw, ch := light.Rect.Dx(), light.Rect.Dy()
	bars := make([]bool, cw*ch)
	shaded := 0
	for cy := range ch {
		for cx := range cw {
			paper := int(light.Pix[cy*light.Stride+cx])
			if paper > t+shadeMargin {
				continue
			}
			flat, dark, bright, n := 0, 0, 0, 0
			for y := cy * cell; y < min(h, (cy+1)*cell); y++ {
				for _, v := range g.Pix[y*g.Stride+cx*cell : y*g.Stride+min(w, (cx+1)*cell)] {
					n++
					switch off := int(v) - paper; {
					case off < -2*flatPaper:
						dark++
					case off > flatPaper:
						bright++
					case off > -flatPaper:
						flat++
					}
				}
			}
			switch {
			case float64(bright) > leastPrint*float64(n):
				bars[cy*cw+cx] = true
			case float64(flat) >= mostPaper*float64(n) && float64(dark) > leastPrint*float64(n):
				shaded++
			}
		}
	}
	if float64(shaded) <= shadeShare*float64(cw*ch) {
		return g, false
	}
	for i := range bars { // a bar has the light of the paper beside it
		if bars[i] && i > 0 {
			light.Pix[i] = max(light.Pix[i-1], light.Pix[i])
		}
	}
	return divide(g, light, cell), true
}

// invertSlabs turns dark bars with light letters into paper with print.
func invertSlabs(g *image.Gray, p *ink, c *canvas) {
	var slabs []image.Rectangle
	p.patches(func(box image.Rectangle, area int) {
		w, h := box.Dx(), box.Dy()
		fill := float64(area) / float64(w*h)
		if h < slabHeight || float64(w) < slabWide*float64(h) && w*h*20 < p.w*p.h || fill < slabFill || fill > slabFull {
			return
		}
		if w*h*2 > p.w*p.h { // a dark page is no bar
			return
		}
		slabs = append(slabs, box)
	})
	for _, s := range slabs {
		in := p.part(s)
		for i := range in.pix {
			in.pix[i] = !in.pix[i]
		}
		if height, n := textHeight(in); n < slabLetters || height > 0.9*float64(s.Dy()) || hasDarker(g, in, s, p.inverted) {
			continue
		}
		c.invert(s)
		for y := range in.h {
			copy(p.pix[(s.Min.Y+y)*p.w+s.Min.X:], in.pix[y*in.w:(y+1)*in.w])
		}
	}
}

// hasDarker reports whether a bar has print in it that is darker than itself:
// its ground is a colour, and the print on it black. in is true where the bar is
// broken.
func hasDarker(g *image.Gray, in *ink, box image.Rectangle, inverted bool) bool {
	level := func(x, y int) int {
		v := int(g.Pix[(box.Min.Y+y)*g.Stride+box.Min.X+x])
		if inverted {
			return 255 - v
		}
		return v
	}
	var count [256]int
	n := 0
	for y := range in.h {
		for x := range in.w {
			if !in.pix[y*in.w+x] {
				count[level(x, y)]++
				n++
			}
		}
	}
	ground, seen := 0, 0
	for ground < 255 {
		if seen += count[ground]; seen*2 >= n {
			break
		}
		ground++
	}
	darker := 0
	for v := 0; v < ground-darkerPrint; v++ {
		darker += count[v]
	}
	return float64(darker) > leastPrint*float64(n)
}

// clearEdges takes out the dark strips along the edges that a scanner shows
// beyond the sheet.
func clearEdges(p *ink, c *canvas) {
	for side := range 4 {
		across, along := p.w, p.h
		if side >= 2 {
			across, along = p.h, p.w
		}
		at := func(i, d int) (x, y int) {
			if side%2 == 1 {
				d = across - 1 - d
			}
			if side >= 2 {
				return i, d
			}
			return d, i
		}
		deepest := int(edgeDepth * float64(across))
		depth := make([]int, along)
		bordered := 0
		for i := range along {
			last := -1
			for d := 0; d <= deepest && d-last <= brokenBy; d++ {
				if x, y := at(i, d); p.pix[y*p.w+x] {
					last = d
				}
			}
			depth[i] = last + 1
			if depth[i] >= edgeLeast && depth[i] < deepest {
				bordered++
			}
		}
		if float64(bordered) < edgeShare*float64(along) {
			continue
		}
		for i, d := range depth {
			if d == 0 {
				continue
			}
			x0, y0 := at(i, 0)
			x1, y1 := at(i, min(d+edgeMargin, across)-1)
			r := image.Rect(min(x0, x1), min(y0, y1), max(x0, x1)+1, max(y0, y1)+1)
			c.erase(r)
			p.erase(r)
		}
	}
}

// clearSpots takes out punch holes, and specks where they lie all over the page.
func clearSpots(p *ink, c *canvas) {
	height, n := textHeight(p)
	if n < minLetters {
		height = 0
	}
	side := int(max(speckSide, speckText*height))
	type speck struct {
		box    image.Rectangle
		area   int
		lonely bool
	}
	var specks []speck
	var holes []image.Rectangle
	var counts [noiseGrid * noiseGrid]int
	p.patches(func(box image.Rectangle, area int) {
		w, h := box.Dx(), box.Dy()
		if w <= side && h <= side {
			specks = append(specks, speck{box: box, area: area})
			counts[(box.Min.Y*noiseGrid/p.h)*noiseGrid+box.Min.X*noiseGrid/p.w]++
			return
		}
		long := float64(max(p.w, p.h))
		fill := float64(area) / float64(w*h)
		x, y := float64(box.Min.X+box.Max.X)/2/float64(p.w), float64(box.Min.Y+box.Max.Y)/2/float64(p.h)
		atEdge := min(x, 1-x) < holeMargin || min(y, 1-y) < holeMargin
		if d := float64(max(w, h)); atEdge && d >= holeLeast*long && d <= holeMost*long && float64(min(w, h)) > 0.85*d &&
			fill > roundFill-roundTilt && fill < roundFill+roundTilt && d > 2*height {
			holes = append(holes, box)
		}
	})
	for _, b := range holes {
		c.erase(b.Inset(-edgeMargin))
		p.erase(b.Inset(-edgeMargin))
	}
	squares := 0
	for _, n := range counts {
		if n >= 2 {
			squares++
		}
	}
	if float64(squares) < noiseShare*float64(len(counts)) {
		return
	}
	for _, s := range specks {
		p.erase(s.box)
	}
	reach := int(max(speckSide/2, speckReach*height))
	lonely := 0
	for i := range specks {
		if specks[i].lonely = !p.any(specks[i].box.Inset(-reach)); specks[i].lonely {
			lonely++
		}
	}
	if float64(lonely) < lonelyShare*float64(len(specks)) {
		return
	}
	for _, s := range specks {
		switch {
		case s.lonely:
			c.erase(s.box.Inset(-1))
		case s.area <= tinySpeck:
			c.erase(s.box)
		}
	}
}

// part copies a rectangle.
func (p *ink) part(r image.Rectangle) *ink {
	out := &ink{w: r.Dx(), h: r.Dy(), pix: make([]bool, r.Dx()*r.Dy())}
	for y := range out.h {
		copy(out.pix[y*out.w:(y+1)*out.w], p.pix[(r.Min.Y+y)*p.w+r.Min.X:])
	}
	return out
}

func (p *ink) erase(r image.Rectangle) {
	r = r.Intersect(image.Rect(0, 0, p.w, p.h))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		clear(p.pix[y*p.w+r.Min.X : y*p.w+r.Max.X])
	}
}

// any reports whether there is ink in a rectangle.
func (p *ink) any(r image.Rectangle) bool {
	r = r.Intersect(image.Rect(0, 0, p.w, p.h))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if p.pix[y*p.w+x] {
				return true
			}
		}
	}
	return false
}
