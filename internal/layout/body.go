package layout

import (
	"math"
	"slices"

	"recto/internal/doc"
	"recto/internal/page"
)

// bodyStyle is what running text looks like in the document.
type bodyStyle struct {
	size    float64
	leading float64 // distance of baselines
	bold    bool
	font    *page.Font
	color   page.Color
}

// measureBody finds the commonest style of text, by characters, over the whole
// document and the commonest size of every page.
func measureBody(d *document) {
	type key struct {
		size float64
		bold bool
	}
	weight := map[key]int{}
	fonts := map[*page.Font]int{}
	colors := map[page.Color]int{}
	for _, s := range d.sheets {
		sizes := map[float64]int{}
		for i := range s.lines {
			l := &s.lines[i]
			if l.angle != 0 {
				continue
			}
			size := roundSize(l.size)
			weight[key{size, l.style&doc.Bold != 0}] += l.glyphs
			sizes[size] += l.glyphs
			fonts[l.font] += l.glyphs
			colors[l.color] += l.glyphs
		}
		s.body = heaviest(sizes, 10)
	}
	best, most := key{size: 10}, 0
	for k, n := range weight {
		if n > most || n == most && k.size > best.size {
			best, most = k, n
		}
	}
	d.body = bodyStyle{size: best.size, bold: best.bold}
	for f, n := range fonts {
		if d.body.font == nil || n > fonts[d.body.font] || n == fonts[d.body.font] && f.Name < d.body.font.Name {
			d.body.font = f
		}
	}
	mostColor := -1
	for c, n := range colors {
		if n > mostColor || n == mostColor && c < d.body.color {
			d.body.color, mostColor = c, n
		}
	}
	d.body.leading = bodyLeading(d)
}

// roundSize rounds a text size to quarters of a point: scaling makes sizes such
// as 9.9626.
func roundSize(s float64) float64 { return math.Round(s*4) / 4 }

// heaviest returns the key with the largest weight, the larger key on a tie.
func heaviest(w map[float64]int, none float64) float64 {
	best, most := none, 0
	for k, n := range w {
		if n > most || n == most && k > best {
			best, most = k, n
		}
	}
	return best
}

// Leading between lines of body text, in ems of the text.
const (
	minLeading     = 0.9
	maxLeading     = 2.2
	typicalLeading = 1.2
)

// bodyLeading returns the commonest distance between the baselines of body
// lines that stand one under the other.
func bodyLeading(d *document) float64 {
	count := map[float64]int{}
	for _, s := range d.sheets {
		var body []*line
		for i := range s.lines {
			if l := &s.lines[i]; l.angle == 0 && math.Abs(l.size-d.body.size) < 0.05*d.body.size {
				body = append(body, l)
			}
		}
		slices.SortStableFunc(body, func(a, b *line) int {
			switch {
			case a.base < b.base:
				return -1
			case a.base > b.base:
				return 1
			}
			return 0
		})
		for i, l := range body {
			for _, m := range body[i+1:] {
				gap := m.base - l.base
				if gap > maxLeading*d.body.size {
					break
				}
				if gap >= minLeading*d.body.size && l.box.OverlapX(m.box) > 0 {
					count[math.Round(gap*4)/4]++
					break
				}
			}
		}
	}
	best, most := typicalLeading*d.body.size, 0
	for g, n := range count {
		if n > most || n == most && g < best {
			best, most = g, n
		}
	}
	return best
}
