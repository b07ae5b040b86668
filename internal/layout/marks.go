package layout

import (
	"math"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/geom"
)

// Marks that only their place and repetition show: signs that no table of
// bullets knows, letters of a picture font, small shapes and pictures drawn
// before the text.
const (
	minSigns     = 3 // times a sign begins a line of a document before it is a bullet
	minDrawn     = 2 // drawn marks of one size at one distance from their text
	minDrawnEms  = 0.15
	maxDrawnEms  = 1.3 // boxes to tick are the largest
	maxDrawnGap  = 3.0 // from the mark to its text, in ems
	maxDrawnSlim = 2.5 // of its two sides: longer ones are rules
)

// notBullets are signs that begin lines of text and are no bullets.
const notBullets = "\"'`“”„‘’‚‹›«»()[]{}$€£¥¢#§¶&@%=…/\\,.;:!?¿¡†‡"

// takenForBullets are letters and signs that recognition takes bullets, ticks and
// arrows for, where they stand alone and set off.
const takenForBullets = "eovqOQV¢@#=«»"

// pictureFont are fonts whose letters are pictures.
var pictureFont = regexp.MustCompile(`(?i)dingbat|wingding|webding|monotypesorts|bullet`)

// sign is a character in its font.
type sign struct{ text, font string }

// signOf returns the sign that a line begins with, or all it is, and that may be
// a bullet.
func (s *Sheet) signOf(l *line) (sign, bool) {
	if len(l.pieces) == 0 || l.angle != 0 {
		return sign{}, false
	}
	a := &s.pieces[l.pieces[0]]
	r, n := utf8.DecodeRuneInString(a.text)
	if n < len(a.text) || readMarker(l.text).strong() {
		return sign{}, false
	}
	// Signs of mathematics begin the lines of formulas.
	odd := (unicode.Is(unicode.So, r) || unicode.IsPunct(r)) && !strings.ContainsRune(notBullets, r) ||
		a.font.Measured && strings.ContainsRune(takenForBullets, r)
	if len(l.pieces) > 1 {
		b := &s.pieces[l.pieces[1]]
		picture := pictureFont.MatchString(a.font.Name) && a.font != b.font
		if !b.space || !hasLetters(l.text[n:]) || !picture && !(odd && s.setOff(l)) {
			return sign{}, false
		}
	} else if !odd {
		return sign{}, false
	}
	return sign{a.text, a.font.Name}, true
}

// learnSigns finds the signs that begin lines again and again.
func learnSigns(d *document) {
	count := map[sign]int{}
	for _, s := range d.sheets {
		for li := range s.lines {
			if g, ok := s.signOf(&s.lines[li]); ok {
				count[g]++
			}
		}
	}
	bullets := map[sign]bool{}
	for g, n := range count {
		if n >= minSigns {
			bullets[g] = true
		}
	}
	for _, s := range d.sheets {
		s.signs = bullets
	}
}

// isSign reports whether a piece is such a bullet.
func (s *Sheet) isSign(p *piece) bool { return s.signs[sign{p.text, p.font.Name}] }

// findMarks sets the mark of lines that begin with such a bullet.
func findMarks(s *Sheet) {
	for _, c := range s.columns {
		for _, li := range c.lines {
			if g, ok := s.signOf(&s.lines[li]); ok && s.signs[g] && len(s.lines[li].pieces) > 1 {
				s.lines[li].mark = marker{kind: bulletMarker, text: g.text, value: 1}
			}
		}
		s.findDrawnMarks(c.lines)
	}
}

// markOf returns the mark a line begins with.
func (s *Sheet) markOf(l *line) marker {
	if l.mark.kind != noMarker {
		return l.mark
	}
	return readMarker(l.text)
}

// drawnMark is something small left of a line.
type drawnMark struct {
	line int
	box  geom.Rect
	gap  float64
	text string // what is printed for it
}

// findDrawnMarks gives the lines of a column the marks drawn before them.
func (s *Sheet) findDrawnMarks(lines []int) {
	if len(s.in.Shapes) > maxShapes {
		return
	}
	var found []drawnMark
	for _, li := range lines {
		l := &s.lines[li]
		if l.angle != 0 || l.rtl || !hasLetters(l.text) || s.markOf(l).kind != noMarker {
			continue
		}
		if m, ok := s.drawnBefore(l); ok {
			m.line = li
			found = append(found, m)
		}
	}
	for i, m := range found {
		alike := 0
		for _, o := range found {
			em := s.lines[m.line].size
			if math.Abs(o.gap-m.gap) < 0.3*em && math.Abs(o.box.W()-m.box.W()) < 0.15*em && math.Abs(o.box.H()-m.box.H()) < 0.15*em {
				alike++
			}
		}
		if alike >= minDrawn {
			s.lines[found[i].line].mark = marker{kind: bulletMarker, text: m.text, value: 1, drawn: true}
		}
	}
}

// drawnBefore returns the nearest small thing drawn left of a line, at its
// height.
func (s *Sheet) drawnBefore(l *line) (drawnMark, bool) {
	best, ok := drawnMark{gap: maxDrawnGap * l.size}, false
	top, bottom := l.box.Y0+0.1*l.size, l.base+0.1*l.size
	look := func(box geom.Rect, text string) {
		if y := box.CenterY(); y < top || y > bottom {
			return // most of a page's shapes
		}
		gap := l.box.X0 - box.X1
		small, large := min(box.W(), box.H()), max(box.W(), box.H())
		switch {
		case small < minDrawnEms*l.size || large > maxDrawnEms*l.size || large > maxDrawnSlim*small:
		case gap < 0.1*l.size || gap >= best.gap:
		default:
			best, ok = drawnMark{box: box, gap: gap, text: text}, true
		}
	}
	for i := range s.in.Shapes {
		look(s.in.Shapes[i].Box, "•")
	}
	for i := range s.in.Images {
		look(s.in.Images[i].Box, "•")
	}
	for i := range s.in.Fills {
		f := &s.in.Fills[i]
		if f.Color&0xFF == 0 {
			look(f.Box, "☐")
		} else {
			look(f.Box, "•")
		}
	}
	return best, ok
}
