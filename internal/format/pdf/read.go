package pdf

import (
	"fmt"
	"math"
	"slices"

	"recto/internal/geom"
	"recto/internal/page"
)

// Limits of one page. A page over them is read up to the limit and says so.
type Limits struct {
	Glyphs  int // 0 for DefaultGlyphs
	Objects int // drawn pieces, with those of forms; 0 for DefaultObjects
}

// Defaults of Limits: a dense page of a newspaper has 30,000 glyphs, a street map
// 100,000 pieces.
const (
	DefaultGlyphs  = 500_000
	DefaultObjects = 200_000
)

// maxSideLen bounds a page, in points; PDF's own limit is 14,400 units, times
// UserUnit.
const maxSideLen = 200_000

// placed is an open page and its map from PDF's user space to page space.
type placed struct {
	handle handle
	number int
	toPage geom.Matrix
	out    *page.Page
}

// ReadPage reads everything that is drawn on page n, counted from 1. A page
// that cannot be read comes back with Err set.
func (r *Reader) ReadPage(n int) *page.Page {
	p := &page.Page{Number: n}
	if r.m.trap != nil {
		p.Err = r.m.trap
		return p
	}
	h := r.m.call("FPDF_LoadPage", r.doc, uint64(n-1))
	if h == 0 {
		p.Err = fmt.Errorf("read page %d: the page is damaged", n)
		if r.m.trap != nil {
			p.Err = fmt.Errorf("read page %d: %w", n, r.m.trap)
		}
		return p
	}
	w := &placed{handle: h, number: n, out: p}
	if err := r.place(w); err != nil {
		p.Err = fmt.Errorf("read page %d: %w", n, err)
		r.m.call("FPDF_ClosePage", h)
		return p
	}
	notes := r.flatten(w)
	p.Marks = slices.Clone(notes.marks)
	p.Links, p.Fields = slices.Clone(notes.links), slices.Clone(notes.fields)
	r.readText(w)
	r.repairLigatures(p)
	r.addValues(w, notes.values)
	r.readObjects(w)
	r.readTags(w)
	if r.m.trap != nil {
		return &page.Page{Number: n, Width: p.Width, Height: p.Height, Err: fmt.Errorf("read page %d: %w", n, r.m.trap)}
	}
	r.m.call("FPDF_ClosePage", w.handle)
	p.Label = r.Label(n) // last: a tree of labels that is a circle costs the reader, not the page
	return p
}

// place measures the page and derives the map into page space.
func (r *Reader) place(w *placed) error {
	m := r.m
	m.clear(16)
	if m.callInt("FPDF_GetPageBoundingBox", w.handle, m.out(0)) == 0 {
		return fmt.Errorf("the page has no size")
	}
	left, top, right, bottom := m.float32At(0), m.float32At(4), m.float32At(8), m.float32At(12)
	if !(right > left && top > bottom) || right-left > maxSideLen || top-bottom > maxSideLen {
		return fmt.Errorf("the page has an impossible size")
	}
	turns := m.callInt("FPDFPage_GetRotation", w.handle) & 3
	w.out.Rotation = turns * 90
	w.out.Width, w.out.Height = right-left, top-bottom
	switch turns {
	case 0:
		w.toPage = geom.Matrix{A: 1, D: -1, E: -left, F: top}
	case 1:
		w.toPage = geom.Matrix{B: 1, C: 1, E: -bottom, F: -left}
	case 2:
		w.toPage = geom.Matrix{A: -1, D: 1, E: right, F: -bottom}
	case 3:
		w.toPage = geom.Matrix{B: -1, C: -1, E: top, F: right}
	}
	if turns%2 == 1 {
		w.out.Width, w.out.Height = w.out.Height, w.out.Width
	}
	return nil
}

// scaleY returns how long a unit of the matrix's vertical axis is.
func scaleY(m geom.Matrix) float64 { return math.Hypot(m.C, m.D) }
