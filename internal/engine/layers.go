package engine

import (
	"fmt"

	"recto/internal/geom"
	"recto/internal/layout"
	"recto/internal/ocr"
	"recto/internal/page"
	script "recto/internal/text"
)

// When the invisible text of a scan, which an earlier recognition left, is not
// believed, and when ours takes its place.
const (
	layerDPI     = 120.0 // of the look at the picture: letters of small print have their 5 pixels
	goodLayer    = 0.85  // share of characters in words that look like words; good layers of print have 0.95
	minUnread    = 60    // letters on the picture, a line or so, that no word of the layer covers, when they are
	unreadShare  = 0.25  // so much of all
	clearlyMore  = 1.1   // by so much our reading must be better than the layer
	loneSign     = 0.5   // what a word of one sign counts: rules and edges are read as "1" and "I"
	layerReading = 0.5   // share of invisible characters that makes a page's text a layer
)

// worth says how good words are: characters of words that look like words, times
// their share, so that many wrong words count against the right ones.
type worth struct{ good, all float64 }

func (w worth) share() float64 {
	if w.all == 0 {
		return 0
	}
	return w.good / w.all
}

func (w worth) value() float64 { return w.good * w.share() }

func worthOf(words []page.Word) worth {
	var out worth
	for i := range words {
		n := float64(len([]rune(words[i].Text)))
		out.all += n
		switch {
		case !script.Plausible(words[i].Text):
		case n == 1:
			out.good += loneSign
		default:
			out.good += n
		}
	}
	return out
}

// isLayer reports whether most text of a page is invisible.
func isLayer(p *page.Page) bool {
	hidden, all := 0, 0
	for i := range p.Runs {
		n := len(p.Runs[i].Glyphs)
		all += n
		if p.Runs[i].Mode == page.Invisible {
			hidden += n
		}
	}
	return hidden > 0 && float64(hidden) > layerReading*float64(all)
}

// doubtLayer says why the text layer over a scan should not be believed, "" when
// it should. It looks at the words first, and at the picture only when they are
// plausible: much print that no word covers was not read.
func (j *pageJob) doubtLayer(p *page.Page, words []page.Word) string {
	if w := worthOf(words); w.share() < goodLayer {
		return fmt.Sprintf("%.0f %% of its text layer do not look like words", 100*(1-w.share()))
	}
	dpi := min(layerDPI, float64(maxSide)*72/max(p.Width, p.Height, 1))
	img, err := j.paper.show(j.ctx, p.Number, dpi, geom.Rect{})
	if err != nil {
		return "" // what cannot be drawn cannot be read either
	}
	var boxes []geom.Rect
	scale := float64(img.Bounds().Dx()) / max(p.Width, 1)
	for i := range words {
		b := words[i].Box
		b = b.Grow(b.H() / 2) // layers are seldom exact
		boxes = append(boxes, geom.Rect{X0: b.X0 * scale, Y0: b.Y0 * scale, X1: b.X1 * scale, Y1: b.Y1 * scale})
	}
	all, unread := ocr.FindPrint(img, nil), ocr.FindPrint(img, boxes)
	if unread.Letters > minUnread && float64(unread.Letters) > unreadShare*float64(all.Letters) {
		return fmt.Sprintf("its text layer covers %.0f %% of the print only", 100*(1-float64(unread.Letters)/float64(all.Letters)))
	}
	return ""
}

// betterThanLayer recognizes a page whose text layer is in doubt. It returns the
// page and sheet with our words when they are clearly better, else nil: the layer
// stays, and never both.
func (j *pageJob) betterThanLayer(p *page.Page, sheet *layout.Sheet) (*page.Page, *layout.Sheet) {
	if j.o.NoOCR || j.o.IgnoreTextInImage || p.Err != nil || !sheet.Scanned() || !isLayer(p) || j.engine.ocr() == nil {
		return nil, nil
	}
	old := sheet.Words()
	why := j.doubtLayer(p, old)
	if why == "" {
		return nil, nil
	}
	q, err := j.tryRecognize(p, why)
	if err != nil {
		j.unread(p.Number, fmt.Errorf("%s, which stays: %w", why, err))
	}
	if q == nil {
		return nil, nil
	}
	read := layout.Prepare(q, j.layoutOptions())
	if ours := worthOf(read.Words()); ours.value() <= clearlyMore*worthOf(old).value() {
		j.forget(p.Number)
		return nil, nil
	}
	return q, read
}

// forget takes back what note remembered.
func (j *pageJob) forget(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.read, n)
	delete(j.quarters, n)
}
