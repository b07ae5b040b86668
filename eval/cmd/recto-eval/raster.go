package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"recto/eval"
	"recto/internal/engine"
	"recto/internal/format/pdf"
	"recto/internal/ocr/tesseract"
)

// rasterOf starts an engine that reads scans of the documents in their place.
func (o options) rasterOf(ctx context.Context) (eval.Predictor, error) {
	dir := o.cache
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("%w: say with --cache where scans and their words may be kept", err)
		}
		dir = filepath.Join(user, "recto", "eval")
	}
	reads, err := tesseract.Find(ctx)
	if err != nil {
		return nil, err
	}
	e, err := engine.Start(ctx, engine.Config{Workers: 1, OCR: eval.Remember(reads, filepath.Join(dir, "words"))})
	if err != nil {
		return nil, err
	}
	rt, err := pdf.NewRuntime(ctx, "")
	if err != nil {
		return nil, err
	}
	scans := eval.Rasters{Runtime: rt, Dir: filepath.Join(dir, "scans"), DPI: o.raster}
	read := markdownOf(e, false)
	return func(ctx context.Context, path string) (string, error) {
		scan, err := scans.Of(ctx, path)
		if err != nil {
			return "", err
		}
		return read(ctx, scan)
	}, nil
}

// compareDigital scores the documents as they are and prints how much of that
// their scans keep.
func (o options) compareDigital(ctx context.Context, w io.Writer, corpora []eval.Corpus, report eval.Report) error {
	predict, err := engineOf(ctx, o.tags == "stripped")
	if err != nil {
		return err
	}
	digital, err := eval.Run{Predict: predict}.Score(ctx, corpora)
	if err != nil {
		return err
	}
	if err := eval.WriteKept(w, report, digital); err != nil {
		return err
	}
	return eval.WriteDifferences(w, eval.Compare(report, digital))
}
