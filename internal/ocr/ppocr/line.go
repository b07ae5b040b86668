package ppocr

import (
	"context"
	"errors"
	"image"
	"math"

	"golang.org/x/image/draw"

	"recto/internal/geom"
	"recto/internal/ocr"
)

const (
	recHeight = 48   // pixels of a line as the network reads it
	recStep   = 8    // pixels of one answer of it
	maxRec    = 3200 // pixels: a longer line is squeezed
	leastInk  = 48   // difference of brightness between ink and paper
)

// sign is one character that was read.
type sign struct {
	text string
	at   float64 // where in the line, 0-1
	sure float64 // probability
}

// readLine reads one line of the picture and returns its words.
func readLine(ctx context.Context, n network, img *image.RGBA, b box, alphabet []string) ([]ocr.Word, error) {
	r := image.Rect(int(b.wide.X0), int(b.wide.Y0), int(math.Ceil(b.wide.X1)), int(math.Ceil(b.wide.Y1))).Intersect(img.Rect)
	if r.Empty() {
		return nil, nil
	}
	src, at := img, r
	sideways := float64(r.Dy()) >= tallLine*float64(r.Dx())
	if sideways {
		src = stand(img, r)
		at = src.Rect
	}
	w := recHeight * at.Dx() / at.Dy()
	w = min(max((w+recStep-1)/recStep*recStep, 2*recStep), maxRec)
	strip := image.NewRGBA(image.Rect(0, 0, w, recHeight))
	draw.BiLinear.Scale(strip, strip.Rect, src, at, draw.Src, nil)
	var signs []sign
	err := n.run(ctx, planes(strip), recHeight, w, func(out []float32, shape []int64) error {
		if len(shape) != 3 || shape[2] != int64(len(alphabet)) || int64(len(out)) != shape[1]*shape[2] {
			return errors.New("the model does not fit its characters")
		}
		signs = decode(out, alphabet)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return wordsOf(signs, img, b, sideways), nil
}

// stand turns a part of the picture a quarter against the clock, so that what
// runs down lies. (Upward writing comes out upside down, and is turned with its
// page by package ocr.)
func stand(img *image.RGBA, r image.Rectangle) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, r.Dy(), r.Dx()))
	for y := range r.Dx() {
		for x := range r.Dy() {
			copy(out.Pix[y*out.Stride+4*x:][:4], img.Pix[img.PixOffset(r.Max.X-1-y, r.Min.Y+x):][:4])
		}
	}
	return out
}

// decode takes the likeliest sign of each step; repeats are one sign, and the
// number 0 parts them (Graves and others, "Connectionist temporal
// classification", 2006).
func decode(out []float32, alphabet []string) []sign {
	var signs []sign
	steps, last := len(out)/len(alphabet), 0
	for s := range steps {
		row := out[s*len(alphabet) : (s+1)*len(alphabet)]
		best := 0
		for i, p := range row {
			if p > row[best] {
				best = i
			}
		}
		if best != 0 && best != last {
			signs = append(signs, sign{alphabet[best], (float64(s) + 0.5) / float64(steps), float64(row[best])})
		}
		last = best
	}
	return signs
}

// wordsOf cuts a line at its spaces and says where the words stand.
func wordsOf(signs []sign, img *image.RGBA, b box, sideways bool) []ocr.Word {
	sure, n := 0.0, 0
	for _, s := range signs {
		if s.text != " " {
			sure, n = sure+s.sure, n+1
		}
	}
	if n == 0 || sure < leastSure*float64(n) {
		return nil
	}
	var out []ocr.Word
	for i := 0; i < len(signs); i++ {
		if signs[i].text == " " {
			continue
		}
		k, word, p := i, "", 0.0
		for ; k < len(signs) && signs[k].text != " "; k++ {
			word += signs[k].text
			p += signs[k].sure
		}
		from, to := 0.0, 1.0
		if i > 0 {
			from = signs[i-1].at
		}
		if k < len(signs) {
			to = signs[k].at
		}
		mean := p / float64(k-i)
		out = append(out, ocr.Word{Text: word, Box: place(img, b, from, to, sideways), Confidence: calibrate(mean)})
		i = k
	}
	return out
}

// calibrate makes the probability comparable with what package ocr expects: the
// network is sure of 0.99 where it is right and still of 0.6 where a page stands
// upside down.
func calibrate(p float64) float64 { return min(max(2*p-1, 0), 1) }

// place returns the box around the ink of a part of a line, from and to being
// the middles of the spaces around it by their share of the line.
func place(img *image.RGBA, b box, from, to float64, sideways bool) geom.Rect {
	part := b.tight
	if sideways {
		part.Y0, part.Y1 = b.wide.Y0+from*b.wide.H(), b.wide.Y0+to*b.wide.H()
		part.Y0, part.Y1 = max(part.Y0, b.tight.Y0), min(part.Y1, b.tight.Y1)
	} else {
		part.X0, part.X1 = b.wide.X0+from*b.wide.W(), b.wide.X0+to*b.wide.W()
		part.X0, part.X1 = max(part.X0, b.tight.X0), min(part.X1, b.tight.X1)
	}
	if part.Empty() {
		return geom.Rect{X0: part.X0, Y0: part.Y0, X1: max(part.X1, part.X0+1), Y1: max(part.Y1, part.Y0+1)}
	}
	if ink := inkIn(img, part); !ink.Empty() {
		return ink
	}
	return part
}

// inkIn returns the box of the pixels that differ from the paper, which is the
// commonest brightness of a part of the picture.
func inkIn(img *image.RGBA, part geom.Rect) geom.Rect {
	r := image.Rect(int(part.X0), int(part.Y0), int(math.Ceil(part.X1)), int(math.Ceil(part.Y1))).Intersect(img.Rect)
	const shades = 16
	var counts [256 / shades]int
	light := func(x, y int) int {
		p := img.Pix[img.PixOffset(x, y):]
		return (299*int(p[0]) + 587*int(p[1]) + 114*int(p[2])) / 1000
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			counts[light(x, y)/shades]++
		}
	}
	paper := 0
	for i, n := range counts {
		if n > counts[paper] {
			paper = i
		}
	}
	level := paper*shades + shades/2
	out := image.Rectangle{}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if d := light(x, y) - level; d > leastInk || d < -leastInk {
				out = out.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return geom.Rect{X0: float64(out.Min.X), Y0: float64(out.Min.Y), X1: float64(out.Max.X), Y1: float64(out.Max.Y)}
}
