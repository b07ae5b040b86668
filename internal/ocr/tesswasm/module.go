package tesswasm

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"recto/internal/cachedir"
	"recto/internal/ocr"
)

// moduleSum is the SHA-256 of tesseract-core-simd-lstm.wasm of tesseract.js-core
// 7.0.0. Its exports and imports have short names that change with every
// version; those below and in host.go are this one's, read off the JavaScript
// beside it.
const moduleSum = "34e8d50cac216427d86bf397d610fdd9f49492539bbcdfbfccc4eda20c810bea"

// Exports of the module.
const (
	fnConstructors = "U"
	fnMalloc       = "xf"
	fnFree         = "wf"
	fnSetThrew     = "Af"
	fnStackRestore = "Bf"
	fnStackSave    = "Cf"
	fnNew          = "Kc" // TessBaseAPI's methods, from here on
	fnVersion      = "Lc"
	fnInit         = "ad" // data path, languages, engine mode
	fnSetMode      = "gd"
	fnSetImage     = "ld" // pixels, width, height, bytes per pixel, bytes per row, orientation, angle
	fnRecognize    = "Ed"
	fnTSV          = "Ld"
	fnClear        = "Rd"
)

// Tesseract's words for how it reads.
const (
	engineLSTM    = 1
	modeAutomatic = 3 // blocks and columns are found, orientation is not
	uprightExif   = 1
)

// Limits of one instance, in WebAssembly pages of 64 KiB: 1 GiB holds the
// largest picture and what is made of it; a usual page takes 30 to 100 MB. What
// has grown past maxIdleMemory is not kept for the next picture.
const (
	memoryLimitPages = 16384
	maxIdleMemory    = 160 << 20
)

// maxOutput bounds what one picture may give.
const maxOutput = 64 << 20

// compiled is the module as machine code, from which instances start.
type compiled struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
	cache   wazero.CompilationCache
}

// compile takes two seconds, or a tenth when cacheDir has the code already.
func compile(ctx context.Context, module []byte, cacheDir string, data dataset) (*compiled, error) {
	if sum := sha256.Sum256(module); hex.EncodeToString(sum[:]) != moduleSum {
		return nil, errors.New("the WebAssembly module is not the one this program was made for")
	}
	// A runtime that looks at the context in every loop (CloseOnContextDone) is
	// six times slower; the host's functions look instead.
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryLimitPages)
	c := &compiled{}
	if dir := cachedir.Compiled(cacheDir); dir != "" {
		if cache, err := wazero.NewCompilationCacheWithDir(dir); err == nil {
			c.cache = cache
			config = config.WithCompilationCache(cache)
		}
	}
	c.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	var err error
	if c.module, err = c.runtime.CompileModule(experimental.WithCompilationWorkers(ctx, 4), module); err == nil {
		err = provide(ctx, c.runtime, c.module, data)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("compile the module: %w", err), c.close(ctx))
	}
	return c, nil
}

func (c *compiled) close(ctx context.Context) error {
	err := c.runtime.Close(ctx)
	if c.cache != nil {
		err = errors.Join(err, c.cache.Close(ctx))
	}
	return err
}

// instance is one Tesseract with its languages loaded; one picture at a time.
type instance struct {
	languages string
	module    api.Module
	state     *state
	functions map[string]api.Function
	tess      uint64 // the TessBaseAPI
}

// start makes an instance.
func (c *compiled) start(ctx context.Context, languages string) (*instance, error) {
	m, err := c.runtime.InstantiateModule(ctx, c.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, fmt.Errorf("start the module: %w", err)
	}
	in := &instance{languages: languages, module: m, functions: map[string]api.Function{}}
	in.state = &state{files: map[int32]*file{}, setThrew: m.ExportedFunction(fnSetThrew),
		stackRestore: m.ExportedFunction(fnStackRestore), stackSave: m.ExportedFunction(fnStackSave)}
	if err := in.init(ctx); err != nil {
		return nil, errors.Join(err, in.close(ctx))
	}
	return in, nil
}

func (in *instance) init(ctx context.Context) error {
	c := in.calls(ctx)
	c.call(fnConstructors)
	in.tess = c.call(fnNew)
	root, languages := c.copyIn([]byte("/\x00")), c.copyIn([]byte(in.languages+"\x00"))
	failed := c.call(fnInit, in.tess, root, languages, engineLSTM)
	c.call(fnFree, root)
	c.call(fnFree, languages)
	c.call(fnSetMode, in.tess, modeAutomatic)
	if c.err == nil && int32(uint32(failed)) != 0 {
		c.err = fmt.Errorf("the language data of %s does not load: %s", in.languages, in.state.said())
	}
	return c.err
}

// read recognizes a picture; what it gives is Tesseract's TSV.
func (in *instance) read(ctx context.Context, img image.Image) (string, error) {
	in.state.complaint = in.state.complaint[:0]
	pix, perPixel := ocr.Pixels(img)
	w, h := uint64(img.Bounds().Dx()), uint64(img.Bounds().Dy())
	c := in.calls(ctx)
	p := c.copyIn(pix)
	c.call(fnSetImage, in.tess, p, w, h, uint64(perPixel), uint64(perPixel)*w, uprightExif, 0)
	c.call(fnFree, p) // it has its own copy now
	if failed := c.call(fnRecognize, in.tess, 0); c.err == nil && int32(uint32(failed)) != 0 {
		return "", fmt.Errorf("it gave up: %s", in.state.said())
	}
	text := c.call(fnTSV, in.tess, 0)
	tsv := c.copyOut(text)
	c.call(fnFree, text)
	c.call(fnClear, in.tess)
	return tsv, c.err
}

func (in *instance) size() int { return int(in.module.Memory().Size()) }

func (in *instance) close(ctx context.Context) error {
	return in.module.Close(context.WithoutCancel(ctx))
}

// calls is a row of calls of which the first failure ends all.
type calls struct {
	*instance
	ctx context.Context
	err error
}

func (in *instance) calls(ctx context.Context) *calls {
	return &calls{instance: in, ctx: context.WithValue(ctx, stateKey{}, in.state), err: context.Cause(ctx)}
}

func (c *calls) call(name string, args ...uint64) uint64 {
	if c.err != nil {
		return 0
	}
	f := c.functions[name]
	if f == nil {
		f = c.module.ExportedFunction(name)
		c.functions[name] = f
	}
	r, err := f.Call(c.ctx, args...)
	if err != nil {
		if c.err = c.state.cause; c.err == nil {
			// The trace of a stripped module tells nothing.
			first, _, _ := strings.Cut(err.Error(), "\n")
			c.err = errors.New(first)
		}
		return 0
	}
	if len(r) == 0 {
		return 0
	}
	return r[0]
}

// copyIn puts bytes into the module's memory.
func (c *calls) copyIn(b []byte) uint64 {
	p := c.call(fnMalloc, uint64(len(b)))
	if c.err == nil && (uint32(p) == 0 || !c.module.Memory().Write(uint32(p), b)) {
		c.err = errors.New("the picture needs too much memory")
	}
	return p
}

// copyOut takes a text from it, up to its zero byte.
func (c *calls) copyOut(p uint64) string {
	if c.err != nil {
		return ""
	}
	at, m := uint32(p), c.module.Memory()
	if at == 0 || at >= m.Size() {
		c.err = errors.New("it gave no answer")
		return ""
	}
	b, _ := m.Read(at, min(m.Size()-at, maxOutput))
	end := bytes.IndexByte(b, 0)
	if end < 0 {
		c.err = errors.New("too much output")
		return ""
	}
	return string(b[:end])
}
