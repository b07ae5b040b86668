package engine

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/jpeg"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
)

// jpegQuality of screenshots and cut-out figures: text stays crisp at 85.
const jpegQuality = 85

// Images that draw something else than a picture are not handed out: strips and
// single pixels stretched to lines and shades, and what is as thin as a line on
// the page.
const (
	leastPixels = 3
	leastSide   = 4.0 // points
)

// saveImages hands out the pictures asked for, page by page, and tells the
// figures their file names.
func (j *pageJob) saveImages() error {
	kinds := j.o.Images
	if j.o.SaveImage == nil || !kinds.Screenshot && !kinds.Embedded && !kinds.Layout {
		return nil
	}
	for i, n := range j.numbers {
		if err := j.ctx.Err(); err != nil {
			return err
		}
		p := j.out.Doc.Pages[i]
		if p.Err != nil {
			continue
		}
		if kinds.Screenshot {
			if _, err := j.saveRegion(n, geom.Rect{}, fmt.Sprintf("page_%d.jpg", n), Screenshot); err != nil {
				return err
			}
		}
		if kinds.Embedded {
			if err := j.saveEmbedded(n, j.images[i]); err != nil {
				return err
			}
		}
		if kinds.Layout {
			if err := j.saveFigures(n, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// saveFigures cuts the page's figures out of its picture.
func (j *pageJob) saveFigures(n int, p *doc.Page) error {
	k := 0
	for _, it := range p.Items {
		f, ok := it.(*doc.Figure)
		if !ok {
			continue
		}
		name := fmt.Sprintf("layout_p%d_%d.jpg", n, k+1)
		saved, err := j.saveRegion(n, f.Box(), name, Layout)
		if err != nil {
			return err
		}
		if saved {
			f.Image = name
			k++
		}
	}
	return nil
}

// saveRegion renders a region of a page, all of it for a zero box, and hands it
// out. A region that cannot be rendered is a warning; a figure that shows nothing,
// being on a hidden layer, is passed over.
func (j *pageJob) saveRegion(n int, box geom.Rect, name string, category Category) (saved bool, err error) {
	dpi := j.o.ScreenshotDPI
	if dpi <= 0 {
		dpi = DefaultDPI
	}
	img, err := j.paper.show(j.ctx, n, dpi, box)
	if err != nil {
		j.warn(n, fmt.Sprintf("no picture %s: %v", name, err))
		return false, nil
	}
	if category == Layout && isPlain(img) {
		return false, nil
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return false, fmt.Errorf("encode %s: %w", name, err)
	}
	if box.IsZero() {
		p := j.out.Doc.Pages[0]
		for _, q := range j.out.Doc.Pages {
			if q.Number == n {
				p = q
			}
		}
		box = geom.Rect{X1: p.Width, Y1: p.Height}
	}
	return true, j.hand(Image{
		Name: name, Category: category, Page: n, Box: box, ContentType: "image/jpeg",
		WidthPx: img.Bounds().Dx(), HeightPx: img.Bounds().Dy(), Data: buf.Bytes(),
	})
}

// isPlain reports whether a picture has one colour only.
func isPlain(img image.Image) bool {
	b := img.Bounds()
	first := img.At(b.Min.X, b.Min.Y)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if img.At(x, y) != first {
				return false
			}
		}
	}
	return true
}

// saveEmbedded hands out the pictures of a page as the file has them; those cut
// into pieces as one.
func (j *pageJob) saveEmbedded(n int, images []page.Image) error {
	if len(images) == 0 {
		return nil
	}
	pictures := joinPieces(images)
	want := map[int]bool{}
	for _, p := range pictures {
		for _, img := range p.pieces {
			want[img.Index] = min(p.box.W(), p.box.H()) >= leastSide
		}
	}
	all, err := j.paper.embedded(j.ctx, n, want)
	if err != nil {
		j.warn(n, err.Error())
		return nil
	}
	found := map[int]embedded{}
	for _, f := range all {
		if f.err != nil {
			j.warn(n, fmt.Sprintf("image %d of the page: %v", f.index+1, f.err))
			continue
		}
		found[f.index] = f
	}
	k := 0
	for _, p := range pictures {
		if len(p.pieces) > 1 {
			if whole, ok := p.join(found); ok {
				if err := j.savePicture(n, &k, whole, p.box); err != nil {
					return err
				}
				continue
			}
		}
		for _, img := range p.pieces {
			if f, ok := found[img.Index]; ok {
				if err := j.savePicture(n, &k, f, img.Box); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// savePicture hands out a picture of a page, its k-th so far.
func (j *pageJob) savePicture(n int, k *int, f embedded, box geom.Rect) error {
	if min(f.widthPx, f.heightPx) < leastPixels || min(box.W(), box.H()) < leastSide {
		return nil
	}
	*k++
	img := Image{
		Name: fmt.Sprintf("img_p%d_%d.%s", n-1, *k, f.extension), Category: Embedded, Page: n, Box: box,
		ContentType: f.contentType, WidthPx: f.widthPx, HeightPx: f.heightPx, Data: f.data,
	}
	sum := sha256.Sum256(f.data)
	if first, ok := j.saved[sum]; ok {
		img.SameAs, img.Data = first, nil
	} else if j.saved == nil {
		j.saved = map[[sha256.Size]byte]string{}
	}
	if img.SameAs == "" {
		j.saved[sum] = img.Name
	}
	return j.hand(img)
}

// hand gives a picture to the caller and remembers it without its bytes.
func (j *pageJob) hand(img Image) error {
	if err := j.o.SaveImage(img); err != nil {
		return fmt.Errorf("save %s: %w", img.Name, err)
	}
	img.Data = nil
	j.out.Images = append(j.out.Images, img)
	return nil
}

// warn tells of a picture that could not be saved.
func (j *pageJob) warn(n int, text string) {
	w := doc.Warning{Page: n, Text: text}
	j.out.Doc.Warnings = append(j.out.Doc.Warnings, w)
	j.out.FailedImages = append(j.out.FailedImages, w)
}
