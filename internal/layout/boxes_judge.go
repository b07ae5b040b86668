package layout

import (
	"math"
	"slices"

	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/text"
)

// standsAlone reports whether a glyph is no part of a word.
func standsAlone(r *page.Run, k int) bool {
	near := func(a, b int) bool {
		return r.Glyphs[b].Flags&page.SpaceBefore == 0 && r.Glyphs[b].Box.X0-r.Glyphs[a].Box.X1 < minWordGap*r.Size
	}
	return (k == 0 || !near(k-1, k)) && (k+1 == len(r.Glyphs) || !near(k, k+1))
}

// rejectCells rules out frames that stand side by side, as fields for single
// letters and cells of a table do, and those whose edges go on.
func rejectCells(boxes []tickBox, p *page.Page) {
	for i := range boxes {
		for k := range boxes[:i] {
			a, b := &boxes[i], &boxes[k]
			if a.field || b.field {
				continue
			}
			side := min(a.side(), b.side())
			beside := math.Abs(a.box.CenterY()-b.box.CenterY()) < side/2 && max(a.box.X0-b.box.X1, b.box.X0-a.box.X1) < combGap*side
			below := math.Abs(a.box.CenterX()-b.box.CenterX()) < side/2 && max(a.box.Y0-b.box.Y1, b.box.Y0-a.box.Y1) < touching
			if beside || below {
				a.not, b.not = true, true
			}
		}
	}
	for i := range boxes {
		b := &boxes[i]
		if b.field || b.not {
			continue
		}
		side := b.side()
		goesOn := func(o geom.Rect) bool {
			return !o.ContainsRect(b.box, 0) && !b.box.ContainsRect(o, touching) && o.Grow(touching).Overlaps(b.box) &&
				(o.OverlapY(b.box) > 0.8*side || o.OverlapX(b.box) > 0.8*side) && max(o.W(), o.H()) > 1.2*side
		}
		b.not = slices.ContainsFunc(p.Fills, func(f page.Fill) bool {
			return f.Stroke&0xff != 0 && goesOn(f.Box)
		}) || slices.ContainsFunc(p.Rules, func(r page.Rule) bool {
			l := r.Box
			if r.Vertical {
				return l.H() > 1.4*side && min(math.Abs(l.CenterX()-b.box.X0), math.Abs(l.CenterX()-b.box.X1)) < touching && l.OverlapY(b.box) > 0.8*side
			}
			return l.W() > 1.4*side && min(math.Abs(l.CenterY()-b.box.Y0), math.Abs(l.CenterY()-b.box.Y1)) < touching && l.OverlapX(b.box) > 0.8*side
		})
	}
}

// alike reports whether two boxes may belong to one form.
func (b *tickBox) alike(o *tickBox) bool {
	return b.round == o.round && math.Abs(b.side()-o.side()) <= alikeSides*max(b.side(), o.side())+0.3
}

// inRow reports whether two boxes stand side by side.
func (b *tickBox) inRow(o *tickBox) bool {
	return math.Abs(b.box.CenterY()-o.box.CenterY()) < 0.3*min(b.side(), o.side())
}

// lined reports whether two boxes stand in a row or under each other.
func (b *tickBox) lined(o *tickBox) bool {
	return b.inRow(o) || math.Abs(o.box.X0-b.box.X0) < touching
}

// measure notes whether there is text near before and after a box, with no line
// between.
func (b *tickBox) measure(p *page.Page) {
	near := func(ref glyphRef, most, x0, x1 float64) bool {
		return ref.ok && ref.gap <= most*p.Runs[ref.run].Size && !slices.ContainsFunc(p.Rules, func(r page.Rule) bool {
			return r.Vertical && r.Box.Y0 <= b.box.CenterY() && r.Box.Y1 >= b.box.CenterY() && r.Box.CenterX() > x0 && r.Box.CenterX() < x1
		})
	}
	if b.right.ok {
		b.after = near(b.right, textAfter, b.box.X1, b.right.box(p).X0) && isWordAt(p, b.right)
	}
	if b.left.ok {
		b.before = near(b.left, textBefore, b.left.box(p).X1, b.box.X0)
	}
}

// judgeBoxes decides which boxes are meant to be ticked, by what stands beside
// them and by others like them.
func judgeBoxes(boxes []tickBox, p *page.Page) {
	others := func(b *tickBox, is func(o *tickBox) bool) int {
		n := 0
		for i := range boxes {
			if o := &boxes[i]; o != b && !o.not && b.alike(o) && is(o) {
				n++
			}
		}
		return n
	}
	for i := range boxes {
		boxes[i].measure(p)
	}
	// Frames first: those with their text behind them, and those that are ticked.
	for i := range boxes {
		b := &boxes[i]
		switch {
		case b.field:
			b.good = true
		case b.not || b.solid:
		case others(b, func(o *tickBox) bool { return o.solid && o.lined(b) && !isDark(p, o) }) > 0:
			b.not = true // the key of a chart: painted in several colours
		case b.ticked && !b.round:
			b.good = b.after || b.before
		case !b.round:
			b.good = b.after
		}
	}
	for i := range boxes {
		b := &boxes[i]
		if b.good || b.not {
			continue
		}
		switch {
		case b.round:
			// Rings are bullets and marks of plots, too: radio buttons are chosen among,
			// or stand in a row.
			chosen := others(b, func(o *tickBox) bool { return o.ticked != b.ticked }) > 0
			row := others(b, func(o *tickBox) bool { return o.inRow(b) && (o.right.ok || o.left.ok) }) > 0
			b.good = (b.after || b.before) && (chosen || row)
		case b.solid:
			// Painted black where others are empty.
			if isDark(p, b) && (b.after || b.before) && others(b, func(o *tickBox) bool { return o.good && !o.ticked && o.lined(b) }) > 0 {
				b.good, b.ticked = true, true
			}
		case b.before:
			b.good = others(b, func(o *tickBox) bool { return o.good && o.inRow(b) }) > 0
		}
	}
	// Columns of boxes beside the rows of a table.
	for i := range boxes {
		b := &boxes[i]
		if b.good || b.not || b.solid || b.round || !b.row.ok {
			continue
		}
		rows := others(b, func(o *tickBox) bool { return o.row.ok && !o.inRow(b) && math.Abs(o.box.X0-b.box.X0) < touching })
		beside := others(b, func(o *tickBox) bool { return o.row.ok && o.inRow(b) })
		ticked := others(b, func(o *tickBox) bool { return o.ticked })
		b.good = rows > 0 && (beside > 0 || ticked > 0 || b.ticked)
	}
	// Marks of a plot stand beside text by chance.
	for i := range boxes {
		b := &boxes[i]
		if !b.good || b.field {
			continue
		}
		if bare := others(b, func(o *tickBox) bool { return !o.good && !o.solid }); bare > 2 && bare > 2*others(b, func(o *tickBox) bool { return o.good }) {
			b.not = true
		}
	}
}

func isWordAt(p *page.Page, ref glyphRef) bool {
	c := signAt(p, ref)
	return text.IsWordRune(c) || c == '(' || c == '"' || c == '“' || c == '„' || c == '$' || c == '€'
}

// isDark reports whether a painted square is black, or nearly.
func isDark(p *page.Page, b *tickBox) bool {
	dark := func(c page.Color) bool { return c&0xff != 0 && max(c>>24&0xff, c>>16&0xff, c>>8&0xff) < 0x60 }
	return slices.ContainsFunc(p.Fills, func(f page.Fill) bool { return f.Box == b.box && dark(f.Color) })
}

// withBoxes returns the runs of a page with the boxes among them, without the
// letters that tick them. Runs are cut where a box stands in them.
func withBoxes(boxes []tickBox, p *page.Page) []page.Run {
	gone := map[int][]int{}                // glyphs of runs that are left out
	before := map[int]map[int][]page.Run{} // boxes by the run and the glyph they stand before
	for i := range boxes {
		b := &boxes[i]
		if !b.good || b.not {
			continue
		}
		for _, ref := range b.inside {
			gone[ref.run] = append(gone[ref.run], ref.glyph)
		}
		box, run, glyph := b.asText(p)
		if before[run] == nil {
			before[run] = map[int][]page.Run{}
		}
		before[run][glyph] = append(before[run][glyph], box)
	}
	if len(before) == 0 {
		return p.Runs
	}
	out := make([]page.Run, 0, len(p.Runs)+2*len(boxes))
	for i, r := range p.Runs {
		if before[i] == nil && gone[i] == nil {
			out = append(out, r)
			continue
		}
		part := r
		part.Glyphs, part.Box = nil, geom.Rect{}
		flush := func() {
			if len(part.Glyphs) > 0 {
				out = append(out, part)
			}
			part.Glyphs, part.Box = nil, geom.Rect{}
		}
		for k, g := range r.Glyphs {
			if boxes := before[i][k]; boxes != nil {
				flush()
				out = append(out, boxes...)
			}
			if slices.Contains(gone[i], k) {
				continue
			}
			if slices.Contains(gone[i], k-1) {
				g.Flags |= page.SpaceBefore
			}
			part.Glyphs, part.Box = append(part.Glyphs, g), part.Box.Union(g.Box)
		}
		flush()
		out = append(out, before[i][len(r.Glyphs)]...)
	}
	return append(out, before[len(p.Runs)][0]...)
}

// Where the baseline of a box without text lies, in sides above its lower edge.
const lowerEdge = 0.1

// asText returns a box as text on the line of the text beside it, and before which
// glyph of which run of the page it stands.
func (b *tickBox) asText(p *page.Page) (box page.Run, run, glyph int) {
	sign := []rune(emptyBox)[0]
	if b.ticked {
		sign = []rune(tickedBox)[0]
	}
	g := page.Glyph{Rune: sign, Flags: page.SpaceBefore, Box: b.box, Origin: geom.Point{X: b.box.X0, Y: b.box.Y1 - lowerEdge*b.box.H()}}
	box = page.Run{Size: b.side(), Color: 0x000000ff, MCID: -1, Confidence: 1}
	run = len(p.Runs)
	if b.row.ok {
		of := &p.Runs[b.row.run]
		beside := &of.Glyphs[b.row.glyph]
		box.Size, box.Font, box.MCID, box.Artifact = of.Size, of.Font, of.MCID, of.Artifact
		if b.mcid >= 0 && !b.after && !b.before { // in a cell of its own
			box.MCID = b.mcid
		}
		g.Origin.Y, g.Box.Y0, g.Box.Y1 = beside.Origin.Y, beside.Box.Y0, beside.Box.Y1
		if run, glyph = b.row.run, b.row.glyph; b.row == b.left {
			glyph++
		}
		space := wordSpace * box.Size
		if b.left.ok {
			g.Box.X0 = min(max(g.Box.X0, b.left.box(p).X1+space), b.box.CenterX())
		}
		if b.right.ok {
			g.Box.X1 = max(min(g.Box.X1, b.right.box(p).X0-space), g.Box.X0+space)
		}
		g.Origin.X = g.Box.X0
	} else {
		box.Font = &page.Font{Name: "Box"}
	}
	box.Glyphs, box.Box = []page.Glyph{g}, g.Box
	return box, run, glyph
}

// box is where the glyph stands.
func (ref glyphRef) box(p *page.Page) geom.Rect { return p.Runs[ref.run].Glyphs[ref.glyph].Box }
