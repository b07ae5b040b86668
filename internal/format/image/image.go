// Package image reads pictures as documents: PNG, JPEG, GIF, BMP, WEBP and TIFF,
// and HEIC in builds with the tag heic.
// A page is a picture with a size in points; its text is for package ocr to read.
// Of pictures that move it is the first, as where nothing moves on paper.
// Sizes are checked before anything is decoded, and a picture stands upright as
// its orientation tag says.
package image

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"sync"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"recto/internal/format"
	"recto/internal/page"
)

// Limits of a picture: beyond them nothing is decoded.
const (
	maxPixels = 100_000_000
	maxSide   = 30_000 // pixels
	maxPages  = 500    // of a TIFF
	// decodeTimeout ends the work on a picture whose few bytes ask for much, such as
	// a JPEG of thousands of passes. The largest honest ones take some seconds.
	decodeTimeout = 60 * time.Second
)

// How pixels become points. Cameras and screens write 72 or 96 dots an inch
// without meaning it.
const (
	usualDPI   = 150.0 // where the file says nothing to be believed
	leastDPI   = 100.0
	mostDPI    = 2400.0
	longestPt  = 2384.0 // A1: a longer page is scaled down to it
	shortestPt = 18.0   // a shorter longest side is scaled up to it
)

// File is an opened picture or several. It is safe for concurrent use.
type File struct {
	kind  format.Format
	data  []byte
	still []byte // what is decoded: data, or the first frame of a WEBP that moves
	parts []part

	mu   sync.Mutex
	only image.Image // the decoded picture of a file with one
}

// part is one picture of a file.
type part struct {
	tiff   *tiffPlan // of a TIFF
	w, h   int       // pixels as stored
	orient int       // EXIF orientation, 1-8
	dpiX   float64
	dpiY   float64
	err    error // the picture cannot be shown
}

// codec decodes one kind of picture.
type codec struct {
	config func(*bytes.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	hints  func([]byte) hints
}

// codecs are the kinds that hold one picture; TIFF has its own way.
var codecs = map[format.Format]codec{
	format.PNG: {
		func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) },
		png.Decode, pngHints,
	},
	format.JPEG: {
		func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) },
		jpeg.Decode, jpegHints,
	},
	format.GIF: {
		func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) },
		gif.Decode, nil,
	},
	format.BMP: {
		func(r *bytes.Reader) (image.Config, error) { return bmp.DecodeConfig(r) },
		bmp.Decode, bmpHints,
	},
	format.WEBP: {
		func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) },
		webp.Decode, webpHints,
	},
	format.HEIC: heic,
}

// Open reads the sizes of all pictures of a file and decodes none.
func Open(kind format.Format, data []byte) (*File, error) {
	f := &File{kind: kind, data: data}
	if kind == format.TIFF {
		parts, err := tiffParts(data)
		f.parts = parts
		return f, err
	}
	c, ok := codecs[kind]
	if !ok {
		return nil, fmt.Errorf("%w: %s is no picture", format.ErrUnsupported, kind)
	}
	if kind == format.WEBP {
		f.still = firstFrame(data)
	} else {
		f.still = data
	}
	var config image.Config
	if err := guard(func() (err error) {
		config, err = c.config(bytes.NewReader(f.still))
		return err
	}); err != nil {
		return nil, told(err)
	}
	p := part{w: config.Width, h: config.Height, orient: 1}
	if c.hints != nil {
		p.take(c.hints(data))
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	f.parts = []part{p}
	return f, nil
}

// take sets what the file says about a picture besides its pixels.
func (p *part) take(h hints) {
	p.dpiX, p.dpiY = h.dpiX, h.dpiY
	if h.orient >= 1 && h.orient <= 8 {
		p.orient = h.orient
	}
}

// check refuses pictures that are too large to decode.
func (p *part) check() error {
	switch {
	case p.w <= 0 || p.h <= 0:
		return fmt.Errorf("%w: a picture of %d x %d pixels", format.ErrBroken, p.w, p.h)
	case p.w > maxSide || p.h > maxSide:
		return fmt.Errorf("%w: a picture of %d x %d pixels, a side may have %d", format.ErrTooLarge, p.w, p.h, maxSide)
	case p.w > maxPixels/p.h:
		return fmt.Errorf("%w: a picture of %d x %d pixels, it may have %d million", format.ErrTooLarge, p.w, p.h, maxPixels/1_000_000)
	}
	return nil
}

// PageCount returns the number of pictures.
func (f *File) PageCount() int { return len(f.parts) }

// ReadPage returns page n with its picture on all of it. A picture that cannot
// be decoded is the page's error.
func (f *File) ReadPage(ctx context.Context, n int) *page.Page {
	p := &f.parts[n-1]
	out := &page.Page{Number: n}
	if _, err := f.Picture(ctx, n); err != nil {
		out.Err = fmt.Errorf("read page %d: %w", n, err)
		return out
	}
	w, h := p.upright()
	out.Width, out.Height = p.points()
	out.Rotation = map[int]int{3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}[p.orient]
	out.Images = []page.Image{{WidthPx: w, HeightPx: h, MCID: -1}}
	out.Images[0].Box.X1, out.Images[0].Box.Y1 = out.Width, out.Height
	return out
}

// upright returns the size in pixels of the picture as it is shown.
func (p *part) upright() (w, h int) {
	if p.orient >= 5 {
		return p.h, p.w
	}
	return p.w, p.h
}

// points returns the size of the page.
func (p *part) points() (w, h float64) {
	x, y := p.dpiX, p.dpiY
	if !(x >= leastDPI && x <= mostDPI && y >= leastDPI && y <= mostDPI) || x > 2.5*y || y > 2.5*x {
		x, y = usualDPI, usualDPI
	}
	w, h = float64(p.w)*72/x, float64(p.h)*72/y
	if p.orient >= 5 {
		w, h = h, w
	}
	scale := 1.0
	if long := max(w, h); long > longestPt {
		scale = longestPt / long
	} else if long < shortestPt {
		scale = shortestPt / long
	}
	return math.Max(w*scale, 1), math.Max(h*scale, 1)
}

// Picture decodes picture n: upright and opaque, on white where it was not. It
// gives up when ctx ends or after decodeTimeout.
func (f *File) Picture(ctx context.Context, n int) (image.Image, error) {
	f.mu.Lock()
	defer f.mu.Unlock() // one at a time: they are large
	if f.only != nil {
		return f.only, nil
	}
	p := &f.parts[n-1]
	if p.err != nil {
		return nil, p.err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, decodeTimeout, fmt.Errorf("it takes longer than %s", decodeTimeout))
	defer cancel()
	wrap := func(data []byte) io.Reader { return &patient{ctx, bytes.NewReader(data)} }
	var img image.Image
	err := guard(func() (err error) {
		if p.tiff != nil {
			img, err = p.tiff.decode(wrap)
		} else {
			img, err = codecs[f.kind].decode(wrap(f.still))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("decode the picture: %w", err)
	}
	if b := img.Bounds(); b.Empty() || b.Dx() > p.w || b.Dy() > p.h {
		return nil, fmt.Errorf("decode the picture: it is not of the size it says")
	}
	img = orient(flatten(img, p.w, p.h), p.orient)
	if len(f.parts) == 1 {
		f.only = img
	}
	return img, nil
}

// patient reads until the context ends: decoders ask for a few kilobytes at a
// time, so that none works on for long.
type patient struct {
	ctx context.Context
	in  io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if p.ctx.Err() != nil {
		return 0, context.Cause(p.ctx)
	}
	return p.in.Read(b)
}

// Original returns the bytes of picture n as they stand in the file, when they
// stand there alone.
func (f *File) Original(n int) (data []byte, contentType, extension string, ok bool) {
	if n != 1 || len(f.parts) != 1 {
		return nil, "", "", false
	}
	extension = map[format.Format]string{format.JPEG: "jpg"}[f.kind]
	if extension == "" {
		extension = string(f.kind)
	}
	return f.data, "image/" + string(f.kind), extension, true
}

// Orientation returns how picture n must be turned to stand upright, as EXIF counts
// it, from 1.
func (f *File) Orientation(n int) int { return f.parts[n-1].orient }

// guard turns a panic of a decoder on damaged data into an error.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the picture is damaged (%v)", r)
		}
	}()
	return f()
}

// flatten returns the picture with its top left corner at the origin, grey or in
// colours without transparency. A frame smaller than its screen stands on white.
func flatten(m image.Image, w, h int) image.Image {
	b := m.Bounds()
	if g, ok := m.(*image.Gray); ok && b.Min == (image.Point{}) && b.Dx() == w && b.Dy() == h {
		return g
	}
	r := image.Rect(0, 0, w, h)
	switch m.(type) {
	case *image.Gray, *image.Gray16:
		g := image.NewGray(r)
		draw.Draw(g, r, image.White, image.Point{}, draw.Src)
		draw.Draw(g, r, m, image.Point{}, draw.Over)
		return g
	}
	out := image.NewRGBA(r)
	draw.Draw(out, r, image.White, image.Point{}, draw.Src)
	draw.Draw(out, r, m, image.Point{}, draw.Over)
	return out
}

// orient turns and mirrors a picture as EXIF's tag 274 asks for.
func orient(m image.Image, how int) image.Image {
	if how <= 1 {
		return m
	}
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	from := func(x, y int) (int, int) { // where the pixel of the upright picture stands
		switch how {
		case 2:
			return w - 1 - x, y
		case 3:
			return w - 1 - x, h - 1 - y
		case 4:
			return x, h - 1 - y
		case 5:
			return y, x
		case 6:
			return y, h - 1 - x
		case 7:
			return w - 1 - y, h - 1 - x
		}
		return w - 1 - y, x
	}
	r := image.Rect(0, 0, w, h)
	if how >= 5 {
		r = image.Rect(0, 0, h, w)
	}
	if g, ok := m.(*image.Gray); ok {
		out := image.NewGray(r)
		for y := range r.Dy() {
			for x := range r.Dx() {
				sx, sy := from(x, y)
				out.Pix[y*out.Stride+x] = g.Pix[sy*g.Stride+sx]
			}
		}
		return out
	}
	c := m.(*image.RGBA) // flatten gives nothing else
	out := image.NewRGBA(r)
	for y := range r.Dy() {
		for x := range r.Dx() {
			sx, sy := from(x, y)
			copy(out.Pix[y*out.Stride+4*x:][:4], c.Pix[sy*c.Stride+4*sx:])
		}
	}
	return out
}
