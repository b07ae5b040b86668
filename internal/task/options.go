package task

import (
	"fmt"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/render/markdown"
	"recto/internal/wire"
)

// options turns the request into what the engine is asked for.
func (w *work) options() (engine.Options, error) {
	pages, err := wire.ParsePages(w.req.PageRanges.TargetPages)
	if err != nil {
		return engine.Options{}, fmt.Errorf("target_pages: %w", err) // was checked when the job came in
	}
	ignore := w.req.ProcessingOptions.Ignore
	o := engine.Options{
		Pages:          pages,
		Password:       w.req.InputOptions.PDF.Password,
		Crop:           w.cropOf(w.req.CropBox),
		KeepHidden:     ignore.HiddenText != nil && !*ignore.HiddenText,
		IgnoreDiagonal: ignore.DiagonalText,

		IgnoreTextInImage: ignore.TextInImage,
		Spatial:           spatialOf(w.req.OutputOptions.SpatialText),
		Fast:              w.EffectiveTier() == wire.Fast,
		Words:             w.wants("word_bbox") || len(w.req.OutputOptions.GranularBBoxes) > 0 || w.formsWanted(),
	}
	if merge := w.req.OutputOptions.Markdown.Tables.MergeContinuedTables; merge != nil {
		o.MergeTables = *merge
	}
	if more := w.req.ProcessingOptions.AggressiveTableExtraction; more != nil {
		o.MoreTables = *more
	}
	o.DrawnTables = w.req.ProcessingOptions.DisableHeuristics
	for _, l := range w.req.ProcessingOptions.OCRParameters.Languages {
		o.Languages = append(o.Languages, string(l))
	}
	o.CameraPhoto = w.req.InputOptions.Image.CameraPhotoCorrection
	o.SearchablePDF = w.req.OutputOptions.SaveOutputPDF
	o.NoOCR = o.Fast || ignore.TextInImage
	if w.req.PageRanges.MaxPages != nil {
		o.MaxPages = *w.req.PageRanges.MaxPages
	}
	for _, c := range w.req.OutputOptions.ImagesToSave {
		switch engine.Category(c) {
		case engine.Screenshot:
			o.Images.Screenshot = true
		case engine.Embedded:
			o.Images.Embedded = true
		case engine.Layout:
			o.Images.Layout = true
		}
	}
	w.saveLayout = o.Images.Layout
	o.Images.Layout = o.Images.Layout || w.req.OutputOptions.Markdown.InlineImages
	return o, nil
}

// spatialOf turns the request into what the text that keeps the page's look is like.
func spatialOf(t wire.SpatialTextOptions) engine.SpatialOptions {
	return engine.SpatialOptions{
		UnrollColumns: t.DoNotUnrollColumns != nil && !*t.DoNotUnrollColumns,
		AlignPages:    t.PreserveLayoutAlignmentAcrossPages,
		KeepTiny:      t.PreserveVerySmallText,
	}
}

// cropOf returns the part of the page that counts, in fractions. The schema
// upstream calls the four numbers positions, a guide of theirs calls them
// margins; the server's CropEdges chooses.
func (w *work) cropOf(c wire.CropBox) geom.Rect {
	if c.Top == nil && c.Bottom == nil && c.Left == nil && c.Right == nil {
		return geom.Rect{}
	}
	at := func(p *float64, missing float64) float64 {
		if p == nil {
			return missing
		}
		return *p
	}
	if w.CropEdges {
		return geom.Rect{X0: at(c.Left, 0), Y0: at(c.Top, 0), X1: 1 - at(c.Right, 0), Y1: 1 - at(c.Bottom, 0)}
	}
	return geom.Rect{X0: at(c.Left, 0), Y0: at(c.Top, 0), X1: at(c.Right, 1), Y1: at(c.Bottom, 1)}
}

// markdown turns the request into what the markdown looks like.
func (w *work) markdown() markdown.Options {
	m := w.req.OutputOptions.Markdown
	o := markdown.Options{
		PipeTables:         m.Tables.OutputTablesAsMarkdown,
		CompactTables:      m.Tables.CompactMarkdownTables,
		MultilineSeparator: m.Tables.MultilineSeparator,
		Links:              m.AnnotateLinks != nil && *m.AnnotateLinks,
	}
	if m.InlineImages {
		o.ImageURL = func(f *doc.Figure) string { return w.inline[f.Image] }
	}
	return o
}

// formsWanted reports whether the forms are asked for.
func (w *work) formsWanted() bool { return w.req.ProcessingOptions.Forms == "enrich" }

// metadata turns the request into what is told of the pages.
func (w *work) metadata() wire.MetadataOptions {
	return wire.MetadataOptions{
		PrintedNumbers: w.req.OutputOptions.ExtractPrintedPageNumber,
		Document:       w.req.ProcessingOptions.ConfidenceScoreEffort != "",
		Routes:         w.routes,
	}
}

// notYet lists the options of the request that are accepted but change nothing
// so far; job_metadata names them, so that nobody waits for their effect.
func (w *work) notYet() []string {
	q, proc := &w.req, &w.req.ProcessingOptions
	options := []struct {
		name string
		set  bool
	}{
		{"agentic_options.custom_prompt", q.AgenticOptions != nil && q.AgenticOptions.CustomPrompt != ""},
		{"processing_options.ocr_parameters", len(proc.OCRParameters.Languages) > 0 && w.Recognizer == ""},
		{"processing_options.specialized_chart_parsing", proc.SpecializedChartParsing != ""},
	}
	names := []string{}
	for _, o := range options {
		if o.set {
			names = append(names, o.name)
		}
	}
	if w.legacy != nil {
		names = append(names, w.legacy.Ignored...)
	}
	return names
}
