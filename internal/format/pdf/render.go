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
	h := m.call("FPDF_LoadPage", r.doc, uint64(n-1))
	if h == 0 {
		return nil, fmt.Errorf("render page %d: the page is damaged", n)
	}
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
	w, hh := int(math.Ceil(clip.W()*scale)), int(math.Ceil(clip.H()*scale))
	if w <= 0 || hh <= 0 {
		return nil, fmt.Errorf("render page %d: nothing to show", n)
	}
	bitmap := m.call("FPDFBitmap_CreateEx", uint64(w), uint64(hh), bitmapBGRx, 0, 0)
	if bitmap == 0 {
		return nil, fmt.Errorf("render page %d: the picture does not fit into memory", n)
	}
	defer m.call("FPDFBitmap_Destroy", bitmap)
	m.call("FPDFBitmap_FillRect", bitmap, 0, 0, uint64(w), uint64(hh), 0xFFFFFFFF)
	left, top := -int(math.Round(clip.X0*scale)), -int(math.Round(clip.Y0*scale))
	m.call("FPDF_RenderPageBitmap", bitmap, h, intArg(left), intArg(top),
		uint64(math.Ceil(width*scale)), uint64(math.Ceil(height*scale)), 0, renderFlags)
	if m.trap != nil {
		return nil, fmt.Errorf("render page %d: %w", n, m.trap)
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

// Images calls fn with every image object of page n whose index is in want, as
// it stands in the file: JPEG stays JPEG, everything else becomes PNG. A nil
// picture with an error says why one could not be taken out.
func (r *Reader) Images(n int, want map[int]bool, fn func(index int, p *Picture, err error) error) error {
	m := r.m
	h := m.call("FPDF_LoadPage", r.doc, uint64(n-1))
	if h == 0 {
		return fmt.Errorf("read the images of page %d: the page is damaged", n)
	}
	defer m.call("FPDF_ClosePage", h)
	for index, object := range r.imageObjects(h) {
		if !want[index] {
			continue
		}
		p, err := r.picture(h, object)
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
	masked := m.callInt("FPDFPageObj_HasTransparency", object) != 0
	if !masked && r.plainJPEG(object) {
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
	var bitmap handle
	if masked {
		bitmap = m.call("FPDFImageObj_GetRenderedBitmap", r.doc, pageHandle, object)
	}
	if bitmap == 0 {
		bitmap = m.call("FPDFImageObj_GetBitmap", object)
	}
	if bitmap == 0 {
		return nil, fmt.Errorf("image cannot be decoded")
	}
	defer m.call("FPDFBitmap_Destroy", bitmap)
	img, err := r.pixels(bitmap)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("encode image: %w", err)
	}
	return &Picture{Data: buf.Bytes(), ContentType: "image/png", WidthPx: img.Rect.Dx(), HeightPx: img.Rect.Dy()}, nil
}

// plainJPEG reports whether the image's bytes are a JPEG file that viewers show
// as the page does. CMYK ones are not: readers outside PDF invert them.
func (r *Reader) plainJPEG(object handle) bool {
	m := r.m
	if m.callInt("FPDFImageObj_GetImageFilterCount", object) != 1 ||
		m.byteString("FPDFImageObj_GetImageFilter", object, 0) != "DCTDecode" {
		return false
	}
	const cmyk = 3 // FPDF_COLORSPACE_DEVICECMYK
	m.clear(64)
	// FPDF_IMAGEOBJ_METADATA: width, height, dpi x, dpi y, bits, colour space, mcid.
	if m.callInt("FPDFImageObj_GetImageMetadata", object, 0, m.out(0)) == 0 {
		return true
	}
	return m.uint32At(20) != cmyk
}

// intArg passes a C int.
func intArg(i int) uint64 { return uint64(uint32(int32(i))) }
