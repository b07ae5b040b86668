package ocr

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"recto/internal/geom"
)

// What the squares of a form are read as.
const (
	emptyBox  = "☐"
	tickedBox = "☒"
)

// What a square to tick looks like, in heights of small letters: about as high as
// a line of text, with straight edges that end at its corners. Those of a table's
// cells go on.
const (
	leastBox    = 1.2
	mostBox     = 3.2
	boxShape    = 1.2  // width by height, or the other way
	boxEdge     = 0.92 // of an edge is ink
	boxThick    = 0.4  // of an edge
	boxMargin   = 0.3  // paper to the left and right: letters of a word are nearer
	boxClear    = 0.7  // of the margin is paper: ticks reach over it
	boxCorners  = 1    // beyond which something goes on, as ticks do
	boxSharp    = 3    // corners that are filled; a tick may hide the fourth
	boxTicked   = 0.05 // of the inside is ink
	boxSolid    = 0.85 // more is no box but a bullet
	boxBefore   = 6.0  // to the word it belongs to, on its right
	boxAfter    = 3.0  // and on its left
	boxesApart  = 0.6  // of a side: fields for single letters stand nearer
	boxOfWord   = 0.5  // of a word's box is the square's
	boxLetters  = 3    // characters that the engine takes a square for, if not more brackets
	surelyWord  = 0.80 // confidence of a word that holds no square
	boxedLetter = 0.85 // confidence of a letter in a frame
)

// asBox are the letters that engines take the edges of squares for.
const asBox = "OoQD0CLIUJ1lu[](){}|□■☐☑☒"

// asTick are those they take what is in a square for.
const asTick = asBox + "XxKkVvYyZz×✓✔✗✘*&%@#®©"

// readBoxes puts the squares of a form that stand beside text in place of what the
// engine read there: no alphabet has them, so they come out as O, LI or nothing.
func (p *Page) readBoxes() {
	if p.Ink.ink == nil || p.Ink.letters <= 0 {
		return
	}
	letter := p.Ink.letters
	boxes := p.Ink.ink.checkboxes(letter)
	for _, b := range boxes {
		comb := slices.IndexFunc(boxes, func(o checkbox) bool {
			return o != b && math.Abs(o.box.CenterY()-b.box.CenterY()) < letter && b.box.Grow(boxesApart*b.box.W()).Overlaps(o.box)
		})
		if comb < 0 {
			p.placeBox(b, letter)
		}
	}
	p.Lines = slices.DeleteFunc(p.Lines, func(l Line) bool { return len(l.Words) == 0 })
}

// placeBox makes a square a word of the line beside it, if there is one.
func (p *Page) placeBox(b checkbox, letter float64) {
	line, nearest := -1, math.Inf(1)
	for i := range p.Lines {
		for _, w := range p.Lines[i].Words {
			if b.ticked && w.Confidence >= boxedLetter && countLetters(w.Text) > 0 && strings.Trim(w.Text, asTick) != "" && b.box.Grow(1).ContainsRect(w.Box, 0) {
				return // a letter in a frame
			}
			if over := w.Box.Intersect(b.box); !over.Empty() && over.Area() > b.box.Area()/2 && (isHan(w.Text) || w.Confidence >= surelyWord && countLetters(w.Text) >= 3) {
				return // a letter of a word, a square among the Chinese ones
			}
			if math.Abs(w.Box.CenterY()-b.box.CenterY()) > 0.8*max(w.Box.H(), letter) || b.hides(w) {
				continue
			}
			if countLetters(w.Text) < 2 && !isHan(w.Text) {
				continue
			}
			right, left := w.Box.X0-b.box.X1, b.box.X0-w.Box.X1
			switch {
			case right > -b.box.W()-letter && right <= boxBefore*letter && w.Box.X1 > b.box.X1+letter:
				if right = max(right, 0); right < nearest {
					line, nearest = i, right
				}
			case left >= 0 && left <= boxAfter*letter && 2*left+letter < nearest: // most stand before their text
				line, nearest = i, 2*left+letter
			}
		}
	}
	if line < 0 {
		return
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		l.Words = slices.DeleteFunc(l.Words, func(w Word) bool { return b.hides(w) })
		for k := range l.Words {
			l.Words[k].cutBox(b)
		}
	}
	sign := emptyBox
	if b.ticked {
		sign = tickedBox
	}
	l := &p.Lines[line]
	at := slices.IndexFunc(l.Words, func(w Word) bool { return w.Box.CenterX() > b.box.CenterX() })
	if at < 0 {
		at = len(l.Words)
	}
	l.Words = slices.Insert(l.Words, at, Word{Text: sign, Box: b.box, Confidence: 1})
}

// hides reports whether a word is what the engine made of a square.
func (b checkbox) hides(w Word) bool {
	in := w.Box.Intersect(b.box.Grow(2))
	return !in.Empty() && in.Area() >= boxOfWord*w.Box.Area() && (len([]rune(w.Text)) <= boxLetters || strings.Trim(w.Text, asTick) == "")
}

func isHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// cutBox takes a square off the beginning of a word that was read together with it.
func (w *Word) cutBox(b checkbox) {
	if w.Box.Intersect(b.box).Empty() || w.Box.X0 < b.box.X0-b.box.W()/2 || w.Box.X1 < b.box.X1 {
		return
	}
	marks := asBox
	if b.ticked {
		marks = asTick
	}
	letters := []rune(w.Text)
	share := w.Box.W() / widthOf(w.Text)
	x := w.Box.X0
	for len(letters) > 1 && strings.ContainsRune(marks, letters[0]) {
		width := share * letterWidth(letters[0])
		if x+width/2 > b.box.X1 {
			break
		}
		x += width
		letters = letters[1:]
	}
	w.Text = string(letters)
	w.Box.X0 = max(w.Box.X0, min(b.box.X1+1, w.Box.X1-1))
}

// checkbox is a small drawn square.
type checkbox struct {
	box    geom.Rect // pixels
	ticked bool
}

// checkboxes finds the drawn squares of the height of a line, by their upper edges.
func (p *ink) checkboxes(letter float64) []checkbox {
	least, most := int(leastBox*letter+0.5), int(mostBox*letter+0.5)
	if least < 6 {
		return nil // a letter of so few pixels has no corners
	}
	var out []checkbox
	for y := 1; y < p.h-least; y++ {
		row := p.pix[y*p.w : (y+1)*p.w]
		for x := 0; x < p.w; x++ {
			if !row[x] {
				continue
			}
			start, end := x, x
			for x < p.w && x-end <= brokenBy {
				if row[x] {
					end = x
				}
				x++
			}
			n := end - start + 1
			if n < least || n > most || slices.ContainsFunc(out, func(b checkbox) bool {
				return b.box.Grow(2).Contains(geom.Point{X: float64(start), Y: float64(y)})
			}) {
				continue
			}
			if b, ok := p.checkboxAt(start, end+1, y, letter); ok {
				out = append(out, b)
			}
		}
	}
	return out
}

// checkboxAt looks for a square below an upper edge.
func (p *ink) checkboxAt(x0, x1, y0 int, letter float64) (checkbox, bool) {
	side := float64(x1 - x0)
	thick := max(2, int(boxThick*letter))
	// The shares of a stretch that have ink within thick pixels.
	inkAcross := func(y int) float64 { return p.share(x0, x1, func(x int) bool { return p.at(x, y) || p.at(x, y+1) }) }
	y1 := 0
	for y := y0 + int(math.Ceil(side*boxShape)); y >= y0+int(side/boxShape); y-- {
		if inkAcross(y-1) >= boxEdge {
			y1 = y
			break
		}
	}
	if y1 == 0 {
		return checkbox{}, false
	}
	edge := func(from, to int) bool {
		return p.share(y0, y1, func(y int) bool {
			for x := from; x < to; x++ {
				if p.at(x, y) {
					return true
				}
			}
			return false
		}) >= boxEdge
	}
	narrow := max(2, min(thick, int(side/5))) // an O swings in further
	if !edge(x0-1, x0+narrow-1) || !edge(x1-narrow+1, x1+1) {
		return checkbox{}, false
	}
	gap := max(2, int(boxMargin*letter))
	free := func(x int) bool { return p.share(y0, y1, func(y int) bool { return !p.at(x, y) }) >= boxClear }
	above := func(y int) bool { return p.share(x0, x1, func(x int) bool { return !p.at(x, y) }) >= boxClear }
	if !free(x0-gap) || !free(x0-gap/2-1) || !free(x1-1+gap) || !free(x1+gap/2) || !free(x0-2) || !free(x1+1) || !above(y0-2) || !above(y1+2) {
		return checkbox{}, false
	}
	// Letters turn at their corners: D, P and O in a bold face are nearly square.
	sharp := 0
	for _, c := range [][2]int{{x0, y0}, {x1 - 2, y0}, {x0, y1 - 2}, {x1 - 2, y1 - 2}} {
		if p.corner(c[0], c[1]) >= 2 {
			sharp++
		}
	}
	if sharp < boxSharp {
		return checkbox{}, false
	}
	goesOn := 0
	for _, c := range [][2]int{{x0, y0}, {x1 - 1, y0}, {x0, y1 - 1}, {x1 - 1, y1 - 1}} {
		dx, dy := -gap, -gap
		if c[0] != x0 {
			dx = gap
		}
		if c[1] != y0 {
			dy = gap
		}
		if p.near(c[0]+dx, c[1]) || p.near(c[0], c[1]+dy) {
			goesOn++
		}
	}
	if goesOn > boxCorners {
		return checkbox{}, false
	}
	// The edges are as thick as the upper one.
	t := 1
	for t < thick && inkAcross(y0+t) >= boxEdge {
		t++
	}
	t++
	inside, n := 0, 0
	for y := y0 + t; y < y1-t; y++ {
		for x := x0 + t; x < x1-t; x++ {
			n++
			if p.at(x, y) {
				inside++
			}
		}
	}
	if n == 0 || float64(inside) > boxSolid*float64(n) {
		return checkbox{}, false
	}
	box := geom.Rect{X0: float64(x0), Y0: float64(y0), X1: float64(x1), Y1: float64(y1)}
	return checkbox{box: box, ticked: float64(inside) >= boxTicked*float64(n)}, true
}

// at reports whether there is ink; there is none outside the picture.
func (p *ink) at(x, y int) bool {
	return x >= 0 && y >= 0 && x < p.w && y < p.h && p.pix[y*p.w+x]
}

// corner returns how many of the four pixels right and below of one have ink.
func (p *ink) corner(x, y int) int {
	n := 0
	for i := range 4 {
		if p.at(x+i%2, y+i/2) {
			n++
		}
	}
	return n
}

// near reports whether there is ink at a pixel or beside it.
func (p *ink) near(x, y int) bool {
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if p.at(x+dx, y+dy) {
				return true
			}
		}
	}
	return false
}

// share returns the share of the places from a to b for which something is true.
func (*ink) share(a, b int, is func(int) bool) float64 {
	n := 0
	for i := a; i < b; i++ {
		if is(i) {
			n++
		}
	}
	return float64(n) / float64(max(b-a, 1))
}
