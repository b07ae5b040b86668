package engine

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"sync"

	"recto/internal/doc"
	pictures "recto/internal/format/image"
	"recto/internal/geom"
	"recto/internal/ocr"
	"recto/internal/page"
	"recto/internal/render/searchable"
)

// paper is an opened document whose pages can be read and shown. Its methods are
// safe for concurrent use.
type paper interface {
	// count returns the number of pages, at least 1.
	count() int
	// about returns what the document says about itself.
	about() (doc.Meta, []doc.Bookmark)
	// read reads one page; a failure becomes the page's error.
	read(ctx context.Context, n int) *page.Page
	// show returns the picture of a region of a page, of all of it for a zero box.
	show(ctx context.Context, n int, dpi float64, box geom.Rect) (image.Image, error)
	// embedded returns the images of a page, in their order, whose indexes are wanted.
	embedded(ctx context.Context, n int, want map[int]bool) ([]embedded, error)
	// stream returns the picture of a page with these images as a PDF can hold it, nil
	// when it must be drawn.
	stream(ctx context.Context, n int, images []page.Image, whole geom.Rect) *searchable.Picture
}

// embedded is an image as found in the file, or why it could not be taken out.
type embedded struct {
	index                  int
	data                   []byte
	contentType, extension string
	widthPx, heightPx      int
	err                    error
}

// album is a file of pictures. Its pages are shown as they are: no resolution
// adds to what a picture has.
type album struct {
	file   *pictures.File
	camera bool // the pictures are photographs of sheets, which are straightened

	mu       sync.Mutex
	number   int // of the picture straightened last
	straight image.Image
}

func (a *album) count() int { return a.file.PageCount() }

func (a *album) about() (doc.Meta, []doc.Bookmark) {
	return doc.Meta{PageCount: a.file.PageCount()}, nil
}

func (a *album) read(ctx context.Context, n int) *page.Page {
	p := a.file.ReadPage(ctx, n)
	if p.Err != nil || !a.camera {
		return p
	}
	img, err := a.picture(ctx, n)
	if err != nil {
		p.Err = fmt.Errorf("read page %d: %w", n, err)
		return p
	}
	scale := p.Width / float64(p.Images[0].WidthPx)
	i := &p.Images[0]
	i.WidthPx, i.HeightPx = img.Bounds().Dx(), img.Bounds().Dy()
	p.Width, p.Height = float64(i.WidthPx)*scale, float64(i.HeightPx)*scale
	i.Box = geom.Rect{X1: p.Width, Y1: p.Height}
	return p
}

// picture returns a picture as it is read and shown.
func (a *album) picture(ctx context.Context, n int) (image.Image, error) {
	img, err := a.file.Picture(ctx, n)
	if err != nil || !a.camera {
		return img, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.number != n {
		a.number, a.straight = n, ocr.Straighten(img)
	}
	return a.straight, nil
}

func (a *album) show(ctx context.Context, n int, _ float64, box geom.Rect) (image.Image, error) {
	img, err := a.picture(ctx, n)
	if err != nil || box.IsZero() {
		return img, err
	}
	p := a.read(ctx, n)
	w, h := p.Width, p.Height
	b := img.Bounds()
	x, y := float64(b.Dx())/w, float64(b.Dy())/h
	clip := image.Rect(int(box.X0*x), int(box.Y0*y), int(math.Ceil(box.X1*x)), int(math.Ceil(box.Y1*y))).Intersect(b)
	out := image.NewRGBA(image.Rect(0, 0, max(clip.Dx(), 1), max(clip.Dy(), 1)))
	draw.Draw(out, out.Rect, img, clip.Min, draw.Src)
	return out, nil
}

func (a *album) embedded(ctx context.Context, n int, _ map[int]bool) ([]embedded, error) {
	img, err := a.file.Picture(ctx, n)
	if err != nil {
		return nil, err
	}
	b := img.Bounds()
	if data, contentType, extension, ok := a.file.Original(n); ok {
		return []embedded{{data: data, contentType: contentType, extension: extension, widthPx: b.Dx(), heightPx: b.Dy()}}, nil
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, err
	}
	return []embedded{{data: buf.Bytes(), contentType: "image/png", extension: "png", widthPx: b.Dx(), heightPx: b.Dy()}}, ctx.Err()
}
