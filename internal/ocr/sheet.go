package ocr

import (
	"image"
	"math"
	"slices"
)

// What a photographed sheet looks like, in parts of the picture.
const (
	searchSide  = 400  // pixels: the sheet is looked for in a small copy
	printReach  = 4    // pixels of that copy: print is narrower than twice that
	leastSheet  = 0.25 // of the picture, or it is no sheet the picture is about
	mostSheet   = 0.97 // more is a scan, which has no surroundings
	fillOfSheet = 0.90 // of the quadrilateral that must be paper
	leastInset  = 0.01 // of the longer side by which a corner or side must be away from the picture's
)

// What the edge of a sheet looks like: the ground beside it is darker.
const (
	edgeReach   = 4    // pixels of the small copy from the edge to where it is judged
	edgeSamples = 40   // places along a side
	leastEdge   = 0.12 // natural logarithm of paper over ground, in all but edgeMisses of the places
	edgeMisses  = 0.25 // of a side may have a finger, a bright thing or a bent corner beside it
	// sureEdge is asked where two sides or more of what is found are the picture's
	// own: the shadow of a hand or camera is an edge across the sheet too, but leaves
	// half of the light.
	sureEdge = 0.8
	// beyond is the part of a side by which it is followed past its corner.
	beyond = 0.15
)

// steps are the shares of its brightness that paper may lose, or win, within
// stepReach pixels of the small copy. A lamp's falling off takes a percent or two,
// a hard shadow a third; the desk beside the paper may be that near to it, so that
// what grew with each of them is judged by its edges.
var steps = []float64{0.9, 0.8, 0.7, 0.6, 0.52, 0.45}

const stepReach = 2

// sheetIn looks for the corners of a bright sheet on a darker ground, from the top
// left one clockwise. Light falls unevenly, so that the paper in a shaded corner
// may be darker than the table under the lamp: besides what is bright, the areas
// are tried that grow from the brightest paper over smooth shade. The largest with
// an edge all around is the sheet.
func sheetIn(m image.Image) (corners [4]point, ok bool) {
	gray := toGray(m)
	k := max(1, max(gray.Rect.Dx(), gray.Rect.Dy())/searchSide)
	small := shrink(gray, k)
	w, h := small.Rect.Dx(), small.Rect.Dy()
	if w < 20 || h < 20 {
		return corners, false
	}
	paper := withoutPrint(small)
	bright := make([]bool, w*h)
	limit := threshold(small)
	for i, v := range paper {
		bright[i] = v > limit
	}
	bright = largest(bright, w, h)
	seed := seedOf(paper, bright, w)
	high, low := extreme(paper, w, h, stepReach, true), extreme(paper, w, h, stepReach, false)
	most := 0.0
	try := func(area []bool) (c [4]point, found bool) {
		c, found = cornersOf(area, w, h)
		if size := areaOf(c); found && size > most && edged(paper, w, h, c) {
			corners, most = c, size
		}
		return c, found
	}
	try(bright)
	for _, step := range steps {
		area := filledRows(spread(high, low, w, h, seed, step), w, h)
		c, found := try(area)
		if !found {
			continue
		}
		// A hard shadow parts the paper: what lies beyond a side may be more of it.
		for i := range c {
			a, b := c[i], c[(i+1)%4]
			out := outward(a, b)
			const far = 2*stepReach + printReach
			x, y := int((a.x+b.x)/2+far*out.x), int((a.y+b.y)/2+far*out.y)
			if x < 0 || y < 0 || x >= w || y >= h {
				continue
			}
			both := spread(high, low, w, h, y*w+x, step)
			for j, on := range area {
				both[j] = both[j] || on
			}
			try(filledRows(both, w, h))
		}
	}
	for i := range corners {
		corners[i] = point{corners[i].x * float64(k), corners[i].y * float64(k)}
	}
	return corners, most > 0
}

// cornersOf returns the corners of an area that is a quadrilateral, of a size a
// sheet has.
func cornersOf(area []bool, w, h int) (corners [4]point, ok bool) {
	// The corners are the points that reach furthest along the diagonals.
	best := [4]float64{math.Inf(1), math.Inf(-1), math.Inf(-1), math.Inf(1)}
	n := 0
	for y := range h {
		for x := range w {
			if !area[y*w+x] {
				continue
			}
			n++
			fx, fy := float64(x), float64(y)
			if v := fx + fy; v < best[0] {
				best[0], corners[0] = v, point{fx, fy}
			}
			if v := fx - fy; v > best[1] {
				best[1], corners[1] = v, point{fx + 1, fy}
			}
			if v := fx + fy; v > best[2] {
				best[2], corners[2] = v, point{fx + 1, fy + 1}
			}
			if v := fx - fy; v < best[3] {
				best[3], corners[3] = v, point{fx, fy + 1}
			}
		}
	}
	size := areaOf(corners)
	share := size / float64(w*h)
	if share < leastSheet || share > mostSheet || float64(n) < fillOfSheet*size || float64(n) > size/fillOfSheet {
		return corners, false
	}
	away := 0
	inset := leastInset * float64(max(w, h))
	for i, c := range [4]point{{0, 0}, {float64(w), 0}, {float64(w), float64(h)}, {0, float64(h)}} {
		if math.Hypot(corners[i].x-c.x, corners[i].y-c.y) > inset {
			away++
		}
	}
	return corners, away >= 2
}

// edged reports whether the ground is darker along every side that is not the
// picture's own, and no side is a shadow's.
func edged(paper []uint8, w, h int, c [4]point) bool {
	inset := leastInset * float64(max(w, h))
	weakest, sides := math.Inf(1), 0
	for i := range c {
		a, b := c[i], c[(i+1)%4]
		if max(a.x, b.x) < inset || max(a.y, b.y) < inset || min(a.x, b.x) > float64(w)-inset || min(a.y, b.y) > float64(h)-inset {
			continue // the picture ends there
		}
		drop, ok := dropAlong(paper, w, h, a, b)
		if !ok {
			continue
		}
		weakest = min(weakest, drop)
		sides++
		// The edges of a sheet end at its corners; under a shadow they go on.
		before, after := c[(i+3)%4], c[(i+2)%4]
		past, ok1 := dropAlong(paper, w, h, a, point{a.x + beyond*(a.x-before.x), a.y + beyond*(a.y-before.y)})
		next, ok2 := dropAlong(paper, w, h, point{b.x + beyond*(b.x-after.x), b.y + beyond*(b.y-after.y)}, b)
		if ok1 && ok2 && past > leastEdge && next > leastEdge {
			return false
		}
	}
	if sides <= 2 {
		return weakest >= sureEdge && sides > 0
	}
	return weakest >= leastEdge
}

// outward returns the direction from a side to what is on its left, which is the
// ground, as sides go clockwise.
func outward(a, b point) point {
	long := max(math.Hypot(b.x-a.x, b.y-a.y), 1)
	return point{(b.y - a.y) / long, -(b.x - a.x) / long}
}

// dropAlong returns how much darker it is on the left of a line, as the logarithm
// of a ratio, in all but edgeMisses of the places along it; ok is false where there is
// next to nothing of it in the picture.
func dropAlong(paper []uint8, w, h int, a, b point) (drop float64, ok bool) {
	level := func(p point) (float64, bool) {
		x, y := int(math.Floor(p.x)), int(math.Floor(p.y))
		if x < 0 || y < 0 || x >= w || y >= h {
			return 0, false
		}
		return math.Log(float64(paper[y*w+x]) + 1), true
	}
	out := outward(a, b)
	var drops []float64
	for j := range edgeSamples {
		f := (float64(j) + 0.5) / edgeSamples
		at := point{a.x + f*(b.x-a.x), a.y + f*(b.y-a.y)}
		in, ok1 := level(point{at.x - edgeReach*out.x, at.y - edgeReach*out.y})
		ground, ok2 := level(point{at.x + edgeReach*out.x, at.y + edgeReach*out.y})
		if ok1 && ok2 {
			drops = append(drops, in-ground)
		}
	}
	if len(drops) < edgeSamples/4 {
		return 0, false
	}
	slices.Sort(drops)
	return drops[int(edgeMisses*float64(len(drops)))], true
}

// withoutPrint returns the brightness of the ground: the brightest of the
// neighbours counts, then the darkest of those.
func withoutPrint(g *image.Gray) []uint8 {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	on := make([]uint8, w*h)
	for y := range h {
		copy(on[y*w:(y+1)*w], g.Pix[y*g.Stride:])
	}
	return extreme(extreme(on, w, h, printReach, true), w, h, printReach, false)
}

// extreme returns the brightest or darkest of the neighbours within reach, of each
// place.
func extreme(on []uint8, w, h, reach int, brightest bool) []uint8 {
	for _, step := range [2]image.Point{{X: 1}, {Y: 1}} {
		next := make([]uint8, w*h)
		for y := range h {
			for x := range w {
				v := on[y*w+x]
				for d := -reach; d <= reach; d++ {
					i, j := x+d*step.X, y+d*step.Y
					if i >= 0 && j >= 0 && i < w && j < h && on[j*w+i] > v == brightest {
						v = on[j*w+i]
					}
				}
				next[y*w+x] = v
			}
		}
		on = next
	}
	return on
}

// seedOf returns a place on the paper: the one of middle brightness of what is
// bright, nearest to its middle.
func seedOf(paper []uint8, bright []bool, w int) int {
	var levels []uint8
	sx, sy := 0, 0
	for i, on := range bright {
		if on {
			levels = append(levels, paper[i])
			sx, sy = sx+i%w, sy+i/w
		}
	}
	if len(levels) == 0 {
		return len(paper) / 2
	}
	slices.Sort(levels)
	want := levels[len(levels)/2]
	mx, my := sx/len(levels), sy/len(levels)
	best, far := 0, math.Inf(1)
	for i, on := range bright {
		if on && paper[i] == want {
			if d := math.Hypot(float64(i%w-mx), float64(i/w-my)); d < far {
				best, far = i, d
			}
		}
	}
	return best
}

// spread returns the places that are reached from one without crossing a step in
// brightness: within stepReach of the way nothing is darker than the share step of
// the brightest there. (Comparing with the place before would not do: along a slant
// edge the brightness falls by a little from pixel to pixel.)
func spread(high, low []uint8, w, h, seed int, step float64) []bool {
	smooth := func(i int) bool { return float64(low[i])+1 >= step*(float64(high[i])+1) }
	on := make([]uint8, w*h)
	if smooth(seed) {
		on[seed] = 1
		for stack := []int{seed}; len(stack) > 0; {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x := i % w
			for _, n := range [4]int{i - 1, i + 1, i - w, i + w} {
				if n < 0 || n >= len(on) || n == i-1 && x == 0 || n == i+1 && x == w-1 || on[n] != 0 || !smooth(n) {
					continue
				}
				on[n] = 1
				stack = append(stack, n)
			}
		}
	}
	on = extreme(on, w, h, stepReach, true) // up to the step
	out := make([]bool, w*h)
	for i, v := range on {
		out[i] = v != 0
	}
	return out
}

// areaOf returns the area of a quadrilateral.
func areaOf(c [4]point) float64 {
	sum := 0.0
	for i := range c {
		j := (i + 1) % 4
		sum += c[i].x*c[j].y - c[j].x*c[i].y
	}
	return math.Abs(sum) / 2
}

// largest keeps the largest connected area, with its holes filled in rows.
func largest(on []bool, w, h int) []bool {
	mark := make([]int, w*h)
	best, bestSize, id := 0, 0, 0
	var stack []int
	for start := range on {
		if !on[start] || mark[start] != 0 {
			continue
		}
		id++
		size := 0
		mark[start] = id
		for stack = append(stack[:0], start); len(stack) > 0; {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			size++
			x := i % w
			for _, n := range [4]int{i - 1, i + 1, i - w, i + w} {
				if n < 0 || n >= len(on) || n == i-1 && x == 0 || n == i+1 && x == w-1 || !on[n] || mark[n] != 0 {
					continue
				}
				mark[n] = id
				stack = append(stack, n)
			}
		}
		if size > bestSize {
			best, bestSize = id, size
		}
	}
	for i := range mark {
		on[i] = best > 0 && mark[i] == best
	}
	return filledRows(on, w, h)
}

// filledRows fills each row of an area from its first place to its last.
func filledRows(on []bool, w, h int) []bool {
	out := make([]bool, w*h)
	for y := range h {
		first, last := -1, -1
		for x := range w {
			if on[y*w+x] {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		for x := first; x >= 0 && x <= last; x++ {
			out[y*w+x] = true
		}
	}
	return out
}
