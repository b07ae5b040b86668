//go:build ppocr

package ppocr

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"recto/internal/ocr"
)

// engineHere is the engine in the folder RECTO_OCR_MODELS.
func engineHere(t *testing.T) *Engine {
	t.Helper()
	dir := os.Getenv("RECTO_OCR_MODELS")
	if dir == "" {
		t.Skip("RECTO_OCR_MODELS is not set (make ocr-models MODELS=DIR)")
	}
	e, err := New(dir)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func picture(t *testing.T, lines ...string) image.Image {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 30, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, 900, 100+60*len(lines)))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(40, 80+60*i)
		d.DrawString(l)
	}
	return img
}

func TestRecognize(t *testing.T) {
	e := engineHere(t)
	want := []string{"Größere Fähren über die Straße", "Où est la forêt du garçon ?"}
	r, err := e.Recognize(t.Context(), picture(t, want...), ocr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range r.Lines {
		var words []string
		for _, w := range l.Words {
			words = append(words, w.Text)
		}
		got = append(got, strings.Join(words, " "))
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("read %q, want %q", got, want)
	}
	if w := r.Lines[0].Words[0]; w.Box.X0 < 38 || w.Box.X0 > 46 || w.Box.H() < 20 || w.Box.H() > 36 || w.Confidence < 0.9 {
		t.Errorf("first word %+v: not around its ink", w)
	}
}

func TestRecognizeStops(t *testing.T) {
	e := engineHere(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := e.Recognize(ctx, image.NewGray(image.Rect(0, 0, 1600, 1600)), ocr.Options{})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Second {
		t.Errorf("%v after %v, want the end of the time within a second", err, time.Since(began))
	}
}
