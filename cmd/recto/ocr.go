package main

import (
	"context"
	"fmt"
	"log/slog"

	"recto/internal/ocr"
	"recto/internal/ocr/tesseract"
)

// OCRFlags choose what reads the text of scans.
type OCRFlags struct {
	OCR string `help:"What reads the text of scanned pages: the installed tesseract (auto takes it when there is one), or none." enum:"auto,tesseract,none" default:"auto" env:"RECTO_OCR"`
}

// engine returns what reads scans, nil for nothing.
func (f OCRFlags) engine(ctx context.Context, log *slog.Logger) (ocr.Engine, error) {
	if f.OCR == "none" {
		return nil, nil
	}
	e, err := tesseract.Find(ctx)
	if err == nil {
		return e, nil
	}
	if f.OCR == "tesseract" {
		return nil, fmt.Errorf("--ocr=tesseract: %w: install it (on Debian: apt-get install tesseract-ocr) or choose --ocr=none", err)
	}
	if log != nil {
		log.Warn("scanned pages will not be read", "reason", err, "help", "install tesseract-ocr")
	}
	return nil, nil
}

// nameOf names an engine, "" for none.
func nameOf(e ocr.Engine) string {
	if e == nil {
		return ""
	}
	return e.Name()
}
