package job

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"recto/internal/blob"
	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/format"
	"recto/internal/render/xlsx"
	"recto/internal/store"
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
	Source       = "source" // what a source_url gave
)

// maxWarnings bounds the warnings in job_metadata; a broken font can give one
// for every glyph.
const maxWarnings = 100

// save writes every result as a blob and notes it in r.results. Keys depend on
// the job only: an attempt that was thought dead writes the same bytes to the
// same places.
func (r *run) save(ctx context.Context, src engine.Source, res *engine.Result) error {
	md, sheets := wire.Markdown(res, r.markdown()), r.req.OutputOptions.TablesAsSpreadsheet
	if r.req.OutputOptions.Markdown.AnnotateLineNumbers {
		wire.AnnotateLineNumbers(&md, res, r.markdown())
	}
	asJSON := func(v any) func(io.Writer) error {
		return func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			return e.Encode(v)
		}
	}
	asText := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	outputs := []struct {
		name, contentType string
		wanted            bool
		write             func(io.Writer) error
	}{
		{TextJSON, "application/json", true, asJSON(wire.Text(res))},
		{MarkdownJSON, "application/json", true, asJSON(md)},
		{ItemsJSON, "application/json", true, asJSON(wire.Items(res, r.markdown()))},
		{MetadataJSON, "application/json", true, asJSON(wire.Metadata(res, r.metadata()))},
		{TextFull, "text/plain; charset=utf-8", true, asText(wire.TextFull(res))},
		{MarkdownFull, "text/markdown; charset=utf-8", true, asText(wire.MarkdownFull(md))},
		{RawWords, "application/jsonl", r.wants("word_bbox"), func(w io.Writer) error { return wire.RawWords(w, res) }},
		{FormsJSON, "application/json", r.formsWanted(), func(w io.Writer) error { return asJSON(wire.Forms(res))(w) }},
		{StrippedJSON, "application/json", r.wants("stripped_md"), func(w io.Writer) error { return asJSON(wire.Stripped(res))(w) }},
		{StrippedFull, "text/plain; charset=utf-8", r.wants("concatenated_stripped_txt"), func(w io.Writer) error {
			return asText(wire.MarkdownFull(wire.Stripped(res)))(w)
		}},
		{Grounded, "application/jsonl", len(r.req.OutputOptions.GranularBBoxes) > 0, func(w io.Writer) error {
			return wire.GroundedItems(w, res, r.markdown(), r.req.OutputOptions.GranularBBoxes)
		}},
		{
			Tables, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			sheets.Enable || hasTable(res.Doc),
			func(w io.Writer) error {
				return xlsx.Render(w, res.Doc, xlsx.Options{NumberedSheets: sheets.GuessSheetName != nil && !*sheets.GuessSheetName})
			},
		},
		{
			OutputPDF, "application/pdf",
			r.req.OutputOptions.SaveOutputPDF && (res.PDF != nil || res.Format == format.PDF),
			func(w io.Writer) error {
				if res.PDF != nil {
					_, err := w.Write(res.PDF)
					return err
				}
				_, err := w.Write(src.Data)
				return err
			},
		},
	}
	for _, o := range outputs {
		if !o.wanted {
			continue
		}
		if err := r.saveOne(ctx, o.name, o.contentType, o.write); err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
	}
	keys := make([]string, 0, len(r.results)+len(r.images))
	for _, x := range r.results {
		keys = append(keys, x.Blob)
	}
	for _, x := range r.images {
		keys = append(keys, x.Blob)
	}
	return r.Blobs.Sync(keys...)
}

// wants reports whether the request asks for the additional output.
func (r *run) wants(o wire.AdditionalOutput) bool {
	return slices.Contains(r.req.OutputOptions.AdditionalOutputs, o)
}

func (r *run) saveOne(ctx context.Context, name, contentType string, write func(io.Writer) error) error {
	key := Folder(r.job.ID) + name
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := r.Blobs.Create(ctx, key, blob.Kind{ContentType: contentType})
	if err != nil {
		return err
	}
	c := &counter{w: w}
	buffered := bufio.NewWriterSize(c, 64<<10)
	if err := errors.Join(write(buffered), buffered.Flush()); err != nil {
		cancel() // so that closing leaves nothing behind
		return errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return err
	}
	r.results = append(r.results, store.Result{Name: name, Blob: key, Size: c.n, ContentType: contentType})
	return nil
}

// counter counts what passes.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// maxInline bounds the pictures within the markdown of one job: the markdown is
// built in memory.
const maxInline = 64 << 20

// saveImage stores a picture as it comes, or keeps it for the markdown.
func (r *run) saveImage(ctx context.Context, i engine.Image) error {
	if i.Category == engine.Layout && r.req.OutputOptions.Markdown.InlineImages {
		if r.inlined += len(i.Data); r.inlined > maxInline {
			r.warnings = append(r.warnings, doc.Warning{Page: i.Page, Text: fmt.Sprintf("picture %s is left out of the markdown: the pictures of a job may have %d MB there", i.Name, maxInline>>20)})
		} else {
			if r.inline == nil {
				r.inline = map[string]string{}
			}
			r.inline[i.Name] = "data:" + i.ContentType + ";base64," + base64.StdEncoding.EncodeToString(i.Data)
		}
		if !r.saveLayout {
			return nil
		}
	}
	key := Folder(r.job.ID) + "images/" + i.Name
	if i.SameAs != "" {
		for _, x := range r.images {
			if x.Name == i.SameAs {
				x.Position, x.Name, x.Page, x.Box = len(r.images), i.Name, i.Page, i.Box
				r.images = append(r.images, x)
				return nil
			}
		}
		return fmt.Errorf("store image %s: %s is not stored", i.Name, i.SameAs)
	}
	if err := r.Blobs.Write(ctx, key, i.Data, blob.Kind{ContentType: i.ContentType}); err != nil {
		return fmt.Errorf("store image %s: %w", i.Name, err)
	}
	r.images = append(r.images, store.Image{
		Position: len(r.images), Name: i.Name, Category: string(i.Category), Page: i.Page, Box: i.Box,
		WidthPx: i.WidthPx, HeightPx: i.HeightPx, Blob: key, Size: int64(len(i.Data)), ContentType: i.ContentType,
	})
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
func (r *run) describe(src engine.Source, res *engine.Result) {
	failed := []int{}
	for _, p := range res.Doc.Pages {
		if p.Err != nil {
			failed = append(failed, p.Number)
		}
	}
	warnings := []map[string]any{}
	idle := r.notYet()
	for _, name := range idle {
		warnings = append(warnings, map[string]any{"page": 0, "message": "the option " + name + " has no effect on this server yet"})
	}
	all := append(slices.Clone(r.warnings), res.Doc.Warnings...)
	for _, w := range all {
		if len(warnings) == maxWarnings {
			r.meta["warnings_left_out"] = len(all) + len(idle) - maxWarnings
			break
		}
		warnings = append(warnings, map[string]any{"page": w.Page, "message": w.Text})
	}
	if r.legacy != nil {
		for _, name := range r.legacy.Ignored {
			warnings = append(warnings, map[string]any{"page": 0, "message": "the field " + name + " has no effect"})
		}
	}
	tier := r.tier()
	more := map[string]any{
		"job_pages":                     len(res.Doc.Pages),
		"job_is_cache_hit":              false,
		"job_auto_mode_triggered_pages": len(r.routes.AutoMode),
		"job_credits_usage":             0,
		"credits_used":                  0,
		"engine_version":                engine.Version,
		"tier":                          tier,
		"requested_tier":                r.job.Tier,
		"tier_fallback":                 string(tier) != r.job.Tier,
		"version":                       r.job.Version,
		"format":                        res.Format,
		"file_name":                     src.Name,
		"file_size_bytes":               len(src.Data),
		"document_pages":                res.Doc.Meta.PageCount,
		"failed_pages":                  failed,
		"images_saved":                  len(r.images),
		"attempt":                       r.job.Attempt,
		"warnings":                      warnings,
		"options_without_effect":        idle,
	}
	for k, v := range more {
		r.meta[k] = v
	}
}
