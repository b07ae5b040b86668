package pdf

import (
	"bytes"
	"fmt"
	"image"
	"math"

	"recto/internal/geom"
)

// Picture is an encoded image.
type Picture struct {
	Data              []byte
	ContentType       string // image/jpeg or image/png
	WidthPx, HeightPx int
}

// Images calls fn with every image object of page n whose index is in want, as
// it stands in the file: a JPEG that shows what the page shows stays as it is,
// everything else becomes PNG, with its mask and the way it stands on the page.
// A stencil that shows only on what is below it is cut out of the page. A nil picture
// with an error says why one could not be taken out; a nil picture without one is
// not seen on the page.
func (r *Reader) Images(n int, want map[int]bool, fn func(index int, p *Picture, err error) error) error {
	m := r.m
	w, err := r.openFlat(n)
	if err != nil {
		return fmt.Errorf("read the images of page %d: %w", n, err)
	}
	defer m.call("FPDF_ClosePage", w.handle)
	objects := r.imageObjects(w)
	seen := r.visibleImages(w, objects, want)
	for index, object := range objects {
		if !want[index] {
			continue
		}
		var p *Picture
		var err error
		// One that shows nothing even alone is damaged, and picture says so.
		if seen[index] || r.paint(w.handle, object.handle, thumbnail, thumbnail) == nil {
			p, err = r.picture(w, object)
		}
		if m.trap != nil {
			return fmt.Errorf("read the images of page %d: %w", n, m.trap)
		}
		if err := fn(index, p, err); err != nil {
			return err
		}
	}
	return nil
}

// imageObject is an image and how it is laid on the page.
type imageObject struct {
	handle handle
	lie    geom.Matrix // from the unit square, y upwards, to the page
}

// imageObjects lists the page's images in the order of page.Image.Index.
func (r *Reader) imageObjects(w *placed) []imageObject {
	var out []imageObject
	seen := 0
	d := drawing{r: r}
	var walk func(count, get string, parent handle, toPage geom.Matrix, depth int)
	walk = func(count, get string, parent handle, toPage geom.Matrix, depth int) {
		n := min(r.m.callInt(count, parent), r.limits.Objects)
		for i := 0; i < n && r.m.trap == nil && seen < r.limits.Objects && len(out) < maxImages; i++ {
			o := r.m.call(get, parent, uint64(i))
			seen++
			switch r.m.callInt("FPDFPageObj_GetType", o) {
			case objectImage:
				out = append(out, imageObject{o, d.matrix(o).Then(toPage)})
			case objectForm:
				if depth < maxFormDepth {
					walk("FPDFFormObj_CountObjects", "FPDFFormObj_GetObject", o, d.matrix(o).Then(toPage), depth+1)
				}
			}
		}
	}
	walk("FPDFPage_CountObjects", "FPDFPage_GetObject", w.handle, w.toPage, 0)
	return out
}

// maxPictureBytes bounds the encoded bytes of one image taken as they are.
const maxPictureBytes = 256 << 20

func (r *Reader) picture(on *placed, o imageObject) (*Picture, error) {
	m, object, pageHandle := r.m, o.handle, on.handle
	m.clear(16)
	m.call("FPDFImageObj_GetImagePixelSize", object, m.out(0), m.out(1))
	w, h := int(m.uint32At(0)), int(m.uint32At(8))
	if w <= 0 || h <= 0 || w > maxPixels/h {
		return nil, fmt.Errorf("image of %d x %d pixels is too large", w, h)
	}
	stencil := (&drawing{r: r, w: on}).isStencil(object)
	small := r.paint(pageHandle, object, min(w, thumbnail), min(h, thumbnail))
	if small != nil && small.opaque {
		if data := r.plainJPEG(object); data != nil && showsSame(data, w, h, small.NRGBA) {
			return &Picture{Data: data, ContentType: "image/jpeg", WidthPx: w, HeightPx: h}, nil
		}
	}
	if stencil && (small == nil || small.whiteInk()) {
		return r.cutOut(on, o, w, h)
	}
	if small != nil {
		if img := r.paintWhole(pageHandle, object, w, h); img != nil {
			return pngPicture(stand(img, o.lie))
		}
	}
	// PDFium decodes images without their masks, but does decode them all.
	bitmap := m.call("FPDFImageObj_GetBitmap", object)
	if bitmap == 0 {
		return nil, fmt.Errorf("image cannot be decoded")
	}
	defer m.call("FPDFBitmap_Destroy", bitmap)
	img, err := r.pixels(bitmap)
	if err != nil {
		return nil, err
	}
	return pngPicture(stand(img, o.lie))
}

// thumbnail is the side of the small picture by which transparency and other
// colours are noticed, in pixels.
const thumbnail = 64

// painted is an image as the page shows it.
type painted struct {
	*image.NRGBA
	opaque bool
}

// paint paints the image alone at a size in pixels: through its colour space and
// decode array, with its mask and, for a stencil, in its colour. It returns nil
// when nothing can be seen, as with stencils filled with a pattern.
func (r *Reader) paint(pageHandle, object handle, w, h int) *painted {
	m := r.m
	if !r.setMatrix(object, geom.Matrix{A: float64(w), D: float64(h)}) {
		return nil
	}
	// The clip stays where it was: blow it up until it clips nothing any more.
	d := drawing{r: r}
	if clip, ok := d.clip(object, geom.Identity); ok && !clip.Empty() {
		scale := clipBlowUp * float64(max(w, h)) / min(clip.W(), clip.H())
		m.call("FPDFPageObj_TransformClipPath", object, math.Float64bits(scale), 0, 0, math.Float64bits(scale),
			math.Float64bits(float64(w)/2-scale*clip.CenterX()), math.Float64bits(float64(h)/2-scale*clip.CenterY()))
	}
	bitmap := m.call("FPDFImageObj_GetRenderedBitmap", r.doc, pageHandle, object)
	if bitmap == 0 {
		return nil
	}
	defer m.call("FPDFBitmap_Destroy", bitmap)
	img, err := r.pixels(bitmap)
	if err != nil {
		return nil
	}
	seen, opaque := false, true
	for i := 3; i < len(img.Pix); i += 4 {
		seen = seen || img.Pix[i] > 0
		opaque = opaque && img.Pix[i] == 255
	}
	if !seen {
		return nil
	}
	return &painted{img, opaque}
}

// A mask may be much finer than its picture: scanning programs put the colour of
// the ink into a small picture and its shape into a large mask.
const (
	finer      = 4 // by how much a picture is enlarged to find out
	maxFiner   = 25_000_000
	finerShare = 0.01 // of the pixels in which the enlarged mask shows something new
	newDetail  = 48   // levels beyond those of the neighbours
)

// paintWhole paints the image in its own size, or larger when its mask has more
// to show.
func (r *Reader) paintWhole(pageHandle, object handle, w, h int) *image.NRGBA {
	img := r.paint(pageHandle, object, w, h)
	if img == nil {
		return nil
	}
	for !img.opaque && w*h*finer*finer <= maxFiner {
		larger := r.paint(pageHandle, object, w*finer, h*finer)
		if larger == nil || !moreDetail(img.NRGBA, larger.NRGBA) {
			break
		}
		img, w, h = larger, w*finer, h*finer
	}
	return img.NRGBA
}

// moreDetail reports whether the mask of an enlarged picture shows what that of
// the small one does not: values that no interpolation of neighbours gives.
func moreDetail(small, large *image.NRGBA) bool {
	w, h := small.Rect.Dx(), small.Rect.Dy()
	if large.Rect.Dx() != w*finer || large.Rect.Dy() != h*finer {
		return false
	}
	found := 0
	for y := range h {
		for x := range w {
			low, high := 255, 0
			for j := max(y-1, 0); j <= min(y+1, h-1); j++ {
				for i := max(x-1, 0); i <= min(x+1, w-1); i++ {
					v := int(small.Pix[j*small.Stride+i*4+3])
					low, high = min(low, v), max(high, v)
				}
			}
			for k := range finer * finer {
				v := int(large.Pix[(y*finer+k/finer)*large.Stride+(x*finer+k%finer)*4+3])
				if v < low-newDetail || v > high+newDetail {
					found++
					break
				}
			}
		}
	}
	return float64(found) > finerShare*float64(w*h)
}

// whiteInk reports whether all that is seen is white, which shows on a dark ground
// only.
func (p *painted) whiteInk() bool {
	for i := 0; i < len(p.Pix); i += 4 {
		if p.Pix[i+3] > 0 && min(p.Pix[i], p.Pix[i+1], p.Pix[i+2]) < 240 {
			return false
		}
	}
	return true
}

// cutOut returns the region of the page where a stencil stands, about as large as
// its own pixels: a stencil that is white, or filled with a pattern, means
// nothing without what is below it. It is nil for a region of one colour.
func (r *Reader) cutOut(on *placed, o imageObject, w, h int) (*Picture, error) {
	box := o.lie.ApplyRect(geom.Rect{X1: 1, Y1: 1})
	box = box.Intersect(geom.Rect{X1: r.m.callFloat("FPDF_GetPageWidthF", on.handle), Y1: r.m.callFloat("FPDF_GetPageHeightF", on.handle)})
	if box.Empty() {
		return nil, nil
	}
	dpi := 72 * float64(max(w, h)) / max(box.W(), box.H())
	img, err := r.Render(on.number, min(dpi, maxCutDPI), box)
	if err != nil || plain(img) {
		return nil, err
	}
	return pngPicture(img)
}

// maxCutDPI bounds the resolution of regions shown in place of a stencil.
const maxCutDPI = 600

// plain reports whether a picture has one colour only.
func plain(m *image.NRGBA) bool {
	for i := 4; i < len(m.Pix); i++ {
		if m.Pix[i] != m.Pix[i-4] {
			return false
		}
	}
	return true
}

// clipBlowUp is how much larger than the image its clip is made.
const clipBlowUp = 100

// plainJPEG returns the image's bytes when they are a JPEG file, else nil.
func (r *Reader) plainJPEG(object handle) []byte {
	m := r.m
	if m.callInt("FPDFImageObj_GetImageFilterCount", object) != 1 ||
		m.byteString("FPDFImageObj_GetImageFilter", object, 0) != "DCTDecode" {
		return nil
	}
	n := m.call("FPDFImageObj_GetImageDataRaw", object, 0, 0)
	if n == 0 || n > maxPictureBytes {
		return nil
	}
	buf := m.call("malloc", n)
	if buf == 0 {
		return nil
	}
	defer m.free(buf)
	m.call("FPDFImageObj_GetImageDataRaw", object, buf, n)
	b, ok := m.mem.Read(uint32(buf), uint32(n))
	if !ok || !bytes.HasPrefix(b, []byte{0xFF, 0xD8}) {
		return nil
	}
	return bytes.Clone(b)
}

// isLossy reports whether an image is stored as JPEG or JPEG 2000.
func (r *Reader) isLossy(object handle) bool {
	n := r.m.callInt("FPDFImageObj_GetImageFilterCount", object)
	if n <= 0 {
		return false
	}
	last := r.m.byteString("FPDFImageObj_GetImageFilter", object, uint64(n-1))
	return last == "DCTDecode" || last == "DCT" || last == "JPXDecode"
}

// colorsUnknown is PDFium's number for an image without a colour space.
const colorsUnknown = 0

// imageColors returns the bits of a pixel and the colour space of an image.
func (r *Reader) imageColors(object, pageHandle handle) (bits, space uint32) {
	m := r.m
	m.clear(64)
	// FPDF_IMAGEOBJ_METADATA: width, height, dpi x, dpi y, bits, colour space, mcid.
	if m.callInt("FPDFImageObj_GetImageMetadata", object, pageHandle, m.out(0)) == 0 {
		return 0, colorsUnknown
	}
	return m.uint32At(16), m.uint32At(20)
}
