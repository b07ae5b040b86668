package svg

import (
	"math"
	"strings"
	"unicode"

	"recto/internal/geom"
	"recto/internal/page"
)

// The box of a glyph in ems, above and below its baseline, and the distance of
// lines of a web page inside a drawing.
const (
	ascent  = 0.90
	descent = 0.25
	leading = 1.2
)

// text is a text element under way.
type text struct {
	depth   int // of the open elements
	foreign bool
	left    float64 // where lines of a web page begin

	x, y   float64 // where the next character goes, units
	xs, ys []float64
	pieces []piece
	space  bool // a white space waits for the next character
	any    bool // there was a character on this line
}

// piece is text of one look and place; anchored begins a chunk of its own, which
// text-anchor moves.
type piece struct {
	text     string
	x, y     float64
	width    float64
	look     look
	to       geom.Matrix
	anchored bool
	spaced   bool // a space stands before it
}

// place moves to where an element of text says.
func (t *text) place(attr map[string]string, l *look) {
	list := func(name string) []float64 {
		if v := numbers(attr[name]); len(v) > 1 {
			return v
		}
		if s, ok := attr[name]; ok && s != "" {
			return []float64{length(s, l.size)}
		}
		return nil
	}
	if v := list("x"); v != nil {
		t.x, t.xs, t.any, t.space = v[0], v, false, false
	}
	if v := list("y"); v != nil {
		t.y, t.ys = v[0], v
		t.any, t.space = t.any && len(t.xs) == 0, t.space && len(t.xs) == 0
	}
	if v := list("dx"); v != nil {
		t.x += v[0]
	}
	if v := list("dy"); v != nil {
		t.y += v[0]
	}
}

// newLine begins a line of a web page.
func (t *text) newLine(size float64) {
	if t.any {
		t.x, t.y, t.any, t.space = t.left, t.y+leading*size, false, false
	}
}

// add takes characters. White space is folded as XML's rules for text say.
func (t *text) add(s string, l *level) {
	var b strings.Builder
	begin := piece{look: l.look, to: l.to}
	open := false
	flush := func() {
		if b.Len() > 0 {
			begin.text = b.String()
			t.pieces = append(t.pieces, begin)
		}
		b.Reset()
		open = false
	}
	for _, c := range s {
		if unicode.IsSpace(c) || c == '\u00a0' {
			if t.any || l.look.preserve {
				if t.space = true; l.look.preserve {
					t.x += widthOf(' ') * l.look.size
				}
			}
			continue
		}
		if len(t.xs) > 0 || len(t.ys) > 0 { // every character has a place of its own
			flush()
		}
		anchored := !t.any
		if len(t.xs) > 0 {
			t.x, t.xs, anchored = t.xs[0], t.xs[1:], true
		}
		if len(t.ys) > 0 {
			t.y, t.ys = t.ys[0], t.ys[1:]
		}
		spaced := t.space
		if spaced && !l.look.preserve {
			t.x += widthOf(' ') * l.look.size
		}
		if spaced {
			flush()
		}
		t.space, t.any = false, true
		if !open {
			begin.x, begin.y, begin.width, begin.anchored, begin.spaced, open = t.x, t.y, 0, anchored, spaced, true
		}
		w := widthOf(c) * l.look.size
		b.WriteRune(c)
		begin.width += w
		t.x += w
	}
	flush()
}

// widthOf returns the width of a character in ems, about as Helvetica has it: a
// drawing seldom brings its fonts.
func widthOf(c rune) float64 {
	switch {
	case strings.ContainsRune("iljI.,:;'|!", c):
		return 0.25
	case strings.ContainsRune("ftr()[]/ -\"", c):
		return 0.32
	case strings.ContainsRune("mMW%@", c):
		return 0.86
	case c == 'w' || unicode.IsUpper(c):
		return 0.70
	case unicode.In(c, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return 1
	}
	return 0.55
}

// finish puts the text on the page.
func (r *reader) finish() {
	pieces := r.text.pieces
	r.text = nil
	for i := 0; i < len(pieces); {
		k := i + 1
		for k < len(pieces) && !pieces[k].anchored {
			k++
		}
		last := pieces[k-1]
		shift := last.x + last.width - pieces[i].x
		switch pieces[i].look.anchor {
		case "middle":
			shift /= 2
		case "end":
		default:
			shift = 0
		}
		for ; i < k; i++ {
			pieces[i].x -= shift
			r.run(&pieces[i])
		}
	}
}

// run puts a piece on the page.
func (r *reader) run(p *piece) {
	m := p.to
	size := p.look.size * math.Sqrt(math.Abs(m.A*m.D-m.B*m.C))
	if !(size > 0) || math.IsInf(size, 0) {
		return
	}
	run := page.Run{
		Font: r.font(&p.look), Size: size, Color: p.look.color, MCID: -1, Confidence: 1,
		Angle: math.Mod(math.Atan2(m.B, m.A)*180/math.Pi+360, 360),
	}
	x := p.x
	for _, c := range p.text {
		w := widthOf(c) * p.look.size
		g := page.Glyph{
			Rune:   c,
			Box:    m.ApplyRect(geom.Rect{X0: x, Y0: p.y - ascent*p.look.size, X1: x + w, Y1: p.y + descent*p.look.size}),
			Origin: m.Apply(geom.Point{X: x, Y: p.y}),
		}
		run.Box = run.Box.Union(g.Box)
		run.Glyphs = append(run.Glyphs, g)
		x += w
	}
	if p.spaced {
		run.Glyphs[0].Flags |= page.SpaceBefore
	}
	r.page.Runs = append(r.page.Runs, run)
}

// font returns the one font of a look.
func (r *reader) font(l *look) *page.Font {
	f := page.Font{Name: l.family, Bold: l.bold, Italic: l.italic, Ascent: ascent, Descent: descent}
	if r.fonts[f] == nil {
		r.fonts[f] = &f
	}
	return r.fonts[f]
}
