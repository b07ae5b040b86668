package main

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/render/markdown"
	"recto/internal/wire"
)

// writeResult writes a result in the form asked for.
func writeResult(w io.Writer, form, name string, r *engine.Result, o markdown.Options) error {
	switch form {
	case "text":
		text := wire.TextFull(r)
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		_, err := io.WriteString(w, text)
		return err
	case "items":
		return writeJSON(w, wire.Items(r, o))
	case "json":
		whole, err := wholeResult(name, r, o)
		if err != nil {
			return err
		}
		return writeJSON(w, whole)
	}
	return markdown.Render(w, r.Doc, o)
}

// wholeResult is what the API answers for a finished job with everything
// expanded, as far as it exists without a server: no ids, times and links.
func wholeResult(name string, r *engine.Result, o markdown.Options) (*wire.ParseResult, error) {
	md := wire.Markdown(r, o)
	markdownFull, textFull := wire.MarkdownFull(md), wire.TextFull(r)
	whole := &wire.ParseResult{
		Job:          wire.ParseJob{Status: wire.Completed, Name: &name},
		MarkdownFull: &markdownFull, TextFull: &textFull,
		Images:      &wire.ImageList{Images: []wire.ImageMetadata{}},
		JobMetadata: map[string]any{"job_pages": len(r.Doc.Pages), "engine_version": engine.Version, "document": r.Doc.Meta, "warnings": r.Doc.Warnings},
	}
	for to, v := range map[*json.RawMessage]any{
		&whole.Text: wire.Text(r), &whole.Markdown: md, &whole.Items: wire.Items(r, o), &whole.Metadata: wire.Metadata(r, wire.MetadataOptions{PrintedNumbers: true, Document: true}),
	} {
		data, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		*to = data
	}
	for i, img := range r.Images {
		whole.Images.Images = append(whole.Images.Images, wire.ImageMetadata{
			Filename: img.Name, Index: i, Category: wire.ImageCategory(img.Category), ContentType: img.ContentType,
			BBox: &wire.ImageBBox{X: int(img.Box.X0), Y: int(img.Box.Y0), W: int(img.Box.W()), H: int(img.Box.H())},
		})
	}
	whole.Images.TotalCount = len(r.Images)
	return whole, nil
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// imageURL returns the address of a figure's picture as seen from the result.
func (t target) imageURL(f *doc.Figure) string {
	if f.Image == "" || t.images == "" {
		return ""
	}
	path := filepath.Join(t.images, f.Image)
	if t.output != "" {
		if rel, err := filepath.Rel(filepath.Dir(t.output), path); err == nil {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}
