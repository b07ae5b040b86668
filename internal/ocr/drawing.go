package ocr

import "recto/internal/geom"

// Drawing is what stands in a picture besides words: straight rules.
type Drawing struct {
	Horizontal, Vertical []geom.Rect // pixels, with their thickness
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

// drawingOf finds the rules of a picture whose small letters have a height.
func drawingOf(p *ink, letters float64) *Drawing {
	length := max(minRule, ruleLetters*letters)
	thick := max(thickest, maxThickness*letters)
	across := func(x, y int) bool { return p.pix[y*p.w+x] }
	down := func(y, x int) bool { return p.pix[y*p.w+x] }
	d := &Drawing{Horizontal: findRules(p.w, p.h, across, length, thick)}
	for _, r := range findRules(p.h, p.w, down, length, thick) {
		d.Vertical = append(d.Vertical, geom.Rect{X0: r.Y0, Y0: r.X0, X1: r.Y1, Y1: r.X1})
	}
	return d
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
