// Package ppocr recognizes text with the models of PP-OCRv6 on ONNX Runtime:
// one network finds the lines of a picture, another reads each of them, in Latin
// scripts, Chinese and Japanese without being told which. It is optional:
// library and models are fetched by make ocr-models, and the program must be
// built with the tag ppocr, because a program that opens libraries needs the C
// library of the system. Cutting and tidying is here, running networks in
// ort.go.
package ppocr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"recto/internal/geom"
	"recto/internal/ocr"
)

// The files of the engine's folder, as make ocr-models calls them.
const (
	libraryFile = "libonnxruntime.so"
	detFile     = "det.onnx"
	recFile     = "rec.onnx"
)

const (
	// pageTimeout bounds one picture; a dense page takes five to ten seconds.
	pageTimeout = 120 * time.Second
	// maxParallel pictures are read at once, but in one only lines are looked for:
	// that takes 400 MB.
	maxParallel = 2
	// leastSure is the mean probability of a line below which it is no text.
	leastSure = 0.5
)

// ErrNotBuilt means that this program was built without the engine.
var ErrNotBuilt = errors.New("this program was built without ppocr (make build TAGS=ppocr)")

// network is one model: it takes numbers in the shape 1 x 3 x rows x columns and
// shows what it makes of them, which is valid during the call of see only.
type network interface {
	run(ctx context.Context, in []float32, rows, columns int, see func(out []float32, shape []int64) error) error
}

// Engine is the two networks with the signs that the second one knows.
type Engine struct {
	name     string
	find     network
	read     network
	alphabet []string // by the network's number; 0 is no sign
	slots    chan struct{}
	finding  chan struct{} // one slot
}

// New loads library and models from a folder.
func New(dir string) (*Engine, error) {
	if !built {
		return nil, ErrNotBuilt
	}
	for _, f := range []string{libraryFile, detFile, recFile} {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			return nil, fmt.Errorf("%w: ppocr lacks %s in %s (make ocr-models)", ocr.ErrNoEngine, f, dir)
		}
	}
	r, err := open(filepath.Join(dir, libraryFile))
	if err != nil {
		return nil, fmt.Errorf("ppocr: %w", err)
	}
	find, err := r.load(filepath.Join(dir, detFile), false)
	if err != nil {
		return nil, fmt.Errorf("ppocr: %s: %w", detFile, err)
	}
	read, err := r.load(filepath.Join(dir, recFile), true)
	if err != nil {
		return nil, fmt.Errorf("ppocr: %s: %w", recFile, err)
	}
	signs, err := read.metadata("character")
	if err == nil && signs == "" {
		err = errors.New("it does not say its characters")
	}
	if err != nil {
		return nil, fmt.Errorf("ppocr: %s: %w", recFile, err)
	}
	e := &Engine{
		name: "ppocr v6 on onnxruntime " + r.version, find: find, read: read,
		slots: make(chan struct{}, min(maxParallel, runtime.NumCPU())), finding: make(chan struct{}, 1),
	}
	e.alphabet = append([]string{""}, strings.Split(strings.TrimSuffix(signs, "\n"), "\n")...)
	e.alphabet = append(e.alphabet, " ")
	return e, nil
}

// Name says what it is.
func (e *Engine) Name() string { return e.name }

// Languages lists the packs of the languages whose letters the models know.
func (e *Engine) Languages() []string {
	return []string{
		"afr", "aze", "bos", "ces", "chi_sim", "chi_tra", "cym", "dan", "deu", "eng", "est", "fra", "gle", "hrv", "hun", "ind", "isl", "ita",
		"jpn", "lat", "lav", "lit", "mlt", "mri", "msa", "nld", "nor", "oci", "pol", "por", "ron", "slk", "slv", "spa", "sqi", "srp_latn", "swa", "swe", "fil", "tur", "uzb",
	}
}

// Recognize finds and reads the lines of a picture, from top to bottom.
func (e *Engine) Recognize(ctx context.Context, img image.Image, _ ocr.Options) (*ocr.Result, error) {
	leave, err := enter(ctx, e.slots)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	pixels := opaque(img)
	found, err := enter(ctx, e.finding)
	if err != nil {
		return nil, err
	}
	boxes, err := findLines(ctx, e.find, pixels)
	found()
	if err != nil {
		return nil, fmt.Errorf("ppocr: find lines: %w", err)
	}
	r := &ocr.Result{}
	for _, b := range boxes {
		words, err := readLine(ctx, e.read, pixels, b, e.alphabet)
		if err != nil {
			return nil, fmt.Errorf("ppocr: read a line: %w", err)
		}
		if len(words) > 0 {
			r.Lines = append(r.Lines, ocr.Line{Words: words, Block: len(r.Lines)}) // it knows no blocks
		}
	}
	return r, nil
}

// enter waits for a slot and returns how to leave it.
func enter(ctx context.Context, slots chan struct{}) (leave func(), err error) {
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("ppocr: %w", context.Cause(ctx))
	}
}

// opaque copies a picture onto white, its corner to the origin.
func opaque(img image.Image) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, b.Min, draw.Over)
	return out
}

// planes writes the colours of a picture as the networks want them: blue, green,
// red, each from -1 to 1.
func planes(img *image.RGBA) []float32 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := make([]float32, 3*w*h)
	for y := range h {
		row := img.Pix[y*img.Stride : y*img.Stride+4*w]
		for x := range w {
			for c := range 3 {
				out[(2-c)*w*h+y*w+x] = float32(row[4*x+c])/127.5 - 1
			}
		}
	}
	return out
}

// box is where a line stands in the picture: wide has the white around it that
// the reader needs, tight is what can be its ink.
type box struct{ wide, tight geom.Rect }
