package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"recto/internal/engine"
	"recto/internal/ocr/tesseract"
	"recto/internal/ocr/tesswasm"
	"recto/internal/sandbox"
	"recto/internal/task"
)

// SandboxFlags say where documents are parsed.
type SandboxFlags struct {
	Sandbox     string        `help:"Where documents are parsed: in child processes (on), or in the server itself (off), which a document can then bring down." enum:"on,off" default:"on" env:"RECTO_SANDBOX"`
	Children    int           `help:"Child processes; 0 for as many as --workers." env:"RECTO_CHILDREN"`
	ChildMemory int64         `help:"Memory of one child process in megabytes; a page that needs more fails." default:"1500" env:"RECTO_CHILD_MEMORY"`
	MaxPages    int           `help:"Most pages of a document." default:"20000" env:"RECTO_MAX_PAGES"`
	MaxGlyphs   int           `help:"Characters of a page of a PDF that are read; what is beyond is left out with a warning." default:"500000" env:"RECTO_MAX_GLYPHS"`
	MaxObjects  int           `help:"Drawn pieces of a page of a PDF that are read; what is beyond is left out with a warning." default:"200000" env:"RECTO_MAX_OBJECTS"`
	MaxResultMB int64         `help:"Most megabytes that one document may be made into." default:"4096" env:"RECTO_MAX_RESULT_MB"`
	PageTimeout time.Duration `help:"Time one page may take to be read or drawn; its recognition may take five times as long." default:"60s" env:"RECTO_PAGE_TIMEOUT"`
}

// childHello is what a child is told at its start.
type childHello struct {
	MaxBytes    int64
	MaxPages    int
	Glyphs      int
	Objects     int
	PageTimeout time.Duration
	CacheDir    string
	Memory      int64
	// What reads scans: a program, the child itself, or its parent; or nothing.
	Tesseract *tesseract.Installed
	Wasm      *tesswasm.Config
	Parent    *recognizer
}

// recognizer is a text recognition of the server that a child uses.
type recognizer struct {
	Name      string
	Languages []string
}

// processor starts what parses documents, which ends with the parts.
func (f SandboxFlags) processor(ctx context.Context, c engine.Config, ocrData string, workers int, p *parts, log *slog.Logger) (task.Processor, error) {
	c.PageTimeout, c.MaxPages = f.PageTimeout, f.MaxPages
	c.Limits.Glyphs, c.Limits.Objects = f.MaxGlyphs, f.MaxObjects
	if f.Sandbox == "off" {
		log.Warn("documents are parsed in the server itself: one that hangs or takes all memory harms everybody's")
		eng, err := engine.Start(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("start the engine: %w", err)
		}
		p.closes = append(p.closes, func() { _ = eng.Close() })
		return task.Local{Parser: eng, Observe: p.observe}, nil
	}
	hello := childHello{MaxBytes: c.MaxBytes, MaxPages: c.MaxPages, Glyphs: f.MaxGlyphs, Objects: f.MaxObjects, PageTimeout: f.PageTimeout, CacheDir: c.CacheDir, Memory: f.ChildMemory << 20}
	if hello.CacheDir == "" {
		if user, err := os.UserCacheDir(); err == nil {
			hello.CacheDir = filepath.Join(user, "recto")
		}
	}
	switch e := c.OCR.(type) {
	case nil:
	case *tesswasm.Engine:
		config := wasmConfig(ocrData)
		config.CacheDir = hello.CacheDir
		hello.Wasm = &config
		if err := e.Close(); err != nil { // only its children use it
			return nil, err
		}
	case *tesseract.Engine:
		i := e.Installed()
		hello.Tesseract = &i
	default: // it needs the network or much memory, which a child has not
		hello.Parent = &recognizer{e.Name(), e.Languages()}
	}
	told, err := json.Marshal(hello)
	if err != nil {
		return nil, err
	}
	self, err := ownProgram()
	if err != nil {
		return nil, err
	}
	pool, err := sandbox.Start(ctx, sandbox.Config{
		Command: append([]string{self}, childArgs...), Env: childEnv(), Hello: told, Log: log,
		Size: cmp.Or(f.Children, workers), Memory: f.ChildMemory << 20, Programs: hello.Tesseract != nil,
		Ended: p.childEnded,
	})
	if err != nil {
		return nil, err
	}
	p.pool, p.closes = pool, append(p.closes, pool.Close)
	return &task.Remote{
		Pool: pool, Limit: f.PageTimeout, MaxResult: f.MaxResultMB << 20, Turns: make(chan struct{}, runtime.NumCPU()),
		OCR: c.OCR, Log: log, Observe: p.observe,
	}, nil
}

// childArgs make the program a child.
var childArgs = []string{"child"}

// ownProgram is the file of this program, the one that runs and not the one that
// may have replaced it on the disk.
func ownProgram() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// childEnv is all a child sees of the environment: where programs and their data
// are.
func childEnv() []string {
	env := []string{"GOTRACEBACK=single"}
	for _, name := range []string{"PATH", "TESSDATA_PREFIX", "GODEBUG", "GOMAXPROCS"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// ChildCmd is a child process of the server.
type ChildCmd struct{}

// Run works until the server is gone.
func (ChildCmd) Run() error { return sandbox.Serve(prepareChild) }

// secondLine is how much longer than its parent a child waits for a page before
// it gives up the reader itself.
const secondLine = 10 * time.Second

// prepareChild starts the engine of a child.
func prepareChild(conn *sandbox.Conn, hello []byte) (sandbox.Handler, sandbox.Access, error) {
	var h childHello
	var access sandbox.Access
	if err := json.Unmarshal(hello, &h); err != nil {
		return nil, access, err
	}
	if h.Memory > 0 {
		debug.SetMemoryLimit(h.Memory / 2) // collect garbage before the parent takes it for use
	}
	c := engine.Config{Workers: runtime.GOMAXPROCS(0), MaxBytes: h.MaxBytes, MaxPages: h.MaxPages, CacheDir: h.CacheDir, PageTimeout: h.PageTimeout + secondLine}
	c.Limits.Glyphs, c.Limits.Objects = h.Glyphs, h.Objects
	switch {
	case h.Tesseract != nil:
		c.OCR = &task.InTurns{Engine: tesseract.At(*h.Tesseract), Conn: conn}
		access = sandbox.Access{Files: append(programFiles(), h.Tesseract.Path), Programs: true}
		if data := os.Getenv("TESSDATA_PREFIX"); data != "" {
			access.Files = append(access.Files, data)
		}
	case h.Wasm != nil:
		e, err := tesswasm.New(*h.Wasm)
		if err != nil {
			return nil, access, err
		}
		if err := e.Prepare(context.Background()); err != nil {
			return nil, access, err
		}
		c.OCR = &task.InTurns{Engine: e, Conn: conn}
		for _, dir := range append(h.Wasm.Further, h.Wasm.DataDir) {
			if _, err := os.Stat(dir); err == nil {
				access.Files = append(access.Files, dir)
			}
		}
	case h.Parent != nil:
		c.OCR = &task.Recognizer{Title: h.Parent.Name, Packs: h.Parent.Languages, Conn: conn}
	}
	eng, err := engine.Start(context.Background(), c)
	if err != nil {
		return nil, access, fmt.Errorf("start the engine: %w", err)
	}
	return task.Serve(eng), access, nil
}

// programFiles are the folders where systems keep programs and what they need.
func programFiles() []string {
	return []string{"/usr", "/bin", "/lib", "/lib64", "/opt", "/nix/store", "/etc/ld.so.cache", "/dev/null", "/dev/urandom"}
}
