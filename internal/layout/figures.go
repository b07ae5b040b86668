package layout

import (
	"cmp"
	"slices"

	"recto/internal/geom"
)

// figure is a picture or drawing.
type figure struct {
	box    geom.Rect
	image  int // image object, -1 for a vector drawing
	alt    string
	labels []int // lines drawn inside it
	text   bool  // a picture of text: what is recognized in it is read as text of the page
}

// What counts as a picture, as shares of the page and in points.
const (
	minImageSide   = 16.0  // smaller ones are bullets, icons and rules
	minDrawingSide = 36.0  // of a vector drawing
	backdropShare  = 0.85  // a picture over so much of the page is its background
	shapeReach     = 8.0   // shapes so near belong to one drawing
	minShapes      = 4     // a drawing has at least so many
	maxShapes      = 5_000 // beyond that the page is one map
)

// findFigures finds pictures and vector drawings.
func findFigures(s *Sheet) {
	if s.opts.TextOnly {
		return
	}
	pageArea := s.in.Width * s.in.Height
	for i := range s.in.Images {
		img := &s.in.Images[i]
		if img.Box.W() < minImageSide || img.Box.H() < minImageSide || img.Mask && img.WidthPx <= 2 {
			continue
		}
		if img.Box.Area() > backdropShare*pageArea && len(s.pieces) > 0 {
			continue
		}
		s.figures = append(s.figures, figure{box: img.Box, image: max(img.Index, -1), alt: img.Alt})
	}
	s.figures = mergeImages(s.figures)
	for _, box := range s.drawings() {
		if box.Area() > backdropShare*pageArea || s.coveredByText(box) {
			continue
		}
		s.figures = append(s.figures, figure{box: box, image: -1})
	}
	s.figures = dropNested(s.figures)
	s.readPictures()
}

// mergeImages joins pictures that overlap: strips and layers of one.
func mergeImages(in []figure) []figure {
	slices.SortStableFunc(in, func(a, b figure) int { return -cmp.Compare(a.box.Area(), b.box.Area()) })
	var out []figure
	for _, f := range in {
		joined := false
		for k := range out {
			o := &out[k]
			strip := (sameSpan(o.box.X0, f.box.X0, o.box.X1, f.box.X1) && f.box.Y0 <= o.box.Y1+1 && o.box.Y0 <= f.box.Y1+1) ||
				(sameSpan(o.box.Y0, f.box.Y0, o.box.Y1, f.box.Y1) && f.box.X0 <= o.box.X1+1 && o.box.X0 <= f.box.X1+1)
			if strip || o.box.Intersect(f.box).Area() > 0.3*f.box.Area() {
				if !o.box.ContainsRect(f.box, 1) {
					o.image = -1 // more than one object: show the region
				}
				o.box = o.box.Union(f.box)
				joined = true
				break
			}
		}
		if !joined {
			out = append(out, f)
		}
	}
	return out
}

func sameSpan(a0, b0, a1, b1 float64) bool {
	return a0-b0 < 1 && b0-a0 < 1 && a1-b1 < 1 && b1-a1 < 1
}

// drawings groups the page's shapes into drawings by nearness.
func (s *Sheet) drawings() []geom.Rect {
	if len(s.in.Shapes) > maxShapes {
		var box geom.Rect
		for i := range s.in.Shapes {
			box = box.Union(s.in.Shapes[i].Box)
		}
		return []geom.Rect{box}
	}
	type group struct {
		box geom.Rect
		n   int
	}
	shapes := slices.Clone(s.in.Shapes)
	var groups []group
	for i := range shapes {
		g := group{box: shapes[i].Box.Grow(0.1), n: 1}
		if b := shapes[i].Box; b.W() >= minDrawingSide && b.H() >= minDrawingSide && shapes[i].Curved {
			g.n = minShapes // a curve over an area is a drawing by itself
		}
		for k := 0; k < len(groups); {
			if groups[k].box.Grow(shapeReach).Overlaps(g.box) {
				g.box, g.n = g.box.Union(groups[k].box), g.n+groups[k].n
				groups = slices.Delete(groups, k, k+1)
				k = 0
				continue
			}
			k++
		}
		groups = append(groups, g)
	}
	var out []geom.Rect
	for _, g := range groups {
		if g.n >= minShapes && g.box.W() >= minDrawingSide && g.box.H() >= minDrawingSide {
			out = append(out, s.panelAround(g.box))
		}
	}
	return out
}

// maxPanel is how much larger than its drawing a painted panel is at most.
const maxPanel = 6.0

// panelAround returns the painted rectangle on which a drawing stands, when it
// holds nothing but the drawing and its labels, else the drawing itself.
func (s *Sheet) panelAround(box geom.Rect) geom.Rect {
	for i := range s.in.Fills {
		f := s.in.Fills[i].Box
		if f.ContainsRect(box, 1) && f.Area() < maxPanel*box.Area() && f.Area() < backdropShare*s.in.Width*s.in.Height && !s.coveredByText(f) {
			box = f
		}
	}
	return box
}

// Shapes around running text are decoration, not a drawing: labels are few
// words in small type.
const (
	maxTextInDrawing = 0.3 // share of a drawing that its labels cover
	sentenceWords    = 6   // words of a line that is no label
	maxSentences     = 3   // such lines in a drawing
)

// coveredByText reports whether a region holds running text.
func (s *Sheet) coveredByText(box geom.Rect) bool {
	covered, sentences := 0.0, 0
	for i := range s.lines {
		l := &s.lines[i]
		part := l.box.Intersect(box).Area()
		if part == 0 {
			continue
		}
		covered += part
		if part > 0.7*l.box.Area() && len(l.pieces) >= sentenceWords && l.size >= 0.85*s.body {
			sentences++
		}
	}
	return covered > maxTextInDrawing*box.Area() || sentences > maxSentences
}

// dropNested removes figures inside others and joins those that overlap much.
func dropNested(in []figure) []figure {
	slices.SortStableFunc(in, func(a, b figure) int { return -cmp.Compare(a.box.Area(), b.box.Area()) })
	var out []figure
	for _, f := range in {
		inside := false
		for k := range out {
			if out[k].box.Intersect(f.box).Area() > 0.6*f.box.Area() {
				if !out[k].box.ContainsRect(f.box, 1) {
					out[k].box, out[k].image = out[k].box.Union(f.box), -1
				}
				inside = true
				break
			}
		}
		if !inside {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b figure) int {
		return cmp.Or(cmp.Compare(a.box.Y0, b.box.Y0), cmp.Compare(a.box.X0, b.box.X0))
	})
	return out
}
