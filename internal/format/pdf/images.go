package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
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
// it stands in the file: JPEG stays JPEG, everything else becomes PNG. A nil
// picture with an error says why one could not be taken out.
func (r *Reader) Images(n int, want map[int]bool, fn func(index int, p *Picture, err error) error) error {
	m := r.m
	w, err := r.openFlat(n)
	if err != nil {
		return fmt.Errorf("read the images of page %d: %w", n, err)
	}
	defer m.call("FPDF_ClosePage", w.handle)
	for index, object := range r.imageObjects(w.handle) {
		if !want[index] {
			continue
		}
		p, err := r.picture(w.handle, object)
		if m.trap != nil {
			return fmt.Errorf("read the images of page %d: %w", n, m.trap)
		}
		if err := fn(index, p, err); err != nil {
			return err
		}
	}
	return nil
}

// imageObjects lists the page's images in the order of page.Image.Index.
func (r *Reader) imageObjects(h handle) []handle {
	var out []handle
	seen := 0
	var walk func(count, get string, parent handle, depth int)
	walk = func(count, get string, parent handle, depth int) {
		n := min(r.m.callInt(count, parent), maxObjects)
		for i := 0; i < n && r.m.trap == nil && seen < maxObjects && len(out) < maxImages; i++ {
			o := r.m.call(get, parent, uint64(i))
			seen++
			switch r.m.callInt("FPDFPageObj_GetType", o) {
			case objectImage:
				out = append(out, o)
			case objectForm:
				if depth < maxFormDepth {
					walk("FPDFFormObj_CountObjects", "FPDFFormObj_GetObject", o, depth+1)
				}
			}
		}
	}
	walk("FPDFPage_CountObjects", "FPDFPage_GetObject", h, 0)
	return out
}

// maxPictureBytes bounds the encoded bytes of one image taken as they are.
const maxPictureBytes = 256 << 20

func (r *Reader) picture(pageHandle, object handle) (*Picture, error) {
	m := r.m
	m.clear(16)
	m.call("FPDFImageObj_GetImagePixelSize", object, m.out(0), m.out(1))
	w, h := int(m.uint32At(0)), int(m.uint32At(8))
	if w <= 0 || h <= 0 || w > maxPixels/h {
		return nil, fmt.Errorf("image of %d x %d pixels is too large", w, h)
	}
	plain := r.plainJPEG(object, pageHandle)
	if img := r.withAlpha(pageHandle, object, min(w, thumbnail), min(h, thumbnail)); img != nil {
		if w > thumbnail || h > thumbnail {
			img = r.withAlpha(pageHandle, object, w, h)
		}
		if img != nil {
			return pngPicture(img)
		}
	}
	if plain {
		n := m.call("FPDFImageObj_GetImageDataRaw", object, 0, 0)
		if n > 0 && n < maxPictureBytes {
			if buf := m.call("malloc", n); buf != 0 {
				defer m.free(buf)
				m.call("FPDFImageObj_GetImageDataRaw", object, buf, n)
				if b, ok := m.mem.Read(uint32(buf), uint32(n)); ok && bytes.HasPrefix(b, []byte{0xFF, 0xD8}) {
					return &Picture{Data: bytes.Clone(b), ContentType: "image/jpeg", WidthPx: w, HeightPx: h}, nil
				}
			}
		}
	}
	bitmap := m.call("FPDFImageObj_GetBitmap", object)
	if bitmap == 0 {
		return nil, fmt.Errorf("image cannot be decoded")
	}
	defer m.call("FPDFBitmap_Destroy", bitmap)
	img, err := r.pixels(bitmap)
	if err != nil {
		return nil, err
	}
	return pngPicture(img)
}

// thumbnail is the side of the small picture by which transparency is noticed,
// in pixels.
const thumbnail = 64

// withAlpha paints the image alone at a size in pixels, with its mask and, for a
// stencil, in its colour; nil when the image covers everything, as most do.
// PDFium decodes images without their masks and does not tell which have one.
func (r *Reader) withAlpha(pageHandle, object handle, w, h int) *image.NRGBA {
	m := r.m
	for i, v := range [6]float32{float32(w), 0, 0, float32(h), 0, 0} {
		m.mem.WriteFloat32Le(m.scratch+uint32(i)*4, v)
	}
	if m.callInt("FPDFPageObj_SetMatrix", object, m.out(0)) == 0 {
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
	seen, faded := false, false
	for i := 3; i < len(img.Pix); i += 4 {
		seen = seen || img.Pix[i] > 0
		faded = faded || img.Pix[i] < 255
	}
	if !seen || !faded {
		return nil
	}
	return img
}

// clipBlowUp is how much larger than the image its clip is made.
const clipBlowUp = 100

func pngPicture(img *image.NRGBA) (*Picture, error) {
	var buf bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("encode image: %w", err)
	}
	return &Picture{Data: buf.Bytes(), ContentType: "image/png", WidthPx: img.Rect.Dx(), HeightPx: img.Rect.Dy()}, nil
}

// plainJPEG reports whether the image's bytes are a JPEG file that viewers show
// as the page does. CMYK ones are not: readers outside PDF invert them.
func (r *Reader) plainJPEG(object, pageHandle handle) bool {
	if r.m.callInt("FPDFImageObj_GetImageFilterCount", object) != 1 ||
		r.m.byteString("FPDFImageObj_GetImageFilter", object, 0) != "DCTDecode" {
		return false
	}
	_, space := r.imageColors(object, pageHandle)
	return space != colorsCMYK
}

// Colour spaces of images, as PDFium numbers them.
const (
	colorsUnknown = 0
	colorsCMYK    = 3
)

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
