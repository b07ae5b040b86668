package pdf

import (
	"fmt"
	"math"

	"recto/internal/geom"
	"recto/internal/page"
)

// The types of page objects.
const (
	objectPath  = 2
	objectImage = 3
	objectShade = 4
	objectForm  = 5
)

// Limits and sizes of vector drawing.
const (
	maxFormDepth  = 8
	maxSegments   = 50_000 // of all paths of a page; maps and plots have more and are no tables
	maxPathParts  = 5_000  // of one path
	maxRuleWidth  = 3.0    // points: thicker bars are fills; rules in print are 0.25 to 2
	minRuleLength = 2.0    // points: shorter ones are dots and dashes
	straightSlack = 0.75   // points by which a rule may lean over its length
	minRuleAspect = 3.0    // a rule is at least so many times longer than thick
	maxImages     = 5_000
	clipSlack     = 1.0 // points by which a rule may lie beyond its clip
)

// drawing collects the vector objects and images of a page.
type drawing struct {
	r        *Reader
	w        *placed
	order    int
	segments int
	images   []handle
	visible  geom.Rect // what the clip path of the current object leaves of the page

	points   []geom.Point // of the current path, and
	subpaths []part       // what it consists of; both are used again
	current  handle       // the object whose subpaths are sorted
	marked   int          // its marked-content id, notAsked before it was asked for
}

// readObjects reads rules, fills, other drawings and images.
func (r *Reader) readObjects(w *placed) {
	d := &drawing{r: r, w: w}
	n := r.m.callInt("FPDFPage_CountObjects", w.handle)
	for i := 0; i < n && d.order < r.limits.Objects; i++ {
		if r.m.trap != nil {
			return
		}
		d.object(r.m.call("FPDFPage_GetObject", w.handle, uint64(i)), w.toPage, 0)
	}
	if d.order >= r.limits.Objects {
		w.out.Cut = append(w.out.Cut, fmt.Sprintf("the page is drawn in more than %d pieces, the rest is left out", r.limits.Objects))
	}
	if len(d.images) >= maxImages {
		w.out.Cut = append(w.out.Cut, fmt.Sprintf("the page shows more than %d pictures, the rest is left out", maxImages))
	}
}

// object reads one object; toPage maps the space it is drawn in to the page.
func (d *drawing) object(h handle, toPage geom.Matrix, depth int) {
	m := d.r.m
	d.order++
	d.visible = d.sheet()
	switch m.callInt("FPDFPageObj_GetType", h) {
	case objectPath:
		d.path(h, toPage)
	case objectImage:
		d.image(h, toPage)
	case objectShade:
		box := d.bounds(h, toPage)
		if !box.Empty() {
			d.w.out.Shapes = append(d.w.out.Shapes, page.Shape{Box: box, Filled: true, Curved: true, MCID: -1})
		}
	case objectForm:
		if depth >= maxFormDepth {
			return
		}
		inner := d.matrix(h).Then(toPage)
		n := min(m.callInt("FPDFFormObj_CountObjects", h), d.r.limits.Objects)
		for i := 0; i < n && d.order < d.r.limits.Objects; i++ {
			d.object(m.call("FPDFFormObj_GetObject", h, uint64(i)), inner, depth+1)
		}
	}
}

// matrix returns the object's own map into the space it is drawn in.
func (d *drawing) matrix(h handle) geom.Matrix {
	m := d.r.m
	if m.callInt("FPDFPageObj_GetMatrix", h, m.out(0)) == 0 {
		return geom.Identity
	}
	return geom.Matrix{A: m.float32At(0), B: m.float32At(4), C: m.float32At(8), D: m.float32At(12), E: m.float32At(16), F: m.float32At(20)}
}

// bounds returns the object's box on the page, cut at the page's edges.
func (d *drawing) bounds(h handle, toPage geom.Matrix) geom.Rect {
	m := d.r.m
	if m.callInt("FPDFPageObj_GetBounds", h, m.out(0), m.out(1), m.out(2), m.out(3)) == 0 {
		return geom.Rect{}
	}
	return d.cut(toPage.ApplyRect(geom.Rect{X0: m.float32At(0), Y0: m.float32At(8), X1: m.float32At(16), Y1: m.float32At(24)}))
}

// sheet is the whole page.
func (d *drawing) sheet() geom.Rect { return geom.Rect{X1: d.w.out.Width, Y1: d.w.out.Height} }

// cut limits a box to what is visible of the page; a box off it comes back empty.
func (d *drawing) cut(b geom.Rect) geom.Rect { return cutTo(b, d.visible) }

func cutTo(b, v geom.Rect) geom.Rect {
	c := geom.Rect{X0: max(b.X0, v.X0), Y0: max(b.Y0, v.Y0), X1: min(b.X1, v.X1), Y1: min(b.Y1, v.Y1)}
	if c.X1 < c.X0 || c.Y1 < c.Y0 || math.IsNaN(c.X0+c.Y0+c.X1+c.Y1) {
		return geom.Rect{}
	}
	return c
}

func (d *drawing) image(h handle, toPage geom.Matrix) {
	if len(d.images) >= maxImages {
		return
	}
	m := d.r.m
	box := d.cut(d.matrix(h).Then(toPage).ApplyRect(geom.Rect{X1: 1, Y1: 1}))
	if clip, ok := d.clip(h, toPage); ok {
		box = box.Intersect(clip)
	}
	index := len(d.images)
	d.images = append(d.images, h)
	if box.Empty() {
		return
	}
	m.clear(16)
	m.call("FPDFImageObj_GetImagePixelSize", h, m.out(0), m.out(1))
	img := page.Image{Index: index, Box: box, WidthPx: int(m.uint32At(0)), HeightPx: int(m.uint32At(8)), MCID: -1}
	img.Mask = d.isStencil(h)
	img.Bytes = m.callInt("FPDFImageObj_GetImageDataRaw", h, 0, 0)
	img.Photo = d.r.isLossy(h)
	if d.r.tagged {
		img.MCID = m.callInt("FPDFPageObj_GetMarkedContentID", h)
	}
	d.w.out.Images = append(d.w.out.Images, img)
}

// isStencil reports whether an image is a one-bit mask: it has no colour space
// of its own. JPEGs and JPEG 2000 are not asked, which might decode them whole.
func (d *drawing) isStencil(h handle) bool {
	switch m := d.r.m; m.byteString("FPDFImageObj_GetImageFilter", h, 0) {
	case "DCTDecode", "JPXDecode", "JBIG2Decode":
		return false
	}
	bits, space := d.r.imageColors(h, d.w.handle)
	return bits == 1 && space == colorsUnknown
}

// maxClipSegments bounds the outline of a clip that is looked at.
const maxClipSegments = 2_000

// clip returns the box around what the object's clip path leaves visible; ok is
// false when nothing is clipped.
func (d *drawing) clip(h handle, toPage geom.Matrix) (box geom.Rect, ok bool) {
	m := d.r.m
	c := m.call("FPDFPageObj_GetClipPath", h)
	if c == 0 {
		return geom.Rect{}, false
	}
	for i := range max(m.callInt("FPDFClipPath_CountPaths", c), 0) {
		n := m.callInt("FPDFClipPath_CountPathSegments", c, uint64(i))
		if n <= 0 || n > maxClipSegments {
			continue
		}
		var one geom.Rect
		for k := range n {
			s := m.call("FPDFClipPath_GetPathSegment", c, uint64(i), uint64(k))
			m.call("FPDFPathSegment_GetPoint", s, m.out(0), m.out(1))
			p := toPage.Apply(geom.Point{X: m.float32At(0), Y: m.float32At(8)})
			r := geom.Rect{X0: p.X, Y0: p.Y, X1: p.X, Y1: p.Y}
			if k == 0 {
				one = r
			} else {
				one = geom.Rect{X0: min(one.X0, p.X), Y0: min(one.Y0, p.Y), X1: max(one.X1, p.X), Y1: max(one.Y1, p.Y)}
			}
		}
		if !ok {
			box, ok = one, true
			continue
		}
		box = box.Intersect(one)
	}
	return box, ok
}

// part is one subpath in page space.
type part struct {
	points []geom.Point
	curved bool
	closed bool
}

func (d *drawing) path(h handle, toPage geom.Matrix) {
	m := d.r.m
	m.clear(16)
	if m.callInt("FPDFPath_GetDrawMode", h, m.out(0), m.out(1)) == 0 {
		return
	}
	filled, stroked := m.uint32At(0) != 0, m.uint32At(8) != 0
	if !filled && !stroked {
		return // a clip path
	}
	d.w.out.Drawn = true
	n := m.callInt("FPDFPath_CountSegments", h)
	if n <= 0 {
		return
	}
	if n > maxPathParts || d.segments+n > maxSegments {
		if box := d.bounds(h, toPage); !box.IsZero() {
			d.w.out.Shapes = append(d.w.out.Shapes, page.Shape{Box: box, Curved: true, Filled: filled, MCID: -1})
		}
		return
	}
	d.segments += n
	if box, ok := d.clip(h, toPage); ok {
		d.visible = cutTo(box, d.sheet())
	}
	pen := pen{filled: filled, stroked: stroked}
	own := d.matrix(h).Then(toPage)
	if filled {
		pen.fill = d.color("FPDFPageObj_GetFillColor", h)
	}
	if stroked {
		pen.stroke = d.color("FPDFPageObj_GetStrokeColor", h)
		m.clear(8)
		m.call("FPDFPageObj_GetStrokeWidth", h, m.out(0))
		pen.width = m.float32At(0) * math.Sqrt(math.Abs(own.A*own.D-own.B*own.C))
		pen.dashed = m.callInt("FPDFPageObj_GetDashCount", h) > 0
	}
	d.current, d.marked = h, notAsked
	for _, p := range d.parts(h, n, own) {
		d.draw(p, pen)
	}
}

// pen says how a path is painted.
type pen struct {
	filled, stroked, dashed bool
	fill, stroke            page.Color
	width                   float64
}

// colors are those of the inside and of the outline, 0 for what is not painted.
func (p pen) colors() (fill, stroke page.Color) {
	if p.filled {
		fill = p.fill
	}
	if p.stroked {
		stroke = p.stroke
	}
	return fill, stroke
}

func (d *drawing) color(name string, h handle) page.Color {
	m := d.r.m
	m.clear(32)
	if m.callInt(name, h, m.out(0), m.out(1), m.out(2), m.out(3)) == 0 {
		return 0x000000ff
	}
	return page.Color(m.uint32At(0)&0xff<<24 | m.uint32At(8)&0xff<<16 | m.uint32At(16)&0xff<<8 | m.uint32At(24)&0xff)
}

// The types of path segments.
const (
	segmentBezier = 1
	segmentMove   = 2
)

func (d *drawing) parts(h handle, n int, own geom.Matrix) []part {
	m := d.r.m
	d.subpaths = d.subpaths[:0]
	// Closing a subpath repeats its first point. The points of all subpaths lie in
	// one slice that is used again for the next path.
	if need := 2*n + 2; cap(d.points) < need {
		d.points = make([]geom.Point, 0, need)
	}
	d.points = d.points[:0]
	begin, curved, closed := 0, false, false
	flush := func() {
		if len(d.points)-begin > 1 {
			d.subpaths = append(d.subpaths, part{points: d.points[begin:len(d.points):len(d.points)], curved: curved, closed: closed})
		}
		begin, curved, closed = len(d.points), false, false
	}
	for i := range n {
		s := m.call("FPDFPath_GetPathSegment", h, uint64(i))
		m.call("FPDFPathSegment_GetPoint", s, m.out(0), m.out(1))
		p := own.Apply(geom.Point{X: m.float32At(0), Y: m.float32At(8)})
		switch m.callInt("FPDFPathSegment_GetType", s) {
		case segmentMove:
			flush()
		case segmentBezier:
			curved = true
		}
		d.points = append(d.points, p)
		if m.callInt("FPDFPathSegment_GetClose", s) != 0 {
			closed = true
			start := d.points[begin]
			flush()
			d.points = append(d.points, start)
		}
	}
	flush()
	return d.subpaths
}

// draw sorts one subpath into rules, fills and shapes.
func (d *drawing) draw(p part, pen pen) {
	out := d.w.out
	var box geom.Rect
	for i, q := range p.points {
		r := geom.Rect{X0: q.X, Y0: q.Y, X1: q.X, Y1: q.Y}
		if i == 0 {
			box = r
			continue
		}
		box = geom.Rect{X0: min(box.X0, q.X), Y0: min(box.Y0, q.Y), X1: max(box.X1, q.X), Y1: max(box.Y1, q.Y)}
	}
	if math.IsNaN(box.X0 + box.Y0 + box.X1 + box.Y1) {
		return
	}
	if p.curved {
		if cut := d.cut(box); !cut.IsZero() {
			s := page.Shape{Box: cut, Curved: true, Filled: pen.filled, Form: formOf(p.points, box), MCID: d.markedContent()}
			s.Color, s.Stroke = pen.colors()
			out.Shapes = append(out.Shapes, s)
		}
		return
	}
	if isRectangle(p.points) {
		d.rectangle(box, pen)
		return
	}
	if bar, ok := barBetween(p, pen); ok {
		pen.fill, pen.filled, pen.stroked = pen.stroke, true, false
		d.rectangle(bar, pen)
		return
	}
	points := p.points
	if p.closed {
		points = append(points, points[0])
	}
	straight := true
	for i := 1; i < len(points); i++ {
		if _, ok := ruleBetween(points[i-1], points[i], pen.width); !ok && points[i-1] != points[i] {
			straight = false
		}
	}
	if pen.stroked && straight {
		for i := 1; i < len(points); i++ {
			if b, ok := ruleBetween(points[i-1], points[i], pen.width); ok {
				d.rule(b, pen.stroke, pen.dashed)
			}
		}
		if !pen.filled {
			return
		}
	}
	if cut := d.cut(box); !cut.IsZero() {
		fill, stroke := pen.colors()
		out.Shapes = append(out.Shapes, page.Shape{Box: cut, Filled: pen.filled, Color: fill, Stroke: stroke, MCID: d.markedContent()})
	}
}

// Small outlines are circles or squares, as buttons and boxes to tick are, by how
// far their points lie from the middle of their box, in halves of its side. A
// circle's Bézier points lie at 1 to 1.15, on its edges up to 0.56 from their middle;
// the arcs at the corners of a square begin further out.
const (
	leastForm    = 4.0  // points: smaller ones are dots
	mostForm     = 30.0 // larger ones belong to drawings
	evenSides    = 0.1  // of a side by which width and height differ at most
	circleLeast  = 0.93
	circleMost   = 1.25
	squareEdge   = 0.85 // nearer the middle there is no edge
	cornerBegins = 0.62
)

// formOf tells what a curved outline looks like.
func formOf(points []geom.Point, box geom.Rect) page.Form {
	w, h := box.W(), box.H()
	if min(w, h) < leastForm || max(w, h) > mostForm || math.Abs(w-h) > evenSides*max(w, h) || len(points) < 8 {
		return page.Irregular
	}
	round, square, corner := true, true, false
	for _, p := range points {
		x, y := math.Abs(p.X-box.CenterX())/(w/2), math.Abs(p.Y-box.CenterY())/(h/2)
		r := math.Hypot(x, y)
		round = round && r >= circleLeast && r <= circleMost
		square = square && max(x, y) >= squareEdge
		corner = corner || min(x, y) >= cornerBegins
	}
	switch {
	case round:
		return page.Round
	case square && corner:
		return page.Square
	}
	return page.Irregular
}

const notAsked = -2

// markedContent returns the marked-content id of the current path, -1 when none.
func (d *drawing) markedContent() int {
	if !d.r.tagged {
		return -1
	}
	if d.marked == notAsked {
		d.marked = d.r.m.callInt("FPDFPageObj_GetMarkedContentID", d.current)
	}
	return d.marked
}

// rectangle sorts an axis-parallel rectangle into rule or fill.
func (d *drawing) rectangle(box geom.Rect, pen pen) {
	thick, long := min(box.W(), box.H()), max(box.W(), box.H())
	if thick <= maxRuleWidth && long >= minRuleLength && long >= minRuleAspect*thick {
		color := pen.fill
		if !pen.filled {
			color = pen.stroke
		}
		d.rule(box, color, pen.dashed)
		return
	}
	cut := d.cut(box)
	if cut.Empty() {
		return
	}
	f := page.Fill{Box: cut, Order: d.order, MCID: d.markedContent()}
	if pen.filled {
		f.Color = pen.fill
	}
	if pen.stroked && pen.width >= 0 {
		f.Stroke = pen.stroke
	}
	if f.Color&0xff == 0 && f.Stroke&0xff == 0 {
		return
	}
	d.w.out.Fills = append(d.w.out.Fills, f)
}

// rule adds a drawn line. Fully transparent ones draw nothing; white ones are
// kept: on a shaded table they separate the cells.
func (d *drawing) rule(box geom.Rect, color page.Color, dashed bool) {
	// Frames are drawn on the edge of what they frame, and half of them is
	// clipped away.
	cut := cutTo(box, cutTo(d.visible.Grow(clipSlack), d.sheet()))
	if cut.IsZero() || color&0xff == 0 || max(cut.W(), cut.H()) < minRuleLength {
		return
	}
	d.w.out.Rules = append(d.w.out.Rules, page.Rule{Box: cut, Vertical: cut.H() > cut.W(), Color: color, Dashed: dashed})
}

// ruleBetween returns the box of a horizontal or vertical stroke.
func ruleBetween(a, b geom.Point, width float64) (geom.Rect, bool) {
	dx, dy := math.Abs(a.X-b.X), math.Abs(a.Y-b.Y)
	if max(dx, dy) < minRuleLength || min(dx, dy) > straightSlack {
		return geom.Rect{}, false
	}
	half := max(width, 0.1) / 2
	if width > maxRuleWidth*2 { // a bar, drawn as a thick stroke
		return geom.Rect{}, false
	}
	if dx >= dy {
		y := (a.Y + b.Y) / 2
		return geom.Rect{X0: min(a.X, b.X), Y0: y - half, X1: max(a.X, b.X), Y1: y + half}, true
	}
	x := (a.X + b.X) / 2
	return geom.Rect{X0: x - half, Y0: min(a.Y, b.Y), X1: x + half, Y1: max(a.Y, b.Y)}, true
}

// barBetween returns the rectangle that a stroke too thick for a rule paints.
func barBetween(p part, pen pen) (geom.Rect, bool) {
	if len(p.points) != 2 || !pen.stroked || pen.width <= 2*maxRuleWidth {
		return geom.Rect{}, false
	}
	a, b, half := p.points[0], p.points[1], pen.width/2
	switch {
	case math.Abs(a.Y-b.Y) <= straightSlack && a.X != b.X:
		return geom.Rect{X0: min(a.X, b.X), Y0: min(a.Y, b.Y) - half, X1: max(a.X, b.X), Y1: max(a.Y, b.Y) + half}, true
	case math.Abs(a.X-b.X) <= straightSlack && a.Y != b.Y:
		return geom.Rect{X0: min(a.X, b.X) - half, Y0: min(a.Y, b.Y), X1: max(a.X, b.X) + half, Y1: max(a.Y, b.Y)}, true
	}
	return geom.Rect{}, false
}

// isRectangle reports whether the points are the corners of an axis-parallel
// rectangle, closed or not.
func isRectangle(p []geom.Point) bool {
	if len(p) == 5 && near(p[0], p[4]) {
		p = p[:4]
	}
	if len(p) != 4 {
		return false
	}
	const slack = 0.05
	level := func(a, b geom.Point) bool { return math.Abs(a.Y-b.Y) < slack }
	plumb := func(a, b geom.Point) bool { return math.Abs(a.X-b.X) < slack }
	return level(p[0], p[1]) && plumb(p[1], p[2]) && level(p[2], p[3]) && plumb(p[3], p[0]) ||
		plumb(p[0], p[1]) && level(p[1], p[2]) && plumb(p[2], p[3]) && level(p[3], p[0])
}

func near(a, b geom.Point) bool { return math.Abs(a.X-b.X) < 0.05 && math.Abs(a.Y-b.Y) < 0.05 }
