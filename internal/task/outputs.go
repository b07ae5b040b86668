package task

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/format"
	"recto/internal/render/xlsx"
	"recto/internal/wire"
)

// Names of results. Those in JSON are what GET splices into its answer.
const (
	TextJSON     = "text.json"
	MarkdownJSON = "markdown.json"
	ItemsJSON    = "items.json"
	MetadataJSON = "metadata.json"
	TextFull     = "text.txt"
	MarkdownFull = "markdown.md"
	RawWords     = "raw_words.jsonl"
	Tables       = "tables.xlsx"
	OutputPDF    = "output.pdf"
	FormsJSON    = "forms.json"
	Grounded     = "grounded_items.jsonl"
	StrippedJSON = "stripped.json"
	StrippedFull = "stripped.txt"
)

// maxWarnings bounds the warnings in job_metadata; a broken font can give one
// for every glyph.
const maxWarnings = 100

// write hands out every output.
func (w *work) write(ctx context.Context, src engine.Source, res *engine.Result) error {
	md, sheets := wire.Markdown(res, w.markdown()), w.req.OutputOptions.TablesAsSpreadsheet
	if w.req.OutputOptions.Markdown.AnnotateLineNumbers {
		wire.AnnotateLineNumbers(&md, res, w.markdown())
	}
	// Each output is made when its turn comes, or all would be in memory at once.
	asJSON := func(make func() any) func(io.Writer) error {
		return func(out io.Writer) error {
			e := json.NewEncoder(out)
			e.SetEscapeHTML(false)
			return e.Encode(make())
		}
	}
	asText := func(make func() string) func(io.Writer) error {
		return func(out io.Writer) error { _, err := io.WriteString(out, make()); return err }
	}
	outputs := []struct {
		name, contentType string
		wanted            bool
		write             func(io.Writer) error
	}{
		{TextJSON, "application/json", true, asJSON(func() any { return wire.Text(res) })},
		{MarkdownJSON, "application/json", true, asJSON(func() any { return md })},
		{ItemsJSON, "application/json", true, asJSON(func() any { return wire.Items(res, w.markdown()) })},
		{MetadataJSON, "application/json", true, asJSON(func() any { return wire.Metadata(res, w.metadata()) })},
		{TextFull, "text/plain; charset=utf-8", true, asText(func() string { return wire.TextFull(res) })},
		{MarkdownFull, "text/markdown; charset=utf-8", true, asText(func() string { return wire.MarkdownFull(md) })},
		{RawWords, "application/jsonl", w.wants("word_bbox"), func(out io.Writer) error { return wire.RawWords(out, res) }},
		{FormsJSON, "application/json", w.formsWanted(), asJSON(func() any { return wire.Forms(res) })},
		{StrippedJSON, "application/json", w.wants("stripped_md"), asJSON(func() any { return wire.Stripped(res) })},
		{StrippedFull, "text/plain; charset=utf-8", w.wants("concatenated_stripped_txt"), asText(func() string { return wire.MarkdownFull(wire.Stripped(res)) })},
		{Grounded, "application/jsonl", len(w.req.OutputOptions.GranularBBoxes) > 0, func(out io.Writer) error {
			return wire.GroundedItems(out, res, w.markdown(), w.req.OutputOptions.GranularBBoxes)
		}},
		{
			Tables, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			sheets.Enable || hasTable(res.Doc),
			func(out io.Writer) error {
				return xlsx.Render(out, res.Doc, xlsx.Options{NumberedSheets: sheets.GuessSheetName != nil && !*sheets.GuessSheetName})
			},
		},
		{
			OutputPDF, "application/pdf",
			w.req.OutputOptions.SaveOutputPDF && (res.PDF != nil || res.Format == format.PDF),
			func(out io.Writer) error {
				if res.PDF != nil {
					_, err := out.Write(res.PDF)
					return err
				}
				_, err := out.Write(src.Data)
				return err
			},
		},
	}
	for _, o := range outputs {
		if !o.wanted {
			continue
		}
		if err := w.writeOne(ctx, o.name, o.contentType, o.write); err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
	}
	return nil
}

// wants reports whether the request asks for the additional output.
func (w *work) wants(o wire.AdditionalOutput) bool {
	return slices.Contains(w.req.OutputOptions.AdditionalOutputs, o)
}

func (w *work) writeOne(ctx context.Context, name, contentType string, write func(io.Writer) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, err := w.sink.Create(ctx, name, contentType)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(out, 64<<10)
	if err := errors.Join(write(buffered), buffered.Flush()); err != nil {
		cancel() // so that closing leaves nothing behind
		return errors.Join(err, out.Close())
	}
	return out.Close()
}

// maxInline bounds the pictures within the markdown of one job: the markdown is
// built in memory.
const maxInline = 64 << 20

// saveImage hands out a picture as it comes, or keeps it for the markdown.
func (w *work) saveImage(i engine.Image) error {
	if i.Category == engine.Layout && w.req.OutputOptions.Markdown.InlineImages {
		if w.inlined += len(i.Data); w.inlined > maxInline {
			w.warnings = append(w.warnings, doc.Warning{Page: i.Page, Text: fmt.Sprintf("picture %s is left out of the markdown: the pictures of a job may have %d MB there", i.Name, maxInline>>20)})
		} else {
			if w.inline == nil {
				w.inline = map[string]string{}
			}
			w.inline[i.Name] = "data:" + i.ContentType + ";base64," + base64.StdEncoding.EncodeToString(i.Data)
		}
		if !w.saveLayout {
			return nil
		}
	}
	if err := w.sink.Image(i); err != nil {
		return fmt.Errorf("store image %s: %w", i.Name, err)
	}
	i.Data = nil
	w.images = append(w.images, i)
	return nil
}

func hasTable(d *doc.Document) bool {
	for _, p := range d.Pages {
		for _, it := range p.Items {
			if _, ok := it.(*doc.Table); ok {
				return true
			}
		}
	}
	return false
}

// describe fills job_metadata. The names that begin with job_ are those users
// of upstream read.
func (w *work) describe(src engine.Source, res *engine.Result) {
	failed := []int{}
	for _, p := range res.Doc.Pages {
		if p.Err != nil {
			failed = append(failed, p.Number)
		}
	}
	warnings := []map[string]any{}
	idle := w.notYet()
	for _, name := range idle {
		warnings = append(warnings, map[string]any{"page": 0, "message": "the option " + name + " has no effect on this server yet"})
	}
	all := append(slices.Clone(w.warnings), res.Doc.Warnings...)
	for _, x := range all {
		if len(warnings) == maxWarnings {
			w.meta["warnings_left_out"] = len(all) + len(idle) - maxWarnings
			break
		}
		warnings = append(warnings, map[string]any{"page": x.Page, "message": x.Text})
	}
	if w.legacy != nil {
		for _, name := range w.legacy.Ignored {
			warnings = append(warnings, map[string]any{"page": 0, "message": "the field " + name + " has no effect"})
		}
	}
	tier := w.EffectiveTier()
	more := map[string]any{
		"job_pages":                     len(res.Doc.Pages),
		"job_is_cache_hit":              false,
		"job_auto_mode_triggered_pages": len(w.routes.AutoMode),
		"job_credits_usage":             0,
		"credits_used":                  0,
		"engine_version":                engine.Version,
		"tier":                          tier,
		"requested_tier":                w.Tier,
		"tier_fallback":                 string(tier) != w.Tier,
		"version":                       w.Version,
		"format":                        res.Format,
		"file_name":                     src.Name,
		"file_size_bytes":               len(src.Data),
		"document_pages":                res.Doc.Meta.PageCount,
		"failed_pages":                  failed,
		"images_saved":                  len(w.images),
		"attempt":                       w.Attempt,
		"warnings":                      warnings,
		"options_without_effect":        idle,
	}
	for k, v := range more {
		w.meta[k] = v
	}
}
