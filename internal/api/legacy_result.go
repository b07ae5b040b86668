package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	"recto/internal/blob"
	"recto/internal/job"
	"recto/internal/store"
	"recto/internal/wire"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// noResult is what v1 says of results that are not there, or not yet.
func noResult() error {
	return fault(http.StatusNotFound, "Result not found. Check job status to see if it has completed.")
}

// finished is a completed job and what is known of it.
type finished struct {
	store.Job
	legacy  *wire.Legacy
	meta    map[string]any
	results map[string]store.Result
}

// findFinished returns the job the path names, when it has results.
func (s *Server) findFinished(r *http.Request) (finished, error) {
	j, err := s.findJob(r)
	if err != nil {
		return finished{}, err
	}
	if j.Status != string(wire.Completed) {
		return finished{}, noResult()
	}
	f := finished{Job: j, legacy: &wire.Legacy{}}
	var q wire.StoredRequest
	if err := json.Unmarshal([]byte(j.Config), &q); err != nil {
		return f, fmt.Errorf("configuration of %s: %w", j.ID, err)
	}
	if q.Legacy != nil {
		f.legacy = q.Legacy
	}
	if f.meta, err = metadata(j); err != nil {
		return f, err
	}
	f.results, err = s.Store.Results(r.Context(), j.ID)
	return f, err
}

func (s *Server) legacyText(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	if s.unchanged(w, r, f.Job, false, "text") {
		return nil
	}
	text, err := s.joinText(r.Context(), f)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, wire.LegacyTextResult{Text: text, JobMetadata: f.meta})
}

func (s *Server) legacyMarkdown(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	if s.unchanged(w, r, f.Job, false, "markdown") {
		return nil
	}
	md, err := s.joinMarkdown(r.Context(), f)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, wire.LegacyMarkdownResult{Markdown: md, JobMetadata: f.meta})
}

func (s *Server) joinText(ctx context.Context, f finished) (string, error) {
	pages, err := s.openPages(ctx, f, job.TextJSON)
	if err != nil {
		return "", err
	}
	defer pages.Close()
	out := f.legacy.Joiner()
	for pages.more() {
		var p wire.TextPage
		if err := pages.next(&p); err != nil {
			return "", err
		}
		out.Add(p.PageNumber, p.Text)
	}
	return out.String(), nil
}

func (s *Server) joinMarkdown(ctx context.Context, f finished) (string, error) {
	pages, err := s.openPages(ctx, f, job.MarkdownJSON)
	if err != nil {
		return "", err
	}
	defer pages.Close()
	out := f.legacy.Joiner()
	for pages.more() {
		var p wire.MarkdownPage
		if err := pages.next(&p); err != nil {
			return "", err
		}
		out.Add(p.PageNumber, f.legacy.PageMarkdown(p))
	}
	return out.String(), nil
}

// legacyJSON writes the pages one by one: a large document need not fit into
// memory.
func (s *Server) legacyJSON(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	if s.unchanged(w, r, f.Job, false, "json") {
		return nil
	}
	images, err := s.legacyImages(r.Context(), f)
	if err != nil {
		return err
	}
	var open [4]*pageReader
	for i, name := range []string{job.TextJSON, job.MarkdownJSON, job.ItemsJSON, job.MetadataJSON} {
		if open[i], err = s.openPages(r.Context(), f, name); err != nil {
			return err
		}
		defer open[i].Close()
	}
	w.Header().Set("Content-Type", "application/json")
	if err := writePages(w, f, open, images); err != nil {
		s.Log.Error("answer broke off", "request", requestID(r), "job", f.ID, "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

func writePages(w io.Writer, f finished, open [4]*pageReader, images map[int][]wire.LegacyImage) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	separator := `{"pages":[`
	if !open[0].more() {
		if _, err := io.WriteString(w, separator); err != nil {
			return err
		}
	}
	for open[0].more() {
		src := wire.LegacySource{Tier: f.Tier}
		for i, into := range []any{&src.Text, &src.Markdown, &src.Items, &src.Metadata} {
			if err := open[i].next(into); err != nil {
				return err
			}
		}
		src.Images = images[src.Text.PageNumber]
		if _, err := io.WriteString(w, separator); err != nil {
			return err
		}
		if err := e.Encode(f.legacy.Page(src)); err != nil {
			return err
		}
		separator = ","
	}
	if _, err := io.WriteString(w, `],"job_metadata":`); err != nil {
		return err
	}
	if err := e.Encode(f.meta); err != nil {
		return err
	}
	_, err := io.WriteString(w, "}")
	return err
}

// legacyImages returns the saved pictures by page.
func (s *Server) legacyImages(ctx context.Context, f finished) (map[int][]wire.LegacyImage, error) {
	list, err := s.Store.Images(ctx, f.ID)
	out := map[int][]wire.LegacyImage{}
	for _, i := range list {
		out[i.Page] = append(out[i.Page], wire.LegacyImage{
			Name: i.Name, X: hundredths(i.Box.X0), Y: hundredths(i.Box.Y0), Width: hundredths(i.Box.W()), Height: hundredths(i.Box.H()),
			OriginalWidth: i.WidthPx, OriginalHeight: i.HeightPx, Type: wire.LegacyImageTypes[wire.ImageCategory(i.Category)],
		})
	}
	return out, err
}

func hundredths(f float64) float64 { return math.Round(f*100) / 100 }

// pageReader reads the pages of a stored result one by one.
type pageReader struct {
	file *blob.Reader
	d    *json.Decoder
}

func (s *Server) openPages(ctx context.Context, f finished, name string) (*pageReader, error) {
	stored, ok := f.results[name]
	if !ok {
		return nil, noResult()
	}
	file, err := s.Blobs.Open(ctx, stored.Blob)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, noResult() // the job was deleted meanwhile
	}
	if err != nil {
		return nil, err
	}
	p := &pageReader{file, json.NewDecoder(file)}
	if err := p.enter(); err != nil {
		p.Close()
		return nil, fmt.Errorf("%s of %s: %w", name, f.ID, err)
	}
	return p, nil
}

// enter goes to the first page.
func (p *pageReader) enter() error {
	if _, err := p.d.Token(); err != nil {
		return err
	}
	for p.d.More() {
		key, err := p.d.Token()
		if err != nil {
			return err
		}
		if key == "pages" {
			_, err := p.d.Token()
			return err
		}
		var skipped json.RawMessage
		if err := p.d.Decode(&skipped); err != nil {
			return err
		}
	}
	return errors.New("there are no pages")
}

func (p *pageReader) more() bool          { return p.d.More() }
func (p *pageReader) next(into any) error { return p.d.Decode(into) }

// Close closes the result.
func (p *pageReader) Close() { p.file.Close() }

func (s *Server) legacyStructured(_ http.ResponseWriter, r *http.Request) error {
	if _, err := s.findJob(r); err != nil {
		return err
	}
	return wire.Retired{Field: "structured_output"}
}

func (s *Server) legacyXLSX(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	x, ok := f.results[job.Tables]
	if !ok {
		return noResult()
	}
	return s.serveBlob(w, r, x.Blob)
}

func (s *Server) legacyPDF(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	x, ok := f.results[job.OutputPDF]
	if !ok {
		if x, ok, err = s.sourcePDF(r.Context(), f.Job, f.meta, f.results); err != nil {
			return err
		}
	}
	if !ok {
		return noResult()
	}
	return s.serveBlob(w, r, x.Blob)
}

// legacyRaw answers with a result without JSON around it.
func (s *Server) legacyRaw(w http.ResponseWriter, r *http.Request) error {
	kind, contentType := r.PathValue("kind"), "text/plain; charset=utf-8"
	join := s.joinText
	switch kind {
	case "xlsx":
		return s.legacyXLSX(w, r)
	case "pdf":
		return s.legacyPDF(w, r)
	case "markdown":
		join, contentType = s.joinMarkdown, "text/markdown; charset=utf-8"
	case "text":
	default:
		return noResult()
	}
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	if s.unchanged(w, r, f.Job, false, "raw", kind) {
		return nil
	}
	text, err := join(r.Context(), f)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	_, err = io.WriteString(w, text)
	return err
}

func (s *Server) legacyImage(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	images, err := s.Store.Images(r.Context(), f.ID)
	if err != nil {
		return err
	}
	for _, i := range images {
		if i.Name == r.PathValue("name") {
			return s.serveBlob(w, r, i.Blob)
		}
	}
	return notFound("Image")
}

// legacyRead gives a link to one file of a job, by its name.
func (s *Server) legacyRead(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	key, name := "", r.PathValue("filename")
	if x, ok := f.results[name]; ok {
		key = x.Blob
	}
	images, err := s.Store.Images(r.Context(), f.ID)
	if err != nil {
		return err
	}
	for _, i := range images {
		if i.Name == name {
			key = i.Blob
		}
	}
	if key == "" {
		return notFound("File")
	}
	link, err := s.link(r, key, s.LinkLife)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, wire.PresignedURL{URL: link, ExpiresAt: wire.At(time.Now().Add(s.LinkLife).Truncate(time.Second))})
}
