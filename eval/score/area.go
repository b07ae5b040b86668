package score

// Region is an area on a page.
type Region struct {
	Page int // from 1
	Box  Box
}

// Box is a rectangle in PDF points with the origin at the bottom left, as the
// competition gives them.
type Box struct{ X1, Y1, X2, Y2 float64 }

func (b Box) area() float64 {
	return max(0, b.X2-b.X1) * max(0, b.Y2-b.Y1)
}

// overlap returns the Jaccard index of two areas.
func (b Box) overlap(o Box) float64 {
	common := Box{max(b.X1, o.X1), max(b.Y1, o.Y1), min(b.X2, o.X2), min(b.Y2, o.Y2)}.area()
	all := b.area() + o.area() - common
	if all <= 0 {
		return 0
	}
	return common / all
}

// minAreaOverlap is the Jaccard index at which a table area counts as found.
const minAreaOverlap = 0.5

// AreaCount counts areas: those found, those of the truth, those given.
type AreaCount struct{ Right, True, Given int }

// CompareAreas counts how many regions of the truth were given, each taking
// the given one that overlaps it most of those still free.
func CompareAreas(truth, given []Region) AreaCount {
	count := AreaCount{True: len(truth), Given: len(given)}
	used := make([]bool, len(given))
	for _, t := range truth {
		best, most := -1, 0.0
		for j, g := range given {
			if o := t.Box.overlap(g.Box); g.Page == t.Page && !used[j] && o >= most {
				best, most = j, o
			}
		}
		if best >= 0 && most >= minAreaOverlap {
			used[best] = true
			count.Right++
		}
	}
	return count
}
