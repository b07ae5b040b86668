package pdf

import (
	"context"
	"fmt"
	_ "unsafe" // for go:linkname

	_ "github.com/klippa-app/go-pdfium/webassembly" // links the PDFium module into the binary
	"github.com/klippa-app/go-pdfium/webassembly/imports"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"recto/internal/cachedir"
)

// pdfiumModule is the PDFium build that go-pdfium embeds. Its Go wrapper gives
// every handle a random UUID and copies every answer through several
// allocations, which is more work than PDFium's own for the hundred thousand
// calls a page of text takes; so we take the module and call it directly.
//
//go:linkname pdfiumModule github.com/klippa-app/go-pdfium/internal/pdfium_wasm.Module
var pdfiumModule []byte

// memoryLimitPages bounds the memory of one instance, in WebAssembly pages of
// 64 KiB: 2 GiB holds the largest document accepted (512 MiB) and its decoded
// images, and a file that wants more fails alone.
const memoryLimitPages = 32768

// Runtime is PDFium compiled for this machine.
type Runtime struct {
	Limits Limits // of the pages of all documents; set before the first is opened

	wasm     wazero.Runtime
	compiled wazero.CompiledModule
	cache    wazero.CompilationCache
}

// NewRuntime compiles PDFium, or loads the compiled code from cacheDir. With an
// empty cacheDir a folder in the user's cache is used; when none can be written
// the code is compiled anew each time, which takes seconds.
func NewRuntime(ctx context.Context, cacheDir string) (*Runtime, error) {
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(memoryLimitPages)
	rt := &Runtime{}
	if dir := cachedir.Compiled(cacheDir); dir != "" {
		if cache, err := wazero.NewCompilationCacheWithDir(dir); err == nil {
			rt.cache = cache
			config = config.WithCompilationCache(cache)
		}
	}
	rt.wasm = wazero.NewRuntimeWithConfig(ctx, config)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, rt.wasm); err != nil {
		return nil, fmt.Errorf("start the PDF module: %w", err)
	}
	compiled, err := rt.wasm.CompileModule(experimental.WithCompilationWorkers(ctx, 4), pdfiumModule)
	if err != nil {
		return nil, fmt.Errorf("compile the PDF module: %w", err)
	}
	rt.compiled = compiled
	if _, err := imports.Instantiate(ctx, rt.wasm, compiled); err != nil {
		return nil, fmt.Errorf("start the PDF module: %w", err)
	}
	return rt, nil
}

// Close frees the compiled code; no Reader may be open.
func (rt *Runtime) Close(ctx context.Context) error {
	err := rt.wasm.Close(ctx)
	if rt.cache != nil {
		if e := rt.cache.Close(ctx); err == nil {
			err = e
		}
	}
	return err
}
