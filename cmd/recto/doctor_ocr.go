package main

import (
	"context"
	"errors"
	"strings"

	"recto/internal/ocr"
	"recto/internal/ocr/ppocr"
	"recto/internal/ocr/remote"
	"recto/internal/ocr/tesseract"
)

// checkOCR says which engines there are, and whether the one that the settings
// choose reads a test picture.
func (c *DoctorCmd) checkOCR(ctx context.Context) []finding {
	found := []finding{checkTesseract(ctx), c.checkInside(), c.checkPPOCR()}
	chosen := finding{Name: "reading scans", State: fine}
	e, err := c.engine(ctx, nil)
	switch {
	case err != nil:
		chosen.State, chosen.Detail, chosen.Advice = broken, err.Error(), "choose another engine with --ocr or RECTO_OCR (docs/ocr.md)"
	case e == nil && c.OCR == "none":
		chosen.State, chosen.Detail, chosen.Advice = missing, "turned off by --ocr none", "--ocr auto takes what is there"
	case e == nil:
		chosen.State, chosen.Detail, chosen.Advice = missing, "there is no engine: scans and pictures have no text", "install tesseract-ocr, or name an OCR server with --ocr http://… (docs/ocr.md)"
	default:
		where := e.Name()
		if r, ok := e.(*remote.Engine); ok {
			where += " at " + r.Host()
		}
		chosen.Detail = where + " reads a test picture"
		if err := ocr.Try(ctx, e); err != nil {
			chosen.State, chosen.Detail = broken, where+": "+err.Error()
			chosen.Advice = "see docs/ocr.md, or choose another engine with --ocr or RECTO_OCR"
		}
	}
	return append(found, chosen)
}

func checkTesseract(ctx context.Context) finding {
	const install = "to read scans with it install tesseract-ocr and a pack for each language (on Debian: tesseract-ocr-deu, …)"
	e, err := tesseract.Find(ctx)
	switch {
	case err == nil:
		return finding{"tesseract", fine, e.Name() + ", packs " + strings.Join(e.Languages(), " "), ""}
	case errors.Is(err, ocr.ErrNoEngine):
		return finding{"tesseract", missing, err.Error(), install}
	}
	return finding{"tesseract", broken, err.Error(), install}
}

// checkPPOCR says of the optional engine whether it could be chosen.
func (c *DoctorCmd) checkPPOCR() finding {
	e, err := c.ppocr()
	switch {
	case err == nil && c.OCR == "ppocr":
		return finding{"ppocr", fine, e.Name(), ""}
	case err == nil:
		return finding{"ppocr", fine, e.Name(), "it is not used: choose it with --ocr ppocr"}
	case errors.Is(err, ppocr.ErrNotBuilt), errors.Is(err, ocr.ErrNoEngine):
		return finding{"ppocr", missing, err.Error(), "optional: reads more than tesseract, takes longer (docs/ocr.md)"}
	}
	return finding{"ppocr", broken, err.Error(), "make ocr-models fetches library and models again (docs/ocr.md)"}
}
