package task

import (
	"errors"
	"fmt"

	"recto/internal/engine"
	"recto/internal/format"
	"recto/internal/wire"
)

// Failure is the document's or the request's own fault: trying again would not
// help.
type Failure struct {
	Code  string // one of package wire's
	Cause error
}

func (f *Failure) Error() string { return f.Code + ": " + f.Cause.Error() }
func (f *Failure) Unwrap() error { return f.Cause }

// codes turns the errors of readers into what clients know.
var codes = []struct {
	err  error
	code string
}{
	{format.ErrUnsupported, wire.UnsupportedFileType},
	{format.ErrEncrypted, wire.PDFIsProtected},
	{format.ErrPassword, wire.PDFIsProtected},
	{format.ErrBroken, wire.PDFIsBroken},
	{format.ErrEmpty, wire.NoDataFoundInFile},
	{format.ErrNoPages, wire.NoDataFoundInFile},
	{format.ErrTooLarge, wire.DocumentTooLarge},
	{format.ErrTooMany, wire.TooManyPages},
}

// fromEngine makes failures of the errors that are the document's fault.
func fromEngine(err error) error {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			if errors.Is(err, format.ErrEncrypted) {
				err = fmt.Errorf("%w in input_options.pdf.password", c.err)
			}
			return &Failure{c.code, err}
		}
	}
	return fmt.Errorf("parse: %w", err)
}

// judge fails the job when too many of its pages failed. Upstream names 5 % as
// the limit of a request that sets none; here a bad page costs only itself, and
// such a job fails when there is no good page at all.
func (w *work) judge(res *engine.Result) error {
	if w.req.ProcessingControl.JobFailureConditions.FailOnImageExtractionError && len(res.FailedImages) > 0 {
		first := res.FailedImages[0]
		return &Failure{wire.PDFIsBroken, fmt.Errorf("the request allows no picture that cannot be taken out: page %d: %s", first.Page, first.Text)}
	}
	if w.req.ProcessingControl.JobFailureConditions.FailOnImageOCRError && len(res.FailedOCR) > 0 {
		first := res.FailedOCR[0]
		return &Failure{wire.PDFIsBroken, fmt.Errorf("the request allows no page whose text cannot be recognized: page %d: %s", first.Page, first.Text)}
	}
	if w.req.ProcessingControl.JobFailureConditions.FailOnBuggyFont {
		for _, p := range res.Doc.Pages {
			if p.BadFonts {
				return &Failure{wire.PDFIsBroken, fmt.Errorf("the request allows no page with unreadable fonts: page %d: %s", p.Number, p.NeedsOCR)}
			}
		}
	}
	bad, first := 0, error(nil)
	for _, p := range res.Doc.Pages {
		if p.Err != nil {
			bad++
			if first == nil {
				first = fmt.Errorf("page %d: %w", p.Number, p.Err)
			}
		}
	}
	w.report.FailedPages = bad
	all := len(res.Doc.Pages)
	if bad == 0 {
		return nil
	}
	conditions := &w.req.ProcessingControl.JobFailureConditions
	if conditions.FailOnMarkdownReconstructionError {
		return &Failure{wire.PDFIsBroken, fmt.Errorf("the request allows no page without markdown: %w", first)}
	}
	allowed := conditions.AllowedPageFailureRatio
	if bad < all && (allowed == nil || float64(bad) <= *allowed*float64(all)) {
		return nil
	}
	return &Failure{wire.PDFIsBroken, fmt.Errorf("%d of %d pages could not be read, the first: %w", bad, all, first)}
}
