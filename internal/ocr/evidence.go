package ocr

import (
	"image"
	"math"
	"slices"

	"recto/internal/geom"
)

// What rows of print look like among patches of ink, before anything is read.
const (
	minLetterPx = 5      // pixels: lower patches cannot be told from noise
	maxPatches  = 30_000 // a full newspaper page has 20,000; more is a raster or grain
	rowGap      = 1.6    // widest gap between letters of a row, in heights of the taller: a word space
	rowHeights  = 2.6    // tallest against lowest of neighbours: a capital beside a comma-like small letter
	rowLevel    = 0.15   // how far a foot may lie off the baseline, in heights of most letters
	minRow      = 4      // letters of a row
	levelShare  = 0.6    // share of a row's letters that must stand on its baseline
)

// Print is what looks like printed text in a picture that was not read.
type Print struct {
	Letters int // patches in rows
	Rows    int
	Patches int // all of the size of letters
}

// patch is a connected piece of ink, in pixels; x1 and y1 are behind it.
type patch struct{ x0, y0, x1, y1, area int }

func (p *patch) h() int { return p.y1 - p.y0 }

// FindPrint looks for rows of letters in a picture, leaving out what lies in the
// boxes except, in pixels. It takes a few milliseconds for a million pixels.
func FindPrint(img image.Image, except []geom.Rect) Print {
	letters := lettersOf(inkOf(toGray(img)))
	letters = slices.DeleteFunc(letters, func(p patch) bool {
		at := geom.Point{X: float64(p.x0+p.x1) / 2, Y: float64(p.y0+p.y1) / 2}
		return slices.ContainsFunc(except, func(r geom.Rect) bool { return r.Contains(at) })
	})
	out := Print{Patches: len(letters)}
	for _, row := range rowsOf(letters) {
		out.Rows++
		out.Letters += len(row)
	}
	return out
}

// lettersOf returns the patches that may be letters, from left to right; none
// when there are too many.
func lettersOf(p *ink) []patch {
	var out []patch
	for _, c := range patchesOf(p) {
		w, h := c.x1-c.x0, c.h()
		if h < minLetterPx || h >= maxPatch || float64(w) > widestPatch*float64(h) || float64(h) > tallestBar*float64(w) || c.area*minFilled < w*h {
			continue
		}
		if out = append(out, c); len(out) > maxPatches {
			return nil
		}
	}
	slices.SortStableFunc(out, func(a, b patch) int { return a.x0 - b.x0 })
	return out
}

// patchesOf finds the connected patches of ink by joining the runs of ink of
// neighbouring rows.
func patchesOf(p *ink) []patch {
	var parts []patch
	var parent []int32
	find := func(i int32) int32 {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	type run struct {
		x0, x1 int
		id     int32
	}
	var above, here []run
	for y := range p.h {
		row := p.pix[y*p.w : (y+1)*p.w]
		here = here[:0]
		k := 0
		for x := 0; x < p.w; x++ {
			if !row[x] {
				continue
			}
			start := x
			for x < p.w && row[x] {
				x++
			}
			id := int32(-1)
			for k < len(above) && above[k].x1 <= start {
				k++
			}
			for m := k; m < len(above) && above[m].x0 < x; m++ {
				root := find(above[m].id)
				if id < 0 {
					id = root
					continue
				}
				if root != id {
					a, b := &parts[id], &parts[root]
					a.x0, a.x1, a.y0, a.area = min(a.x0, b.x0), max(a.x1, b.x1), min(a.y0, b.y0), a.area+b.area
					parent[root], b.area = id, 0
				}
			}
			if id < 0 {
				id = int32(len(parts))
				parts, parent = append(parts, patch{x0: start, x1: x, y0: y}), append(parent, id)
			}
			c := &parts[id]
			c.x0, c.x1, c.y1, c.area = min(c.x0, start), max(c.x1, x), y+1, c.area+x-start
			here = append(here, run{start, x, id})
		}
		above, here = here, above
	}
	return slices.DeleteFunc(parts, func(c patch) bool { return c.area == 0 })
}

// rowsOf chains letters from left to right into rows that stand on a baseline.
func rowsOf(letters []patch) [][]patch {
	var open, done [][]patch
	for _, c := range letters {
		best, bestGap := -1, math.MaxInt
		kept := open[:0]
		for _, row := range open {
			last := &row[len(row)-1]
			tall, low := max(last.h(), c.h()), min(last.h(), c.h())
			gap := c.x0 - last.x1
			if float64(gap) > rowGap*float64(max(tall, row[0].h())) {
				done = append(done, row)
				continue
			}
			kept = append(kept, row)
			overlap := min(last.y1, c.y1) - max(last.y0, c.y0)
			if overlap*2 < low || float64(tall) > rowHeights*float64(low) || c.x0 < (last.x0+last.x1)/2 || gap >= bestGap {
				continue
			}
			best, bestGap = len(kept)-1, gap
		}
		open = kept
		if best < 0 {
			open = append(open, []patch{c})
			continue
		}
		open[best] = append(open[best], c)
	}
	done = append(done, open...)
	return slices.DeleteFunc(done, func(row []patch) bool { return len(row) < minRow || !isLevel(row) })
}

// isLevel reports whether most letters of a row stand on one line.
func isLevel(row []patch) bool {
	var feet, heights []int
	for i := range row {
		feet, heights = append(feet, row[i].y1), append(heights, row[i].h())
	}
	slices.Sort(feet)
	slices.Sort(heights)
	base, h := feet[len(feet)/2], heights[len(heights)/2]
	on := 0
	for _, y := range feet {
		if math.Abs(float64(y-base)) <= max(1, rowLevel*float64(h)) {
			on++
		}
	}
	return float64(on) >= levelShare*float64(len(row))
}
