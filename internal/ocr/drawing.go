package ocr

import (
	"image"

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
	d := &Drawing{ink: p, letters: letters}
	d.Horizontal = p.between(findRules(p.w, p.h, func(x, y int) bool { return p.pix[y*p.w+x] }, length, thick), 1, p.w)
	d.Vertical = upended(p.between(findRules(p.h, p.w, func(y, x int) bool { return p.pix[y*p.w+x] }, length, thick), p.w, 1))
	for _, sign := range []int{1, -1} {
		d.Horizontal = addRules(d.Horizontal, findRules(p.w, p.h, ridge(g, 1, g.Stride, p.h, sign), length, thick))
		d.Vertical = addRules(d.Vertical, upended(findRules(p.h, p.w, ridge(g, g.Stride, 1, p.w, sign), length, thick)))
	}
	return d
}

// upended exchanges the axes of rectangles.
func upended(list []geom.Rect) []geom.Rect {
	for i, r := range list {
		list[i] = geom.Rect{X0: r.Y0, Y0: r.X0, X1: r.Y1, Y1: r.X1}
	}
	return list
}

// ridge says which pixels are darker (sign 1) or lighter (-1) than those beside
// them, across rows of rows pixels that are so far apart in memory.
func ridge(g *image.Gray, along, across, rows, sign int) func(x, y int) bool {
	return func(x, y int) bool {
		if y < ridgeStep || y+ridgeStep >= rows {
			return false
		}
		at := y*across + x*along
		v := int(g.Pix[at])
		return sign*(int(g.Pix[at-ridgeStep*across])-v) >= ridgeRise && sign*(int(g.Pix[at+ridgeStep*across])-v) >= ridgeRise
	}
}

// between returns the rules that have paper on both sides: what is left of a
// painted area between letters has ink. The pixels of a rule are so far apart in
// memory along and across it.
func (p *ink) between(rules []geom.Rect, along, across int) []geom.Rect {
	clear := func(x0, x1, y int) bool {
		n := 0
		for x := x0; x < x1; x++ {
			if at := y*across + x*along; y < 0 || at < 0 || at >= len(p.pix) || !p.pix[at] {
				n++
			}
		}
		return float64(n) >= alongside*float64(x1-x0)
	}
	var out []geom.Rect
	for _, r := range rules {
		if clear(int(r.X0), int(r.X1), int(r.Y0)-besides) && clear(int(r.X0), int(r.X1), int(r.Y1)+besides-1) {
			out = append(out, r)
		}
	}
	return out
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

// findRules looks along rows of n pixels for long runs of ink and joins those of
// neighbouring rows.
func findRules(n, rows int, at func(x, y int) bool, length, thick float64) []geom.Rect {
	var open, done []stretch
	for y := range rows {
		var next []stretch
		for x := 0; x < n; x++ {
			if !at(x, y) {
				continue
			}
			start, end := x, x
			for x < n && x-end <= brokenBy {
				if at(x, y) {
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
