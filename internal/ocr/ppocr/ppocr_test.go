package ppocr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"recto/internal/geom"
	"recto/internal/ocr"
)

func TestNewTellsWhatIsMissing(t *testing.T) {
	_, err := New(t.TempDir())
	if !built {
		if !errors.Is(err, ErrNotBuilt) || !strings.Contains(err.Error(), "TAGS=ppocr") {
			t.Errorf("New without the tag: %v", err)
		}
		return
	}
	if !errors.Is(err, ocr.ErrNoEngine) || !strings.Contains(err.Error(), libraryFile) || !strings.Contains(err.Error(), "make ocr-models") {
		t.Errorf("New(an empty folder): %v", err)
	}
}

func TestFindMarks(t *testing.T) {
	const w, h = 40, 20
	p := make([]float32, w*h)
	paint := func(x0, y0, x1, y1 int, v float32) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				p[y*w+x] = v
			}
		}
	}
	paint(2, 2, 30, 6, 0.9)
	paint(30, 6, 34, 9, 0.9)   // touches it at a corner
	paint(2, 12, 20, 16, 0.4)  // doubtful all over
	paint(25, 12, 27, 14, 0.9) // a speck
	paint(36, 0, 40, 20, 0.8)  // at the edge
	got := findMarks(p, w)
	want := []geom.Rect{{X0: 36, Y0: 0, X1: 40, Y1: 20}, {X0: 2, Y0: 2, X1: 34, Y1: 9}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("findMarks = %v, want %v", got, want)
	}
}

func TestSortLines(t *testing.T) {
	at := func(x, y float64) box { return box{tight: geom.FromXYWH(x, y, 50, 10)} }
	boxes := []box{at(100, 42), at(0, 40), at(100, 2), at(0, 5), at(0, 20)}
	sortLines(boxes)
	want := []box{at(0, 5), at(100, 2), at(0, 20), at(0, 40), at(100, 42)}
	for i := range want {
		if boxes[i] != want[i] {
			t.Fatalf("sortLines = %v, want %v", boxes, want)
		}
	}
}

// said is a network that answers with the same steps always.
type said struct {
	steps    []int
	sure     float32
	alphabet int
	shape    []int64
}

func (s said) run(_ context.Context, in []float32, rows, columns int, see func([]float32, []int64) error) error {
	if len(in) != 3*rows*columns || rows != recHeight || columns%recStep != 0 {
		return fmt.Errorf("input of %d numbers for %d x %d", len(in), rows, columns)
	}
	out := make([]float32, len(s.steps)*s.alphabet)
	for i, n := range s.steps {
		out[i*s.alphabet+n] = s.sure
	}
	shape := s.shape
	if shape == nil {
		shape = []int64{1, int64(len(s.steps)), int64(s.alphabet)}
	}
	return see(out, shape)
}

func TestReadLine(t *testing.T) {
	alphabet := []string{"", "a", "ö", " "}
	img := image.NewRGBA(image.Rect(0, 0, 200, 60))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	ink := func(r image.Rectangle) { draw.Draw(img, r, image.NewUniform(color.Black), image.Point{}, draw.Src) }
	ink(image.Rect(22, 24, 70, 36))   // the first word
	ink(image.Rect(122, 20, 178, 40)) // the second
	b := box{wide: geom.Rect{X0: 0, Y0: 10, X1: 200, Y1: 50}, tight: geom.Rect{X0: 10, Y0: 15, X1: 190, Y1: 45}}
	// a, a again, nothing, a: two letters; then a space in the middle
	n := said{steps: []int{0, 1, 1, 0, 1, 3, 2, 2, 0, 0}, sure: 0.9, alphabet: 4}
	words, err := readLine(t.Context(), n, img, b, alphabet)
	if err != nil || len(words) != 2 || words[0].Text != "aa" || words[1].Text != "ö" {
		t.Fatalf("readLine = %v, %v", words, err)
	}
	if got, want := words[0].Box, (geom.Rect{X0: 22, Y0: 24, X1: 70, Y1: 36}); got != want {
		t.Errorf("first word at %v, want its ink %v", got, want)
	}
	if got, want := words[1].Box, (geom.Rect{X0: 122, Y0: 20, X1: 178, Y1: 40}); got != want {
		t.Errorf("second word at %v, want its ink %v", got, want)
	}
	if c := words[0].Confidence; c < 0.79 || c > 0.81 {
		t.Errorf("confidence %v, want 0.9 stretched to 0.8", c)
	}
	n.sure = 0.4
	if words, err := readLine(t.Context(), n, img, b, alphabet); err != nil || len(words) != 0 {
		t.Errorf("a line nobody believes = %v, %v", words, err)
	}
	n.shape = []int64{1, 10, 5}
	if _, err := readLine(t.Context(), n, img, b, alphabet); err == nil {
		t.Error("a model with other characters: no error")
	}
}

func TestStand(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 10, 30))
	img.Set(9, 0, color.White) // the top right corner comes to the top left
	got := stand(img, img.Rect)
	if got.Rect != image.Rect(0, 0, 30, 10) || got.RGBAAt(0, 0).A != 255 {
		t.Errorf("stand = %v, corner %v", got.Rect, got.RGBAAt(0, 0))
	}
}
