// Package tesswasm recognizes text with Tesseract compiled to WebAssembly, for
// machines where no Tesseract is installed. The module sees a picture's pixels
// and its language data, no files, network or environment, and what it does to
// its memory ends with it. It is about half as fast as the installed program.
package tesswasm

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"recto/internal/ocr"
)

// version begins what the module says it is; a test asks it.
const version = "5.1.0"

// pageTimeout bounds the recognition of one picture; a dense page takes three
// to ten seconds.
const pageTimeout = 240 * time.Second

// maxPixels bounds a picture: the largest that is drawn for recognition has 49
// million.
const maxPixels = 64 << 20

// Config says what an engine works with.
type Config struct {
	// Assets are the module and the English data; zero for the embedded ones.
	Assets Assets
	// DataDir is a folder with more language data, NAME.traineddata; "" for
	// none. What it has goes before what is embedded.
	DataDir string
	// Further are folders with data for languages that are in neither, as
	// SystemFolders gives them; they need not exist.
	Further []string
	// CacheDir is where compiled code is kept between runs; "" for a folder in
	// the user's cache.
	CacheDir string
	// Workers is the number of pictures read at once; 0 for the number of cores.
	Workers int
}

// Assets are what is not written in Go.
type Assets struct {
	Module    []byte // WebAssembly
	EnglishGz []byte // language data, compressed
}

// Engine is Tesseract as WebAssembly. It compiles its module when the first
// picture comes.
type Engine struct {
	config    Config
	data      dataset
	languages []string
	slots     chan struct{}

	under sync.WaitGroup // pictures under way, those nobody waits for included

	mu   sync.Mutex
	wasm *compiled // nil before the first picture
	idle []*instance
}

// New returns an engine, or ocr.ErrNoEngine when the module is not part of this
// build.
func New(c Config) (*Engine, error) {
	if c.Assets.Module == nil {
		c.Assets = embedded()
	}
	if len(c.Assets.Module) == 0 {
		return nil, fmt.Errorf("%w: this build has no Tesseract inside (make build puts it there when it can be fetched)", ocr.ErrNoEngine)
	}
	if c.Workers <= 0 {
		c.Workers = runtime.NumCPU()
	}
	data, err := newDataset(c.Assets.EnglishGz, c.DataDir, c.Further)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("%w: there is no language data", ocr.ErrNoEngine)
	}
	return &Engine{config: c, data: data, languages: data.names(), slots: make(chan struct{}, c.Workers)}, nil
}

// Name says which version it is.
func (e *Engine) Name() string { return "tesseract " + version + " (WebAssembly)" }

// Languages lists the packs there are data for.
func (e *Engine) Languages() []string { return e.languages }

// Recognize reads one picture. It waits while as many are being read as there
// are workers.
func (e *Engine) Recognize(ctx context.Context, img image.Image, o ocr.Options) (*ocr.Result, error) {
	for _, l := range o.Languages {
		if !slices.Contains(e.languages, l) {
			return nil, fmt.Errorf("tesseract: no data for the language %q", l)
		}
	}
	size := img.Bounds().Size()
	if size.X <= 0 || size.Y <= 0 {
		return &ocr.Result{}, nil
	}
	if size.X > maxPixels/size.Y {
		return nil, fmt.Errorf("tesseract: a picture of %d by %d pixels is too large", size.X, size.Y)
	}
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("tesseract: %w", context.Cause(ctx))
	}
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	var tsv string
	var err error
	done := make(chan struct{})
	e.under.Go(func() {
		defer func() { <-e.slots }()
		tsv, err = e.read(ctx, img, strings.Join(o.Languages, "+"))
		close(done)
	})
	// The module sees that its time is over when it next calls the host. Layout
	// analysis may not for seconds: nobody waits for it, but it keeps its slot.
	select {
	case <-done:
	case <-ctx.Done():
		return nil, fmt.Errorf("tesseract: %w", context.Cause(ctx))
	}
	if err != nil {
		return nil, fmt.Errorf("tesseract: %w", err)
	}
	return ocr.ReadTSV(tsv), nil
}

// read lends an instance to a picture. One that failed or was stopped half-way
// is in no state to go on.
func (e *Engine) read(ctx context.Context, img image.Image, languages string) (string, error) {
	in, err := e.take(ctx, languages)
	if err != nil {
		return "", err
	}
	tsv, err := in.read(ctx, img)
	if err != nil || in.size() > maxIdleMemory {
		return tsv, errors.Join(err, in.close(ctx))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.idle = append(e.idle, in)
	return tsv, nil
}

// Prepare compiles the module, or reads the compiled code, before the first
// picture comes: for a process that will not be allowed to.
func (e *Engine) Prepare(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.wasm != nil {
		return nil
	}
	wasm, err := compile(context.WithoutCancel(ctx), e.config.Assets.Module, e.config.CacheDir, e.data)
	if err != nil {
		return err
	}
	e.wasm = wasm
	return nil
}

// take returns an idle instance for the languages, or a new one in place of one
// for others: there are never more than workers.
func (e *Engine) take(ctx context.Context, languages string) (*instance, error) {
	if err := e.Prepare(ctx); err != nil {
		return nil, err
	}
	e.mu.Lock()
	for i, in := range e.idle {
		if in.languages == languages {
			e.idle = slices.Delete(e.idle, i, i+1)
			e.mu.Unlock()
			return in, nil
		}
	}
	var old *instance
	if n := len(e.idle); n > 0 {
		old, e.idle = e.idle[0], slices.Delete(e.idle, 0, 1)
	}
	e.mu.Unlock()
	if old != nil {
		if err := old.close(ctx); err != nil {
			return nil, err
		}
	}
	return e.wasm.start(ctx, languages)
}

// Close gives the memory back; no call of Recognize may be under way.
func (e *Engine) Close() error {
	e.under.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.wasm == nil {
		return nil
	}
	err := e.wasm.close(context.Background())
	e.wasm, e.idle = nil, nil
	return err
}

// Embedded reports whether the module is part of this build.
func Embedded() bool { return len(embedded().Module) > 0 }

// ReadAssets reads what fetch.sh has brought, for builds that do not embed it.
func ReadAssets(dir string) (Assets, error) {
	module, err := os.ReadFile(dir + "/tesseract-core-simd-lstm.wasm")
	if err != nil {
		return Assets{}, err
	}
	english, err := os.ReadFile(dir + "/eng.traineddata.gz")
	return Assets{Module: module, EnglishGz: english}, err
}
