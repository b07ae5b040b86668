package pdf

import (
	"recto/internal/geom"
	"recto/internal/page"
)

// The kinds of destinations that name a height (FPDFDest_GetView).
const (
	viewXYZ   = 1
	viewFitH  = 3
	viewFitR  = 5
	viewFitBH = 7
)

// placeFinder knows how pages of a size are turned and cropped. Opening a page
// only to learn this costs as much as reading it, so the first page of each size
// stands for the others.
type placeFinder map[[2]float64]geom.Matrix

// maxSizes bounds the pages that are opened to learn their shape; those of
// further sizes are taken as neither turned nor cropped.
const maxSizes = 8

// pageOf returns the page, from 1, that a destination leads to, 0 when it leads
// nowhere.
func (r *Reader) pageOf(dest handle) int {
	if dest == 0 {
		return 0
	}
	n := r.m.callInt("FPDFDest_GetDestPageIndex", r.doc, dest) + 1
	if n < 1 || n > r.pages {
		return 0
	}
	return n
}

// destination returns the page a destination leads to and the distance from its
// top; 0 and -1 when unknown.
func (r *Reader) destination(dest handle, f placeFinder) (pageNumber int, y float64) {
	pageNumber = r.pageOf(dest)
	if pageNumber == 0 {
		return 0, -1
	}
	m := r.m
	m.clear(64)
	// The count of parameters goes to slot 0, the four floats begin at slot 1.
	view := m.callInt("FPDFDest_GetView", dest, m.out(0), m.out(1))
	count := m.uint32At(0)
	var at geom.Point
	switch {
	case (view == viewFitH || view == viewFitBH) && count == 1:
		at.Y = m.float32At(8)
	case view == viewFitR && count == 4:
		at.X, at.Y = m.float32At(8), m.float32At(20)
	case view == viewXYZ:
		m.clear(64)
		// Three flags that say which of x, y and zoom are given, then the three.
		if m.callInt("FPDFDest_GetLocationInPage", dest, m.out(0), m.out(1), m.out(2), m.out(3), m.out(4), m.out(5)) == 0 || m.uint32At(8) == 0 {
			return pageNumber, -1
		}
		at.X, at.Y = m.float32At(24), m.float32At(32)
	default:
		return pageNumber, -1
	}
	return pageNumber, r.fromTop(pageNumber, at, f)
}

// fromTop returns how far below the top of a page a point of its user space is.
func (r *Reader) fromTop(n int, at geom.Point, f placeFinder) float64 {
	m := r.m
	m.clear(8)
	if m.callInt("FPDF_GetPageSizeByIndexF", r.doc, uint64(n-1), m.out(0)) == 0 {
		return -1
	}
	width, height := m.float32At(0), m.float32At(4)
	toPage, known := f[[2]float64{width, height}]
	if !known {
		toPage = geom.Matrix{A: 1, D: -1, F: height}
		if len(f) < maxSizes {
			if h := m.call("FPDF_LoadPage", r.doc, uint64(n-1)); h != 0 {
				w := &placed{handle: h, number: n, out: &page.Page{}}
				if r.place(w) == nil {
					toPage = w.toPage
				}
				m.call("FPDF_ClosePage", h)
			}
			f[[2]float64{width, height}] = toPage
		}
	}
	return min(max(toPage.Apply(at).Y, 0), height) // writers point above the page to mean its top
}
