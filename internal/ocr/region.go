package ocr

import (
	"context"
	"image"
	"slices"

	"recto/internal/geom"
	"recto/internal/page"
)

// What is believed of words in a picture on a page. Nobody said that there is
// text in it, so more is asked than of a scan: shapes and grain are read as short
// words of low confidence.
const (
	sureWord   = 0.60 // confidence of a word that is taken alone
	sureSign   = 0.90 // of a word without letters and digits: arrows and frames are read as such
	sureLine   = 0.70 // mean confidence of a line that is taken whole
	sureRegion = 0.75 // mean confidence of all that is left
	mostLost   = 0.5  // share of letters dropped from which the rest is chance, too
	minRegion  = 8    // letters that make a picture worth a word
)

// ReadRegion recognizes a picture that stands on a page. It is tried as it is: on
// a page that is upright, what cannot be read is a photograph more often than text
// on its head.
func ReadRegion(ctx context.Context, e Engine, img image.Image, o Options) (*Page, error) {
	p, err := readUpright(ctx, e, img, o)
	if err != nil {
		return nil, err
	}
	p.Ink.ink = nil // a picture has no pictures
	if p.sideways() {
		p.Lines = nil
	}
	return p, nil
}

// Region returns the words and rules of a picture that stands in a box of a page,
// in page space, without what is not to be believed and without the words for
// which skip is true.
func (p *Page) Region(box geom.Rect, skip func(text string, box geom.Rect) bool) ([]page.Run, []page.Rule) {
	if p.Width == 0 || p.Height == 0 {
		return nil, nil
	}
	q := *p
	q.Lines = nil
	all := p.letters()
	for _, l := range p.Lines {
		sure := (&Result{Lines: []Line{l}}).Confidence() >= sureLine
		l.Words = slices.DeleteFunc(slices.Clone(l.Words), func(w Word) bool {
			return !sure && w.Confidence < sureWord || w.Confidence < nonsense || countLetters(w.Text) == 0 && w.Confidence < sureSign
		})
		if len(l.Words) > 0 {
			q.Lines = append(q.Lines, l)
		}
	}
	if n := q.letters(); n < minRegion || float64(all-n) > mostLost*float64(all) || q.Confidence() < sureRegion {
		return nil, nil
	}
	on := page.Page{Width: box.W(), Height: box.H()}
	q.Place(&on)
	back := geom.Identity // from the straightened picture to the one on the page
	if unturn := (&Page{Skew: -p.Skew}).frame(box.W(), box.H()); unturn != nil {
		back = unturn.Turn
	}
	var runs []page.Run
	for _, r := range on.Runs {
		was := geom.Point{X: r.Box.CenterX(), Y: r.Box.CenterY()}
		is := back.Apply(was)
		move(&r, is.X-was.X+box.X0, is.Y-was.Y+box.Y0)
		if skip(r.Text(), r.Box) {
			continue
		}
		r.Pictured = true
		runs = append(runs, r)
	}
	if len(runs) == 0 {
		return nil, nil
	}
	var rules []page.Rule
	for _, r := range on.Rules {
		r.Box = shift(back.ApplyRect(r.Box), box.X0, box.Y0)
		rules = append(rules, r)
	}
	return runs, rules
}

// move shifts a run, which nobody else has yet.
func move(r *page.Run, dx, dy float64) {
	r.Box = shift(r.Box, dx, dy)
	for i := range r.Glyphs {
		g := &r.Glyphs[i]
		g.Box = shift(g.Box, dx, dy)
		g.Origin.X, g.Origin.Y = g.Origin.X+dx, g.Origin.Y+dy
	}
}

func shift(r geom.Rect, dx, dy float64) geom.Rect {
	return geom.Rect{X0: r.X0 + dx, Y0: r.Y0 + dy, X1: r.X1 + dx, Y1: r.Y1 + dy}
}
