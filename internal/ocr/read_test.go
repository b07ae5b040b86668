package ocr

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"recto/internal/geom"
	"recto/internal/page"
)

var verse = []string{
	"The miller took the longer road along the river",
	"bank that night, because the shorter one was under",
	"water; he counted the posts of the fence as he went",
	"and came to forty before the light of the inn stood",
	"over the hedge. The host had kept a chair for him",
	"by the stove, and they spoke about the bridge that",
	"nobody wanted to pay for, until the candle was down",
	"to its last inch and the dog had fallen asleep.",
}

// sheet draws lines of text, size pixels high.
func sheet(t *testing.T, size float64, lines []string) *image.NRGBA {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	w, h := int(34*size), int(size*(2.2*float64(len(lines))+4))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(int(2*size), int(size*(3+2.2*float64(i))))
		d.DrawString(l)
	}
	return img
}

func TestSkewOf(t *testing.T) {
	img := sheet(t, 20, verse)
	for _, want := range []float64{-4, -1.5, 0, 1, 3} {
		got := skewOf(toGray(rotate(img, -want)))
		if math.Abs(got-want) > 0.15 {
			t.Errorf("skewOf(a page turned by %v) = %v", want, got)
		}
	}
}

func TestTextHeight(t *testing.T) {
	for _, size := range []float64{12, 20, 40} {
		got, n := textHeight(inkOf(toGray(sheet(t, size, verse))))
		if n < 200 || got < 0.45*size || got > 0.8*size {
			t.Errorf("textHeight(text of %v pixels) = %v of %d letters", size, got, n)
		}
	}
}

func TestTurn(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	img.Set(0, 0, color.Black)
	for quarters, want := range map[int]image.Point{0: {}, 1: {1, 0}, 2: {2, 1}, 3: {0, 2}} {
		got := turn(img, quarters)
		if _, _, _, a := got.At(want.X, want.Y).RGBA(); a == 0 {
			t.Errorf("turn(%d) does not bring the corner to %v", quarters, want)
		}
	}
}

func TestDrawingOf(t *testing.T) {
	img := sheet(t, 20, verse[:3])
	line := func(r image.Rectangle) { draw.Draw(img, r, image.Black, image.Point{}, draw.Src) }
	line(image.Rect(40, 20, 500, 22))
	line(image.Rect(40, 20, 42, 180))
	line(image.Rect(520, 20, 600, 90)) // a block is no rule
	p := inkOf(toGray(img))
	h, _ := textHeight(p)
	d := drawingOf(p, toGray(img), h)
	if len(d.Horizontal) != 1 || len(d.Vertical) != 1 {
		t.Fatalf("drawingOf = %v, %v, want one rule each", d.Horizontal, d.Vertical)
	}
	if r := d.Horizontal[0]; math.Abs(r.X0-40) > 2 || math.Abs(r.X1-500) > 2 || r.H() > 3 {
		t.Errorf("rule across = %v", r)
	}
	if r := d.Vertical[0]; math.Abs(r.Y1-180) > 2 || r.W() > 3 {
		t.Errorf("rule down = %v", r)
	}
}

// scripted answers with what it is given for pictures of its size.
type scripted struct {
	answers []*Result
	seen    []image.Point
}

func (s *scripted) Name() string        { return "scripted" }
func (s *scripted) Languages() []string { return []string{"eng"} }
func (s *scripted) Recognize(_ context.Context, img image.Image, _ Options) (*Result, error) {
	s.seen = append(s.seen, img.Bounds().Size())
	r := s.answers[min(len(s.seen), len(s.answers))-1]
	out := &Result{}
	for _, l := range r.Lines {
		out.Lines = append(out.Lines, Line{Words: append([]Word(nil), l.Words...)})
	}
	return out, nil
}

func words(conf float64, text ...string) *Result {
	r := &Result{}
	for i, w := range text {
		r.Lines = append(r.Lines, Line{Words: []Word{{Text: w, Confidence: conf, Box: geom.FromXYWH(10, float64(20*i), 80, 12)}}})
	}
	return r
}

func TestReadTurnsRound(t *testing.T) {
	bad, good := words(0.2, "qwxz", "zzzk", "wmwm", "blub"), words(0.95, "the", "miller", "went", "home")
	s := &scripted{answers: []*Result{bad, good}}
	p, err := Read(context.Background(), s, sheet(t, 24, verse), Options{Languages: []string{"eng"}})
	if err != nil || p.Quarters != 2 || p.Lines[0].Words[0].Text != "the" {
		t.Errorf("an unreadable page: turned %d, %v", p.Quarters, err)
	}
	s = &scripted{answers: []*Result{good}}
	if p, _ = Read(context.Background(), s, sheet(t, 24, verse), Options{}); p.Quarters != 0 || len(s.seen) != 1 {
		t.Errorf("a readable page: turned %d after %d looks", p.Quarters, len(s.seen))
	}
	s = &scripted{answers: []*Result{bad}}
	if p, _ = Read(context.Background(), s, sheet(t, 24, verse), Options{}); !p.Nonsense || p.Quarters != 0 {
		t.Errorf("scribble: nonsense %v, turned %d", p.Nonsense, p.Quarters)
	}
}

func TestReadEnlarges(t *testing.T) {
	s := &scripted{answers: []*Result{words(0.9, "small", "print", "of", "some", "kind")}}
	img := sheet(t, 12, verse)
	p, err := Read(context.Background(), s, img, Options{})
	if err != nil || s.seen[0].X < 2*img.Rect.Dx()-1 {
		t.Fatalf("the engine saw %v of a picture of %v, %v", s.seen, img.Rect.Size(), err)
	}
	factor := float64(s.seen[0].X) / float64(img.Rect.Dx())
	if b := p.Lines[0].Words[0].Box; math.Abs(b.W()-80/factor) > 1 {
		t.Errorf("box = %v, want it in the pixels of the picture", b)
	}
}

// TestPlace: words stand on their line, with the size of their print, and the
// frame leads back to the paper.
func TestPlace(t *testing.T) {
	r := words(0.9, "Harbour", "some", "gave")
	for i, h := range []float64{14.4, 9.8, 14} { // capitals and long letters; small ones; with a tail
		b := &r.Lines[i].Words[0].Box
		b.Y1 = b.Y0 + h
	}
	p := &Page{Result: *r, Width: 200, Height: 100, Ink: &Drawing{Horizontal: []geom.Rect{{X0: 10, Y0: 50, X1: 190, Y1: 52}}}}
	on := &page.Page{Width: 100, Height: 50}
	p.Place(on)
	for i := range on.Runs {
		if s := on.Runs[i].Size; math.Abs(s-10) > 1e-6 {
			t.Errorf("size of %q = %v, want 10", on.Runs[i].Text(), s)
		}
	}
	if base := on.Runs[2].Glyphs[0].Origin.Y; math.Abs(base-(40+14-0.21*20)/2) > 0.01 {
		t.Errorf("baseline of a word with a tail = %v", base)
	}
	if r := on.Rules[0]; r.Vertical || r.Box != (geom.Rect{X0: 5, Y0: 25, X1: 95, Y1: 26}) {
		t.Errorf("rule = %+v", r)
	}
	if on.Frame != nil {
		t.Errorf("frame of a straight page = %+v", on.Frame)
	}
	for quarters, want := range map[int]geom.Point{1: {X: 50}, 2: {X: 100, Y: 50}, 3: {Y: 100}} {
		p.Quarters = quarters
		if quarters == 1 {
			p.Width, p.Height = 100, 200
		} else if quarters == 2 {
			p.Width, p.Height = 200, 100
		} else {
			p.Width, p.Height = 100, 200
		}
		on = &page.Page{Width: 100, Height: 50}
		p.Place(on)
		if got := on.Frame.Turn.Apply(geom.Point{}); math.Abs(got.X-want.X) > 1e-9 || math.Abs(got.Y-want.Y) > 1e-9 {
			t.Errorf("turned by %d quarters the corner comes to %v, want %v", quarters, got, want)
		}
		if swapped := on.Width == 50; swapped != (quarters%2 == 1) {
			t.Errorf("turned by %d quarters the page is %v wide", quarters, on.Width)
		}
	}
}

func TestReadTSV(t *testing.T) {
	const tsv = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n" +
		"1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t\n" +
		"5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t96.5\tThe\n" +
		"5\t1\t1\t1\t1\t2\t45\t20\t50\t12\t91\tmiller\n" +
		"5\t1\t1\t1\t2\t1\t10\t40\t8\t12\t-1\t \n" +
		"5\t1\t2\t1\t1\t1\t10\t60\t12\t12\t80\t水\n" +
		"5\t1\t2\t1\t1\t2\t23\t60\t12\t12\t60\t車\n" +
		"5\t1\t2\t1\tx\n" +
		"5\t1\t2\t1\t2\t1\t10\tNaN\t-3\t12\t60\tbad\n"
	r := ReadTSV(tsv)
	if len(r.Lines) != 2 || len(r.Lines[0].Words) != 2 || r.Lines[0].Words[1].Box != (geom.Rect{X0: 45, Y0: 20, X1: 95, Y1: 32}) || r.Lines[1].Block != 1 {
		t.Fatalf("ReadTSV = %+v", r.Lines)
	}
	if w := r.Lines[1].Words; len(w) != 1 || w[0].Text != "水車" || math.Abs(w[0].Confidence-0.7) > 1e-9 {
		t.Errorf("ideographs = %+v, want one word", w)
	}
}

func TestChoose(t *testing.T) {
	e := &scripted{}
	if use, missing := Choose(e, []string{"de", "en"}); len(use) != 1 || use[0] != "eng" || len(missing) != 1 || missing[0] != "de" {
		t.Errorf("Choose = %v, %v", use, missing)
	}
	if use, missing := Choose(e, nil); use[0] != "eng" || missing != nil {
		t.Errorf("Choose without languages = %v, %v", use, missing)
	}
}
