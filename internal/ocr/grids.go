package ocr

import (
	"context"
	"image"
	"image/draw"

	"recto/internal/geom"
)

// Tables whose drawn lines confuse the engine are read once more without them.
const (
	gridCrossings = 3    // rules across that a rule of a grid meets
	doubtful      = 0.80 // confidence of a grid's words below which it is read again; clean grids have 0.9
	mostRules     = 2000 // more are no table: hatching, a map
	mostGrids     = 8    // that are read again on one page
	gridGain      = 1.05 // by what factor the letters it believes must rise: at 1.03 readings were no better
)

// rereadGrids reads the ruled tables again that the engine does not believe, out
// of a picture without their rules, and keeps what is better. The text around
// stays as it was: where a table has no lines, its columns draw those of the
// text around it in.
func (r *Result) rereadGrids(ctx context.Context, e Engine, img image.Image, ink *Drawing, factor, height float64, o Options) error {
	if len(ink.Horizontal)+len(ink.Vertical) > mostRules || r.Confidence() < unsure {
		return nil
	}
	grids, rules := gridsOf(ink, height)
	tried := 0
	for _, g := range grids {
		old := r.within(g)
		if c := old.Confidence(); len(old.Lines) > 0 && c >= doubtful || tried == mostGrids || g.Area()*factor*factor > mostPixels {
			continue
		}
		tried++
		b := img.Bounds()
		box := image.Rect(int(g.X0), int(g.Y0), int(g.X1), int(g.Y1)).Inset(-int(height)).Intersect(image.Rect(0, 0, b.Dx(), b.Dy()))
		part := image.NewNRGBA(image.Rect(0, 0, box.Dx(), box.Dy()))
		draw.Draw(part, part.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(part, part.Rect, img, b.Min.Add(box.Min), draw.Over)
		for _, rule := range rules {
			at := image.Rect(int(rule.X0), int(rule.Y0), int(rule.X1), int(rule.Y1)).Inset(-1).Sub(box.Min)
			draw.Draw(part, at, image.White, image.Point{}, draw.Src)
		}
		var given image.Image = part
		if factor > 1 {
			given = enlarge(part, factor)
		}
		again, err := e.Recognize(ctx, given, o)
		if err != nil {
			return err
		}
		again.scale(1 / factor)
		again.move(float64(box.Min.X), float64(box.Min.Y))
		again = again.within(g)
		if again.believed() > gridGain*old.believed() && again.Confidence() >= old.Confidence() {
			r.replace(g, again)
		}
	}
	return nil
}

// gridsOf returns the boxes of the ruled tables of a drawing, and their rules: those
// that meet several across them.
func gridsOf(d *Drawing, height float64) (grids, rules []geom.Rect) {
	meet := func(a, b geom.Rect) bool {
		return a.X0-height <= b.X1 && b.X0 <= a.X1+height && a.Y0-height <= b.Y1 && b.Y0 <= a.Y1+height
	}
	crossings := make([]int, len(d.Vertical))
	for _, h := range d.Horizontal {
		n := 0
		for k, v := range d.Vertical {
			if meet(h, v) {
				n++
				crossings[k]++
			}
		}
		if n >= gridCrossings {
			rules = append(rules, h)
		}
	}
	for k, v := range d.Vertical {
		if crossings[k] >= gridCrossings {
			rules = append(rules, v)
		}
	}
	for _, r := range rules {
		for i := 0; i < len(grids); i++ {
			if meet(grids[i], r) {
				r = r.Union(grids[i])
				grids = append(grids[:i], grids[i+1:]...)
				i = -1 // what has grown may meet others
			}
		}
		grids = append(grids, r)
	}
	return grids, rules
}

func inside(box, of geom.Rect) bool {
	return of.Contains(geom.Point{X: box.CenterX(), Y: box.CenterY()})
}

// within returns the words whose middle is in a box.
func (r *Result) within(box geom.Rect) *Result {
	out := &Result{}
	for _, l := range r.Lines {
		in := Line{Block: l.Block}
		for _, w := range l.Words {
			if inside(w.Box, box) {
				in.Words = append(in.Words, w)
			}
		}
		if len(in.Words) > 0 {
			out.Lines = append(out.Lines, in)
		}
	}
	return out
}

// replace puts lines in place of the words whose middle is in a box.
func (r *Result) replace(box geom.Rect, by *Result) {
	var lines []Line
	at, block := -1, 0
	for _, l := range r.Lines {
		block = max(block, l.Block+1)
		kept := Line{Block: l.Block}
		for _, w := range l.Words {
			if !inside(w.Box, box) {
				kept.Words = append(kept.Words, w)
			} else if at < 0 {
				at = len(lines)
			}
		}
		if len(kept.Words) > 0 {
			lines = append(lines, kept)
		}
	}
	if at < 0 {
		at = len(lines)
	}
	for i := range by.Lines {
		by.Lines[i].Block += block
	}
	r.Lines = append(lines[:at:at], append(by.Lines, lines[at:]...)...)
}

// believed is the number of letters of a result, each by its confidence.
func (r *Result) believed() float64 {
	return r.Confidence() * float64(r.letters())
}

// move shifts the boxes.
func (r *Result) move(dx, dy float64) {
	for i := range r.Lines {
		for k := range r.Lines[i].Words {
			b := &r.Lines[i].Words[k].Box
			*b = geom.Rect{X0: b.X0 + dx, Y0: b.Y0 + dy, X1: b.X1 + dx, Y1: b.Y1 + dy}
		}
	}
}
