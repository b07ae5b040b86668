package ocr

import (
	"math"
	"slices"
	"strings"

	"recto/internal/geom"
)

// bullet is what a filled disc or square before a line is read as.
const bullet = "•"

// What a bullet looks like, in ems of its line: a filled patch as wide as high
// that hangs in the air, without holes and bays. A full stop sits on the
// baseline, and letters have both.
const (
	leastBullet  = 0.16
	mostBullet   = 0.90
	bulletFill   = 0.60 // a disc fills 0.79 of its box, less where it is small
	bulletShape  = 1.45 // width by height, or the other way
	bulletLow    = 0.12 // of its middle above the baseline
	bulletHigh   = 0.60
	bulletReach  = 3.5 // how far before the line it may stand
	bulletGap    = 0.15
	bulletMargin = 0.4  // white before it
	sameIndent   = 0.35 // bullets of one list stand under each other
	bulletLetter = 2    // characters that the engine takes a bullet for
)

// readBullets puts bullets where the engine saw letters or nothing: they are no
// letters of any alphabet it knows. Bullets it did not see at all must stand
// under each other.
func (p *Page) readBullets(black *ink) {
	type missed struct {
		line int
		box  geom.Rect
		em   float64
	}
	var found []missed
	for i := range p.Lines {
		l := &p.Lines[i]
		em := l.em()
		if em <= 0 {
			continue
		}
		base := l.baseline(em)
		for k := range l.Words {
			w := &l.Words[k]
			if len([]rune(w.Text)) <= bulletLetter && !strings.HasPrefix(w.Text, bullet) && len(l.Words) > 1 {
				if black.isBullet(w.Box, base, em) {
					w.Text, w.Confidence = bullet, 1
				}
			}
		}
		if w := l.Words[0]; w.Text != bullet && countLetters(w.Text) > 0 {
			if box, ok := black.before(w.Box.X0, base, em); ok && black.isBullet(box, base, em) {
				found = append(found, missed{i, box, em})
			}
		}
	}
	for a := range found {
		m := &found[a]
		if !slices.ContainsFunc(found, func(o missed) bool {
			return o.line != m.line && math.Abs(o.box.X0-m.box.X0) < sameIndent*m.em && math.Abs(o.box.H()-m.box.H()) < sameIndent*m.em
		}) && !p.bulletAt(m.box.X0, sameIndent*m.em) {
			continue
		}
		l := &p.Lines[m.line]
		p.forget(m.box, m.line)
		l.Words = slices.Insert(l.Words, 0, Word{Text: bullet, Box: m.box, Confidence: 1})
	}
	p.Lines = slices.DeleteFunc(p.Lines, func(l Line) bool { return len(l.Words) == 0 })
}

// bulletAt reports whether a line begins with a bullet that was read, at x.
func (p *Page) bulletAt(x, slack float64) bool {
	return slices.ContainsFunc(p.Lines, func(l Line) bool {
		return len(l.Words) > 1 && l.Words[0].Text == bullet && math.Abs(l.Words[0].Box.X0-x) < slack
	})
}

// forget drops what the engine read in the place of a bullet in other lines.
func (p *Page) forget(box geom.Rect, but int) {
	for i := range p.Lines {
		if i == but {
			continue
		}
		p.Lines[i].Words = slices.DeleteFunc(p.Lines[i].Words, func(w Word) bool {
			return len([]rune(w.Text)) <= bulletLetter && w.Box.Contains(geom.Point{X: box.CenterX(), Y: box.CenterY()})
		})
	}
}

// isBullet reports whether the ink in a box is one filled patch that hangs above
// the baseline.
func (p *ink) isBullet(box geom.Rect, base, em float64) bool {
	tight, n := p.tighten(box)
	w, h := tight.W(), tight.H()
	if n == 0 || min(w, h) < leastBullet*em || max(w, h) > mostBullet*em || max(w, h) > bulletShape*min(w, h) || float64(n) < bulletFill*w*h {
		return false
	}
	up := base - tight.CenterY()
	return up >= bulletLow*em && up <= bulletHigh*em && p.isSolid(tight)
}

// isSolid reports whether each row of the ink in a box is one stretch.
func (p *ink) isSolid(box geom.Rect) bool {
	for y := int(box.Y0); y < int(box.Y1); y++ {
		stretches := 0
		for x := int(box.X0); x < int(box.X1); x++ {
			if p.pix[y*p.w+x] && (x == int(box.X0) || !p.pix[y*p.w+x-1]) {
				stretches++
			}
		}
		if stretches != 1 {
			return false
		}
	}
	return true
}

// tighten returns the box of the ink inside a box, and how many pixels it has.
func (p *ink) tighten(box geom.Rect) (geom.Rect, int) {
	x0, y0 := max(int(box.X0), 0), max(int(box.Y0), 0)
	x1, y1 := min(int(math.Ceil(box.X1)), p.w), min(int(math.Ceil(box.Y1)), p.h)
	out, n := geom.Rect{X0: box.X1, Y0: box.Y1, X1: box.X0, Y1: box.Y0}, 0
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			if p.pix[y*p.w+x] {
				n++
				out.X0, out.X1 = min(out.X0, float64(x)), max(out.X1, float64(x+1))
				out.Y0, out.Y1 = min(out.Y0, float64(y)), max(out.Y1, float64(y+1))
			}
		}
	}
	return out, n
}

// before returns the box of what stands alone to the left of a line that begins
// at x.
func (p *ink) before(x, base, em float64) (geom.Rect, bool) {
	top, bottom := max(int(base-em), 0), min(int(base+0.3*em), p.h)
	empty := func(x int) bool {
		for y := top; y < bottom; y++ {
			if p.pix[y*p.w+x] {
				return false
			}
		}
		return true
	}
	end := max(int(x-bulletReach*em), 0)
	right := min(int(x-1), p.w-1)
	for right > end && empty(right) {
		right--
	}
	if x-float64(right) < bulletGap*em || right <= end {
		return geom.Rect{}, false
	}
	left := right
	for left > end && !empty(left) {
		left--
	}
	for margin := left; margin > max(left-int(bulletMargin*em), 0); margin-- {
		if !empty(margin) {
			return geom.Rect{}, false
		}
	}
	return geom.Rect{X0: float64(left + 1), Y0: float64(top), X1: float64(right + 1), Y1: float64(bottom)}, left > end
}
