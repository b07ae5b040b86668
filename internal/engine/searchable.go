package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"recto/internal/doc"
	"recto/internal/format"
	"recto/internal/page"
	"recto/internal/render/searchable"
)

// blankSide is the side of a page that could not be read, in points.
const blankSide = 72.0

// writePDF makes Result.PDF: of pictures always, of a PDF when all its text was
// recognized, since a page with text of its own would lose its sharpness.
func (j *pageJob) writePDF() error {
	if !j.o.SearchablePDF {
		return nil
	}
	if j.out.Format == format.PDF {
		recognized, others := 0, 0
		for i, p := range j.out.Doc.Pages {
			switch {
			case j.read[p.Number] != "":
				recognized++
			case p.Err != nil || len(j.words[i]) > 0:
				others++
			}
		}
		whole := len(j.numbers) == j.out.Doc.Meta.PageCount
		if recognized == 0 {
			return nil
		}
		if others > 0 || !whole {
			j.out.Doc.Warnings = append(j.out.Doc.Warnings, doc.Warning{Text: "the output PDF is the document as it came: " +
				"recognized words are added only when every page is parsed and none has text of its own"})
			return nil
		}
	}
	var buf bytes.Buffer
	w := searchable.New(&buf)
	for i := range j.numbers {
		if err := j.ctx.Err(); err != nil {
			return err
		}
		sheet := searchable.Page{Width: blankSide, Height: blankSide} // of a page that failed
		if p := j.out.Doc.Pages[i]; p.Err == nil && p.Width > 0 && p.Height > 0 {
			var err error
			if sheet, err = j.searchablePage(i); err != nil {
				j.warn(j.numbers[i], fmt.Sprintf("the output PDF has no picture of the page: %v", err))
			}
		}
		if err := w.Add(sheet); err != nil {
			return fmt.Errorf("write the output PDF: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write the output PDF: %w", err)
	}
	j.out.PDF = buf.Bytes()
	return nil
}

// searchablePage is a page with its picture and words; with an error it has no
// picture.
func (j *pageJob) searchablePage(i int) (searchable.Page, error) {
	p := j.out.Doc.Pages[i]
	out := searchable.Page{Width: p.Width, Height: p.Height, Words: j.words[i], Quarters: j.quarters[p.Number]}
	img, err := j.picture(&page.Page{Number: p.Number, Width: p.Width, Height: p.Height})
	if err != nil {
		return out, err
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return out, err
	}
	_, out.Gray = img.(*image.Gray)
	out.JPEG, out.WidthPx, out.HeightPx = buf.Bytes(), img.Bounds().Dx(), img.Bounds().Dy()
	return out, nil
}
