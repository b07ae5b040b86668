package job

import (
	"fmt"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/render/markdown"
	"recto/internal/wire"
)

// tier is the tier the job runs at: the one asked for, or its stand-in.
func (r *run) tier() wire.Tier {
	t := wire.Tier(r.job.Tier)
	if t.NeedsModel() {
		return r.Fallback
	}
	return t
}

// options turns the request into what the engine is asked for.
func (r *run) options() (engine.Options, error) {
	pages, err := wire.ParsePages(r.req.PageRanges.TargetPages)
	if err != nil {
		return engine.Options{}, fmt.Errorf("target_pages: %w", err) // was checked when the job came in
	}
	ignore := r.req.ProcessingOptions.Ignore
	o := engine.Options{
		Pages:          pages,
		Password:       r.req.InputOptions.PDF.Password,
		Crop:           r.cropOf(r.req.CropBox),
		KeepHidden:     ignore.HiddenText != nil && !*ignore.HiddenText,
		IgnoreDiagonal: ignore.DiagonalText,

		IgnoreTextInImage: ignore.TextInImage,
		Spatial:           spatialOf(r.req.OutputOptions.SpatialText),
		Fast:              r.tier() == wire.Fast,
		Words:             r.wants("word_bbox") || len(r.req.OutputOptions.GranularBBoxes) > 0 || r.formsWanted(),
	}
	if merge := r.req.OutputOptions.Markdown.Tables.MergeContinuedTables; merge != nil {
		o.MergeTables = *merge
	}
	if more := r.req.ProcessingOptions.AggressiveTableExtraction; more != nil {
		o.MoreTables = *more
	}
	o.DrawnTables = r.req.ProcessingOptions.DisableHeuristics
	for _, l := range r.req.ProcessingOptions.OCRParameters.Languages {
		o.Languages = append(o.Languages, string(l))
	}
	o.CameraPhoto = r.req.InputOptions.Image.CameraPhotoCorrection
	o.SearchablePDF = r.req.OutputOptions.SaveOutputPDF
	o.NoOCR = o.Fast || ignore.TextInImage
	if r.req.PageRanges.MaxPages != nil {
		o.MaxPages = *r.req.PageRanges.MaxPages
	}
	for _, c := range r.req.OutputOptions.ImagesToSave {
		switch engine.Category(c) {
		case engine.Screenshot:
			o.Images.Screenshot = true
		case engine.Embedded:
			o.Images.Embedded = true
		case engine.Layout:
			o.Images.Layout = true
		}
	}
	r.saveLayout = o.Images.Layout
	o.Images.Layout = o.Images.Layout || r.req.OutputOptions.Markdown.InlineImages
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
func (r *run) cropOf(c wire.CropBox) geom.Rect {
	if c.Top == nil && c.Bottom == nil && c.Left == nil && c.Right == nil {
		return geom.Rect{}
	}
	at := func(p *float64, missing float64) float64 {
		if p == nil {
			return missing
		}
		return *p
	}
	if r.CropEdges {
		return geom.Rect{X0: at(c.Left, 0), Y0: at(c.Top, 0), X1: 1 - at(c.Right, 0), Y1: 1 - at(c.Bottom, 0)}
	}
	return geom.Rect{X0: at(c.Left, 0), Y0: at(c.Top, 0), X1: at(c.Right, 1), Y1: at(c.Bottom, 1)}
}

// markdown turns the request into what the markdown looks like.
func (r *run) markdown() markdown.Options {
	m := r.req.OutputOptions.Markdown
	o := markdown.Options{
		PipeTables:         m.Tables.OutputTablesAsMarkdown,
		CompactTables:      m.Tables.CompactMarkdownTables,
		MultilineSeparator: m.Tables.MultilineSeparator,
		Links:              m.AnnotateLinks != nil && *m.AnnotateLinks,
	}
	if m.InlineImages {
		o.ImageURL = func(f *doc.Figure) string { return r.inline[f.Image] }
	}
	return o
}

// formsWanted reports whether the forms are asked for.
func (r *run) formsWanted() bool { return r.req.ProcessingOptions.Forms == "enrich" }

// metadata turns the request into what is told of the pages.
func (r *run) metadata() wire.MetadataOptions {
	return wire.MetadataOptions{
		PrintedNumbers: r.req.OutputOptions.ExtractPrintedPageNumber,
		Document:       r.req.ProcessingOptions.ConfidenceScoreEffort != "",
		Routes:         r.routes,
	}
}

// notYet lists the options of the request that are accepted but change nothing
// so far; job_metadata names them, so that nobody waits for their effect.
func (r *run) notYet() []string {
	q, proc := &r.req, &r.req.ProcessingOptions
	options := []struct {
		name string
		set  bool
	}{
		{"agentic_options.custom_prompt", q.AgenticOptions != nil && q.AgenticOptions.CustomPrompt != ""},
		{"processing_options.ocr_parameters", len(proc.OCRParameters.Languages) > 0 && r.Recognizer == ""},
		{"processing_options.specialized_chart_parsing", proc.SpecializedChartParsing != ""},
	}
	names := []string{}
	for _, o := range options {
		if o.set {
			names = append(names, o.name)
		}
	}
	if r.legacy != nil {
		names = append(names, r.legacy.Ignored...)
	}
	return names
}
