package ocr

import (
	"image"
	"slices"

	"recto/internal/geom"
)

// Drawing is what stands in a picture besides words: straight rules, painted
// areas, and pictures such as photographs, drawings and signatures.
type Drawing struct {
	Horizontal, Vertical []geom.Rect // pixels, with their thickness
	Fills                []Fill      // the largest first
	Pictures             []geom.Rect // pixels

	ink     *ink    // until pictures are found
	letters float64 // height of small letters in pixels, 0 when unknown
}

// What a rule looks like, in pixels and heights of small letters: longer than
// any stroke of a letter, and thin.
const (
	minRule      = 40.0
	ruleLetters  = 4.0 // heights of small letters; a stroke of a title reaches three
	maxThickness = 0.6 // the same
	thickest     = 6.0 // pixels, where letters are small or unknown
	slimmest     = 10  // length by thickness
	brokenBy     = 2   // pixels of paper that do not end a rule: scans are noisy
)

// Rules lighter than ink, and light ones on dark areas, show by what is beside
// them.
const (
	ridgeStep = 3    // pixels to either side: hairlines are at most five wide
	ridgeRise = 14   // brightness
	besides   = 2    // pixels beside a rule where there is paper
	alongside = 0.65 // of its length
)

// drawingOf finds the rules of a picture whose small letters have a height.
func drawingOf(p *ink, g *image.Gray, letters float64) *Drawing {
	length := max(minRule, ruleLetters*letters)
	thick := max(thickest, maxThickness*letters)
	d := &Drawing{ink: p, letters: letters, Horizontal: levelRules(p.w, p.h, p.pix, g.Pix, g.Stride, length, thick)}
	// Columns are looked at as rows of the picture on its side, for their pixels
	// lie far apart.
	d.Vertical = levelRules(p.h, p.w, onSide(p.pix, p.w, p.w, p.h), onSide(g.Pix, g.Stride, p.w, p.h), p.h, length, thick)
	for i, r := range d.Vertical {
		d.Vertical[i] = geom.Rect{X0: r.Y0, Y0: r.X0, X1: r.Y1, Y1: r.X1}
	}
	return d
}

// onSide returns w x h pixels with the axes exchanged.
func onSide[T any](pix []T, stride, w, h int) []T {
	const block = 32 // both sides of it fit into the cache
	out := make([]T, w*h)
	for y0 := 0; y0 < h; y0 += block {
		for x0 := 0; x0 < w; x0 += block {
			for y := y0; y < min(y0+block, h); y++ {
				for x, v := range pix[y*stride+x0 : y*stride+min(x0+block, w)] {
					out[(x0+x)*h+y] = v
				}
			}
		}
	}
	return out
}

// levelRules finds the horizontal rules of a picture of w x h pixels: of ink, and
// those that are darker or lighter than what is beside them.
func levelRules(w, h int, ink []bool, gray []uint8, stride int, length, thick float64) []geom.Rect {
	rules := findRules(h, func(y int) []bool { return ink[y*w : (y+1)*w] }, length, thick)
	rules = slices.DeleteFunc(rules, func(r geom.Rect) bool { return !between(ink, w, h, r) })
	marks := make([]bool, w)
	for _, lighter := range []bool{false, true} {
		rules = addRules(rules, findRules(h, func(y int) []bool {
			if y < ridgeStep || y+ridgeStep >= h {
				return nil
			}
			row := func(y int) []uint8 { return gray[y*stride : y*stride+w] }
			ridge(marks, row(y-ridgeStep), row(y), row(y+ridgeStep), lighter)
			return marks
		}, length, thick))
	}
	return rules
}

// ridge marks the pixels of a row that are darker, or lighter, than those of two
// others.
func ridge(marks []bool, above, row, below []uint8, lighter bool) {
	above, below, marks = above[:len(row)], below[:len(row)], marks[:len(row)]
	if lighter {
		for x, v := range row {
			marks[x] = int(v)-int(max(above[x], below[x])) >= ridgeRise
		}
		return
	}
	for x, v := range row {
		marks[x] = int(min(above[x], below[x]))-int(v) >= ridgeRise
	}
}

// between reports whether a rule has paper on both sides: what is left of a
// painted area between letters has ink.
func between(ink []bool, w, h int, r geom.Rect) bool {
	clear := func(y int) bool {
		if y < 0 || y >= h {
			return true
		}
		n := 0
		for _, is := range ink[y*w+int(r.X0) : y*w+int(r.X1)] {
			if !is {
				n++
			}
		}
		return float64(n) >= alongside*r.W()
	}
	return clear(int(r.Y0)-besides) && clear(int(r.Y1)+besides-1)
}

// addRules adds the rules that none of the list covers.
func addRules(list, more []geom.Rect) []geom.Rect {
	n := len(list)
	for _, r := range more {
		known := false
		for _, o := range list[:n] {
			wide := geom.Rect{X0: o.X0 - ridgeStep, Y0: o.Y0 - ridgeStep, X1: o.X1 + ridgeStep, Y1: o.Y1 + ridgeStep}
			if i := wide.Intersect(r); !i.Empty() && i.Area() >= r.Area()/2 {
				known = true
				break
			}
		}
		if !known {
			list = append(list, r)
		}
	}
	return list
}

// stretch is a rule in the making: runs of ink in rows that follow each other.
type stretch struct{ x0, x1, y0, y1 int }

// findRules looks along rows for long runs of marked pixels and joins those of
// neighbouring rows.
func findRules(rows int, row func(y int) []bool, length, thick float64) []geom.Rect {
	var open, done []stretch
	for y := range rows {
		var next []stretch
		marks := row(y)
		for x := 0; x < len(marks); x++ {
			if !marks[x] {
				continue
			}
			start, end := x, x
			for x < len(marks) && x-end <= brokenBy {
				if marks[x] {
					end = x
				}
				x++
			}
			if float64(end-start+1) < length {
				continue
			}
			run := stretch{start, end + 1, y, y + 1}
			for k := range open {
				o := &open[k]
				if o.y1 > 0 && min(o.x1, run.x1)-max(o.x0, run.x0) > (run.x1-run.x0)/2 {
					run.x0, run.x1, run.y0 = min(run.x0, o.x0), max(run.x1, o.x1), min(run.y0, o.y0)
					o.y1 = -1 // goes on
				}
			}
			next = append(next, run)
		}
		for _, o := range open {
			if o.y1 > 0 {
				done = append(done, o)
			}
		}
		open = next
	}
	done = append(done, open...)
	var out []geom.Rect
	for _, s := range done {
		w, h := s.x1-s.x0, s.y1-s.y0
		if float64(h) <= thick && w >= slimmest*h {
			out = append(out, geom.Rect{X0: float64(s.x0), Y0: float64(s.y0), X1: float64(s.x1), Y1: float64(s.y1)})
		}
	}
	return out
}
