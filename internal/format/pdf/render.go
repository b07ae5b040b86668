package pdf

import (
	"errors"
	"fmt"
	"image"
	"math"

	"recto/internal/geom"
)

// maxPixels bounds a rendered or decoded picture: 100 megapixels are 400 MB.
const maxPixels = 100 << 20

// Pixel formats of PDFium bitmaps.
const (
	bitmapGray = 1
	bitmapBGR  = 2
	bitmapBGRx = 3
	bitmapBGRA = 4
)

// renderFlags: annotations are drawn; text is not hinted for screens.
const renderFlags = 0x01

// Render paints page n at the given resolution. clip, in page space, limits the
// picture to a region; a zero clip means the whole page. The image is opaque.
func (r *Reader) Render(n int, dpi float64, clip geom.Rect) (*image.NRGBA, error) {
	m := r.m
	w, err := r.openFlat(n)
	if err != nil {
		return nil, fmt.Errorf("render page %d: %w", n, err)
	}
	h := w.handle
	defer m.call("FPDF_ClosePage", h)
	width := m.callFloat("FPDF_GetPageWidthF", h)
	height := m.callFloat("FPDF_GetPageHeightF", h)
	if clip.IsZero() {
		clip = geom.Rect{X1: width, Y1: height}
	}
	scale := dpi / 72
	if most := math.Sqrt(maxPixels / max(clip.Area(), 1)); scale > most {
		scale = most
	}
	img, err := r.render(h, scale, clip)
	if err != nil {
		return nil, fmt.Errorf("render page %d: %w", n, err)
	}
	return img, nil
}

// render paints a region of an open page at a scale in pixels a point.
func (r *Reader) render(h handle, scale float64, clip geom.Rect) (*image.NRGBA, error) {
	m := r.m
	width, height := m.callFloat("FPDF_GetPageWidthF", h), m.callFloat("FPDF_GetPageHeightF", h)
	widthPx, heightPx := int(math.Ceil(clip.W()*scale)), int(math.Ceil(clip.H()*scale))
	if widthPx <= 0 || heightPx <= 0 {
		return nil, errors.New("nothing to show")
	}
	bitmap := m.call("FPDFBitmap_CreateEx", uint64(widthPx), uint64(heightPx), bitmapBGRx, 0, 0)
	if bitmap == 0 {
		return nil, errors.New("the picture does not fit into memory")
	}
	defer m.call("FPDFBitmap_Destroy", bitmap)
	m.call("FPDFBitmap_FillRect", bitmap, 0, 0, uint64(widthPx), uint64(heightPx), 0xFFFFFFFF)
	left, top := -int(math.Round(clip.X0*scale)), -int(math.Round(clip.Y0*scale))
	m.call("FPDF_RenderPageBitmap", bitmap, h, intArg(left), intArg(top),
		uint64(math.Ceil(width*scale)), uint64(math.Ceil(height*scale)), 0, renderFlags)
	if m.trap != nil {
		return nil, m.trap
	}
	return r.pixels(bitmap)
}

// pixels copies a bitmap out of the module.
func (r *Reader) pixels(bitmap handle) (*image.NRGBA, error) {
	m := r.m
	w, h := m.callInt("FPDFBitmap_GetWidth", bitmap), m.callInt("FPDFBitmap_GetHeight", bitmap)
	stride, kind := m.callInt("FPDFBitmap_GetStride", bitmap), m.callInt("FPDFBitmap_GetFormat", bitmap)
	if w <= 0 || h <= 0 || w*h > maxPixels || stride <= 0 {
		return nil, fmt.Errorf("picture of %d x %d pixels is too large", w, h)
	}
	src, ok := m.mem.Read(uint32(m.call("FPDFBitmap_GetBuffer", bitmap)), uint32(stride*h))
	if !ok {
		return nil, fmt.Errorf("picture is damaged")
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	step := map[int]int{bitmapGray: 1, bitmapBGR: 3, bitmapBGRx: 4, bitmapBGRA: 4}[kind]
	if step == 0 || stride < w*step {
		return nil, fmt.Errorf("picture has an unknown pixel format")
	}
	for y := range h {
		line, dst := src[y*stride:], out.Pix[y*out.Stride:]
		for x := range w {
			s, d := line[x*step:], dst[x*4:x*4+4]
			switch kind {
			case bitmapGray:
				d[0], d[1], d[2], d[3] = s[0], s[0], s[0], 255
			case bitmapBGRA:
				d[0], d[1], d[2], d[3] = s[2], s[1], s[0], s[3]
			default:
				d[0], d[1], d[2], d[3] = s[2], s[1], s[0], 255
			}
		}
	}
	return out, nil
}

// intArg passes a C int.
func intArg(i int) uint64 { return uint64(uint32(int32(i))) }
