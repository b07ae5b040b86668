package ppocr

import (
	"cmp"
	"context"
	"errors"
	"image"
	"math"
	"slices"

	"golang.org/x/image/draw"

	"recto/internal/geom"
)

// How lines are found, after Liao and others, "Real-time scene text detection
// with differentiable binarization" (2020): the network marks the middle of
// every line, which is grown to the line again by a distance of area times a
// factor by perimeter.
const (
	detSide    = 1600 // pixels: longer sides are shrunk
	detStep    = 32   // sides are multiples
	marked     = 0.3  // probability from which a pixel is marked
	believed   = 0.5  // mean probability of what is believed
	leastSide  = 3    // pixels of a mark
	growTight  = 1.5
	growWide   = 2.0 // narrower boxes cost the spaces between words
	maxMarks   = 5000
	tallLine   = 1.5 // height by width of lines written sideways
	sameHeight = 0.5 // share of the height that lines in one row have in common
)

// findLines returns the boxes of the lines, from top to bottom and left to right.
func findLines(ctx context.Context, n network, img *image.RGBA) ([]box, error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	f := min(1, detSide/float64(max(w, h)))
	step := func(side int) int { return max(detStep, int(math.Round(float64(side)*f/detStep))*detStep) }
	small := image.NewRGBA(image.Rect(0, 0, step(w), step(h)))
	draw.BiLinear.Scale(small, small.Rect, img, img.Rect, draw.Src, nil)
	var marks []geom.Rect
	sw, sh := small.Rect.Dx(), small.Rect.Dy()
	err := n.run(ctx, planes(small), sh, sw, func(out []float32, shape []int64) error {
		if len(out) != sw*sh {
			return errors.New("the model's answer has another size than the picture")
		}
		marks = findMarks(out, sw)
		return nil
	})
	if err != nil {
		return nil, err
	}
	fx, fy := float64(w)/float64(sw), float64(h)/float64(sh)
	page := geom.Rect{X1: float64(w), Y1: float64(h)}
	grown := func(m geom.Rect, factor float64) geom.Rect {
		m = m.Grow(m.Area() * factor / (2 * (m.W() + m.H())))
		return geom.Rect{X0: m.X0 * fx, Y0: m.Y0 * fy, X1: m.X1 * fx, Y1: m.Y1 * fy}.Intersect(page)
	}
	var boxes []box
	for _, m := range marks {
		b := box{wide: grown(m, growWide), tight: grown(m, growTight)}
		if b.tight.W() >= leastSide && b.tight.H() >= leastSide {
			boxes = append(boxes, b)
		}
	}
	sortLines(boxes)
	return boxes, nil
}

// sortLines brings boxes side by side into one row, and rows from top to bottom.
func sortLines(boxes []box) {
	slices.SortFunc(boxes, func(a, b box) int { return cmp.Compare(a.tight.Y0, b.tight.Y0) })
	for i := 0; i < len(boxes); {
		k := i + 1
		for k < len(boxes) && boxes[i].tight.OverlapY(boxes[k].tight) >= sameHeight*min(boxes[i].tight.H(), boxes[k].tight.H()) {
			k++
		}
		slices.SortFunc(boxes[i:k], func(a, b box) int { return cmp.Compare(a.tight.X0, b.tight.X0) })
		i = k
	}
}

// findMarks returns the boxes of connected marked pixels of a picture of
// probabilities, w wide.
func findMarks(p []float32, w int) []geom.Rect {
	h := len(p) / w
	seen := make([]bool, len(p))
	var out []geom.Rect
	var stack []int32
	for start := range p {
		if seen[start] || p[start] <= marked {
			continue
		}
		seen[start] = true
		stack = append(stack[:0], int32(start))
		x0, y0, x1, y1, sum, n := w, h, 0, 0, 0.0, 0
		for len(stack) > 0 {
			at := int(stack[len(stack)-1])
			stack = stack[:len(stack)-1]
			x, y := at%w, at/w
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
			sum, n = sum+float64(p[at]), n+1
			for ny := max(0, y-1); ny <= min(h-1, y+1); ny++ {
				for nx := max(0, x-1); nx <= min(w-1, x+1); nx++ {
					if i := ny*w + nx; !seen[i] && p[i] > marked {
						seen[i] = true
						stack = append(stack, int32(i))
					}
				}
			}
		}
		if min(x1-x0, y1-y0)+1 < leastSide || sum < believed*float64(n) {
			continue
		}
		out = append(out, geom.Rect{X0: float64(x0), Y0: float64(y0), X1: float64(x1 + 1), Y1: float64(y1 + 1)})
		if len(out) == maxMarks {
			break
		}
	}
	return out
}
