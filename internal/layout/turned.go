package layout

import (
	"math"
	"slices"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/text"
)

// A page whose text runs up or down it (a wide table printed sideways, Japanese
// in columns from right to left) is turned before it is understood, so that its
// lines are level and follow each other downwards; what was found is turned back
// at the end.

const (
	turnShare   = 0.6  // share of the characters that run another way than the page
	minTurned   = 40   // characters: a stamp or a label alone does not turn a page
	minStacked  = 6    // the same for upright East Asian characters under each other, which nothing else explains
	stackDrift  = 0.3  // ems by which the middles of stacked characters differ
	stackPitch  = 2.0  // ems from one stacked character to the next, at most
	cellDescent = 0.12 // of a character below its baseline
)

// upright returns the page with its text level, and the map that turned it: the
// identity when the page was right as it is.
func upright(p *page.Page) (*page.Page, geom.Matrix) {
	total, stacked := 0, stackedGlyphs(p.Runs)
	turned := map[int]int{} // characters by quarter turns
	for i := range p.Runs {
		r := &p.Runs[i]
		if r.Mode == page.Invisible {
			continue
		}
		n := len(r.Glyphs)
		total += n
		if r.Angle == 0 {
			continue
		}
		if a := math.Round(r.Angle / 90); math.Abs(r.Angle-90*a) <= 1 {
			turned[(int(a)+4)%4] += n
		}
	}
	switch {
	case stacked >= minStacked && float64(stacked+turned[1]) > turnShare*float64(total):
		return turnPage(p, 1)
	case turned[1] >= minTurned && float64(turned[1]) > turnShare*float64(total):
		return turnPage(p, 1)
	case turned[2] >= minTurned && float64(turned[2]) > turnShare*float64(total):
		return turnPage(p, 2)
	case turned[3] >= minTurned && float64(turned[3]) > turnShare*float64(total):
		return turnPage(p, 3)
	}
	return p, geom.Identity
}

// stackedGlyphs counts the East Asian characters that stand under the one drawn
// before.
func stackedGlyphs(runs []page.Run) int {
	n := 0
	var last *page.Glyph
	for i := range runs {
		r := &runs[i]
		if r.Angle != 0 {
			last = nil
			continue
		}
		for k := range r.Glyphs {
			g := &r.Glyphs[k]
			if last != nil && text.IsIdeograph(g.Rune) && isStacked(last.Box, g.Box, r.Size) {
				n++
			}
			last = g
		}
	}
	return n
}

// isStacked reports whether a character of some size stands right under another.
func isStacked(a, b geom.Rect, size float64) bool {
	down := b.CenterY() - a.CenterY()
	return math.Abs(a.CenterX()-b.CenterX()) < stackDrift*size && down > 0.5*size && down < stackPitch*size
}

// turnPage turns a page on which text is turned by so many quarters clockwise
// back to the level.
func turnPage(p *page.Page, quarters int) (*page.Page, geom.Matrix) {
	var m geom.Matrix
	out := *p
	switch quarters {
	case 1: // downwards: the right edge comes to the top
		m = geom.Matrix{B: -1, C: 1, F: p.Width}
	case 2:
		m = geom.Matrix{A: -1, D: -1, E: p.Width, F: p.Height}
	case 3: // upwards: the left edge comes to the top
		m = geom.Matrix{B: 1, C: -1, E: p.Height}
	}
	if quarters != 2 {
		out.Width, out.Height = p.Height, p.Width
	}
	out.Runs = slices.Clone(p.Runs)
	for i := range out.Runs {
		turnRun(&out.Runs[i], m, quarters)
	}
	out.Rules = slices.Clone(p.Rules)
	for i := range out.Rules {
		out.Rules[i].Box = m.ApplyRect(p.Rules[i].Box)
		out.Rules[i].Vertical = p.Rules[i].Vertical != (quarters != 2)
	}
	out.Fills = mapped(p.Fills, m, func(f *page.Fill) *geom.Rect { return &f.Box })
	out.Shapes = mapped(p.Shapes, m, func(s *page.Shape) *geom.Rect { return &s.Box })
	out.Images = mapped(p.Images, m, func(i *page.Image) *geom.Rect { return &i.Box })
	out.Links = mapped(p.Links, m, func(l *page.Link) *geom.Rect { return &l.Box })
	out.Marks = mapped(p.Marks, m, func(k *page.Mark) *geom.Rect { return &k.Box })
	out.Fields = mapped(p.Fields, m, func(f *page.Field) *geom.Rect { return &f.Box })
	return &out, m
}

// mapped returns a copy of what stands on a page with its boxes mapped.
func mapped[T any](in []T, m geom.Matrix, box func(*T) *geom.Rect) []T {
	out := slices.Clone(in)
	for i := range out {
		b := box(&out[i])
		*b = m.ApplyRect(*b)
	}
	return out
}

// turnRun turns the glyphs of a run. Characters stacked upright come to stand in
// a row, each on a baseline below its cell.
func turnRun(r *page.Run, m geom.Matrix, quarters int) {
	stacked := quarters == 1 && r.Angle == 0 && text.IsIdeograph(r.Glyphs[0].Rune) &&
		(len(r.Glyphs) == 1 || isStacked(r.Glyphs[0].Box, r.Glyphs[1].Box, r.Size))
	glyphs := slices.Clone(r.Glyphs)
	r.Box = geom.Rect{}
	for k := range glyphs {
		g := &glyphs[k]
		g.Box, g.Origin = m.ApplyRect(g.Box), m.Apply(g.Origin)
		if stacked {
			g.Origin = geom.Point{X: g.Box.X0, Y: g.Box.CenterY() + (0.5-cellDescent)*r.Size}
			g.Box.Y0, g.Box.Y1 = g.Box.CenterY()-0.5*r.Size, g.Box.CenterY()+0.5*r.Size
		}
		r.Box = r.Box.Union(g.Box)
	}
	r.Glyphs = glyphs
	if stacked {
		return
	}
	r.Angle = math.Mod(r.Angle-90*float64(quarters)+540, 360) - 180
	if math.Abs(r.Angle) <= 1 {
		r.Angle = 0
	}
}

// turnBack maps the boxes of a finished page to where they stand on the paper.
func turnBack(p *doc.Page, m geom.Matrix) {
	t := turner{back: inverse(m)}
	t.items(p.Header)
	t.items(p.Items)
	t.items(p.Footer)
	for i := range p.Dropped {
		t.box(&p.Dropped[i].Box)
	}
}

// inverse returns the map that undoes quarter turns and shifts.
func inverse(m geom.Matrix) geom.Matrix {
	t := geom.Matrix{A: m.A, B: m.C, C: m.B, D: m.D} // of a turn the transpose
	o := t.Apply(geom.Point{X: m.E, Y: m.F})
	t.E, t.F = -o.X, -o.Y
	return t
}

type turner struct{ back geom.Matrix }

func (t turner) box(b *geom.Rect) {
	if !b.IsZero() {
		*b = t.back.ApplyRect(*b)
	}
}

func (t turner) base(b *doc.Base) {
	b.Boxes = slices.Clone(b.Boxes) // lists share boxes with their entries
	for i := range b.Boxes {
		t.box(&b.Boxes[i])
	}
}

func (t turner) text(in doc.Text) {
	for i := range in {
		t.box(&in[i].Box)
	}
}

func (t turner) items(items []doc.Item) {
	for _, it := range items {
		t.base(it.Common())
		switch it := it.(type) {
		case *doc.Heading:
			t.text(it.Text)
		case *doc.Paragraph:
			t.text(it.Text)
		case *doc.Caption:
			t.text(it.Text)
		case *doc.Footnote:
			t.text(it.Text)
		case *doc.Formula:
			t.text(it.Text)
		case *doc.Link, *doc.Code:
		case *doc.Figure:
			t.text(it.Caption)
			t.text(it.Labels)
		case *doc.List:
			for i := range it.Entries {
				e := &it.Entries[i]
				t.base(&e.Base)
				t.text(e.Text)
				t.items(e.Items)
			}
		case *doc.Table:
			t.text(it.Caption)
			for i := range it.Cells {
				t.box(&it.Cells[i].Box)
				t.text(it.Cells[i].Text)
			}
		}
	}
}
