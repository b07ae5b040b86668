package ocr

import (
	"context"
	"image"
	"math"
	"unicode"

	"recto/internal/geom"
)

// How a picture is made readable, after measurements on rendered and scanned
// pages: letters below smallText pixels are enlarged, skew is taken out, and a
// page nobody can read is turned round.
const (
	smallText   = 12.0 // height of small letters that the engine reads well
	wantedText  = 16.0 // what they are enlarged to
	maxEnlarge  = 3.0
	largeSide   = 3000 // pixels: in larger pictures only smaller letters are worth the time
	smallPlan   = 10.0 // height of those
	minLetters  = 10   // fewer say nothing about their size
	unsure      = 0.60 // mean confidence below which another try is worth its time
	betterTurn  = 0.15 // what turning round must gain
	betterPlain = 0.05 // what the picture as it was must gain over the enlarged one
	nonsense    = 0.40 // below that it is handwriting, a picture or another script
	minText     = 3    // letters of a page that has text at all
	tallWord    = 1.4  // height by width of words written sideways
)

// Page is a recognized picture.
type Page struct {
	Result
	// Quarters is by how many quarter turns clockwise the picture must be turned
	// to stand upright, Skew by how many degrees against the clock it must be
	// turned then. Boxes are in the picture after both, with its size.
	Quarters      int
	Skew          float64
	Width, Height int
	Ink           *Drawing
	// Nonsense means that the engine saw text and does not believe it itself.
	Nonsense bool
}

// Read recognizes a picture of any size, skew and orientation.
func Read(ctx context.Context, e Engine, img image.Image, o Options) (*Page, error) {
	img, err := clean(ctx, img)
	if err != nil {
		return nil, err
	}
	p, err := readUpright(ctx, e, img, o)
	if err != nil {
		return nil, err
	}
	if p.sideways() {
		for _, quarters := range []int{1, 3} {
			q, err := readUpright(ctx, e, turn(img, quarters), o)
			if err != nil {
				return nil, err
			}
			q.Quarters = quarters
			if q.Confidence() >= unsure && q.letters()*2 >= p.letters() || q.Confidence() > p.Confidence()+betterTurn {
				p = q
				break
			}
		}
	} else if c := p.Confidence(); c < unsure {
		q, err := readUpright(ctx, e, turn(img, 2), o)
		if err != nil {
			return nil, err
		}
		if q.Confidence() > c+betterTurn && q.letters()*2 >= p.letters() {
			q.Quarters = 2
			p = q
		}
	}
	if p.letters() < minText {
		p.Lines = nil
	}
	p.readBoxes()
	p.findPictures()
	p.Nonsense = len(p.Lines) > 0 && p.Confidence() < nonsense
	return p, nil
}

// readUpright recognizes a picture whose text runs from left to right.
func readUpright(ctx context.Context, e Engine, img image.Image, o Options) (*Page, error) {
	b := img.Bounds()
	p := &Page{Width: b.Dx(), Height: b.Dy()}
	img = plain(img)
	gray := toGray(img)
	if p.Skew = skewOf(gray); p.Skew != 0 {
		img = rotate(img, p.Skew)
		gray = toGray(img)
	}
	black := inkOf(gray)
	factor := 1.0
	height, n := textHeight(black)
	least := smallText
	if max(p.Width, p.Height) >= largeSide {
		least = smallPlan
	}
	if height > 0 && height < least && n >= minLetters {
		factor = min(maxEnlarge, math.Round(2*wantedText/height)/2)
	}
	p.Ink = drawingOf(black, gray, height)
	p.Ink.Fills = fillsOf(img, height)
	white := bleach(img, p.Ink.Fills)
	if light, colourless := grayOf(white); colourless {
		white = light // which engines read alike and sooner
	}
	r, err := recognize(ctx, e, white, black, factor, height, o)
	if err != nil {
		return nil, err
	}
	if factor > 1 && r.Confidence() < unsure {
		// Enlarged noise looks like letters.
		asIs, err := recognize(ctx, e, white, black, 1, height, o)
		if err != nil {
			return nil, err
		}
		if len(asIs.Lines) == 0 || asIs.Confidence() > r.Confidence()+betterPlain {
			r = asIs
		}
	}
	if err := r.rereadGrids(ctx, e, white, p.Ink, factor, height, o); err != nil {
		return nil, err
	}
	p.take(r, img, gray, black)
	return p, nil
}

// take makes a result that of the page and measures its words in the picture.
func (p *Page) take(r *Result, img image.Image, gray *image.Gray, black *ink) {
	p.Result = *r
	for i := range p.Lines {
		for k := range p.Lines[i].Words {
			w := &p.Lines[i].Words[k]
			w.Stroke, w.hue = stroke(gray, w), hueOf(img, gray, w)
		}
	}
	p.readBullets(black)
}

func (r *Result) scale(f float64) {
	for i := range r.Lines {
		for k := range r.Lines[i].Words {
			b := &r.Lines[i].Words[k].Box
			*b = geom.Rect{X0: b.X0 * f, Y0: b.Y0 * f, X1: b.X1 * f, Y1: b.Y1 * f}
		}
	}
}

// sideways reports whether most longer words are taller than wide: the engine
// reads text at a right angle by itself, but its boxes tell.
func (p *Page) sideways() bool {
	tall, all := 0, 0
	for i := range p.Lines {
		for _, w := range p.Lines[i].Words {
			if countLetters(w.Text) < 4 {
				continue
			}
			all++
			if w.Box.H() > tallWord*w.Box.W() {
				tall++
			}
		}
	}
	return all >= 3 && tall*2 > all
}

func countLetters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
