package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"recto/internal/fetch"
	"recto/internal/ocr"
	"recto/internal/ocr/ppocr"
	"recto/internal/ocr/remote"
	"recto/internal/ocr/tesseract"
	"recto/internal/ocr/tesswasm"
)

// OCRFlags choose what reads the text of scans.
type OCRFlags struct {
	OCR         OCRChoice `help:"What reads the text of scanned pages: the installed tesseract, the one inside this program (wasm, about half as fast), ppocr (slower, better; make ocr-models), the first tesseract that is there (auto), the address of a server of your own (http://…, docs/ocr.md), or none." default:"auto" env:"RECTO_OCR"`
	OCRData     string    `help:"Folder with language data (NAME.traineddata) for --ocr=wasm, beside the English inside and what the system has." type:"existingdir" env:"RECTO_OCR_DATA"`
	OCRModels   string    `help:"Folder of library and models for --ocr=ppocr (default: recto/ppocr in the user's data folder)." type:"path" env:"RECTO_OCR_MODELS"`
	OCRKey      string    `help:"Key of that server, sent as a bearer token; the environment hides it from other users of the machine." env:"RECTO_OCR_KEY"`
	OCRParallel int       `help:"Pictures that server gets at once." default:"4" env:"RECTO_OCR_PARALLEL"`
}

// OCRChoice is the name of an engine, or the address of one.
type OCRChoice string

// Validate refuses what is neither. It does not repeat an address, which may
// hold a password.
func (c OCRChoice) Validate() error {
	if slices.Contains(engines, string(c)) || fetch.IsURL(string(c)) {
		return nil
	}
	return fmt.Errorf("is none of %s and no address that starts with http:// or https://", strings.Join(engines, ", "))
}

var engines = []string{"auto", "tesseract", "wasm", "ppocr", "none"}

// engine returns what reads scans, nil for nothing. It lives as long as the
// process.
func (f OCRFlags) engine(ctx context.Context, log *slog.Logger) (ocr.Engine, error) {
	if f.OCR == "none" {
		return nil, nil
	}
	if url := string(f.OCR); fetch.IsURL(url) {
		e, err := remote.New(remote.Config{URL: url, Key: f.OCRKey, Parallel: f.OCRParallel})
		if err != nil {
			return nil, fmt.Errorf("--ocr: %w", err)
		}
		return e, nil
	}
	if f.OCR == "ppocr" {
		e, err := f.ppocr()
		if err != nil {
			return nil, fmt.Errorf("--ocr=ppocr: %w", err)
		}
		return e, nil
	}
	var reasons []error
	if f.OCR != "wasm" {
		e, err := tesseract.Find(ctx)
		if err == nil {
			if f.OCRData != "" && log != nil {
				log.Warn("the installed tesseract has its own language data", "unused", f.OCRData, "help", "choose --ocr=wasm")
			}
			return e, nil
		}
		if f.OCR == "tesseract" {
			return nil, fmt.Errorf("--ocr=tesseract: %w: install it (on Debian: apt-get install tesseract-ocr) or choose --ocr=none", err)
		}
		reasons = append(reasons, err)
	}
	e, err := tesswasm.New(wasmConfig(f.OCRData))
	if err == nil {
		return e, nil
	}
	if f.OCR == "wasm" || !errors.Is(err, ocr.ErrNoEngine) {
		return nil, fmt.Errorf("--ocr=%s: %w", f.OCR, err)
	}
	if log != nil {
		log.Warn("scanned pages will not be read", "reason", errors.Join(append(reasons, err)...), "help", "install tesseract-ocr")
	}
	return nil, nil
}

// ppocr loads the engine from its folder.
func (f OCRFlags) ppocr() (*ppocr.Engine, error) {
	dir := f.OCRModels
	if dir == "" {
		data, err := DataFlags{}.dir()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(data, "ppocr")
	}
	return ppocr.New(dir)
}

// wasmConfig says where the engine inside this program finds languages.
func wasmConfig(data string) tesswasm.Config {
	return tesswasm.Config{DataDir: data, Further: tesswasm.SystemFolders(), Workers: runtime.GOMAXPROCS(0)}
}

// nameOf names an engine, "" for none.
func nameOf(e ocr.Engine) string {
	if e == nil {
		return ""
	}
	return e.Name()
}
