package ocr

import (
	"context"
	"image"
	"image/draw"
	"math"

	"recto/internal/geom"
)

// Plans and posters are read in tiles: on a large picture with little text the
// engine takes minutes to find its layout, and holds several copies of it.
const (
	mostPixels  = 20e6 // of a picture that is read at once; A4 at 400 dpi has 15 million
	tileSide    = 3000 // pixels of a tile as the engine sees it: A4 at 250 dpi
	tileOverlap = 20.0 // heights of small letters that tiles share, where a cut meets ink: a long word's
	cutWindow   = 0.12 // of a tile's side within which a cut looks for white
	joinGap     = 2.0  // heights of a word between words that a cut parted
	sameLine    = 0.5  // of the height of the lower word that lines share
	sameWord    = 0.5  // of the smaller box that readings of one word share
)

// recognize reads a picture enlarged by a factor, in tiles where that is too
// large; boxes are in the picture as it came. height is that of small letters.
func recognize(ctx context.Context, e Engine, img image.Image, p *ink, factor, height float64, o Options) (*Result, error) {
	if float64(p.w)*float64(p.h)*factor*factor <= mostPixels {
		if factor == 1 {
			return e.Recognize(ctx, img, o)
		}
		r, err := e.Recognize(ctx, enlarge(img, factor), o)
		if err != nil {
			return nil, err
		}
		r.scale(1 / factor)
		return r, nil
	}
	r := &Result{}
	m := merger{into: r, reach: max(height, minPatch)}
	for _, t := range tilesOf(p, tileSide/factor, tileOverlap*m.reach) {
		if !p.any(t.shown) {
			continue
		}
		part := crop(img, t.shown)
		if factor != 1 {
			part = enlarge(part, factor)
		}
		read, err := e.Recognize(ctx, part, o)
		if err != nil {
			return nil, err
		}
		read.scale(1 / factor)
		read.move(float64(t.shown.Min.X), float64(t.shown.Min.Y))
		m.add(t, read)
	}
	return r, nil
}

// tile is a part of a picture: core is what its words are taken from, shown what
// the engine sees.
type tile struct{ core, shown image.Rectangle }

// tilesOf cuts a picture into tiles, row by row from the top left, along white
// where there is some near.
func tilesOf(p *ink, side, overlap float64) []tile {
	over := int(overlap)
	var out []tile
	rows := cuts(p.h, side, func(y int) int { return p.count(image.Rect(0, y, p.w, y+1)) })
	for i := 0; i+1 < len(rows); i++ {
		top, bottom := rows[i], rows[i+1]
		columns := cuts(p.w, side, func(x int) int { return p.count(image.Rect(x, top.at, x+1, bottom.at)) })
		for k := 0; k+1 < len(columns); k++ {
			left, right := columns[k], columns[k+1]
			core := image.Rect(left.at, top.at, right.at, bottom.at)
			shown := core
			if !left.white {
				shown.Min.X = max(0, shown.Min.X-over)
			}
			if !right.white {
				shown.Max.X = min(p.w, shown.Max.X+over)
			}
			if !top.white {
				shown.Min.Y = max(0, shown.Min.Y-over)
			}
			if !bottom.white {
				shown.Max.Y = min(p.h, shown.Max.Y+over)
			}
			out = append(out, tile{core, shown})
		}
	}
	return out
}

// cut is a row or column between tiles; white says that no ink lies in it.
type cut struct {
	at    int
	white bool
}

// cuts divides a length into parts of about side at most, where cost is least.
// The ends of the length are cuts too.
func cuts(length int, side float64, cost func(at int) int) []cut {
	parts := int(math.Ceil(float64(length) / side))
	step := float64(length) / float64(parts)
	out := []cut{{at: 0, white: true}}
	for i := 1; i < parts; i++ {
		middle := int(step * float64(i))
		best, least := middle, cost(middle)
		for d := 1; d <= int(cutWindow*step) && least > 0; d++ {
			for _, at := range []int{middle - d, middle + d} {
				if c := cost(at); c < least {
					best, least = at, c
				}
			}
		}
		out = append(out, cut{best, least == 0})
	}
	return append(out, cut{at: length, white: true})
}

// merger puts the words of tiles together.
type merger struct {
	into  *Result
	reach float64     // pixels by which readings of a word may differ
	seam  []geom.Rect // words at the edges of tiles, which two may have read
	last  tile        // the tile before
	from  int         // the first line of the tile before
}

// add takes the words of a tile whose middle is in its core. Lines that a cut has
// parted are joined.
func (m *merger) add(t tile, read *Result) {
	block := 0
	for _, l := range m.into.Lines {
		block = max(block, l.Block+1)
	}
	core := geom.Rect{X0: float64(t.core.Min.X), Y0: float64(t.core.Min.Y), X1: float64(t.core.Max.X), Y1: float64(t.core.Max.Y)}
	wide := geom.Rect{X0: core.X0 - m.reach, Y0: core.Y0 - m.reach, X1: core.X1 + m.reach, Y1: core.Y1 + m.reach}
	tight := geom.Rect{X0: core.X0 + m.reach, Y0: core.Y0 + m.reach, X1: core.X1 - m.reach, Y1: core.Y1 - m.reach}
	beside := m.into.Lines[m.from:] // of the tile to the left
	if t.core.Min.Y != m.last.core.Min.Y || t.core.Min.X != m.last.core.Max.X {
		beside = nil
	}
	var lines []Line
	var seam []geom.Rect
	for _, l := range read.Lines {
		kept := Line{Block: l.Block + block}
		for _, w := range l.Words {
			if !inside(w.Box, wide) {
				continue
			}
			if !inside(w.Box, tight) {
				if m.known(w.Box) {
					continue
				}
				seam = append(seam, w.Box)
			}
			kept.Words = append(kept.Words, w)
		}
		if len(kept.Words) == 0 {
			continue
		}
		if to := before(beside, kept.Words[0], core.X0); to != nil {
			to.Words = append(to.Words, kept.Words...)
			continue
		}
		lines = append(lines, kept)
	}
	m.seam = append(m.seam, seam...)
	m.from, m.last = len(m.into.Lines), t
	m.into.Lines = append(m.into.Lines, lines...)
}

// known reports whether a word at the edge of a tile was read in another.
func (m *merger) known(box geom.Rect) bool {
	for _, b := range m.seam {
		if i := b.Intersect(box); !i.Empty() && i.Area() >= sameWord*min(b.Area(), box.Area()) {
			return true
		}
	}
	return false
}

// before returns the line that a word right of a cut goes on with.
func before(lines []Line, w Word, x float64) *Line {
	for i := range lines {
		e := lines[i].Words[len(lines[i].Words)-1].Box
		low := min(e.H(), w.Box.H())
		gap := w.Box.X0 - e.X1
		if gap < joinGap*low && gap > -low && min(e.Y1, w.Box.Y1)-max(e.Y0, w.Box.Y0) >= sameLine*low && x-e.X1 < joinGap*low+w.Box.W() {
			return &lines[i]
		}
	}
	return nil
}

// count returns the pixels of ink in a rectangle that is inside the picture.
func (p *ink) count(r image.Rectangle) int {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for _, is := range p.pix[y*p.w+r.Min.X : y*p.w+r.Max.X] {
			if is {
				n++
			}
		}
	}
	return n
}

// crop copies a part of a picture, on white; gray stays gray.
func crop(img image.Image, r image.Rectangle) image.Image {
	size := image.Rect(0, 0, r.Dx(), r.Dy())
	var out draw.Image = image.NewNRGBA(size)
	if _, ok := img.(*image.Gray); ok {
		out = image.NewGray(size)
	}
	draw.Draw(out, size, image.White, image.Point{}, draw.Src)
	draw.Draw(out, size, img, img.Bounds().Min.Add(r.Min), draw.Over)
	return out
}
