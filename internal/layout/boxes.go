package layout

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/text"
)

// The signs of boxes to tick and of radio buttons, which are drawn and so no text.
const (
	emptyBox  = "☐"
	tickedBox = "☒"
)

// What a drawn box to tick looks like beside text. Sizes are in ems of that text
// where nothing else is said.
const (
	leastBoxSide = 4.5  // points
	mostBoxSide  = 30.0 // points
	mostField    = 72.0 // points
	leastBoxEms  = 0.45
	mostBoxEms   = 1.8
	mostFieldEms = 4.0
	boxRatio     = 1.2  // width by height, or the other way
	fieldRatio   = 1.6  // the same of interactive fields, which are boxes for sure
	lightGround  = 0xDD // of each channel: paper, or the tint of a field
	greyGround   = 0x18 // by which the channels of paper differ at most: legends are colourful
	textAfter    = 2.2  // from a box to its text
	textBefore   = 1.2  // from a text to the box behind it
	wordSpace    = 0.2  // between a box and text: always a space
	leastTick    = 0.3  // of the box's side: how large a tick is
	mostTick     = 2.0  // how far it may reach over the box
	cellRatio    = 1.3  // frames that differ by more are a box in a cell
	leastHole    = 0.7  // of a painted square that is a frame
	smallerDot   = 0.85 // what is painted in a box and no frame of it
	alikeSides   = 0.08 // by which boxes of one form differ
	combGap      = 0.35 // of a side: fields for single letters stand nearer
	touching     = 0.8  // points between cells of a table
	maxBoxes     = 500  // more are marks of a plot
	maxLooks     = 4_000_000
)

// boxMarks are the characters that tick a box, after those of symbol fonts were
// turned into signs.
const boxMarks = "xXvV×√✓✔✗✘✕✖✕●•■*☓"

// isTickBox reports whether a text is a box to tick.
func isTickBox(t string) bool { return t == emptyBox || t == tickedBox }

// tickBox is what may be a box to tick.
type tickBox struct {
	box     geom.Rect
	round   bool
	field   bool // interactive: no doubt
	rounded bool // painted, with rounded corners: no dot
	painted bool // dark, so that a tick is light
	paper   bool // light inside, which hides what is below
	mcid    int  // of the frame, -1 when unknown
	solid   bool // a dark square without anything in it
	ticked  bool
	not     bool // no box after all

	left, right glyphRef // nearest text of the line
	row         glyphRef // any text of the line
	inside      []glyphRef
	after       bool // there is text right behind it
	before      bool // there is text right before it
	good        bool
}

// glyphRef points at a glyph of a page's run, gap points away.
type glyphRef struct {
	run, glyph int
	gap        float64
	ok         bool
}

// ReadBoxes returns the runs of a page together with its boxes to tick and radio
// buttons as text: interactive ones and those that are drawn beside text, with
// what ticks them. Letters that tick a box are left out. The page stays as it is.
func ReadBoxes(p *page.Page) []page.Run {
	boxes := findTickBoxes(p)
	if len(boxes) == 0 {
		return p.Runs
	}
	for i := range p.Runs {
		lookAround(boxes, &p.Runs[i], i)
	}
	for i := range boxes {
		boxes[i].judgeInside(p)
	}
	rejectCells(boxes, p)
	judgeBoxes(boxes, p)
	return withBoxes(boxes, p)
}

// findTickBoxes returns all small frames, circles and fields of a page, and what
// ticks them.
func findTickBoxes(p *page.Page) []tickBox {
	var out []tickBox
	for i := range p.Fields {
		f := &p.Fields[i]
		if (f.Kind == page.CheckBox || f.Kind == page.RadioButton) && !f.Hidden && isBoxSized(f.Box, mostField, fieldRatio) {
			out = addBox(out, tickBox{box: f.Box, field: true, mcid: -1, ticked: f.Checked, round: f.Kind == page.RadioButton})
		}
	}
	fields := len(out)
	for i := range p.Fills {
		if f := &p.Fills[i]; isBoxSized(f.Box, mostBoxSide, boxRatio) {
			light := f.Color&0xff == 0 || isLight(f.Color)
			switch {
			case light && (f.Stroke&0xff != 0 && !isLight(f.Stroke) || f.Color&0xff != 0 && hasPainted(out, f.Box)):
				out = addBox(out, tickBox{box: f.Box, mcid: f.MCID, paper: f.Color&0xff != 0})
			case !light:
				out = addBox(out, tickBox{box: f.Box, mcid: f.MCID, painted: true})
			}
		}
	}
	for i := range p.Shapes {
		if s := &p.Shapes[i]; s.Form != page.Irregular && isBoxSized(s.Box, mostBoxSide, boxRatio) {
			light := s.Color&0xff == 0 || isLight(s.Color)
			switch {
			case light && s.Stroke&0xff != 0 && !isLight(s.Stroke):
				out = addBox(out, tickBox{box: s.Box, mcid: s.MCID, paper: s.Color&0xff != 0, round: s.Form == page.Round})
			case !light && s.Form == page.Square:
				out = addBox(out, tickBox{box: s.Box, mcid: s.MCID, painted: true, rounded: true})
			}
		}
	}
	out = addRuled(out, p.Rules)
	if len(out) > maxBoxes || len(out)*(len(p.Shapes)+len(p.Fills)+len(p.Rules)) > maxLooks {
		out = out[:fields]
	}
	if len(out) > fields {
		findTicks(out, p)
	}
	return out
}

func isBoxSized(b geom.Rect, most, ratio float64) bool {
	small, large := min(b.W(), b.H()), max(b.W(), b.H())
	return small >= leastBoxSide && large <= most && large <= ratio*small
}

// hasPainted reports whether there is a painted square around a box.
func hasPainted(all []tickBox, b geom.Rect) bool {
	return slices.ContainsFunc(all, func(o tickBox) bool { return o.painted && o.box.ContainsRect(b, touching) })
}

// isLight reports whether a colour is that of paper, or nearly.
func isLight(c page.Color) bool {
	r, g, b := int(c>>24&0xff), int(c>>16&0xff), int(c>>8&0xff)
	return min(r, g, b) >= lightGround && max(r, g, b)-min(r, g, b) <= greyGround
}

// side is the mean of width and height.
func (b *tickBox) side() float64 { return (b.box.W() + b.box.H()) / 2 }

// addBox adds a box, or what more is known of one that is there already: fields
// have a drawn frame, and frames are drawn in several strokes.
func addBox(all []tickBox, b tickBox) []tickBox {
	for i := range all {
		o := &all[i]
		if math.Abs(o.box.CenterX()-b.box.CenterX()) > 0.2*o.side() || math.Abs(o.box.CenterY()-b.box.CenterY()) > 0.2*o.side() {
			continue
		}
		o.mcid = max(o.mcid, b.mcid)
		smaller, larger := b.side() < smallerDot*o.side(), o.side() < smallerDot*b.side()
		switch {
		case o.field || b.painted && smaller: // a dot is found as a tick
		case b.painted: // over what was there
			o.painted, o.box = true, b.box
		case larger && (!o.painted || o.rounded): // a cell around it
		case larger: // what was there is a dot in this one
			o.painted, o.paper, o.box, o.round = false, b.paper, b.box, b.round
		case !o.painted && b.side()*cellRatio < o.side():
			*o = b // what was there is a cell around it
		case b.paper && !(smaller && b.side() < leastHole*o.side()): // upon a painted frame
			o.painted, o.paper = false, true
		}
		return all
	}
	return append(all, b)
}

// addRuled adds boxes that are drawn as four lines.
func addRuled(out []tickBox, rules []page.Rule) []tickBox {
	var level, plumb []geom.Rect
	for i := range rules {
		r := &rules[i]
		if l := max(r.Box.W(), r.Box.H()); l < leastBoxSide || l > mostBoxSide || isLight(r.Color) {
			continue
		}
		if r.Vertical {
			plumb = append(plumb, r.Box)
		} else {
			level = append(level, r.Box)
		}
	}
	if len(level) < 2 || len(plumb) < 2 || len(level)+len(plumb) > 2*maxBoxes {
		return out
	}
	const slack = 1.2
	same := func(a, b float64) bool { return math.Abs(a-b) <= slack }
	for _, top := range level {
		left := slices.IndexFunc(plumb, func(v geom.Rect) bool { return same(v.CenterX(), top.X0) && same(v.Y0, top.CenterY()) })
		right := slices.IndexFunc(plumb, func(v geom.Rect) bool { return same(v.CenterX(), top.X1) && same(v.Y0, top.CenterY()) })
		if left < 0 || right < 0 {
			continue
		}
		foot := plumb[left].Y1
		if b := (geom.Rect{X0: top.X0, Y0: top.CenterY(), X1: top.X1, Y1: foot}); same(plumb[right].Y1, foot) && isBoxSized(b, mostBoxSide, boxRatio) &&
			slices.ContainsFunc(level, func(h geom.Rect) bool { return same(h.CenterY(), foot) && same(h.X0, top.X0) && same(h.X1, top.X1) }) {
			out = addBox(out, tickBox{box: b, mcid: -1})
		}
	}
	return out
}

// findTicks finds crosses, ticks and dots drawn in boxes. A line through a box
// makes it something else: a sign of an outline, a mark of a plot.
func findTicks(boxes []tickBox, p *page.Page) {
	each := func(box geom.Rect, f func(b *tickBox)) {
		large := max(box.W(), box.H())
		if large > mostTick*mostBoxSide {
			return
		}
		for i := range boxes {
			b := &boxes[i]
			side := b.side()
			if !b.field && large >= leastTick*side && large <= mostTick*side && b.box.Grow(side/4).Contains(geom.Point{X: box.CenterX(), Y: box.CenterY()}) {
				f(b)
			}
		}
	}
	for i := range p.Shapes {
		s := &p.Shapes[i]
		color := s.Stroke
		if s.Color&0xff != 0 {
			color = s.Color
		}
		if color&0xff == 0 {
			continue
		}
		each(s.Box, func(b *tickBox) {
			if isFrame := s.Form != page.Irregular && max(s.Box.W(), s.Box.H()) >= smallerDot*b.side(); !isFrame && isLight(color) == b.painted {
				b.ticked = true
			}
		})
	}
	for i := range p.Fills {
		f := &p.Fills[i]
		if f.Color&0xff == 0 {
			continue
		}
		each(f.Box, func(b *tickBox) {
			if max(f.Box.W(), f.Box.H()) < smallerDot*b.side() && !isLight(f.Color) && !b.painted {
				b.ticked = true
			}
		})
	}
	for i := range p.Rules {
		r := p.Rules[i].Box
		each(r, func(b *tickBox) {
			inner := b.box.Grow(-b.side() / 5)
			if inner.Contains(geom.Point{X: r.CenterX(), Y: r.CenterY()}) {
				b.not = true
			}
		})
	}
}

// How far the middle of a box may lie below and above the baseline of its text.
const (
	boxBelow = -0.2
	boxAbove = 0.95
)

// lookAround notes which glyphs of a run stand beside and in the boxes.
func lookAround(boxes []tickBox, r *page.Run, index int) {
	if r.Angle != 0 || r.Mode == page.Invisible {
		return
	}
	for i := range boxes {
		b := &boxes[i]
		if y := b.box.CenterY(); y < r.Box.Y0-0.3*r.Size || y > r.Box.Y1+0.3*r.Size {
			continue
		}
		side := b.side()
		fits := side >= leastBoxEms*r.Size && side <= mostBoxEms*r.Size || b.field && side <= mostFieldEms*r.Size
		in := b.box.Grow(0.1 * side)
		for k := range r.Glyphs {
			g := &r.Glyphs[k]
			if in.Contains(geom.Point{X: g.Box.CenterX(), Y: g.Box.CenterY()}) {
				b.inside = append(b.inside, glyphRef{run: index, glyph: k, ok: true})
				continue
			}
			if up := g.Origin.Y - b.box.CenterY(); up < boxBelow*r.Size || up > boxAbove*r.Size || !fits {
				continue
			}
			ref := glyphRef{run: index, glyph: k, ok: true}
			switch {
			case g.Box.CenterX() > b.box.CenterX():
				if ref.gap = g.Box.X0 - b.box.X1; !b.right.ok || ref.gap < b.right.gap {
					b.right = ref
				}
			default:
				if ref.gap = b.box.X0 - g.Box.X1; !b.left.ok || ref.gap < b.left.gap {
					b.left = ref
				}
			}
		}
	}
}

// signAt returns what a glyph shows.
func signAt(p *page.Page, ref glyphRef) rune {
	r := &p.Runs[ref.run]
	c := r.Glyphs[ref.glyph].Rune
	if r.Font.Symbolic || pictureFont.MatchString(r.Font.Name) {
		for _, s := range text.Symbols(r.Font.Name, string(c)) {
			return s
		}
	}
	return c
}

// judgeInside decides by the glyphs in a box: a tick, or what the box frames.
func (b *tickBox) judgeInside(p *page.Page) {
	b.row = b.left
	if !b.row.ok || b.right.ok && b.right.gap < b.row.gap {
		b.row = b.right
	}
	keep := b.inside[:0]
	for _, ref := range b.inside {
		c := signAt(p, ref)
		marks := strings.ContainsRune(boxMarks, c) && standsAlone(&p.Runs[ref.run], ref.glyph)
		switch {
		case b.field:
			if marks || !unicode.IsLetter(c) && !unicode.IsDigit(c) {
				keep = append(keep, ref)
			}
			continue
		case marks:
			b.ticked = true
			keep = append(keep, ref)
		default:
			b.not = true
		}
	}
	b.inside = keep
	if b.painted && !b.ticked {
		b.solid = true
	}
}
