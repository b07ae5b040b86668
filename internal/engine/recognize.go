package engine

import (
	"fmt"
	"image"
	"strings"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/ocr"
	"recto/internal/page"
)

// Resolution of the pictures that are read: more gives next to nothing, less
// costs small print.
const (
	ocrDPI  = 200.0
	maxSide = 7000 // pixels: a plan is read at what fits
	// trusted is the confidence from which recognized words replace what damaged
	// fonts say. Print in the right language reaches 0.9, in a wrong script 0.5.
	trusted = 0.7
)

// recognize reads the text of a page from its picture. It returns the page with
// that text in place of its own, or nil when there is nothing to read with, or
// nothing to read.
func (j *pageJob) recognize(p *page.Page, why string) *page.Page {
	q, err := j.tryRecognize(p, why)
	if err != nil {
		j.failedOCR(p.Number, err)
	}
	return q
}

// tryRecognize is recognize for a page that may stay as it is: why it could not be
// read is returned.
func (j *pageJob) tryRecognize(p *page.Page, why string) (*page.Page, error) {
	if j.o.NoOCR {
		return nil, nil
	}
	e := j.engine.ocr()
	if e == nil {
		return nil, nil
	}
	if err := j.o.trouble(p.Number, Recognizing); err != nil {
		return nil, err
	}
	defer j.o.enter(p.Number, Recognizing)()
	img, err := j.picture(p)
	if err != nil {
		return nil, err
	}
	use, missing := ocr.Choose(e, j.o.Languages)
	if len(missing) > 0 {
		j.warnOnce(fmt.Sprintf("no language pack for %s: text is recognized as %s", strings.Join(missing, ", "), strings.Join(use, ", ")))
	}
	read, err := ocr.Read(j.ctx, e, img, ocr.Options{Languages: use, Codes: j.o.Languages})
	if err != nil {
		return nil, err
	}
	if sure := read.Confidence(); read.Nonsense || len(p.Runs) > 0 && sure < trusted {
		// Better nothing, or what the fonts say, than words nobody wrote.
		return nil, fmt.Errorf("what was read does not look like print in %s (confidence %.2f)", strings.Join(use, "+"), sure)
	}
	q := *p
	read.Place(&q)
	q.Rotation = (p.Rotation + 360 - 90*read.Quarters) % 360
	q.Images = append(otherImages(p, &q), q.Images...)
	keep(&q, j.o.Crop)
	text := fmt.Sprintf("text was recognized by %s (%s): %s", e.Name(), strings.Join(use, "+"), why)
	j.note(p.Number, read.Quarters, text)
	return &q, nil
}

// picture renders a page for recognition.
func (j *pageJob) picture(p *page.Page) (image.Image, error) {
	dpi := min(ocrDPI, float64(maxSide)*72/max(p.Width, p.Height, 1))
	img, err := j.paper.show(j.ctx, p.Number, dpi, geom.Rect{})
	if err != nil {
		return nil, err
	}
	return ocr.Fit(img, maxSide), nil // pictures have their own size
}

// sourceShare is the part of the recognized words a picture holds when it is
// what they were read from, and no illustration.
const sourceShare = 0.5

// otherImages returns the pictures of a page but the scan itself.
func otherImages(p, read *page.Page) []page.Image {
	var out []page.Image
	for _, img := range p.Images {
		box := img.Box
		if read.Frame != nil {
			box = read.Frame.Turn.ApplyRect(box)
		}
		inside := 0
		for i := range read.Runs {
			if box.Contains(geom.Point{X: read.Runs[i].Box.CenterX(), Y: read.Runs[i].Box.CenterY()}) {
				inside++
			}
		}
		if len(read.Runs) > 0 && float64(inside) >= sourceShare*float64(len(read.Runs)) {
			continue
		}
		img.Box = box
		out = append(out, img)
	}
	return out
}

// note remembers how the text of a page came about, and how it was turned.
func (j *pageJob) note(n, quarters int, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.read == nil {
		j.read, j.quarters = map[int]string{}, map[int]int{}
	}
	j.read[n], j.quarters[n] = text, quarters
}

// notePart remembers how part of the text of a page came about.
func (j *pageJob) notePart(n int, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.pictured == nil {
		j.pictured = map[int]string{}
	}
	j.pictured[n] = text
}

// failedOCR tells of a page that should have been recognized and was not.
func (j *pageJob) failedOCR(n int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.out.FailedOCR = append(j.out.FailedOCR, doc.Warning{Page: n, Text: "text recognition: " + err.Error()})
}

// unread tells of text that could not be recognized on a page that has text of its
// own: nobody need fail a job for it.
func (j *pageJob) unread(n int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.notes = append(j.notes, doc.Warning{Page: n, Text: "text recognition: " + err.Error()})
}

// warnOn tells something about a page.
func (j *pageJob) warnOn(n int, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.notes = append(j.notes, doc.Warning{Page: n, Text: text})
}

// warnOnce tells something about the whole document.
func (j *pageJob) warnOnce(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	w := doc.Warning{Text: text}
	for _, old := range j.hints {
		if old == w {
			return
		}
	}
	j.hints = append(j.hints, w)
}

// tellOCR adds what recognition had to say to the document, in page order.
func (j *pageJob) tellOCR() {
	d := j.out.Doc
	d.Warnings = append(d.Warnings, j.hints...)
	for _, p := range d.Pages {
		if how, ok := j.read[p.Number]; ok {
			p.NeedsOCR, p.BadFonts, p.Recognized = "", false, how
			d.Warnings = append(d.Warnings, doc.Warning{Page: p.Number, Text: how})
		} else if how, ok := j.pictured[p.Number]; ok {
			p.Recognized = how
		} else if p.NeedsOCR != "" {
			d.Warnings = append(d.Warnings, doc.Warning{Page: p.Number, Text: "text recognition is needed: " + p.NeedsOCR})
		}
		for _, list := range [][]doc.Warning{j.out.FailedOCR, j.notes} {
			for _, f := range list {
				if f.Page == p.Number {
					d.Warnings = append(d.Warnings, f)
				}
			}
		}
	}
}
