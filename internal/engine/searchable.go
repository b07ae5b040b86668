package engine

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // of scans in a PDF
	_ "image/png"
	"math"
	"slices"

	"recto/internal/doc"
	"recto/internal/format"
	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/render/searchable"
)

// blankSide is the side of a page that could not be read, in points.
const blankSide = 72.0

// Two pictures of a page look the same when the mean brightness of each of their
// squares does. Screening and a shift of half a pixel stay below half of the limit;
// a letter of a stamp in a square does not.
const (
	lookDPI    = 144.0
	lookSquare = 8.0 // points
	lookSteps  = 16  // samples along a side of a square
	lookApart  = 40  // levels
)

// asItCame is the warning about a document that is no searchable PDF.
const asItCame = "the output PDF is the document as it came: " +
	"recognized words are added only when every page is parsed and none has text of its own"

// scan is what the output PDF needs to know of a page before layout.
type scan struct {
	images []page.Image // on the paper
	frame  *page.Frame
}

// PDFPage is a page of the output PDF; a page of a PDF with text of its own has
// none.
type PDFPage struct {
	sheet      searchable.Page
	recognized bool
	own        bool // it has text of its own, or could not be read
}

// pdfPages makes the pages of the output PDF.
func (j *pageJob) pdfPages() error {
	if !j.o.SearchablePDF || j.out.Format == format.SVG { // which is not drawn
		return nil
	}
	j.out.PDFPages = make([]PDFPage, len(j.numbers))
	for i := range j.numbers {
		if err := j.ctx.Err(); err != nil {
			return err
		}
		p, out := j.out.Doc.Pages[i], &j.out.PDFPages[i]
		out.recognized = j.read[p.Number] != ""
		out.own = !out.recognized && (p.Err != nil || len(j.words[i]) > 0)
		if j.out.Format == format.PDF && out.own {
			continue
		}
		out.sheet = searchable.Page{Width: blankSide, Height: blankSide} // of a page that failed
		if p.Err == nil && p.Width > 0 && p.Height > 0 {
			var err error
			if out.sheet, err = j.searchablePage(i); err != nil {
				j.warn(j.numbers[i], fmt.Sprintf("the output PDF has no picture of the page: %v", err))
			}
		}
	}
	return j.out.WritePDF()
}

// WritePDF makes PDF of PDFPages: of pictures always, of a PDF when all its text
// was recognized, since a page with text of its own would lose its sharpness.
// It may be called again after pages were replaced.
func (r *Result) WritePDF() error {
	if r.PDFPages == nil {
		return nil
	}
	r.PDF = nil
	r.Doc.Warnings = slices.DeleteFunc(r.Doc.Warnings, func(w doc.Warning) bool { return w.Text == asItCame })
	if r.Format == format.PDF {
		recognized := slices.ContainsFunc(r.PDFPages, func(p PDFPage) bool { return p.recognized })
		own := slices.ContainsFunc(r.PDFPages, func(p PDFPage) bool { return p.own })
		if !recognized {
			return nil
		}
		if own || len(r.PDFPages) != r.Doc.Meta.PageCount {
			r.Doc.Warnings = append(r.Doc.Warnings, doc.Warning{Text: asItCame})
			return nil
		}
	}
	var buf bytes.Buffer
	w := searchable.New(&buf)
	for i := range r.PDFPages {
		if err := w.Add(r.PDFPages[i].sheet); err != nil {
			return fmt.Errorf("write the output PDF: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write the output PDF: %w", err)
	}
	r.PDF = buf.Bytes()
	return nil
}

// searchablePage is a page with its picture and words; with an error it has no
// picture.
func (j *pageJob) searchablePage(i int) (searchable.Page, error) {
	p := j.out.Doc.Pages[i]
	out := searchable.Page{Width: p.Width, Height: p.Height, Words: j.words[i], Quarters: j.quarters[p.Number]}
	out.Skew = skewOf(j.scans[i].frame, out.Quarters)
	whole := geom.Rect{X1: p.Width, Y1: p.Height}
	if own := j.paper.stream(j.ctx, p.Number, j.scans[i].images, whole); own != nil {
		out.Picture = own
		return out, nil
	}
	img, err := j.picture(&page.Page{Number: p.Number, Width: p.Width, Height: p.Height})
	if err != nil {
		return out, err
	}
	if out.Picture, err = searchable.Encode(img); err != nil {
		return out, err
	}
	out.Picture.Box = whole
	return out, nil
}

// skewOf returns the angle by which lines rise on a paper that lies upright after
// so many quarter turns, in degrees.
func skewOf(f *page.Frame, quarters int) float64 {
	if f == nil {
		return 0
	}
	// The inverse of a turn is its transpose: lines run towards (A, C) on the paper.
	angle := math.Atan2(-f.Turn.C, f.Turn.A)*180/math.Pi - 90*float64(quarters)
	return math.Remainder(angle, 360)
}

// stream returns the picture of a file as it stands there, when a PDF can hold it.
func (a *album) stream(_ context.Context, n int, _ []page.Image, whole geom.Rect) *searchable.Picture {
	data, contentType, _, ok := a.file.Original(n)
	if !ok || a.camera {
		return nil
	}
	var p *searchable.Picture
	switch contentType {
	case "image/jpeg":
		p, ok = searchable.JPEG(data)
	case "image/png":
		p, ok = searchable.PNG(data)
	default:
		ok = false
	}
	if !ok {
		return nil
	}
	p.Box, p.Orient = whole, a.file.Orientation(n)
	return p
}

// stream returns the scan that is all a page shows, as it stands in the file: a
// JPEG, or what is black and white. The page is drawn to see that there is
// nothing else, and that the scan lies as it is stored.
func (p *readers) stream(ctx context.Context, n int, images []page.Image, whole geom.Rect) *searchable.Picture {
	if len(images) != 1 {
		return nil
	}
	found, err := p.embedded(ctx, n, map[int]bool{images[0].Index: true})
	if err != nil || len(found) != 1 || found[0].err != nil {
		return nil
	}
	img, _, err := image.Decode(bytes.NewReader(found[0].data))
	if err != nil {
		return nil
	}
	out, ok := searchable.JPEG(found[0].data)
	if !ok {
		if out, ok = searchable.Bilevel(img); !ok {
			return nil
		}
	}
	shown, err := p.show(ctx, n, lookDPI, geom.Rect{})
	if err != nil || !sameLook(shown, img, whole, images[0].Box) {
		return nil
	}
	out.Box = images[0].Box
	return out
}

// sameLook reports whether a picture in its box is all that a page shows.
func sameLook(shown, img image.Image, whole, box geom.Rect) bool {
	if box.W() <= 0 || box.H() <= 0 {
		return false
	}
	a, b := grayOf(shown), grayOf(img)
	at := func(g *image.Gray, frame geom.Rect, x, y float64) int {
		if x < frame.X0 || x >= frame.X1 || y < frame.Y0 || y >= frame.Y1 {
			return 255 // paper
		}
		px := int((x - frame.X0) / frame.W() * float64(g.Rect.Dx()))
		py := int((y - frame.Y0) / frame.H() * float64(g.Rect.Dy()))
		return int(g.Pix[min(py, g.Rect.Dy()-1)*g.Stride+min(px, g.Rect.Dx()-1)])
	}
	for y := 0.0; y+lookSquare <= whole.Y1; y += lookSquare {
		for x := 0.0; x+lookSquare <= whole.X1; x += lookSquare {
			apart := 0
			for k := range lookSteps * lookSteps {
				sx := x + (float64(k%lookSteps)+0.5)*lookSquare/lookSteps
				sy := y + (float64(k/lookSteps)+0.5)*lookSquare/lookSteps
				apart += at(a, whole, sx, sy) - at(b, box, sx, sy)
			}
			if apart > lookApart*lookSteps*lookSteps || -apart > lookApart*lookSteps*lookSteps {
				return false
			}
		}
	}
	return true
}

// grayOf returns the brightness of a picture on white.
func grayOf(m image.Image) *image.Gray {
	r := image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy())
	out := image.NewGray(r)
	switch m := m.(type) {
	case *image.Gray:
		draw.Draw(out, r, m, m.Rect.Min, draw.Src)
	case *image.YCbCr:
		for y := range r.Dy() {
			copy(out.Pix[y*out.Stride:][:r.Dx()], m.Y[y*m.YStride:])
		}
	default:
		for y := range r.Dy() {
			for x := range r.Dx() {
				c := color.NRGBAModel.Convert(m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y)).(color.NRGBA)
				level := (299*int(c.R) + 587*int(c.G) + 114*int(c.B)) / 1000
				out.Pix[y*out.Stride+x] = uint8(255 - (255-level)*int(c.A)/255)
			}
		}
	}
	return out
}
