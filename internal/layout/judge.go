package layout

import (
	"fmt"

	"recto/internal/doc"
	"recto/internal/text"
)

// How much of a page may be wrong, and what a page without text looks like.
const (
	maxGarbled   = 0.25 // share of unreadable characters from which the picture is the better source
	minJudged    = 20   // characters below which a share says little: a lone bullet of an odd font
	minOutlines  = 100  // curved shapes of a letter's size that make up text drawn without a font
	minLetter    = 2.0  // points: height of the smallest print
	maxLetter    = 60.0 // points: height of the largest title
	minSteps     = 10   // a page of a few lines says little about its order
	orderPenalty = 0.2  // confidence lost when the page was drawn in quite another order than it is read
)

// reading is what Prepare found out about the text of a page.
type reading struct {
	visible  int     // characters on the page
	garbled  int     // those that cannot be what it shows
	sure     float64 // sum of the confidence of recognition over the characters
	outlines int     // drawings of the size of a letter
}

// judgeText counts the characters of a page and those that are garbled.
func (s *Sheet) judgeText() {
	for i := range s.pieces {
		if s.fate[i].reason != "" {
			continue
		}
		p := &s.pieces[i]
		n := 0
		for range p.text {
			n++
		}
		p.bad = text.Garbled(p.text)
		s.read.visible += n
		s.read.sure += p.sure * float64(n)
		s.read.garbled += p.bad
	}
	for i := range s.in.Shapes {
		if sh := &s.in.Shapes[i]; sh.Curved && sh.Box.H() >= minLetter && sh.Box.H() <= maxLetter {
			s.read.outlines++
		}
	}
}

// isGarbled reports whether so much of the text is unreadable that the fonts must
// be at fault.
func (r *reading) isGarbled() bool {
	return r.visible >= minJudged && float64(r.garbled) > maxGarbled*float64(r.visible)
}

// needsOCR says why the text of a page should be recognized from its picture, ""
// when it need not.
func (s *Sheet) needsOCR() string {
	r := &s.read
	switch {
	case r.isGarbled():
		return fmt.Sprintf("%d of %d characters are unreadable: the fonts do not say what they show", r.garbled, r.visible)
	case r.visible > 0:
		return ""
	case s.scanned():
		return "the page is a picture without text"
	case s.read.outlines >= minOutlines:
		return "the page has no text, only drawings that may be text"
	}
	return ""
}

// confidence returns how likely the text of the page and its order are right, as
// doc.Page says. p is the finished page.
func (s *Sheet) confidence(p *doc.Page) float64 {
	if s.read.visible == 0 {
		if s.needsOCR() != "" {
			return 0 // nothing was read of what is there
		}
		return 1
	}
	lost := s.read.garbled
	for _, d := range p.Dropped {
		if d.Reason == Unplaced {
			lost += len([]rune(d.Text))
		}
	}
	share := 1 - min(float64(lost)/float64(s.read.visible), 1)
	share *= s.read.sure / float64(s.read.visible)
	return share * (1 - orderPenalty*s.disorder())
}

// disorder returns the share of steps from line to line, as they are read, that
// lead back in the order of drawing. Most writers draw a page as it is read; where
// we read it quite differently, one of the two is wrong.
func (s *Sheet) disorder() float64 {
	if s.tagged {
		return 0 // the author's own order
	}
	steps, back := 0, 0
	for i := range s.blocks {
		b := &s.blocks[i]
		for k, li := range b.lines {
			var from int
			switch {
			case k > 0:
				from = b.lines[k-1]
			case i > 0 && len(s.blocks[i-1].lines) > 0:
				from = s.blocks[i-1].lines[len(s.blocks[i-1].lines)-1]
			default:
				continue
			}
			steps++
			if s.firstRun(li) < s.firstRun(from) {
				back++
			}
		}
	}
	return float64(back) / float64(max(steps, minSteps))
}

// firstRun returns the place in drawing order of a line's first piece.
func (s *Sheet) firstRun(li int) int { return s.pieces[s.lines[li].pieces[0]].run }
