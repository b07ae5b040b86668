package pdf

import (
	"bytes"
	"image"
	"math"

	"recto/internal/geom"
)

// A page of a document with layers is shown twice to find out which of its images
// are seen: as it is, and with the images moved away. What is on layers that viewers
// hide, or wholly under something else, makes no difference. The module has no better
// way to ask: it knows which layers are hidden while it paints only.
const (
	glanceSide = 700.0 // pixels of the page's longer side
	farAway    = 1e6   // points from the page
)

// visibleImages reports for each image of a page whether it is seen; all are where
// there are no layers or the page cannot be shown.
func (r *Reader) visibleImages(w *placed, objects []imageObject, want map[int]bool) []bool {
	seen := make([]bool, len(objects))
	for i := range seen {
		seen[i] = true
	}
	if !r.layered() {
		return seen
	}
	m := r.m
	width, height := m.callFloat("FPDF_GetPageWidthF", w.handle), m.callFloat("FPDF_GetPageHeightF", w.handle)
	scale := glanceSide / max(width, height, 1)
	with, err := r.render(w.handle, scale, geom.Rect{X1: width, Y1: height})
	if err != nil {
		return seen
	}
	d := drawing{r: r}
	for i, o := range objects {
		if want[i] {
			own := d.matrix(o.handle)
			away := own
			away.E, away.F = farAway, farAway
			r.setMatrix(o.handle, away)
			defer r.setMatrix(o.handle, own)
		}
	}
	without, err := r.render(w.handle, scale, geom.Rect{X1: width, Y1: height})
	if err != nil {
		return seen
	}
	for i, o := range objects {
		box := o.lie.ApplyRect(geom.Rect{X1: 1, Y1: 1})
		seen[i] = !want[i] || differ(with, without, geom.Rect{X0: box.X0 * scale, Y0: box.Y0 * scale, X1: box.X1 * scale, Y1: box.Y1 * scale})
	}
	return seen
}

// setMatrix places an object anew in the space it is drawn in.
func (r *Reader) setMatrix(object handle, to geom.Matrix) bool {
	m := r.m
	for i, v := range [6]float64{to.A, to.B, to.C, to.D, to.E, to.F} {
		m.mem.WriteFloat32Le(m.scratch+uint32(i)*4, float32(v))
	}
	return m.callInt("FPDFPageObj_SetMatrix", object, m.out(0)) != 0
}

// differ reports whether two pictures of one size differ within a box, in pixels.
func differ(a, b *image.NRGBA, box geom.Rect) bool {
	at := image.Rect(int(box.X0), int(box.Y0), int(math.Ceil(box.X1)), int(math.Ceil(box.Y1))).Intersect(a.Rect)
	for y := at.Min.Y; y < at.Max.Y; y++ {
		from, to := a.PixOffset(at.Min.X, y), a.PixOffset(at.Max.X-1, y)+4
		if !bytes.Equal(a.Pix[from:to], b.Pix[from:to]) {
			return true
		}
	}
	return false
}
