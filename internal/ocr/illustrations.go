package ocr

import (
	"math"
	"slices"

	"recto/internal/geom"
)

// Photographs, drawings, stamps and signatures of a scan are ink that is neither
// a word nor a rule. Ink is looked at in cells of half a small letter; sizes are
// in heights of small letters, of which two make an em.
const (
	cellLetters    = 0.5
	usualLetter    = 10.0 // pixels, where the page has too few letters to tell
	inkedCell      = 0.06 // of its pixels; grain of scans has less
	trustedWord    = 0.6  // confidence of words that are words: engines see letters in pictures
	guessedWord    = 0.5  // words inside a photograph that are less sure were never written
	wordMargin     = 0.4  // ink around a word that belongs to it, such as accents and dirt
	coreSide       = 5.0  // longer side of a patch that begins a picture
	coreFill       = 12.0 // cells of ink such a patch has
	pictureReach   = 3.0  // patches so near belong to one picture
	leastPicture   = 5.0  // shorter side: two lines of text that no engine read are lower
	leastLong      = 8.0  // longer side
	leastInk       = 0.02 // cells of ink in a picture; frames around text have less
	mostWords      = 0.12 // of a picture that sure words cover; more is a table or text on a ground
	solidInk       = 0.35 // cells of ink in a photograph
	mostOfPage     = 0.85 // a larger one is the page itself
	slimEdge       = 0.06 // of the page: dark strips along its edges are the scanner's
	darkGround     = 0.6  // cells of ink in a painted area, but for its edges
	groundNear     = 0.8  // gap between painted cells of one table
	leastStrips    = 3    // headings written askew stand side by side
	stripLong      = 3.0  // length by width of one
	stripSlant     = 0.40 // radians from level and upright
	stripWide      = 1.1  // a curve is thinner than letters
	stripAlike     = 0.17 // radians between two
	mostlyStrips   = 0.6  // of the ink
	leastSureWords = 3    // a page without text is a picture as a whole
)

// findPictures sets what is a picture on the page, and forgets the words that the
// engine has guessed into photographs.
func (p *Page) findPictures() {
	d := p.Ink
	if d == nil || d.ink == nil {
		return
	}
	letter := d.letters
	if letter <= 0 {
		letter = usualLetter
	}
	g := newCells(d.ink, max(2, int(cellLetters*letter+0.5)))
	d.ink = nil
	sure := 0
	words := newCells(&ink{w: p.Width, h: p.Height}, g.size)
	for i := range p.Lines {
		for _, w := range p.Lines[i].Words {
			if w.Confidence >= trustedWord && countLetters(w.Text) > 0 {
				sure++
				g.set(w.Box.Grow(wordMargin*letter), false)
				words.set(w.Box, true)
			}
		}
	}
	if sure < leastSureWords {
		return
	}
	for _, r := range slices.Concat(d.Horizontal, d.Vertical) {
		g.set(r.Grow(1), false)
	}
	for _, r := range p.grounds(groundNear * letter) {
		// A light ground is no ink; what is on it may be a drawing.
		if x0, y0, x1, y1 := g.span(r); float64(g.count(geom.Rect{X0: float64(x0), Y0: float64(y0), X1: float64(x1), Y1: float64(y1)})) >= darkGround*float64((x1-x0)*(y1-y0)) {
			g.set(r, false)
		}
	}
	unit := letter / float64(g.size) // cells a letter
	patches := g.patches()
	patches = slices.DeleteFunc(patches, func(q inkArea) bool { return g.atEdge(q.box) })
	var found []geom.Rect
	for _, q := range patches {
		if max(q.box.W(), q.box.H()) >= coreSide*unit && float64(q.cells) >= coreFill {
			found = append(found, q.box)
		}
	}
	found = join(found, patches, pictureReach*unit)
	// Axes, grids and frames are rules; what they cross is one picture.
	rules := make([]geom.Rect, 0, len(d.Horizontal)+len(d.Vertical))
	for _, r := range slices.Concat(d.Horizontal, d.Vertical) {
		k := 1 / float64(g.size)
		rules = append(rules, geom.Rect{X0: r.X0 * k, Y0: r.Y0 * k, X1: r.X1 * k, Y1: r.Y1 * k})
	}
	whole := func(b geom.Rect) bool {
		return b.Area() <= mostOfPage*float64(g.w*g.h) && float64(words.count(b)) <= mostWords*b.Area()
	}
	var boxes []geom.Rect
	for _, b := range found {
		grown := withRules(b, rules, unit/2+1) // a cell beside them was taken for theirs
		switch {
		case whole(grown):
			boxes = append(boxes, grown)
		case float64(g.count(b)) >= solidInk*b.Area() && whole(b):
			boxes = append(boxes, b) // a photograph above a rule
		}
	}
	for _, b := range join(boxes, nil, 0) {
		if short, long := min(b.W(), b.H()), max(b.W(), b.H()); short < leastPicture*unit || long < leastLong*unit || long > slimmest*short ||
			!whole(b) || float64(g.count(b)) < leastInk*b.Area() || slanted(patches, b, stripWide*unit) {
			continue
		}
		s := float64(g.size)
		box := geom.Rect{X0: b.X0 * s, Y0: b.Y0 * s, X1: min(b.X1*s, float64(p.Width)), Y1: min(b.Y1*s, float64(p.Height))}
		d.Pictures = append(d.Pictures, box)
		if float64(g.count(b)) >= solidInk*b.Area() && words.count(b) == 0 {
			p.forgetGuesses(box)
		}
	}
}

// grounds returns the painted areas that sure words stand on or that abut others
// in their row and in their column, and those in one row or column with them: cells
// of a table, of which the engine may miss what little they hold.
func (p *Page) grounds(near float64) []geom.Rect {
	fills := p.Ink.Fills
	beside := func(b, o geom.Rect) (inRow, inColumn bool) {
		if !b.Grow(near).Overlaps(o) {
			return false, false
		}
		return math.Abs(o.Y0-b.Y0) <= near && math.Abs(o.Y1-b.Y1) <= near, math.Abs(o.X0-b.X0) <= near && math.Abs(o.X1-b.X1) <= near
	}
	is := make([]bool, len(fills))
	var todo []int
	for i, f := range fills {
		row, column := false, false
		for k, o := range fills {
			if k != i {
				r, c := beside(f.Box, o.Box)
				row, column = row || r, column || c
			}
		}
		is[i] = row && column
		for _, l := range p.Lines {
			is[i] = is[i] || slices.ContainsFunc(l.Words, func(w Word) bool {
				return w.Confidence >= trustedWord && countLetters(w.Text) > 0 && f.Box.Contains(geom.Point{X: w.Box.CenterX(), Y: w.Box.CenterY()})
			})
		}
		if is[i] {
			todo = append(todo, i)
		}
	}
	var out []geom.Rect
	for len(todo) > 0 {
		b := fills[todo[len(todo)-1]].Box
		todo = todo[:len(todo)-1]
		out = append(out, b)
		for k, f := range fills {
			if inRow, inColumn := beside(b, f.Box); !is[k] && (inRow || inColumn) {
				is[k] = true
				todo = append(todo, k)
			}
		}
	}
	return out
}

// slanted reports whether most ink of a box in cells is in strips that slant
// alike: headings of narrow columns, which are written askew.
func slanted(patches []inkArea, b geom.Rect, wide float64) bool {
	all := 0
	var strips []inkArea
	for _, q := range patches {
		if !b.ContainsRect(q.box, 0) {
			continue
		}
		all += q.cells
		if long, width, angle := q.axis(); long >= stripLong && width >= wide && math.Abs(angle) >= stripSlant && math.Abs(angle) <= math.Pi/2-stripSlant {
			strips = append(strips, q)
		}
	}
	for _, q := range strips {
		n, cells := 0, 0
		_, _, at := q.axis()
		for _, o := range strips {
			if _, _, angle := o.axis(); math.Abs(angle-at) <= stripAlike {
				n, cells = n+1, cells+o.cells
			}
		}
		if n >= leastStrips && float64(cells) >= mostlyStrips*float64(all) {
			return true
		}
	}
	return false
}

// forgetGuesses removes the words of little confidence that lie in a photograph.
// In a drawing they may be labels that are hard to read, and beside sure words of
// their line they are print, such as the first half of a formula.
func (p *Page) forgetGuesses(photo geom.Rect) {
	inside := func(w Word) bool { return photo.Contains(geom.Point{X: w.Box.CenterX(), Y: w.Box.CenterY()}) }
	for i := range p.Lines {
		l := &p.Lines[i]
		if slices.ContainsFunc(l.Words, func(w Word) bool { return w.Confidence >= surelyWord && countLetters(w.Text) > 0 && !inside(w) }) {
			continue
		}
		l.Words = slices.DeleteFunc(l.Words, func(w Word) bool { return w.Confidence < guessedWord && inside(w) })
	}
	p.Lines = slices.DeleteFunc(p.Lines, func(l Line) bool { return len(l.Words) == 0 })
}

// withRules returns a box with the rules that touch it, and those that touch them.
func withRules(b geom.Rect, rules []geom.Rect, slack float64) geom.Rect {
	for grown := true; grown; {
		grown = false
		for _, r := range rules {
			if b.Grow(slack).Overlaps(r) && !b.ContainsRect(r, 0) {
				b, grown = b.Union(r), true
			}
		}
	}
	return b
}

// cells is a picture reduced to cells that have ink or none.
type cells struct {
	size int // pixels
	w, h int // cells
	on   []bool
}

func newCells(p *ink, size int) *cells {
	c := &cells{size: size, w: (p.w + size - 1) / size, h: (p.h + size - 1) / size}
	c.on = make([]bool, c.w*c.h)
	if p.pix == nil {
		return c
	}
	count := make([]int, c.w)
	for cy := range c.h {
		clear(count)
		for y := cy * size; y < min(p.h, (cy+1)*size); y++ {
			row := p.pix[y*p.w : (y+1)*p.w]
			for x, dark := range row {
				if dark {
					count[x/size]++
				}
			}
		}
		for cx, n := range count {
			c.on[cy*c.w+cx] = float64(n) > inkedCell*float64(size*size)
		}
	}
	return c
}

// span returns the cells a box in pixels touches.
func (c *cells) span(b geom.Rect) (x0, y0, x1, y1 int) {
	s := float64(c.size)
	return max(0, int(b.X0/s)), max(0, int(b.Y0/s)), min(c.w, int(b.X1/s)+1), min(c.h, int(b.Y1/s)+1)
}

// set sets all cells a box in pixels touches.
func (c *cells) set(b geom.Rect, on bool) {
	x0, y0, x1, y1 := c.span(b)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			c.on[y*c.w+x] = on
		}
	}
}

// count returns how many cells of a box in cells are on.
func (c *cells) count(b geom.Rect) int {
	n := 0
	for y := max(0, int(b.Y0)); y < min(c.h, int(b.Y1)); y++ {
		for x := max(0, int(b.X0)); x < min(c.w, int(b.X1)); x++ {
			if c.on[y*c.w+x] {
				n++
			}
		}
	}
	return n
}

// atEdge reports whether a box in cells is a strip along the edge of the page.
func (c *cells) atEdge(b geom.Rect) bool {
	slim := slimEdge * float64(min(c.w, c.h))
	side := (b.X0 <= 1 || b.X1 >= float64(c.w-1)) && b.W() < slim
	return side || (b.Y0 <= 1 || b.Y1 >= float64(c.h-1)) && b.H() < slim
}

// inkArea is connected cells.
type inkArea struct {
	box                geom.Rect // cells
	cells              int
	sx, sy, xx, xy, yy float64 // sums over the cells
}

// axis returns the length of an area by its width, its width in cells, and the
// angle of its length from level, between -pi/2 and pi/2, from its second moments.
func (q *inkArea) axis() (long, width, angle float64) {
	n := float64(q.cells)
	mx, my := q.sx/n, q.sy/n
	// A cell is a square, not a point.
	xx, yy, xy := q.xx/n-mx*mx+1.0/12, q.yy/n-my*my+1.0/12, q.xy/n-mx*my
	root := math.Hypot((xx-yy)/2, xy)
	mid := (xx + yy) / 2
	across := max(mid-root, 1.0/12)
	return math.Sqrt((mid + root) / across), math.Sqrt(12 * across), math.Atan2(2*xy, xx-yy) / 2
}

// patches returns the connected areas, corners included.
func (c *cells) patches() []inkArea {
	seen := make([]bool, len(c.on))
	var out []inkArea
	var stack []int
	for start, on := range c.on {
		if !on || seen[start] {
			continue
		}
		q := inkArea{}
		seen[start] = true
		for stack = append(stack[:0], start); len(stack) > 0; {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x, y := i%c.w, i/c.w
			q.cells++
			fx, fy := float64(x), float64(y)
			q.sx, q.sy, q.xx, q.xy, q.yy = q.sx+fx, q.sy+fy, q.xx+fx*fx, q.xy+fx*fy, q.yy+fy*fy
			q.box = q.box.Union(geom.Rect{X0: float64(x), Y0: float64(y), X1: float64(x + 1), Y1: float64(y + 1)})
			for ny := max(0, y-1); ny <= min(c.h-1, y+1); ny++ {
				for nx := max(0, x-1); nx <= min(c.w-1, x+1); nx++ {
					if n := ny*c.w + nx; c.on[n] && !seen[n] {
						seen[n] = true
						stack = append(stack, n)
					}
				}
			}
		}
		out = append(out, q)
	}
	return out
}

// join joins boxes that are near each other and takes in the patches near them.
func join(boxes []geom.Rect, patches []inkArea, reach float64) []geom.Rect {
	for i := 0; i < len(boxes); {
		grown := false
		for k := len(boxes) - 1; k > i; k-- {
			if boxes[i].Grow(reach).Overlaps(boxes[k]) {
				boxes[i], grown = boxes[i].Union(boxes[k]), true
				boxes = slices.Delete(boxes, k, k+1)
			}
		}
		if grown {
			i = 0
			continue
		}
		i++
	}
	for i := range boxes {
		whole := boxes[i]
		for _, q := range patches {
			if boxes[i].Grow(reach / 2).Overlaps(q.box) {
				whole = whole.Union(q.box)
			}
		}
		boxes[i] = whole
	}
	return boxes
}
