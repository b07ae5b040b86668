// Package tesseract recognizes text with the tesseract program where it is
// installed: one process for each picture, so that its memory and its crashes
// are its own. Pictures reach it as raw pixels that we made, never as the user's
// file, so its image decoders see nothing hostile.
package tesseract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"recto/internal/ocr"
)

// Engine is an installed Tesseract.
type Engine struct {
	path, version string
	languages     []string
}

// Installed is what is known of a Tesseract that was found, for another process
// that need not ask again.
type Installed struct {
	Path, Version string
	Languages     []string
}

// Installed tells where it is.
func (e *Engine) Installed() Installed { return Installed{e.path, e.version, e.languages} }

// At returns a Tesseract found before.
func At(i Installed) *Engine {
	return &Engine{path: i.Path, version: i.Version, languages: i.Languages}
}

// startTimeout bounds the questions asked of the program when it is found.
const startTimeout = 10 * time.Second

// pageTimeout bounds the recognition of one picture; a dense page takes two to
// five seconds.
const pageTimeout = 120 * time.Second

var errTooLong = errors.New("time is over")

// maxOutput bounds what one picture may give.
const maxOutput = 64 << 20

// Find returns the Tesseract on the PATH, or an error that says that there is
// none or that it does not work.
func Find(ctx context.Context) (*Engine, error) {
	path, err := exec.LookPath("tesseract")
	if err != nil {
		return nil, fmt.Errorf("%w: tesseract is not installed", ocr.ErrNoEngine)
	}
	e := &Engine{path: path}
	version, err := e.ask(ctx, "--version")
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(version, "\n")
	e.version = strings.TrimSpace(first)
	list, err := e.ask(ctx, "--list-langs")
	if err != nil {
		return nil, err
	}
	for i, l := range strings.Split(strings.TrimSpace(list), "\n") {
		if l = strings.TrimSpace(l); i > 0 && l != "" && l != "osd" {
			e.languages = append(e.languages, l)
		}
	}
	if len(e.languages) == 0 {
		return nil, fmt.Errorf("%w: tesseract has no language pack", ocr.ErrNoEngine)
	}
	slices.Sort(e.languages)
	return e, nil
}

func (e *Engine) ask(ctx context.Context, question string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, e.path, question).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: tesseract %s: %w", ocr.ErrNoEngine, question, err)
	}
	return string(out), nil
}

// Name says which version it is.
func (e *Engine) Name() string { return e.version }

// Languages lists the installed packs.
func (e *Engine) Languages() []string { return e.languages }

// Recognize runs the program on one picture.
func (e *Engine) Recognize(ctx context.Context, img image.Image, o ocr.Options) (*ocr.Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, pageTimeout, errTooLong)
	defer cancel()
	cmd := exec.CommandContext(ctx, e.path, "-", "-", "--oem", "1", "--psm", "3", "-l", strings.Join(o.Languages, "+"), "tsv")
	// Threads within one picture cost more than they give, and pages run side by
	// side anyway. Nothing else of our environment is its business.
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}
	if prefix := os.Getenv("TESSDATA_PREFIX"); prefix != "" {
		cmd.Env = append(cmd.Env, "TESSDATA_PREFIX="+prefix)
	}
	isolate(cmd)
	cmd.Stdin = newPNM(img)
	out, complaint := &limited{left: maxOutput}, &limited{left: 4096}
	cmd.Stdout, cmd.Stderr = out, complaint
	if err := run(cmd); err != nil {
		if errors.Is(context.Cause(ctx), errTooLong) {
			return nil, fmt.Errorf("tesseract: the picture took longer than %v and was given up", pageTimeout)
		}
		if cause := context.Cause(ctx); cause != nil {
			return nil, fmt.Errorf("tesseract: %w", cause)
		}
		return nil, fmt.Errorf("tesseract: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	if out.left < 0 {
		return nil, errors.New("tesseract: too much output")
	}
	return ocr.ReadTSV(out.String()), nil
}

// run runs the program from a thread that is there as long as it runs.
func run(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}

// limited keeps the beginning of what is written to it.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if keep := min(len(p), max(l.left, 0)); keep > 0 {
		l.Buffer.Write(p[:keep])
	}
	l.left -= len(p)
	return len(p), nil
}
