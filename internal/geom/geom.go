// Package geom holds points, rectangles and matrices of page space: points
// (1/72 inch), origin at the top left, y downwards.
package geom

import "math"

// Point is a place on the page.
type Point struct{ X, Y float64 }

// Rect is an axis-parallel rectangle; X0 <= X1 and Y0 <= Y1 unless it is empty.
type Rect struct{ X0, Y0, X1, Y1 float64 }

// FromXYWH returns the rectangle with corner (x, y), width w and height h.
func FromXYWH(x, y, w, h float64) Rect { return Rect{x, y, x + w, y + h} }

// W returns the width, never negative.
func (r Rect) W() float64 { return math.Max(0, r.X1-r.X0) }

// H returns the height, never negative.
func (r Rect) H() float64 { return math.Max(0, r.Y1-r.Y0) }

// Area returns width times height.
func (r Rect) Area() float64 { return r.W() * r.H() }

// CenterX returns the horizontal middle.
func (r Rect) CenterX() float64 { return (r.X0 + r.X1) / 2 }

// CenterY returns the vertical middle.
func (r Rect) CenterY() float64 { return (r.Y0 + r.Y1) / 2 }

// Empty reports whether the rectangle covers nothing.
func (r Rect) Empty() bool { return r.X1 <= r.X0 || r.Y1 <= r.Y0 }

// IsZero reports whether the rectangle was never set.
func (r Rect) IsZero() bool { return r == Rect{} }

// Union returns the smallest rectangle around both; a zero rectangle adds nothing.
func (r Rect) Union(o Rect) Rect {
	if r.IsZero() {
		return o
	}
	if o.IsZero() {
		return r
	}
	return Rect{math.Min(r.X0, o.X0), math.Min(r.Y0, o.Y0), math.Max(r.X1, o.X1), math.Max(r.Y1, o.Y1)}
}

// Intersect returns the common part, or an empty rectangle.
func (r Rect) Intersect(o Rect) Rect {
	x := Rect{math.Max(r.X0, o.X0), math.Max(r.Y0, o.Y0), math.Min(r.X1, o.X1), math.Min(r.Y1, o.Y1)}
	if x.Empty() {
		return Rect{}
	}
	return x
}

// Overlaps reports whether the two share area.
func (r Rect) Overlaps(o Rect) bool {
	return r.X0 < o.X1 && o.X0 < r.X1 && r.Y0 < o.Y1 && o.Y0 < r.Y1
}

// Contains reports whether the point lies inside or on the edge.
func (r Rect) Contains(p Point) bool {
	return p.X >= r.X0 && p.X <= r.X1 && p.Y >= r.Y0 && p.Y <= r.Y1
}

// ContainsRect reports whether o lies inside r, give or take slack.
func (r Rect) ContainsRect(o Rect, slack float64) bool {
	return o.X0 >= r.X0-slack && o.X1 <= r.X1+slack && o.Y0 >= r.Y0-slack && o.Y1 <= r.Y1+slack
}

// Grow returns the rectangle with every edge moved outwards by d.
func (r Rect) Grow(d float64) Rect { return Rect{r.X0 - d, r.Y0 - d, r.X1 + d, r.Y1 + d} }

// OverlapX returns how much the two share of the horizontal axis, 0 when nothing.
func (r Rect) OverlapX(o Rect) float64 {
	return math.Max(0, math.Min(r.X1, o.X1)-math.Max(r.X0, o.X0))
}

// OverlapY returns how much the two share of the vertical axis, 0 when nothing.
func (r Rect) OverlapY(o Rect) float64 {
	return math.Max(0, math.Min(r.Y1, o.Y1)-math.Max(r.Y0, o.Y0))
}

// Matrix is the affine map x' = A·x + C·y + E, y' = B·x + D·y + F, as in PDF.
type Matrix struct{ A, B, C, D, E, F float64 }

// Identity maps every point to itself.
var Identity = Matrix{A: 1, D: 1}

// Apply maps a point.
func (m Matrix) Apply(p Point) Point {
	return Point{m.A*p.X + m.C*p.Y + m.E, m.B*p.X + m.D*p.Y + m.F}
}

// ApplyRect maps the four corners and returns the rectangle around them.
func (m Matrix) ApplyRect(r Rect) Rect {
	a, b := m.Apply(Point{r.X0, r.Y0}), m.Apply(Point{r.X1, r.Y1})
	c, d := m.Apply(Point{r.X0, r.Y1}), m.Apply(Point{r.X1, r.Y0})
	return Rect{
		min(a.X, b.X, c.X, d.X), min(a.Y, b.Y, c.Y, d.Y),
		max(a.X, b.X, c.X, d.X), max(a.Y, b.Y, c.Y, d.Y),
	}
}

// Then returns the map that does m first and n after it.
func (m Matrix) Then(n Matrix) Matrix {
	return Matrix{
		A: m.A*n.A + m.B*n.C, B: m.A*n.B + m.B*n.D,
		C: m.C*n.A + m.D*n.C, D: m.C*n.B + m.D*n.D,
		E: m.E*n.A + m.F*n.C + n.E, F: m.E*n.B + m.F*n.D + n.F,
	}
}
