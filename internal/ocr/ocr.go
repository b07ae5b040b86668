// Package ocr reads text out of pictures. Engines recognize words; this package
// makes the picture readable for them (size, skew, orientation), decides whether
// to believe them, and turns words into the runs and rules of a page. It leaves
// what the text means to package layout, and which pages need it to package
// engine.
package ocr

import (
	"context"
	"errors"
	"image"

	"recto/internal/geom"
)

// Engine recognizes the words of an upright picture. Implementations are safe
// for concurrent use and stop soon after ctx is done.
type Engine interface {
	// Name says what recognizes, with its version: "tesseract 5.3.0".
	Name() string
	// Recognize returns the words of the picture in reading order.
	Recognize(ctx context.Context, img image.Image, o Options) (*Result, error)
	// Languages lists the packs that are installed, by Tesseract's names.
	Languages() []string
}

// Options say what to expect in a picture.
type Options struct {
	Languages []string // packs by Tesseract's names, the likeliest first; never empty
	Codes     []string // what was asked for, by the API's codes; may be empty
}

// Result is what an engine sees.
type Result struct {
	Lines []Line // in the engine's reading order
}

// Line is words on one line of print.
type Line struct {
	Words []Word
	Block int // the engine's idea of a block of text, from 0
}

// Word is one recognized word.
type Word struct {
	Text       string
	Box        geom.Rect // pixels of the picture, around the ink
	Confidence float64   // 0-1
	Stroke     float64   // how thick its upright strokes are, in pixels; 0 when unknown
	hue        hue       // of its ink, measured
}

// ErrNoEngine means that there is nothing to recognize text with.
var ErrNoEngine = errors.New("no text recognition is available")

// Confidence returns the mean confidence of the words, weighted by their length;
// 0 when there are none.
func (r *Result) Confidence() float64 {
	sum, n := 0.0, 0
	for i := range r.Lines {
		for _, w := range r.Lines[i].Words {
			k := len([]rune(w.Text))
			sum += w.Confidence * float64(k)
			n += k
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// letters counts the letters and digits of the result.
func (r *Result) letters() int {
	n := 0
	for i := range r.Lines {
		for _, w := range r.Lines[i].Words {
			n += countLetters(w.Text)
		}
	}
	return n
}
